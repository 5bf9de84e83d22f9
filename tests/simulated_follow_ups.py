"""Logs of follow-ups for tests: built row by row, at random, or by managers of a known effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from app_state.follow_ups import LOG_COLUMNS

FIRST = dt.date(2026, 1, 5)
Rows = list[dict[str, Any]]
BOARD = ["data_as_of", "pair_id", "state", "risk_band"]


class Log:
    """The log as the store writes it, without the store."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self._last: dict[str, list[dict[str, Any]]] = {}

    def act(self, pair: str, kind: str, day: dt.date, place: tuple[dt.date, str, str]) -> None:
        version = len(self._last.get(pair, [])) + 1
        self._add(pair, kind, day, place, None, version)

    def edit(self, pair: str, day: dt.date) -> None:
        before = self._last.get(pair)
        if before and before[-1]["act_version"] is not None:
            self._again(pair, day, before[-1], None)

    def undo(self, pair: str, day: dt.date) -> None:
        rows = self._last.get(pair)
        if rows:
            nothing = rows[-1] | {"kind": "none", "act_version": None}
            self._again(pair, day, rows[-2] if len(rows) > 1 else nothing, f"b{len(self.rows)}")

    def _again(self, pair: str, day: dt.date, row: dict[str, Any], undoes: str | None) -> None:
        place = (row["data_as_of"], row["state"], row["risk_band"])
        self._add(pair, row["kind"], day, place, undoes, row["act_version"])

    def _add(
        self, pair: str, kind: str, day: dt.date, place: Any, undoes: Any, act: int | None
    ) -> None:
        rows = self._last.setdefault(pair, [])
        at = dt.datetime.combine(day, dt.time(10, 15))
        as_of, state, band = place
        values = (pair, len(rows) + 1, kind, at, as_of, state, band, undoes, act)
        rows.append(dict(zip(LOG_COLUMNS, values, strict=True)))
        self.rows.append(rows[-1])


def frames(log: Rows, boards: Rows, held: Rows) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows as the frames that the product reads."""
    return (
        pd.DataFrame(log, columns=list(LOG_COLUMNS)),
        pd.DataFrame(boards, columns=BOARD),
        pd.DataFrame(held, columns=["pair_id", "held_on"]),
    )


def anything(seed: int) -> tuple[Rows, Rows, Rows, dt.date]:
    """Follow-ups of every kind, edits and undos, sessions and boards, all at random."""
    chance = np.random.default_rng(seed)
    pairs = [f"p{n}" for n in range(int(chance.integers(12, 36)))]
    boards, log = [], Log()
    busy = chance.uniform(0.02, 0.3)
    for week in range(16):
        as_of = FIRST + dt.timedelta(days=7 * week)
        for pair in pairs:
            place = (
                as_of,
                str(chance.choice(["dormant", "stalled"])),
                str(chance.choice(["", "h"])),
            )
            if chance.random() < 0.95:
                boards.append(dict(zip(BOARD, (as_of, pair, *place[1:]), strict=True)))
            day = as_of + dt.timedelta(days=int(chance.integers(1, 4)))
            what = chance.random()
            if what < busy:
                log.act(pair, str(chance.choice(["contacted", "contacted", "note"])), day, place)
            elif what < 1.2 * busy:
                log.edit(pair, day)
            elif what < 1.5 * busy:
                log.undo(pair, day)
    held = [
        {"pair_id": pair, "held_on": FIRST + dt.timedelta(days=int(day))}
        for pair in pairs
        for day in chance.integers(0, 150, size=int(chance.integers(0, 6)))
    ]
    return log.rows, boards, held, FIRST + dt.timedelta(days=120)


CHANCE_A_DAY = {"low": 0.02, "high": 0.008}  # that a pair meets, by risk band


def managed(
    seed: int, *, effect: float, pairs: int = 300, days: int = 120, contacted: float = 0.33
) -> tuple[Rows, Rows, Rows, dt.date]:
    """A program whose manager contacts a share of the silent pairs each week.

    ``effect`` is added to the chance a day of meeting for 30 days after a contact; a pair is
    dormant when it has not met for 14 days. The manager sees no more than the board.
    """
    chance = np.random.default_rng(seed)
    names = [f"p{n}" for n in range(pairs)]
    band = chance.choice(["low", "high"], size=pairs).tolist()
    base = np.array([CHANCE_A_DAY[one] for one in band])
    last, until = chance.integers(-40, 0, size=pairs), np.full(pairs, -1)
    log, boards, held = Log(), [], []
    for number in range(days):
        day = FIRST + dt.timedelta(days=number)
        met = chance.random(pairs) < base + effect * (until >= number)
        last = np.where(met, number, last)
        held += [{"pair_id": names[i], "held_on": day} for i in np.flatnonzero(met)]
        if number % 7 == 6:
            state = np.where(number - last > 14, "dormant", "on_track").tolist()
            boards += [
                dict(zip(BOARD, (day, names[i], state[i], band[i]), strict=True))
                for i in range(pairs)
            ]
            chosen = (number - last > 14) & (chance.random(pairs) < contacted)
            for i in np.flatnonzero(chosen):
                log.act(names[i], "contacted", day, (day, state[i], band[i]))
            until = np.where(chosen, number + 30, until)
    return log.rows, boards, held, FIRST + dt.timedelta(days=days - 1)


def true_difference(rows: Rows, effect: float) -> float:
    """Mean over these follow-ups of what a contact adds to the chance of meeting in 30 days."""
    added = [
        (1 - base) ** 30 - (1 - base - effect) ** 30
        for base in (CHANCE_A_DAY[row["risk_band"]] for row in rows)
    ]
    return float(np.mean(added))
