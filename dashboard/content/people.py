"""Who else needs someone: people who wait, seniors who cancel often, pairs that lack something."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, number_value, text_value
from dashboard.content import board, people_answers, people_ended, people_rematch
from dashboard.content.board import board_day, pair_name
from dashboard.data import View
from reports import codes, wording

FEW = 20  # rows of a list before the rest is left to table and download
MANY = 60  # rows of a table on the page; downloads hold all
ROLES = {"mentor": "Mentor", "mentee": "Senior"}
NAMES_NOTE = "Contains names: pass it on to nobody who does not run the program."
_TALK = ("role_reversion", "ground_rules_missing")


def names_are_shown(view: View) -> bool:
    """Return whether this viewer may see people by name."""
    return view.rights("waiting_person").allowed


def read_waiting(view: View) -> list[SimpleNamespace]:
    """Return who waits for a partner, the longest wait first; empty without the right to names."""
    found = people_rematch.in_slice(view, "waiting_person")
    return sorted(found, key=lambda row: (-row.days_waiting, row.person_name, row.role))


def read_cancelling(view: View) -> list[SimpleNamespace]:
    """Return the seniors who cancelled often, most cancellations first."""
    found = people_rematch.in_slice(view, "cancelling_senior")
    return sorted(found, key=lambda row: (-row.cancelled, row.sessions_due, row.person_name))


def running_pairs(view: View, rows: list[SimpleNamespace]) -> list[list[SimpleNamespace]]:
    """Return of each senior the pairs that still run and are on the board."""
    known = board.own_board(view).by_id
    listed = [json.loads(row.running or "[]") for row in rows]
    return [[known[name] for name in names if name in known] for names in listed]


def read_to_talk(view: View) -> list[tuple[SimpleNamespace, str]]:
    """Return pairs with swapped roles, then pairs without ground rules, each with its words."""
    found: list[tuple[int, SimpleNamespace, str]] = []
    for row in board.read_board(view).rows:
        reasons = [one for one in json.loads(row.reasons or "[]") if one.get("code") in _TALK]
        if reasons:
            first = min(_TALK.index(str(one["code"])) for one in reasons)
            found.append((first, row, codes.reason_words(reasons)))
    return [(row, words) for _, row, words in sorted(found, key=lambda one: one[0])]


def title(view: View) -> str:
    """Return the finding of the page."""
    if names_are_shown(view):
        waiting, cancelling = read_waiting(view), read_cancelling(view)
        verb = "waits" if len(waiting) == 1 else "wait"
        often = f"{wording.format_count(len(cancelling), 'senior')} cancelled often lately"
        if not waiting:
            return f"Nobody waits for a partner; {often}" if cancelling else "Nobody else needs you"
        people = wording.format_count(len(waiting), "person", "people")
        return f"{people} {verb} for a partner; {often}"
    cell = view.cell(people_answers.WAITING)
    if not cell.is_shown or cell.value is None:
        return "How many people wait for a partner is not shown for this group"
    people = wording.format_count(cell.value, "person", "people")
    return f"{people} {'waits' if cell.value == 1 else 'wait'} for a partner"


def figures(view: View) -> list[Figure]:
    """Return every list and count of the page: named ones for managers, published ones for all."""
    if not names_are_shown(view):
        return [people_answers.counts_figure(view), people_answers.answers_figure(view)]
    return [
        waiting_figure(view),
        people_rematch.rematch_figure(view),
        cancelling_figure(view),
        talk_figure(view),
        people_answers.answers_figure(view),
        people_ended.reasons_figure(view),
        people_ended.ended_figure(view),
    ]


def shortened(figure: Figure) -> Figure:
    """Return a figure whose table is not longer than a page should carry."""
    if len(figure.table.rows) <= MANY:
        return figure
    table = replace(figure.table, rows=figure.table.rows[:MANY])
    note = "The table holds the first sixty; the CSV holds all."
    return replace(figure, table=table, notes=(*figure.notes, note))


def waiting_figure(view: View) -> Figure:
    """Return who waits for a partner."""
    rows = read_waiting(view)
    columns = (
        Column("Person"), Column("Waiting, days", is_number=True), Column("Since"),
        Column("Role"), Column("Department"), Column("Place"),
        Column("Offers", is_long=True), Column("Wants", is_long=True),
    )  # fmt: skip
    lines = tuple(
        (
            text_value(row.person_name),
            number_value(row.days_waiting),
            text_value(wording.format_day(row.applied_on, is_short=True)),
            text_value(ROLES.get(row.role, row.role)),
            text_value(row.department),
            text_value("Has a place" if row.enrolled_on else "No place yet"),
            text_value(skill_words(row.offers)),
            text_value(skill_words(row.wants)),
        )
        for row in rows
    )
    heading = "Nobody waits for a partner"
    if rows:
        people = wording.format_count(len(rows), "person", "people")
        verb = "waits" if len(rows) == 1 else "wait"
        longest = wording.format_value(rows[0].days_waiting, "days")
        heading = f"{people} {verb} for a partner, the longest for {longest}"
    return Figure(
        figure_id="people-waiting",
        title=heading,
        subtitle=f"Applied or enrolled and never in a pair of the program, {board_day(view)}; who "
        "withdrew or left the company is not listed",
        table=Table(columns, lines),
        metric_id=view.first_metric(people_answers.WAITING),
        notes=(NAMES_NOTE,),
    )


def cancelling_figure(view: View) -> Figure:
    """Return the seniors who cancelled often, over all their pairs."""
    rows = read_cancelling(view)
    columns = (
        Column("Senior"), Column("Cancelled", is_number=True),
        Column("Sessions due", is_number=True), Column("Share", is_number=True),
        Column("Pairs", is_number=True), Column("Department"), Column("Pairs now", is_long=True),
    )  # fmt: skip
    lines = tuple(
        (
            text_value(row.person_name),
            number_value(row.cancelled),
            number_value(row.sessions_due),
            number_value(row.cancelled / row.sessions_due, "fraction"),
            number_value(row.pairs),
            text_value(row.department),
            text_value(", ".join(f"with {pair.mentor_name}" for pair in running) or "none"),
        )
        for row, running in zip(rows, running_pairs(view, rows), strict=True)
    )
    heading = "No senior cancelled often in the last half year"
    if rows:
        seniors = wording.format_count(len(rows), "senior")
        heading = f"{seniors} cancelled at least a third of their sessions"
    return Figure(
        figure_id="people-cancelling",
        title=heading,
        subtitle="Listed are seniors who cancelled at least three of the sessions due in the last "
        f"half year (180 days), and at least a third of them, over all their pairs; "
        f"{board_day(view)}",
        table=Table(columns, lines),
        notes=(NAMES_NOTE,),
    )


def talk_figure(view: View) -> Figure:
    """Return pairs with swapped roles or without ground rules."""
    found = read_to_talk(view)
    lines = tuple(
        (
            text_value(pair_name(row)),
            text_value(f"{row.mentor_department} → {row.mentee_department}"),
            text_value(codes.STATES.get(row.state, row.state)),
            text_value(words),
        )
        for row, words in found
    )
    return Figure(
        figure_id="people-talk",
        title=_talk_title(count_reasons(found)),
        subtitle=f"Pairs that run, {board_day(view)}, by what they say after sessions and what "
        "they agreed",
        table=Table(
            (Column("Pair"), Column("Departments", is_long=True), Column("State"),
             Column("To talk about", is_long=True)),
            lines,
        ),
        notes=(NAMES_NOTE,),
    )  # fmt: skip


def _talk_title(counts: dict[str, int]) -> str:
    swapped, unruled = counts["role_reversion"], counts["ground_rules_missing"]
    said = []
    if swapped:
        said.append(f"in {wording.format_count(swapped, 'pair')} the senior mostly advises")
    if unruled:
        has = "has" if unruled == 1 else "have"
        said.append(f"{wording.format_count(unruled, 'pair')} {has} no ground rules")
    return wording.capitalized("; ".join(said) or "roles hold, and every pair has its ground rules")


def count_reasons(found: list[tuple[SimpleNamespace, str]]) -> dict[str, int]:
    """Return how many pairs there are with each reason to talk."""
    said = [{one.get("code") for one in json.loads(row.reasons or "[]")} for row, _ in found]
    return {code: sum(code in codes_of for codes_of in said) for code in _TALK}


def skill_words(skills: str | None) -> str:
    """Return skills as a list in words; a dash for none."""
    return ", ".join(json.loads(skills or "[]")) or wording.MISSING
