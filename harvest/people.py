"""People beyond the board as their managers see them, and how many there are of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from harvest import figures, rights
from harvest.asked import Asked, quarters_to
from harvest.figures import NOT_PUBLISHED, Figures, Known, Number, Place, ReleaseRows
from harvest.pair_board import board_of, pair_known
from harvest.table_lines import TableLines, bag_of

TABLES = ("waiting_person", "cancelling_senior", "ended_pair", "rematch")
_NAMES = ("person_name", "candidate_name", "mentor_name", "mentee_name")
_SEEKING = ("waiting", "never_started", "dormant", "stalled")
_TALK = ("role_reversion", "ground_rules_missing")
_COUNTS = ("days_waiting", "sessions_due", "cancelled", "pairs", "days_together", "sessions_held",
           "cancelled_by_mentor", "cancelled_by_mentee", "days")  # fmt: skip
_LISTS = ("offers", "wants", "gets", "gives")
_RESPONSE = "response_rate"
Reader = Callable[[TableLines, int, int], "tuple[Known, str] | None"]


def people_words(rows: ReleaseRows) -> Iterator[str]:
    """Yield names, skills and reasons, which may hold digits and stand inside sentences."""
    for table in TABLES:
        frame = rows.frame(table)
        for column in (*_NAMES, "reason"):
            if column in frame.columns:
                yield from (str(text) for text in frame[column].dropna().unique())
        for column in _LISTS:
            if column in frame.columns:
                for text in frame[column].dropna().unique():
                    yield from json.loads(text)


def person(table: str) -> Reader:
    """Return the reader of a list of people: every number of the rows of whom a row names."""

    def read(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
        known = _named(lines.known, table, person_name=lines.head(row))
        return replace(known, is_name=column == 0), ""

    return read


def ended(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a pair that ended early, by the names of both: every number of its row."""
    mentor, _, mentee = lines.head(row).partition(" → ")
    known = _named(lines.known, "ended_pair", mentor_name=mentor, mentee_name=mentee)
    return replace(known, is_name=column == 0), ""


