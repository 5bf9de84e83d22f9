"""What a grid asks of the worklist, and the rows it gets: a block at a time, under one order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

from app_state.entry import FollowUp, Kind
from dashboard.content import pair_risk
from dashboard.content.board import (
    CHOICES,
    NEED_YOU,
    STATES,
    Order,
    chosen_state,
    in_state,
    met_since,
    own_board,
    read_board,
)
from dashboard.content.follow_ups import follow_up_cell
from dashboard.content.pairs import grid_row
from dashboard.data import View
from reports import wording

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
    warning = pair_risk.read_warning(view)
    if warning is None:
        return Part([], 0)
    found = read_board(view).find(_in_order(view, question), question.words)
    back, shown = list_search(view), found[question.start : question.end]
    return Part([_row(row, view, warning, back) for row in shown], len(found))


def _row(
    row: SimpleNamespace, view: View, warning: pair_risk.PairWarning, back: str
) -> dict[str, Any]:
    """Return one row of the grid: what is known, what was done, where the pair's page is."""
    line = grid_row(row, view)
    line["href"] = f"/pairs{back}{'&' if back else '?'}pair={quote_plus(row.pair_id)}"
    line["risk"] = None if row.risk is None else round(row.risk * 100, 1)
    line["risk_words"] = warning.short_words(row.risk)
    return line | done_cell(view, row.pair_id)


def done_cell(view: View, pair_id: str) -> dict[str, Any]:
    """Return the columns of a row that say what was last done about the pair, and if it met."""
    if view.done is None:
        return {}
    cell = follow_up_cell(view.done.current.get(pair_id), today=view.done.today)
    row = own_board(view).by_id.get(pair_id)
    met_on = met_since(view, row) if row is not None else None
    if met_on is not None:
        cell["follow_up_met"] = f"Met {wording.format_day(met_on, is_short=True)}"
    return {"follow_up_met": ""} | cell | {"aside": pair_id in view.done.aside}


def list_search(view: View) -> str:
    """Return the query of the list's address: filters, choice, and words."""
    asked = {name: view.params[name] for name in ("state", "q") if view.params.get(name)}
    return view.filters.search(**asked)


def neighbours(view: View, pair_id: str) -> tuple[str, str]:
    """Return the pairs before and after one in the list it was reached from; empty for none."""
    ids = [row.pair_id for row in in_state(view, chosen_state(view))]
    if pair_id not in ids:
        return "", ""
    at = ids.index(pair_id)
    return (ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else "")


def _in_order(view: View, question: Question) -> Sequence[SimpleNamespace]:
    if question.sort != _BY_FOLLOW_UP:
        order = Order(question.sort, SORTS.get(question.sort), question.descending)
        return in_state(view, question.state, order)
    rows = in_state(view, question.state)
    done: Mapping[str, FollowUp] = view.done.current if view.done is not None else {}
    # what was taken back has a row of its own, and nothing to order by
    acted = {key: row.done_at for key, row in done.items() if row.kind is not Kind.NONE}
    known = [row for row in rows if row.pair_id in acted]
    known.sort(key=lambda row: acted[row.pair_id], reverse=question.descending)
    return known + [row for row in rows if row.pair_id not in acted]


def _position(asked: Mapping[str, str], name: str, usual: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion(f"{name} is a position in the list, not {text}.")
    return int(text)


_STATE_ORDER = {state: position for position, state in enumerate(STATES)}
_BY_FOLLOW_UP = "follow_up"  # which the release does not hold
SORTS: Mapping[str, Callable[[SimpleNamespace], Any] | None] = {
    "state_word": lambda row: _STATE_ORDER.get(row.state),
    "pair": lambda row: f"{row.mentor_name} {row.mentee_name}".casefold(),
    "days": lambda row: row.days_since_last,
    "next": lambda row: row.next_planned_on,
    "risk": lambda row: row.risk,
    "held": lambda row: row.sessions_held,
    "cohort": lambda row: row.cohort or None,
    _BY_FOLLOW_UP: None,
}
