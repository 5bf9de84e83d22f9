"""The pairs of one viewer and one choice of filters, ready to be asked: by state, by name, by need.

Made once for each release, program rights and filters, so that a question about 40,000 pairs costs
what its answer costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from dashboard.data import View
from reports import wording

NEEDING = ("stalled", "dormant", "never_started", "drifting", "unlogged")
STATES = (*NEEDING, "on_track", "too_early", "paused")
NEED_YOU, ASIDE, DUE, DONE, ALL = "needing", "aside", "due", "done", "all"
CHOICES = (NEED_YOU, DUE, *STATES, DONE, ASIDE, ALL)


@dataclass(frozen=True)
class Order:
    """An order of pairs.

    Attributes
    ----------
    name : str
        Of the column.
    read : function or None
        Returns what a pair is ordered by, None where it has nothing; None for the order of need.
    descending : bool
        Largest first.
    """

    name: str = ""
    read: Callable[[SimpleNamespace], Any] | None = None
    descending: bool = False


BY_NEED = Order()


@dataclass(frozen=True, eq=False)
class Board:
    """Pairs, most in need first.

    Attributes
    ----------
    rows : tuple
        Rows of the release table ``pair_board``.
    """

    rows: tuple[SimpleNamespace, ...]

    @cached_property
    def by_id(self) -> Mapping[str, SimpleNamespace]:
        """Every pair by its id."""
        return {row.pair_id: row for row in self.rows}

    @cached_property
    def needing(self) -> tuple[SimpleNamespace, ...]:
        """Pairs that need someone by their state, whatever was done about them."""
        return tuple(row for row in self.rows if row.needs_attention)

    @cached_property
    def by_state(self) -> Mapping[str, tuple[SimpleNamespace, ...]]:
        """Pairs in each state; states without pairs are there."""
        found: dict[str, list[SimpleNamespace]] = {state: [] for state in STATES}
        for row in self.rows:
            found.setdefault(row.state, []).append(row)
        return {state: tuple(rows) for state, rows in found.items()}

    @cached_property
    def after_cancellations(self) -> frozenset[str]:
        """Pairs with cancellations by the senior among their reasons."""
        return frozenset(
            row.pair_id for row in self.rows if '"senior_cancelled"' in (row.reasons or "")
        )

    @cached_property
    def _words(self) -> Mapping[str, str]:
        """What a search looks through for each pair: names and departments."""
        return {
            row.pair_id: "\n".join(
                str(text or "")
                for text in (
                    row.mentor_name,
                    row.mentee_name,
                    row.mentor_department,
                    row.mentee_department,
                    row.pair_id,
                )
            ).casefold()
            for row in self.rows
        }

    @cached_property
    def _orders(self) -> dict[tuple[str, bool], Sequence[SimpleNamespace]]:
        """All pairs, in each order that was asked for before."""
        return {}

    def find(self, rows: Sequence[SimpleNamespace], words: str) -> Sequence[SimpleNamespace]:
        """Return the pairs of which names or departments hold every one of the words."""
        for word in words.casefold().split():
            texts = self._words
            rows = [row for row in rows if word in texts[row.pair_id]]
        return rows

    def ordered(self, which: str, order: Order) -> Sequence[SimpleNamespace]:
        """Return the pairs in a state, all, or those in need, in an order.

        Pairs without a value come last, whichever way the order runs.
        """
        if order.read is None:
            fixed = {ALL: self.rows, NEED_YOU: self.needing}
            return fixed.get(which, self.by_state.get(which, ()))
        key = (order.name, order.descending)
        if key not in self._orders:
            keyed = [(order.read(row), row) for row in self.rows]
            known = [pair for pair in keyed if pair[0] is not None]
            known.sort(key=itemgetter(0), reverse=order.descending)
            without = [row for value, row in keyed if value is None]
            self._orders[key] = [row for _, row in known] + without
        rows = self._orders[key]
        if which == ALL:
            return rows
        if which == NEED_YOU:
            return [row for row in rows if row.needs_attention]
        return [row for row in rows if row.state == which]


def names_are_shown(view: View) -> bool:
    """Return whether this viewer may see named pairs."""
    return view.rights("pair_board").allowed


def board_day(view: View) -> str:
    """Return the day the board is about."""
    return f"as of {wording.format_day(view.info.data_as_of)}"


def pair_name(pair: SimpleNamespace) -> str:
    """Return the names of both: "Ann Lee → Bob Ray"."""
    return f"{pair.mentor_name} → {pair.mentee_name}"


def own_board(view: View) -> Board:
    """Return every pair this viewer may see by name, whatever the filters; empty without names."""
    return _board(view, "", "", "")


def read_board(view: View) -> Board:
    """Return the pairs of the chosen slice; empty without the right to names.

    A pair belongs to the department of its mentee, the senior.
    """
    chosen = view.filters
    return _board(view, chosen.program, chosen.cohort, chosen.department)


def chosen_state(view: View) -> str:
    """Return what the address asks for: those who need you (the default), or another choice."""
    asked = view.params.get("state", NEED_YOU)
    return asked if asked in CHOICES else NEED_YOU


def asked_pairs(view: View) -> Sequence[SimpleNamespace]:
    """Return the pairs the address asks for: under its choice, with its words."""
    return read_board(view).find(in_state(view, chosen_state(view)), view.params.get("q", ""))


def in_state(view: View, state: str, order: Order = BY_NEED) -> Sequence[SimpleNamespace]:
    """Return the pairs of the slice under one of :data:`CHOICES`, most in need first.

    Those that need someone are without the ones set aside until later.
    """
    board = read_board(view)
    if state in (ASIDE, DUE, DONE):
        wanted = _acted(view)[state]
        return [row for row in board.ordered(ALL, order) if row.pair_id in wanted] if wanted else ()
    rows, aside = board.ordered(state, order), _acted(view)[ASIDE]
    if state == NEED_YOU and aside:
        return [row for row in rows if row.pair_id not in aside]
    return rows


def count_choices(view: View) -> dict[str, int]:
    """Return the number of pairs under each of :data:`CHOICES`."""
    board, acted = read_board(view), _acted(view)
    counts = {state: len(board.by_state[state]) for state in STATES}
    counts[ALL] = len(board.rows)
    by_id = board.by_id
    for choice, pair_ids in acted.items():
        counts[choice] = sum(pair_id in by_id for pair_id in pair_ids)
    put_aside = [by_id[pair_id] for pair_id in acted[ASIDE] if pair_id in by_id]
    counts[NEED_YOU] = len(board.needing) - sum(bool(row.needs_attention) for row in put_aside)
    return counts


def met_since(view: View, row: SimpleNamespace) -> dt.date | None:
    """Return the day on which a pair met after the board on which somebody last acted."""
    done = view.done.current.get(row.pair_id) if view.done is not None else None
    if done is None or done.act_version is None or row.last_held_on is None:
        return None
    held_on: dt.date = row.last_held_on.date()
    return held_on if held_on > done.data_as_of else None


def _board(view: View, program: str, cohort: str, department: str) -> Board:
    granted = view.rights("pair_board")
    if not granted.allowed:
        return Board(())
    key = ("board", granted.only.get("program"), program, cohort, department)

    def make() -> Board:
        if not (program or cohort or department):
            return Board(tuple(sorted(view.rows("pair_board"), key=lambda row: row.need_rank)))
        return Board(
            tuple(
                row
                for row in own_board(view).rows
                if program in ("", row.program)
                and cohort in ("", row.cohort)
                and department in ("", row.mentee_department)
            )
        )

    return view.snapshot.made(key, make)


def _acted(view: View) -> dict[str, frozenset[str]]:
    """Return the pairs of the choices that follow-ups make."""
    if view.done is None:
        return dict.fromkeys((ASIDE, DUE, DONE), frozenset())
    lately = view.done.lately(view.info.data_as_of)
    return {ASIDE: view.done.aside, DUE: view.done.due, DONE: lately}
