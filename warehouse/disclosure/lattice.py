"""Sums of answers by atom, the figures and the groups made of them: the problem, without database.

An atom is a department in a cohort in a quarter. A figure is a slice that may be published; a group
is any cell of the lattice department x cohort x quarter or year, published or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from warehouse.disclosure.answers import ATOM, Answers, AnswersBroken, checked, numbered
from warehouse.disclosure.item import Item, Whole
from warehouse.disclosure.policy import CROSSED, EVERY_PERIOD, Policy, Slice

FIGURE = ["department", "cohort", "period"]
Names = tuple[np.ndarray, np.ndarray, np.ndarray]  # of FIGURE

__all__ = ["FIGURE", "AnswersBroken", "Lattice", "Survey", "build_lattice", "lattices"]


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


@dataclass(frozen=True)
class Lattice:
    """Atoms with their sums, and which atoms each figure and each group consists of.

    Attributes
    ----------
    items : tuple of Item
    n, people, total, favorable : ndarray of int, shape (n_items, n_atoms)
    names : tuple of three ndarray of str, shape (n_figures,)
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
    names: Names
    figure_atoms: sparse.csr_array
    group_atoms: sparse.csr_array
    withheld: np.ndarray
    figure_n: Whole = field(init=False)
    figure_people: Whole = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure_n", (self.figure_atoms @ self.n.T).T)
        object.__setattr__(self, "figure_people", (self.figure_atoms @ self.people.T).T)

    @property
    def figures(self) -> pd.DataFrame:
        """The names of the figures as a table."""
        return pd.DataFrame(dict(zip(FIGURE, self.names, strict=True)))

    def figure_keys(self) -> list[tuple[str, str, str]]:
        """Return department, cohort and period of each figure."""
        return list(zip(*self.names, strict=True))

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
    """Lay out a survey's atoms, figures and groups, all in one.

    Raises
    ------
    AnswersBroken
        A sum lies outside its scale, an atom comes twice, a name or an item is unknown.
    """
    answers = checked(survey.answers, survey.items)
    layout = _Layout(survey, policy, answers)
    return layout.lattice(answers, has_years=bool(survey.closed_years))


def lattices(survey: Survey, policy: Policy) -> Iterator[tuple[str, Lattice]]:
    """Lay out the parts without a common figure: closed years, and quarters outside them.

    Raises
    ------
    AnswersBroken
        As :func:`build_lattice` says.
    """
    answers = checked(survey.answers[(survey.answers["n"] != 0).to_numpy()], survey.items)
    layout = _Layout(survey, policy, answers)
    closed = set(survey.closed_years)
    block = [q[:4] if q[:4] in closed else q for q in answers.names["quarter"]]
    names, number = np.unique(np.array(block, dtype=str), return_inverse=True)
    of_row = number[answers.codes["quarter"]]
    for i, name in enumerate(names):
        rows = np.flatnonzero(of_row == i)
        yield str(name), layout.lattice(answers.of(rows), has_years=name in closed)


