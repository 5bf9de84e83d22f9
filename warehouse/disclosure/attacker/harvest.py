"""Printed numbers as the attacker reads them: which atoms they cover, which sums they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item

WHO = ["department", "cohort", "population", "side"]
KEYS = [*WHO, "quarter", "release"]
LEAST_DECIMALS = 2  # one is printed; audited as if there were two


class HarvestDisagrees(ValueError):
    """A printed number is not what the true sums give."""


@dataclass(frozen=True)
class Printed:
    """A printed number about an item.

    Attributes
    ----------
    measure : str
        mean or favorable.
    atoms : ndarray of bool, shape (n_atoms,)
    n, people : int
        Answers it covers, and who gave them.
    lower, upper : int
        Smallest and largest sum it allows.
    is_unanimous : bool
        A plain number although (nearly) everybody gave the same end of the scale.
    name : str
    """

    measure: str
    atoms: np.ndarray
    n: int
    people: int
    lower: int
    upper: int
    is_unanimous: bool
    name: str


@dataclass(frozen=True)
class Harvest:
    """All printed numbers, and the true sums by atom.

    Attributes
    ----------
    atoms : DataFrame
        department, cohort, population, side, quarter, release.
    columns : dict of ndarray
        The same and year, by name.
    numbers : dict of list of dict
        What is printed, by item.
    answers : dict of dict of ndarray
        The sums, with the position of their atom, by item and column.
    """

    atoms: pd.DataFrame
    columns: dict[str, np.ndarray]
    numbers: dict[str, list[dict[str, Any]]]
    answers: dict[str, dict[str, np.ndarray]]

    def sums(self, item: Item, column: str) -> np.ndarray:
        """Return n, people, total or favorable of an item by atom."""
        found: np.ndarray = np.zeros(len(self.atoms), dtype=np.int64)
        if item.id in self.answers:
            rows = self.answers[item.id]
            found[rows["atom"]] = rows[column]
        return found

    def of_item(self, item: Item) -> list[Printed]:
        """Return an item's printed numbers, checked against the true sums."""
        n, people = self.sums(item, "n"), self.sums(item, "people")
        sums = {"mean": self.sums(item, "total"), "favorable": self.sums(item, "favorable")}
        found = []
        for row in self.numbers.get(item.id, []):
            covered = self._covered(row)
            read = _read(row, item, n, sums[row["measure"]], covered)
            found.append(replace(read, people=int(people[covered].sum())))
        return found

    def _covered(self, row: dict[str, Any]) -> np.ndarray:
        atoms = self.columns
        covered: np.ndarray = atoms["release"] <= row["release"]
        for key in WHO:
            covered = covered & _is_in(atoms[key], row[key])
        period = _is_in(atoms["quarter"], row["period"]) | _is_in(atoms["year"], row["period"])
        return np.asarray(covered & period, dtype=bool)


def read_harvest(harvest: pd.DataFrame, answers: pd.DataFrame) -> Harvest:
    """Lay out the attacker's material.

    Parameters
    ----------
    harvest, answers : DataFrame
        As :func:`warehouse.disclosure.attacker.attack` takes them.
    """
    numbers = harvest.reset_index(drop=True)
    for name, usual in (("measure", "mean"), ("bound", ""), ("population", ""), ("side", "")):
        if name not in numbers:
            numbers = numbers.assign(**{name: usual})
    answers = answers[answers["n"] > 0].reset_index(drop=True)
    missing = {"release": 0, "favorable": 0, "population": "", "side": "", "people": answers["n"]}
    answers = answers.assign(**{k: v for k, v in missing.items() if k not in answers})
    if harvest["release"].min() < answers["release"].min():
        answers = answers.assign(release=answers["release"].clip(upper=harvest["release"].min()))
    answers["quarter"] = answers["quarter"].astype(str)
    atoms = answers[KEYS].drop_duplicates().sort_values(KEYS, ignore_index=True)
    places = {key: i for i, key in enumerate(atoms.itertuples(index=False, name=None))}
    atom = [places[key] for key in answers[KEYS].itertuples(index=False, name=None)]
    columns = {key: atoms[key].to_numpy(dtype=object) for key in KEYS}
    columns["year"] = np.array([quarter[:4] for quarter in columns["quarter"]], dtype=object)
    return Harvest(atoms, columns, _by_item(numbers), _sums_by_item(answers.assign(atom=atom)))


def _by_item(numbers: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in numbers.to_dict("records"):
        found.setdefault(row["item"], []).append(row)
    return found


def _sums_by_item(answers: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    names, item = np.unique(answers["item"].to_numpy(dtype=object), return_inverse=True)
    columns = {
        name: answers[name].to_numpy(dtype=np.int64)
        for name in ("n", "people", "total", "favorable", "atom")
    }
    return {
        str(name): {key: column[item == i] for key, column in columns.items()}
        for i, name in enumerate(names)
    }


def _is_in(names: np.ndarray, wanted: str | Sequence[str]) -> np.ndarray:
    if isinstance(wanted, str):
        return np.full(len(names), True) if wanted == "" else names == wanted
    return np.isin(names, list(wanted))


def _read(
    row: dict[str, Any], item: Item, n: np.ndarray, sums: np.ndarray, covered: np.ndarray
) -> Printed:
    scale = item if row["measure"] == "mean" else Item(item.id, 0, 1, printed_per_point=100)
    size, total = int(n[covered].sum()), int(sums[covered].sum())
    name = ", ".join(str(row[key]) for key in (*WHO, "period") if row[key])
    if size == 0 or size != row["n"]:
        raise HarvestDisagrees(f"{item.id}, {name}: {row['n']} answers printed, {size} counted.")
    margin = 2 * scale.units_per_point
    low, high = size * scale.low, size * scale.high
    near = total - low < margin or high - total < margin
    if row["bound"]:
        down = row["bound"] == "or lower"
        lower, upper = (low, low + margin - 1) if down else (high - margin + 1, high)
    else:
        lower, upper = _plain(row, scale, size, total)
    lower, upper = max(lower, low), min(upper, high)
    if not lower <= total <= upper:
        raise HarvestDisagrees(f"{item.id}, {name}: printed {row['value']} is not the true figure.")
    unanimous = near and not row["bound"]
    return Printed(row["measure"], covered, size, size, lower, upper, unanimous, name)


def _plain(row: dict[str, Any], scale: Item, size: int, total: int) -> tuple[int, int]:
    """Return the sums that print alike with the decimals there are, and with two."""
    unit = Fraction(scale.printed_per_point, size * scale.units_per_point)
    decimals = int(row["decimals"])
    shown = Fraction(str(row["value"]))
    half = Fraction(1, 2 * 10**decimals)
    lower, upper = ceil((shown - half) / unit), floor((shown + half) / unit)
    if decimals < LEAST_DECIMALS:
        fine = 10**LEAST_DECIMALS
        known, half = Fraction(floor(total * unit * fine + Fraction(1, 2)), fine), Fraction(1, 200)
        lower = max(lower, ceil((known - half) / unit))
        upper = min(upper, floor((known + half) / unit))
    return lower, upper
