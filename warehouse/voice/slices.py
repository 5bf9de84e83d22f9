"""The closed set of slices that figures about answers may have, and sums over atoms for them.

The whole company by population; one department with everyone; one cohort with its participants.
Nothing finer is ever added up, so nothing finer can be published.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from warehouse.facts.invitations import UNPLACED
from warehouse.facts.pair_answers import PAIRED
from warehouse.facts.voice import ANONYMOUS, MENTEE, MENTOR, NON_PARTICIPANT

EVERYONE, PARTICIPANTS = "everyone", "participants"
SLICE = ["department", "cohort", "population"]
_TAKING_PART = (MENTOR, MENTEE, PAIRED)
MEMBERS = {
    EVERYONE: (*_TAKING_PART, NON_PARTICIPANT, ANONYMOUS, UNPLACED),
    PARTICIPANTS: _TAKING_PART,
    MENTOR: (MENTOR,),
    MENTEE: (MENTEE,),
    NON_PARTICIPANT: (NON_PARTICIPANT,),
    ANONYMOUS: (ANONYMOUS,),
}


def in_slices(atoms: pd.DataFrame) -> pd.DataFrame:
    """Return every atom once per slice it is part of, the slice in place of its own keys."""
    population = atoms["population"]
    parts = [
        atoms[population.isin(members)].assign(department="", cohort="", population=name)
        for name, members in MEMBERS.items()
    ]
    parts.append(atoms[population != UNPLACED].assign(cohort="", population=EVERYONE))
    parts.append(
        atoms[population.isin(_TAKING_PART)].assign(department="", population=PARTICIPANTS)
    )
    return pd.concat(parts, ignore_index=True)


def added_up(atoms: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    """Return sums per slice and further keys, one row each."""
    sliced = in_slices(atoms)
    return sliced.groupby([*keys, *SLICE], as_index=False, sort=False)[list(sums)].sum()
