"""A pair's own page: its table of sessions, its topics, and the counts its titles may say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from harvest.figures import NOT_PUBLISHED, Figures, Known, Number
from harvest.pair_board import pair_known
from harvest.table_lines import TableLines, bag_of
from reports.wording import format_day

_RULES = ("topics", "off_limits", "place", "frequency", "confidentiality")


def sessions(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return the days up to a session of the pair asked for, or since its last one."""
    head, pair_id = lines.table.heads[column], lines.asked.params.get("pair", "")
    if head not in ("Days", "Agreed, days"):
        return None
    known = pair_known(lines.known, pair_id)
    if known.withheld:
        return known, ""
    if head == "Agreed, days":
        return known, "agreed_cadence_days"
    name, days = f"sessions of {pair_id}", _gaps(lines.known, pair_id).get(lines.head(row))
    if days is None:
        return Known(name, withheld=NOT_PUBLISHED), ""
    return bag_of(name, [(float(one), "days") for one in days]), ""


def topics(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many sessions of the pair asked for were about a topic."""
    pair_id = lines.asked.params.get("pair", "")
    if lines.table.heads[column] != "Sessions":
        return None
    known = pair_known(lines.known, pair_id)
    if known.withheld:
        return known, ""
    counts = {
        _topic(one.topic): float(one.sessions) for one in _rows(lines.known, "pair_topic", pair_id)
    }
    count = counts.get(lines.head(row))
    if count is None:
        return Known(f"topics of {pair_id}", withheld=NOT_PUBLISHED), ""
    return bag_of(f"topics of {pair_id}", [(count, "count")]), ""


def page_numbers(known: Figures, pair_id: str) -> Iterator[Number]:
    """Yield what text on a pair's page may say, to those who may see the pair."""
    if pair_known(known, pair_id).withheld:
        return
    yield from ((float(count), "count") for count in _counts(known, pair_id))
    held = _days(known, pair_id, "held")
    if len(held) > 1:
        yield (held[-1] - held[0]).days / (len(held) - 1), "days"
    for fact in _rows(known, "pair_fact", pair_id):
        yield from ((float(n), "count") for n in (fact.steps_match, fact.steps_now) if n == n)  # noqa: PLR0124


def _counts(known: Figures, pair_id: str) -> Iterator[int]:
    """Yield counts of events, goals, actions, milestones, ground rules, topics and checks."""
    yield from (1, 2, 3)  # checks that need a look: one of the line today, one then, one of roles
    events = pd.DataFrame(_rows(known, "pair_event", pair_id))
    if not events.empty:
        yield from events["kind"].value_counts()
        yield from events.groupby(["kind", "detail"]).size()
    items = pd.DataFrame(_rows(known, "pair_item", pair_id))
    if not items.empty:
        day = pd.Timestamp(known.rows.release.info.data_as_of)
        late = items[(items["status"] == "open") & (items["due_on"] < day)]
        for part in (items, late):
            yield from part["kind"].value_counts()
        yield from items.groupby(["kind", "status"]).size()
        yield from items.groupby(["kind", "status", "owner_role"]).size()
        yield 0
    named = [row for row in _rows(known, "pair_topic", pair_id) if isinstance(row.topic, str)]
    yield from (len(named), *(row.sessions for row in named))
    for fact in _rows(known, "pair_fact", pair_id):
        yield from (len(_RULES), sum(getattr(fact, f"covers_{name}") is True for name in _RULES))


def _gaps(known: Figures, pair_id: str) -> dict[str, list[int]]:
    """Return the days before each session by its day as printed, and since the last one."""
    board = known.rows.find("pair_board", pair_id=pair_id)[0]
    held = [board.matched_on.date(), *_days(known, pair_id, "held")]
    as_of = known.rows.release.info.data_as_of
    found: dict[str, list[int]] = {}
    for before, day in pairwise(held):
        found.setdefault(format_day(day, is_short=True), []).append((day - before).days)
    found[f"Not yet by {format_day(as_of, is_short=True)}"] = [(as_of - held[-1]).days]
    return found


def _days(known: Figures, pair_id: str, kind: str) -> list[date]:
    rows = _rows(known, "pair_event", pair_id)
    return sorted(row.happened_on.date() for row in rows if row.kind == kind)


def _rows(known: Figures, table: str, pair_id: str) -> list[Any]:
    return known.rows.find(table, pair_id=pair_id)


def _topic(code: object) -> str:
    words = code.replace("_", " ") if isinstance(code, str) else "in own words"
    return words[:1].upper() + words[1:]
