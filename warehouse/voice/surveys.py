"""Figures about answers as surveys to audit: which atoms each consists of, by which names.

Every metric is a survey of its own, as no two metrics are made of the same answers. Within it the
published slices overlap: everyone, those who take part, mentors, mentees and the others, each
department with everyone, each cohort with its participants. A department's atoms are therefore
told apart by role and cohort together, and the slices are sets of those.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import FIGURE, Survey
from warehouse.facts.invitations import UNPLACED
from warehouse.metrics import BY_ID
from warehouse.metrics import voice as metrics
from warehouse.voice.atoms import SUMS, voice_atoms
from warehouse.voice.facts import VoiceFacts
from warehouse.voice.slices import EVERYONE, MEMBERS, PARTICIPANTS

PLACE = ["department", "cohort", "population"]
ATOM = ["metric_id", *PLACE, "quarter"]
COLUMNS = [*ATOM, *SUMS]
COMPANY = ((), ("cohort",))  # a company-only survey's slices: the sets are its populations
_COHORT, _NOWHERE = "cohort ", "No department"


def survey_atoms(facts: VoiceFacts) -> pd.DataFrame:
    """Return the sums behind every figure about answers.

    Returns
    -------
    DataFrame
        metric_id, department, cohort, population, quarter, and the sums of
        :func:`warehouse.voice.voice_atoms`; of the response rate, n counts invitations and total
        those answered.
    """
    atoms = voice_atoms(facts)
    scores = atoms[atoms["item"] == atoms["metric_id"]]
    return pd.concat([scores[COLUMNS], _invitations(facts)], ignore_index=True)


def _invitations(facts: VoiceFacts) -> pd.DataFrame:
    rows = facts.invitations
    rows = rows[(rows["invited"] > 0) | (rows["answered"] > 0)]
    n = rows["invited"].round().astype("int64")
    quarter = [f"{number // 4}Q{number % 4 + 1}" for number in rows["number"].astype(int)]
    sums = {"n": n, "people": n, "total": rows["answered"].round().astype("int64")}
    found = rows[PLACE].assign(metric_id=metrics.RATE_METRIC, quarter=quarter, **sums)
    return found.assign(low=0, high=1, units_per_point=1)[COLUMNS]


def item_of(atoms: pd.DataFrame) -> Item:
    """Return the scale of one metric's atoms.

    Raises
    ------
    ValueError
        The atoms are on several scales.
    """
    columns = (atoms[name].to_numpy() for name in ("metric_id", "low", "high", "units_per_point"))
    scales = set(zip(*columns, strict=True))
    if len(scales) != 1:
        raise ValueError(f"{atoms['metric_id'].iloc[0]}: one survey has one scale.")
    ((metric_id, low, high, units_per_point),) = scales
    metric = BY_ID.get(str(metric_id))
    return Item(
        str(metric_id),
        int(low),
        int(high),
        units_per_point=int(units_per_point),
        printed_per_point=100 if metric is not None and metric.unit == "fraction" else 1,
    )


def survey_of(
    atoms: pd.DataFrame, *, closed_years: Sequence[str], withheld: pd.DataFrame
) -> Survey:
    """Return the survey of one metric.

    Parameters
    ----------
    atoms : DataFrame
        Rows of :func:`survey_atoms`, one metric's on one scale.
    closed_years : sequence of str
    withheld : DataFrame
        department, cohort, population, period of figures not to be shown.
    """
    item = item_of(atoms)
    is_company_only = BY_ID[item.id].company_only
    department = atoms["department"].to_numpy(object)
    sums = {name: atoms[name].to_numpy() for name in ("n", "people", "total")}
    answers = {
        "department": np.where(department == "", _NOWHERE, department),
        "cohort": [_atom_name(*place) for place in _pairs(atoms)],
        "quarter": atoms["quarter"].to_numpy(object),
        "item": item.id,
    }
    return Survey(
        pd.DataFrame(answers | sums),
        (item,),
        tuple(closed_years),
        sets=_sets(atoms, has_cohorts=not is_company_only),
        withheld=_placed_in_sets(withheld),
        slices=COMPANY if is_company_only else None,
    )


def _placed_in_sets(figures: pd.DataFrame) -> pd.DataFrame:
    columns = {name: figures[name].to_numpy(object) for name in ("department", "period")}
    return pd.DataFrame(columns | {"cohort": figure_sets(figures)}, columns=FIGURE)


def figure_sets(figures: pd.DataFrame) -> list[str]:
    """Return the set of each figure (cohort and population), "" for everyone."""
    return [
        _COHORT + cohort if cohort else ("" if population == EVERYONE else population)
        for cohort, population in _pairs(figures)
    ]


def placed(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures of a survey with the cohort and population their set stands for."""
    names = figures["cohort"].to_numpy(object)
    is_cohort = [name.startswith(_COHORT) for name in names]
    return figures.assign(
        cohort=np.where(is_cohort, [name.removeprefix(_COHORT) for name in names], ""),
        population=np.where(is_cohort, PARTICIPANTS, np.where(names == "", EVERYONE, names)),
    )


def _atom_name(cohort: str, population: str) -> str:
    return f"{population}: {cohort}"


def _pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    cohort, population = (rows[name].to_numpy(object) for name in ("cohort", "population"))
    return list(zip(cohort, population, strict=True))


def _sets(atoms: pd.DataFrame, *, has_cohorts: bool) -> pd.DataFrame:
    """Return the sets of roles and cohorts that figures, or small groups, exist for."""
    rows = []
    for cohort, population in dict.fromkeys(_pairs(atoms)):
        name = _atom_name(cohort, population)
        rows += [
            (one, name, True)
            for one, members in MEMBERS.items()
            if population in members and one != EVERYONE
        ]
        if population == UNPLACED:
            rows.append((UNPLACED, name, False))
        elif cohort:
            rows.append((_COHORT + cohort, name, has_cohorts))
    names = ("set", "cohort", "is_figure")
    return pd.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(names)})
