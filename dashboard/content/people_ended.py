"""Pairs that ended before their time: what can be learned from them."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, number_value, text_value
from dashboard.content.board import pair_name
from dashboard.content.people_rematch import in_slice
from dashboard.data import View
from reports import wording

OTHER, NO_REASON = "Other reason", "No reason given"


def read_ended(view: View) -> list[SimpleNamespace]:
    """Return the pairs that ended early, the latest end first; empty without the right to names."""
    found = in_slice(view, "ended_pair", "mentee_department")
    return sorted(found, key=lambda row: (-row.ended_on.toordinal(), row.pair_id))


def reason_of(row: SimpleNamespace) -> str:
    """Return why a pair ended, in the words several pairs share."""
    return str(row.reason) if row.reason else OTHER if row.has_reason else NO_REASON


def count_reasons(rows: list[SimpleNamespace]) -> list[tuple[str, int]]:
    """Return each reason with its pairs, the most frequent first, the unnamed ones last."""
    counted = Counter(map(reason_of, rows))
    return sorted(counted.items(), key=lambda one: (one[0] in (OTHER, NO_REASON), -one[1], one[0]))


def reasons_figure(view: View) -> Figure:
    """Return how many pairs ended early by reason."""
    rows = read_ended(view)
    counted = count_reasons(rows)
    heading = "No pair ended early in the last twelve months"
    if rows:
        verb = "pair" if len(rows) == 1 else "pairs"
        heading = f"{wording.format_number(len(rows))} {verb} ended early in the last twelve months"
    return Figure(
        figure_id="people-ended-reasons",
        title=heading,
        subtitle="By reason; words that only few pairs share are “other reason”",
        table=Table(
            (Column("Reason", is_long=True), Column("Pairs ended", is_number=True)),
            tuple((text_value(reason), number_value(count)) for reason, count in counted),
        ),
    )


def ended_figure(view: View) -> Figure:
    """Return the pairs that ended early, with how they met."""
    columns = (
        Column("Pair"), Column("Departments", is_long=True), Column("Ended"),
        Column("Together, days", is_number=True), Column("Held", is_number=True),
        Column("Cancelled by senior", is_number=True),
        Column("Cancelled by mentor", is_number=True), Column("Reason", is_long=True),
    )  # fmt: skip
    rows = read_ended(view)
    lines = tuple(
        (
            text_value(pair_name(row)),
            text_value(f"{row.mentor_department} → {row.mentee_department}"),
            text_value(wording.format_day(row.ended_on, is_short=True)),
            number_value(row.days_together),
            number_value(row.sessions_held),
            number_value(row.cancelled_by_mentee),
            number_value(row.cancelled_by_mentor),
            text_value(reason_of(row)),
        )
        for row in rows
    )
    never = sum(row.sessions_held == 0 for row in rows)
    heading = "No pair to learn from yet"
    if rows:
        heading = f"Of the pairs that ended early, {wording.format_number(never)} had never met"
    day = wording.format_day(view.info.data_as_of)
    return Figure(
        figure_id="people-ended",
        title=heading,
        subtitle=f"Pairs that ended in the twelve months to {day} before the planned end of their "
        "cohort or program, the latest first",
        table=Table(columns, lines),
        notes=("Contains names: pass it on to nobody who does not run the program.",),
    )
