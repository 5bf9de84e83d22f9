"""Who could be matched with whom, and why they fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from types import SimpleNamespace

from app_state.entry import Kind
from dashboard.components.figure import Column, Figure, Table, text_value
from dashboard.content.board import own_board
from dashboard.data import View
from reports import codes, wording

_SEEKING = ("waiting", "never_started", "dormant", "stalled")
_FREE = {
    "waiting": "waiting since {}",
    "ended": "without a pair since {}",
    "completed": "completed a pair on {}",
}


@dataclass(frozen=True)
class Seeker:
    """Somebody who needs a partner.

    Attributes
    ----------
    row : row of ``rematch``
        The first of the person's rows.
    suggestions : tuple of rows of ``rematch``
        The best first; empty where nobody fits.
    is_wanted : bool
        The follow-up of the pair says that a re-match is wanted.
    """

    row: SimpleNamespace
    suggestions: tuple[SimpleNamespace, ...]
    is_wanted: bool


def in_slice(view: View, table: str, department: str = "department") -> tuple[SimpleNamespace, ...]:
    """Return the named rows of the chosen program, cohort and department."""
    chosen = view.filters
    return tuple(
        row
        for row in view.rows(table)
        if chosen.program in ("", row.program)
        and chosen.cohort in ("", row.cohort)
        and chosen.department in ("", getattr(row, department))
    )


def read_seekers(view: View) -> list[Seeker]:
    """Return who needs a partner: re-match wanted first, then by waiting, then by the pair's need.

    Of pairs these are the never started, dormant and stalled ones, and those whose follow-up says
    that a re-match is wanted.
    """
    done = view.done.current if view.done is not None else {}
    wanted = {pair for pair, row in done.items() if row.kind is Kind.REMATCH_WANTED}
    known = own_board(view).by_id

    def order(row: SimpleNamespace) -> tuple[object, ...]:
        need = known[row.pair_id].need_rank if row.pair_id in known else -row.days
        who = (row.program, row.role, row.person_name, row.pair_id or "")
        return (row.pair_id not in wanted, bool(row.pair_id), need, *who)

    rows = [
        row for row in in_slice(view, "rematch") if row.need in _SEEKING or row.pair_id in wanted
    ]
    rows.sort(key=lambda row: (*order(row), row.place or 0))
    return [_seeker(list(group), wanted) for _, group in groupby(rows, key=order)]


def _seeker(rows: list[SimpleNamespace], wanted: Iterable[str]) -> Seeker:
    suggestions = tuple(row for row in rows if row.place is not None)
    return Seeker(rows[0], suggestions, rows[0].pair_id in wanted)


def need_words(seeker: Seeker) -> str:
    """Return why somebody needs a partner."""
    row = seeker.row
    if row.need == "waiting":
        return f"Waiting {wording.format_value(row.days, 'days')}"
    state = codes.STATES.get(row.need, row.need)
    return f"{state}, re-match wanted" if seeker.is_wanted else state


def free_words(row: SimpleNamespace) -> str:
    """Return since when a candidate has been free."""
    day = wording.format_day(row.candidate_since, is_short=True)
    return _FREE.get(row.candidate_free, "free since {}").format(day)


def fit_words(row: SimpleNamespace) -> str:
    """Return why a candidate fits: skills both ways, department, reporting line."""
    gets, gives = (wording.list_words(json.loads(text or "[]")) for text in (row.gets, row.gives))
    parts = [f"offers {gets}, which {row.person_name} asked for"] if gets else []
    parts += [f"asked for {gives}, which {row.person_name} offers"] if gives else []
    parts += ["works in another department", "not in their reporting line"]
    return wording.capitalized("; ".join(parts))


def none_words(seekers: list[Seeker]) -> str:
    """Return for how many nobody is suggested, and why; empty where somebody is for all."""
    left = [one for one in seekers if not one.suggestions]
    if not left:
        return ""
    without = sum(one.row.why_none == "no_form" for one in left)
    people = wording.format_count(len(left), "person", "people")
    who = "all of them" if without == len(left) else f"{wording.format_number(without)} of them"
    form = f"; {who} named no skills yet: ask for the needs form" if without else ""
    return f"For {people} nobody is suggested{form}."


def rematch_figure(view: View) -> Figure:
    """Return every suggestion with its reasons."""
    seekers = read_seekers(view)
    found = [one for one in seekers if one.suggestions]
    lines = tuple(
        (
            text_value(one.row.person_name),
            text_value("Mentor" if one.row.role == "mentor" else "Senior"),
            text_value(one.row.department),
            text_value(need_words(one)),
            text_value(row.candidate_name),
            text_value(row.candidate_department),
            text_value(wording.capitalized(free_words(row))),
            text_value(fit_words(row)),
        )
        for one in found
        for row in one.suggestions
    )
    columns = (
        Column("Person"), Column("Role"), Column("Department"), Column("Needs"),
        Column("Could meet"), Column("Their department"), Column("Free"),
        Column("Why they fit", is_long=True),
    )  # fmt: skip
    heading = "Nobody who needs a partner can be matched from the needs forms"
    if found:
        people = wording.format_count(len(seekers), "person", "people")
        verb = "needs" if len(seekers) == 1 else "need"
        heading = (
            f"{people} {verb} a partner; for {wording.format_number(len(found))} somebody fits"
        )
    return Figure(
        figure_id="people-rematch",
        title=heading,
        subtitle="For who waits, and for both sides of pairs that never started, are dormant or "
        "stalled: up to three free colleagues of the same program by the skills both named, the "
        "junior below the senior, never in one reporting line or matched before",
        table=Table(columns, lines),
        metric_id=view.first_metric("skills_overlap"),
        notes=(
            "One colleague can be suggested to several people.",
            "Contains names: pass it on to nobody who does not run the program.",
        ),
    )
