"""What a grid asks of the worklist, and the rows it gets: a block at a time, under one order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from app_state.entry import FollowUp
from dashboard.content import pair_risk
from dashboard.content.board import (
    CHOICES,
    NEED_YOU,
    STATES,
    chosen_state,
    in_state,
    read_board,
)
from dashboard.content.follow_ups import follow_up_cell
from dashboard.content.pairs import grid_row
from dashboard.data import View

BLOCK, LARGEST_BLOCK = 100, 1_000
LONGEST_WORDS = 200


@dataclass(frozen=True)
class Question:
    """A part of the worklist.

    Attributes
    ----------
    state : str
        One of :data:`dashboard.content.board.CHOICES`.
    words : str
        Names and departments are searched for all of them.
    sort : str
        A column of :data:`SORTS`; empty for the order of need.
    descending : bool
        Largest first; pairs without a value come last either way.
    start, end : int
        Rows, as positions in the order.
    """

    state: str = NEED_YOU
    words: str = ""
    sort: str = ""
    descending: bool = False
    start: int = 0
    end: int = BLOCK


@dataclass(frozen=True)
class Part:
    """Rows of the worklist and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


class BadQuestion(ValueError):
    """A question that cannot be meant; the message says why."""


def read_question(asked: Mapping[str, str]) -> Question:
    """Return the question that parameters of an address hold.

    Raises
    ------
    BadQuestion
        A parameter is none we know the meaning of.
    """
    state, sort = asked.get("state") or NEED_YOU, asked.get("sort", "")
    if state not in CHOICES:
        raise BadQuestion(f"There is no state {state}.")
    if sort and sort not in SORTS:
        raise BadQuestion(f"The list cannot be ordered by {sort}.")
    start, end = _position(asked, "start", 0), _position(asked, "end", BLOCK)
    if not start <= end <= start + LARGEST_BLOCK:
        raise BadQuestion(f"At most {LARGEST_BLOCK:,} rows can be asked for at once.")
    words = asked.get("q", "")[:LONGEST_WORDS]
    return Question(state, words, sort, asked.get("dir") == "desc", start, end)


def answer(view: View, question: Question) -> Part:
    """Return the rows asked for; none for those who may not see pairs by name."""
    found = read_board(view).find(in_state(view, question.state), question.words)
    ordered = _in_order(view, found, question)
    warning = pair_risk.read_warning(view)
    if warning is None:
        return Part([], 0)
    rows = [worklist_row(row, view, warning) for row in ordered[question.start : question.end]]
    return Part(rows, len(ordered))


def worklist_row(
    row: SimpleNamespace, view: View, warning: pair_risk.PairWarning
) -> dict[str, Any]:
    """Return one row of the grid: what is known, what was done, where the pair's page is."""
    line = grid_row(row, view) | {"href": pair_href(view, row.pair_id)}
    line["risk"] = None if row.risk is None else round(row.risk * 100, 1)
    line["risk_words"] = warning.short_words(row.risk)
    if view.done is not None:
        line |= done_cell(view, row.pair_id)
    return line


def done_cell(view: View, pair_id: str) -> dict[str, Any]:
    """Return the columns of a row that say what was last done about the pair."""
    if view.done is None:
        return {}
    cell = follow_up_cell(view.done.current.get(pair_id), today=view.done.today)
    return cell | {"aside": pair_id in view.done.aside}


def pair_href(view: View, pair_id: str) -> str:
    """Return the address of a pair's page that leads back to the same list."""
    list_asked = {name: view.params[name] for name in ("state", "q") if view.params.get(name)}
    return f"/pairs{view.filters.search(**list_asked, pair=pair_id)}"


def neighbours(view: View, pair_id: str) -> tuple[str, str]:
    """Return the pairs before and after one in the list it was reached from; empty for none."""
    ids = [row.pair_id for row in in_state(view, chosen_state(view))]
    if pair_id not in ids:
        return "", ""
    at = ids.index(pair_id)
    return (ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else "")


def _in_order(
    view: View, rows: Sequence[SimpleNamespace], question: Question
) -> Sequence[SimpleNamespace]:
    if not question.sort:
        return rows
    read = SORTS[question.sort]
    done: Mapping[str, FollowUp] = view.done.current if view.done is not None else {}
    keyed = [(read(row, done), row) for row in rows]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=question.descending)
    return [row for _, row in known] + [row for key, row in keyed if key is None]


def _position(asked: Mapping[str, str], name: str, usual: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion(f"{name} is a position in the list, not {text}.")
    return int(text)


def _done_at(row: SimpleNamespace, done: Mapping[str, FollowUp]) -> Any:
    held = done.get(row.pair_id)
    return held.done_at if held is not None and held.act_version is not None else None


_STATE_ORDER = {state: position for position, state in enumerate(STATES)}
SORTS: Mapping[str, Callable[[SimpleNamespace, Mapping[str, FollowUp]], Any]] = {
    "state_word": lambda row, _: _STATE_ORDER.get(row.state),
    "pair": lambda row, _: f"{row.mentor_name} {row.mentee_name}".casefold(),
    "days": lambda row, _: row.days_since_last,
    "next": lambda row, _: row.next_planned_on,
    "risk": lambda row, _: row.risk,
    "held": lambda row, _: row.sessions_held,
    "cohort": lambda row, _: row.cohort,
    "follow_up": _done_at,
}