def ended_count(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many pairs ended early for a reason."""
    reason = lines.head(row)
    if column == 0:
        return None
    if not lines.known.viewer.programs:
        return Known(f"pairs that ended, {reason}", withheld=rights.NOT_YOURS), ""
    counts = _by_reason(people_of(lines.known, lines.asked, "ended_pair"))
    return bag_of(f"pairs that ended, {reason}", [(float(counts.get(reason, -1)), "count")]), ""


def talked(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a pair to talk with, by the names of both: every number of its row of the board."""
    mentor, _, mentee = lines.head(row).partition(" → ")
    name = f"pair {lines.head(row)}"
    named = lines.known.rows.find("pair_board", mentor_name=mentor, mentee_name=mentee)
    if not named:
        return Known(name, withheld=NOT_PUBLISHED, is_name=column == 0), ""
    known = [pair_known(lines.known, str(pair.pair_id)) for pair in named]
    if all(one.withheld for one in known):
        return replace(known[0], is_name=column == 0), ""
    return bag_of(name, [n for one in known for n in one.numbers.values()]), ""


def not_answered(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many of a group were asked and did not answer: by its published rate."""
    head, name = lines.table.heads[column], lines.head(row)
    if head not in ("Invited", "Not answered", "Response rate"):
        return None
    period = lines.labels.find(lines.by_head(row, "Quarter"), "period") or ""
    place = Place(period=period)
    if name != "All":
        department = lines.labels.find(name, "department")
        cohort = lines.labels.find(name, "cohort") or ""
        own = {"department": department} if department else {"cohort": cohort}
        place = replace(place, **own, population="" if department else "participants")
    known = lines.known.published(_RESPONSE, place)
    if head == "Response rate" or known.withheld:
        return known, figures.VALUE
    numbers = list(_missing(known))
    return bag_of(f"{known.name}, {head}", numbers[:1] if head == "Invited" else numbers[1:]), ""


def people_said(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield counts of the lists to those who see them, and of answers that are missing to all."""
    quarters = quarters_to(known.rows, asked.place.period, len(known.rows.values("quarter")))
    for quarter in quarters:
        yield from _missing(known.published(_RESPONSE, Place(period=quarter)))
    if not known.viewer.programs:
        return
    yield 180.0, "days"  # of the rule for cancellations
    waiting = people_of(known, asked, "waiting_person")
    gone = people_of(known, asked, "ended_pair")
    counts = [len(waiting), len(gone), int((gone["sessions_held"] == 0).sum())]
    counts += [len(people_of(known, asked, "cancelling_senior")), *_by_reason(gone).values()]
    counts += [*_seeking(people_of(known, asked, "rematch")), *_to_talk(board_of(known, asked))]
    yield from ((float(count), "count") for count in counts)
    if len(waiting):
        yield float(waiting["days_waiting"].max()), "days"


def people_of(known: Figures, asked: Asked, table: str) -> pd.DataFrame:
    """Return the rows of the chosen slice that this viewer may see by name."""
    frame, place = _own(known, table), asked.place
    department = "mentee_department" if table == "ended_pair" else "department"
    chosen = (("program", place.program), ("cohort", place.cohort), (department, place.department))
    for column, value in chosen:
        frame = frame[frame[column] == value] if value else frame
    return frame


def _own(known: Figures, table: str) -> pd.DataFrame:
    frame = known.rows.frame(table)
    mine = frame["program"].map(lambda program: rights.may_see_pairs(known.viewer, program))
    return frame[mine.astype(bool)]


def _named(known: Figures, table: str, **called: str) -> Known:
    """Return the numbers of the rows that carry a name, if this viewer may see them."""
    what = f"{table} {' → '.join(called.values())}"
    every = known.rows.find(table, **called)
    if not every:
        return Known(what, withheld=NOT_PUBLISHED)
    found = [row for row in every if rights.may_see_pairs(known.viewer, str(row.program))]
    if not found:
        return Known(what, withheld=rights.NOT_YOURS)
    return bag_of(what, [number for row in found for number in _numbers(row._asdict())])


def _numbers(row: dict[str, Any]) -> Iterator[Number]:
    for column in _COUNTS:
        if not pd.isna(row.get(column)):
            yield float(row[column]), "days" if "days" in column else "count"
            yield float(row[column]), "count"
    if row.get("sessions_due"):
        yield float(row["cancelled"]) / float(row["sessions_due"]), "fraction"


def _missing(known: Known) -> Iterator[Number]:
    """Yield how many were asked and how many did not answer."""
    if not known.withheld and {figures.N, figures.VALUE} <= known.numbers.keys():
        invited, rate = known.numbers[figures.N][0], known.numbers[figures.VALUE][0]
        yield invited, "count"
        yield float(round(invited * (1 - rate))), "count"


def _by_reason(frame: pd.DataFrame) -> dict[str, int]:
    given = frame["has_reason"].astype(bool).map({True: "Other reason", False: "No reason given"})
    return dict(frame["reason"].fillna(given).value_counts())


def _seeking(frame: pd.DataFrame) -> list[int]:
    """Return how many need a partner, with a suggestion, without one, and without any skills."""
    frame = frame[frame["need"].isin(_SEEKING)]
    keys = ["program", "role", "person_name", "pair_id", "days"]
    first = frame.drop_duplicates(keys)
    none = first["place"].isna()
    unsaid = (first["why_none"] == "no_form").sum()
    return [len(first), int((~none).sum()), int(none.sum()), int(unsaid)]


def _to_talk(board: pd.DataFrame) -> list[int]:
    """Return how many pairs have swapped roles, lack ground rules, and either."""
    said = [{one.get("code") for one in json.loads(text or "[]")} for text in board["reasons"]]
    each = [sum(code in codes for codes in said) for code in _TALK]
    return [*each, sum(bool(codes & set(_TALK)) for codes in said)]
