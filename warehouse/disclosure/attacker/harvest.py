"""Printed numbers as the attacker reads them: which atoms they cover, which sums they allow."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
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
    codes : dict of ndarray of int
        The same as numbers, in the order of their values.
    numbers : dict of list of dict
        What is printed, by item.
    answers : dict of dict of ndarray
        The sums, with the position of their atom, by item and column.
    """

    atoms: pd.DataFrame
    columns: dict[str, np.ndarray]
    codes: dict[str, np.ndarray]
    numbers: dict[str, list[dict[str, Any]]]
    answers: dict[str, dict[str, np.ndarray]]
    _within: dict[tuple[str, Hashable], np.ndarray] = field(default_factory=dict, repr=False)

    def sums(self, item: Item, column: str) -> np.ndarray:
        """Return n, people, total or favorable of an item by atom."""
        found: np.ndarray = np.zeros(len(self.atoms), dtype=np.int64)
        if item.id in self.answers:
            rows = self.answers[item.id]
            found[rows["atom"]] = rows[column]
        return found

    def of_item(self, item: Item) -> list[Printed]:
        """Return an item's printed numbers, checked against the true sums."""
        counts = [self.sums(item, "n"), self.sums(item, "people")]
        true = {
            measure: np.array([*counts, self.sums(item, column)])
            for measure, column in (("mean", "total"), ("favorable", "favorable"))
        }
        return [
            _read(row, item, true[row["measure"]], self._covered(row))
            for row in self.numbers.get(item.id, [])
        ]

    def _covered(self, row: dict[str, Any]) -> np.ndarray:
        covered = self._inside("release", row["release"])
        for key in WHO:
            covered = covered & self._inside(key, row[key])
        found: np.ndarray = covered & self._inside("period", row["period"])
        return found

    def _inside(self, key: str, wanted: Any) -> np.ndarray:
        """Return the atoms inside what one key of a printed number says; few values come often."""
        place = (key, wanted if isinstance(wanted, Hashable) else tuple(wanted))
        if place not in self._within:
            atoms = self.columns
            if key == "release":
                inside = atoms["release"] <= wanted
            elif key == "period":
                inside = _is_in(atoms["quarter"], wanted) | _is_in(atoms["year"], wanted)
            else:
                inside = _is_in(atoms[key], wanted)
            self._within[place] = np.asarray(inside, dtype=bool)
        return self._within[place]


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
    codes = {key: np.unique(column, return_inverse=True)[1] for key, column in columns.items()}
    sums = _sums_by_item(answers.assign(atom=atom))
    return Harvest(atoms, columns, codes, _by_item(numbers), sums)


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


def _read(row: dict[str, Any], item: Item, true: np.ndarray, covered: np.ndarray) -> Printed:
    """Read a printed number; ``true`` has answers, people and sums as rows, atoms as columns."""
    scale = item if row["measure"] == "mean" else Item(item.id, 0, 1, printed_per_point=100)
    size, people, total = true[:, covered].sum(axis=1).tolist()
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
    return Printed(row["measure"], covered, size, people, lower, upper, unanimous, name)


def _plain(row: dict[str, Any], scale: Item, size: int, total: int) -> tuple[int, int]:
    """Return the sums that print alike with the decimals there are, and with two."""
    unit = (scale.printed_per_point, size * scale.units_per_point)
    decimals = int(row["decimals"])
    lower, upper = _rounding_to(*Decimal(str(row["value"])).as_integer_ratio(), unit, decimals)
    if decimals < LEAST_DECIMALS:
        fine = 10**LEAST_DECIMALS
        known = (2 * total * unit[0] * fine + unit[1]) // (2 * unit[1])
        least, most = _rounding_to(known, fine, unit, LEAST_DECIMALS)
        lower, upper = max(lower, least), min(upper, most)
    return lower, upper


def _rounding_to(shown: int, of: int, unit: tuple[int, int], decimals: int) -> tuple[int, int]:
    """Return the smallest and largest number of units that round to shown / of.

    ``unit`` is a fraction too. Whole numbers throughout: fractions as objects take much longer.
    """
    fine = 2 * 10**decimals
    step = of * fine * unit[0]
    lower, upper = ((shown * fine + side * of) * unit[1] for side in (-1, 1))
    return -(-lower // step), upper // step
