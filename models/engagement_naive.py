"""What a naive comparison of scores says, to be shown beside the honest one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.person_wave import PersonWave, read_person_wave


@dataclass(frozen=True)
class NaiveScores:
    """A participant-versus-others figure as commonly published, with why it misleads.

    Attributes
    ----------
    kind : str
        ``participants_against_others`` or ``before_and_after``.
    difference : float
        In points of the score; NaN where one side is empty.
    why_it_misleads : str
    """

    kind: str
    difference: float
    why_it_misleads: str


def compare_scores_naively(person_wave: pd.DataFrame) -> tuple[NaiveScores, NaiveScores]:
    """Work out the two usual naive comparisons.

    Parameters
    ----------
    person_wave : DataFrame
        As in :func:`models.engagement.estimate_engagement`.

    Returns
    -------
    tuple of NaiveScores
        Mean of participants against everybody else in the same waves, and participants after
        joining against before.
    """
    study = read_person_wave(person_wave)
    treated = study.waves >= study.treated_from[:, None]
    joins = np.isfinite(study.treated_from)[:, None] & ~treated
    return (
        NaiveScores(
            "participants_against_others",
            _difference(study, treated, ~treated & treated.any(axis=0)),
            "People who join are more engaged to begin with, and the engaged answer surveys more "
            "often: the difference was there before the program.",
        ),
        NaiveScores(
            "before_and_after",
            _difference(study, treated, joins),
            "Scores move in the whole company, and those of the dissatisfied disappear when they "
            "leave: without colleagues to compare with, all of it is credited to the program.",
        ),
    )


def _difference(study: PersonWave, one: np.ndarray, other: np.ndarray) -> float:
    known = ~np.isnan(study.score)
    one, other = study.score[one & known], study.score[other & known]
    return float(one.mean() - other.mean()) if len(one) and len(other) else float("nan")
