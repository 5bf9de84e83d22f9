"""Sums of answers by atom, the figures and the groups made of them: the problem, without database.

An atom is a department in a cohort in a quarter. A figure is a slice that may be published; a group
is any cell of the lattice department x cohort x quarter or year, published or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from warehouse.disclosure.item import Item, Whole
from warehouse.disclosure.policy import CROSSED, EVERY_PERIOD, Policy, Slice

ATOM = ["department", "cohort", "quarter"]
FIGURE = ["department", "cohort", "period"]
_QUARTER = re.compile(r"\d{4}Q[1-4]")


class AnswersBroken(ValueError):
    """The sums of answers contradict themselves or their scale."""


@dataclass(frozen=True)
class Survey:
    """Everything that is to be published about items answered by the same people.

    Attributes
    ----------
    answers : DataFrame
        One row per atom and item: department, cohort, quarter (as 2026Q3), item, n (answers),
        total (their sum, units of the item) and, where an item declares ``favorable_from``,
        favorable (answers from there on). ``people`` is how many gave them, where some gave
        several; groups are small by people.
    items : tuple of Item
        A figure is shown for all of them or for none. Items asked of different people (mentors
        only, mentees only) are surveys of their own.
    closed_years : tuple of str
        Years whose figures by year are to be published; all their quarters have closed.
    sets : DataFrame, optional
        Which sets of cohorts there are, one row per set and member: set (its name, the "cohort"
        of figures), cohort, is_figure (False: no figure exists for it, but it is protected where
        small). By default every cohort is a set of its own.
    withheld : DataFrame, optional
        department, cohort, period of figures not to be shown whatever they give away.
    slices : tuple of Slice, optional
        The closed set of slices, where it is narrower than the policy's.
    """

    answers: pd.DataFrame
    items: tuple[Item, ...]
    closed_years: tuple[str, ...] = ()
    sets: pd.DataFrame | None = None
    withheld: pd.DataFrame | None = None
    slices: tuple[Slice, ...] | None = None

    def blocks(self) -> Iterator[tuple[str, Survey]]:
        """Split into parts without a common figure: closed years, and quarters outside them."""
        year = self.answers["quarter"].astype(str).str[:4]
        name = year.where(year.isin(self.closed_years), self.answers["quarter"].astype(str))
        some = (self.answers["n"] != 0).to_numpy()
        for block, rows in self.answers[some].groupby(name[some].to_numpy(), sort=True):
            closed = tuple(y for y in self.closed_years if y == block)
            yield str(block), replace(self, answers=rows, closed_years=closed)


@dataclass(frozen=True)
class Lattice:
    """Atoms with their sums, and which atoms each figure and each group consists of.

    Attributes
    ----------
    items : tuple of Item
    n, people, total, favorable : ndarray of int, shape (n_items, n_atoms)
    figures : DataFrame
        department, cohort, period of every figure of the closed set ("" where it covers all).
    figure_atoms : csr_array of int, shape (n_figures, n_atoms)
    group_atoms : csr_array of int, shape (n_groups, n_atoms)
        Every cell of the lattice.
    withheld : ndarray of bool, shape (n_figures,)
        Figures not to be shown whatever they give away.
    """

    items: tuple[Item, ...]
    n: Whole
    people: Whole
    total: Whole
    favorable: Whole
    figures: pd.DataFrame
    figure_atoms: sparse.csr_array
    group_atoms: sparse.csr_array
    withheld: np.ndarray
    figure_n: Whole = field(init=False)
    figure_people: Whole = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure_n", (self.figure_atoms @ self.n.T).T)
        object.__setattr__(self, "figure_people", (self.figure_atoms @ self.people.T).T)

    @property
    def respondents(self) -> Whole:
        """People behind each figure: the answers to its most answered item."""
        largest: Whole = self.figure_people.max(axis=0)
        return largest

    def supports(self) -> list[tuple[np.ndarray, list[int]]]:
        """Return the distinct sets of atoms that hold answers, each with its items."""
        found: dict[bytes, tuple[np.ndarray, list[int]]] = {}
        for i, n in enumerate(self.n):
            found.setdefault((n > 0).tobytes(), (n > 0, []))[1].append(i)
        return list(found.values())


def build_lattice(survey: Survey, policy: Policy) -> Lattice:
    """Lay out a survey's atoms, figures and groups.

    Raises
    ------
    AnswersBroken
        A sum lies outside its scale, an atom comes twice, a name or an item is unknown.
    """
    answers = _checked(survey)
    code, first = _codes([answers[name].to_numpy() for name in ATOM])
    keys = answers[ATOM].iloc[first].reset_index(drop=True)
    item = answers["item"].map({item.id: i for i, item in enumerate(survey.items)}).to_numpy()
    arrays = {}
    for name in ("n", "people", "total", "favorable"):
        arrays[name] = np.zeros((len(survey.items), len(keys)), dtype=np.int64)
        arrays[name][item, code] = answers[name].to_numpy(dtype=np.int64)
    years = bool(survey.closed_years)
    sets = _sets(survey, keys)
    figures, figure_atoms = _cells(
        keys,
        sets[sets["is_figure"]],
        {
            "quarter": survey.slices or policy.quarter_slices,
            "year": (survey.slices or policy.year_slices) if years else (),
        },
    )
    every = (*EVERY_PERIOD, CROSSED)
    _, group_atoms = _cells(keys, sets, {"quarter": every, "year": every if years else ()})
    return Lattice(
        items=survey.items, **arrays, figures=figures, figure_atoms=figure_atoms,
        group_atoms=group_atoms, withheld=_withheld(survey, figures),
    )  # fmt: skip


def _sets(survey: Survey, atoms: pd.DataFrame) -> pd.DataFrame:
    """Return the sets of cohorts; each cohort is one, whatever a survey declares."""
    single = pd.DataFrame({"cohort": atoms["cohort"].unique()})
    single = single.assign(set=single["cohort"], is_figure=survey.sets is None)
    return single if survey.sets is None else pd.concat([survey.sets, single], ignore_index=True)


def _withheld(survey: Survey, figures: pd.DataFrame) -> np.ndarray:
    keys = pd.MultiIndex.from_frame(figures)
    if survey.withheld is None or survey.withheld.empty:
        return np.zeros(len(figures), dtype=bool)
    found: np.ndarray = keys.isin(pd.MultiIndex.from_frame(survey.withheld[FIGURE]))
    return found


def _codes(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of rows, equal ones alike and in order, and where each comes first."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, own = np.unique(column, return_inverse=True)
        code = code * len(values) + own
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return number, first


def _checked(survey: Survey) -> pd.DataFrame:
    given = survey.answers
    columns = {name: given[name].to_numpy(dtype=object).astype(str) for name in ATOM}
    columns |= {"item": given["item"].to_numpy(dtype=object)}
    usual = {"favorable": np.zeros(len(given)), "people": given["n"].to_numpy()}
    for name in ("n", "total", "favorable", "people"):
        columns[name] = given[name].to_numpy() if name in given else usual[name]
    answers = pd.DataFrame({k: v.astype(object) if k in ATOM else v for k, v in columns.items()})
    known = {item.id: item for item in survey.items}
    unknown = set(columns["item"]) - set(known)
    if unknown or len(known) != len(survey.items):
        raise AnswersBroken(f"Items unknown or declared twice: {sorted(unknown)}")
    atoms = [columns[name] for name in ATOM]
    if len(_codes([*atoms, columns["item"].astype(str)])[1]) != len(answers):
        raise AnswersBroken("An atom comes twice for one item.")
    is_quarter = all(_QUARTER.fullmatch(name) for name in np.unique(columns["quarter"]))
    if not is_quarter or any((column == "").any() for column in atoms):
        raise AnswersBroken("An atom needs a department, a cohort and a quarter such as 2026Q3.")
    _check_sums(answers, known)
    return answers


def _check_sums(answers: pd.DataFrame, known: dict[str, Item]) -> None:
    n, total, favorable = (
        answers[name].to_numpy(dtype=float) for name in ("n", "total", "favorable")
    )
    low, high = (answers["item"].map({i: getattr(x, e) for i, x in known.items()}).to_numpy()
                 for e in ("low", "high"))  # fmt: skip
    start = answers["item"].map({i: x.favorable_from for i, x in known.items()}).to_numpy(float)
    joint = ~np.isnan(start)
    whole = np.isfinite(n + total + favorable) & (n % 1 == 0) & (total % 1 == 0)
    inside = (n >= 0) & (n * low <= total) & (total <= n * high)
    people = answers["people"].to_numpy(dtype=float)
    whole &= (people % 1 == 0) & (people <= n) & ((people > 0) == (n > 0))
    counted = (favorable >= 0) & (favorable <= n)
    least = (n - favorable) * low + favorable * np.where(joint, start, low)
    most = (n - favorable) * (np.where(joint, start, high + 1) - 1) + favorable * high
    fits = ~joint | (counted & (least <= total) & (total <= most))
    if not (whole & inside & fits).all():
        broken = answers.loc[~(whole & inside & fits), [*ATOM, "item"]].iloc[0]
        raise AnswersBroken(f"A sum of answers lies outside its scale: {', '.join(broken)}")


def _cells(
    atoms: pd.DataFrame, sets: pd.DataFrame, slices: dict[str, Iterable[Slice]]
) -> tuple[pd.DataFrame, sparse.csr_array]:
    """Return every cell of the slices by period kind, and the atoms each consists of."""
    plain = {name: atoms[name].to_numpy(dtype=object) for name in ATOM}
    plain["atom"] = np.arange(len(atoms))
    in_sets = _repeated(plain, sets)
    names, cells, members, size = [], [], [], 0
    for kind, cut in [pair for k, cuts in slices.items() for pair in product([k], cuts)]:
        rows = in_sets if "cohort" in cut else plain
        nothing = np.full(len(rows["atom"]), "", dtype=object)
        keys = [rows[name] if name in cut else nothing for name in ATOM[:2]]
        quarter = rows["quarter"]
        year = np.array([name[:4] for name in quarter], dtype=object)
        keys.append(quarter if kind == "quarter" else year)
        code, first = _codes(keys)
        names.append([key[first] for key in keys])
        cells.append(code + size)
        members.append(rows["atom"])
        size += len(first)
    row, column = np.concatenate(cells), np.concatenate(members)
    ones = np.ones(len(row), dtype=np.int64)
    matrix = sparse.csr_array((ones, (row, column)), shape=(size, len(atoms)))
    columns = [np.concatenate(parts) for parts in zip(*names, strict=True)]
    return pd.DataFrame(dict(zip(FIGURE, columns, strict=True))), matrix


def _repeated(atoms: dict[str, np.ndarray], sets: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return every atom once per set its cohort is in, the set in place of the cohort."""
    sets_of: dict[str, list[str]] = {}
    for name, cohort in zip(sets["set"], sets["cohort"], strict=True):
        sets_of.setdefault(cohort, []).append(name)
    names = [sets_of.get(cohort, []) for cohort in atoms["cohort"]]
    times = np.array([len(found) for found in names])
    repeated = {key: np.repeat(values, times) for key, values in atoms.items()}
    chosen = np.array([name for found in names for name in found], dtype=object)
    return repeated | {"cohort": chosen}