class _Layout:
    """How the answers of a survey are laid out, whichever part of them."""

    def __init__(self, survey: Survey, policy: Policy, answers: Answers) -> None:
        self._items = survey.items
        self._slices = {
            "quarter": survey.slices or policy.quarter_slices,
            "year": survey.slices or policy.year_slices,
        }
        years = [quarter[:4] for quarter in answers.names["quarter"]]
        year, self._year_of = np.unique(np.array(years, dtype=str), return_inverse=True)
        sets, self._in_figures, self._in_groups = _sets(survey, answers.names["cohort"])
        self._names = answers.names | {"year": year.astype(object), "cohort": sets}
        self._names["all"] = np.array([""], dtype=object)
        withheld = pd.DataFrame(columns=FIGURE) if survey.withheld is None else survey.withheld
        self._withheld = set(
            zip(*(withheld[name].to_numpy(object) for name in FIGURE), strict=True)
        )

    def lattice(self, answers: Answers, *, has_years: bool) -> Lattice:
        """Lay out some of the answers."""
        atom, first = answers.atoms()
        sums = {}
        for name, column in answers.sums.items():
            sums[name] = np.zeros((len(self._items), len(first)), dtype=np.int64)
            sums[name][answers.item, atom] = column
        atoms = {kind: codes[first] for kind, codes in answers.codes.items()}
        atoms |= {"year": self._year_of[atoms["quarter"]], "all": np.zeros(len(first), np.int64)}
        kinds = ("quarter", "year") if has_years else ("quarter",)
        cuts = [(kind, cut) for kind in kinds for cut in self._slices[kind]]
        names, figure_atoms = self._cells(atoms, self._in_figures, cuts)
        _, group_atoms = self._cells(
            atoms, self._in_groups, list(product(kinds, (*EVERY_PERIOD, CROSSED)))
        )
        withheld = [key in self._withheld for key in zip(*names, strict=True)]
        return Lattice(
            items=self._items, **sums, names=names, figure_atoms=figure_atoms,
            group_atoms=group_atoms, withheld=np.array(withheld, dtype=bool),
        )  # fmt: skip

    def _cells(
        self, atoms: dict[str, Whole], is_member: np.ndarray, cuts: Sequence[tuple[str, Slice]]
    ) -> tuple[Names, sparse.csr_array]:
        """Return every cell of the slices by period kind, and the atoms each consists of.

        ``is_member`` tells which cohorts (rows) are in which sets (columns).
        """
        every = np.arange(len(atoms["all"]))
        of_set, sets = np.nonzero(is_member[atoms["cohort"]])
        names, cells, members, size = [], [], [], 0
        for period, cut in cuts:
            rows = of_set if "cohort" in cut else every
            kinds = [kind if kind in cut else "all" for kind in ATOM[:2]]
            codes = {kind: atoms[kind][rows] for kind in (*kinds, period)} | {"cohort": sets}
            keys = [(codes[kind], self._names[kind]) for kind in (*kinds, period)]
            number, first = numbered([(code, len(name)) for code, name in keys])
            names.append([name[code[first]] for code, name in keys])
            cells.append(number + size)
            members.append(rows)
            size += len(first)
        columns = [np.concatenate(parts) for parts in zip(*names, strict=True)]
        matrix = _incidence(np.concatenate(cells), np.concatenate(members), (size, len(every)))
        return (columns[0], columns[1], columns[2]), matrix


def _incidence(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """Return the 0/1 matrix with ones in these places; the columns of a row come in order."""
    order = np.argsort(rows, kind="stable")
    start = np.append(0, np.cumsum(np.bincount(rows, minlength=shape[0]))).astype(np.int32)
    ones = np.ones(len(rows), dtype=np.int64)
    return sparse.csr_array((ones, columns[order].astype(np.int32), start), shape=shape)


def _sets(survey: Survey, cohorts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the names of the sets of cohorts, and which cohorts are in which.

    Each cohort is a set, whatever a survey declares.

    Returns
    -------
    tuple of ndarray
        Names, shape (n_sets,); for figures, and for groups, bool of shape (n_cohorts, n_sets).
    """
    declared: list[tuple[str, str, bool]] = []
    if survey.sets is not None:
        columns = (survey.sets[name].to_numpy(object) for name in ("set", "cohort", "is_figure"))
        declared = list(zip(*columns, strict=True))
    single = [(cohort, cohort, survey.sets is None) for cohort in cohorts]
    names = sorted({name for name, _, _ in (*declared, *single)})
    place = {name: i for i, name in enumerate(names)}
    row = {cohort: i for i, cohort in enumerate(cohorts)}
    in_figures, in_groups = (np.zeros((len(cohorts), len(names)), dtype=bool) for _ in range(2))
    for name, cohort, is_figure in (*declared, *single):
        if cohort in row:
            in_groups[row[cohort], place[name]] = True
            in_figures[row[cohort], place[name]] |= is_figure
    return np.array(names, dtype=object), in_figures, in_groups
