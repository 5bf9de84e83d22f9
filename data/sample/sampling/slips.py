"""Rows that are wrong on purpose, in the ways real exports are wrong, and how many of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sampling.plan import Plan

ORDER = "_order"
Change = Callable[[pd.DataFrame, np.random.Generator], Mapping[str, object]]


@dataclass(frozen=True)
class Slip:
    """One kind of mistake in one file.

    Attributes
    ----------
    rule : str
        Rule of the rejection report the row breaks.
    entity : str
        Canonical table whose rows break it.
    share : float
        Wrong rows per good row; there is at least one.
    change : callable
        Copies of good rows and a random stream to the columns that differ in the wrong rows.
    in_place : bool
        Spoil the good row itself instead of a copy: for one bad cell in a row that stays good.
    """

    rule: str
    entity: str
    share: float
    change: Change
    in_place: bool = False


@dataclass
class Ledger:
    """What was planted: file to entity to rule to number of rows."""

    plan: Plan
    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    def plant(self, frame: pd.DataFrame, file: str, slips: tuple[Slip, ...]) -> pd.DataFrame:
        """Add wrong copies, each right below the good row it was made from, or spoil cells.

        Parameters
        ----------
        frame : DataFrame
            Good rows, every cell a text.
        file : str
            Name of the file within the exports.
        slips : tuple of Slip

        Returns
        -------
        DataFrame
        """
        rng = self.plan.stream(f"slips {file}")
        good = frame.assign(**{ORDER: np.arange(len(frame), dtype=float)})
        parts = [good]
        for number, slip in enumerate(slips, 1):
            count = max(1, round(slip.share * len(frame)))
            at = np.sort(rng.choice(len(frame), size=count, replace=False))
            copy = frame.iloc[at].reset_index(drop=True)
            spoilt = dict(slip.change(copy, rng))
            if slip.in_place:
                for column, cells in spoilt.items():
                    good.iloc[at, good.columns.get_loc(column)] = cells
            else:
                parts.append(copy.assign(**spoilt, **{ORDER: at + number / 100}))
            self.note(file, slip.entity, slip.rule, count)
        mixed = pd.concat(parts).sort_values(ORDER, kind="stable")
        return mixed.drop(columns=ORDER).reset_index(drop=True)

    def note(self, file: str, entity: str, rule: str, count: int) -> None:
        """Count rows planted some other way."""
        rules = self.counts.setdefault(file, {}).setdefault(entity, {})
        rules[rule] = rules.get(rule, 0) + count

    @property
    def total(self) -> int:
        """Number of rejections planted."""
        return sum(
            count
            for entities in self.counts.values()
            for rules in entities.values()
            for count in rules.values()
        )


def to(column: str, *values: str) -> Change:
    """Return a change that writes one of the values into a column."""

    def change(rows: pd.DataFrame, rng: np.random.Generator) -> Mapping[str, object]:
        return {column: rng.choice(values, len(rows))}

    return change


def new_key(column: str, prefix: str, **others: str) -> Change:
    """Return a change that gives a row a key of its own and spoils other columns."""

    def change(rows: pd.DataFrame, rng: np.random.Generator) -> Mapping[str, object]:
        numbers = rng.choice(90_000, len(rows), replace=False) + 10_000
        keys = [f"{prefix}{number}" for number in numbers]
        return {column: keys} | dict(others)

    return change
