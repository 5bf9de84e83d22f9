"""How wrong a result could be, how small an effect it could see, and what a naive figure says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from models.estimate import Estimate
from models.person_period import NEVER, PersonPeriod, read_person_period


@dataclass(frozen=True)
class EValue:
    """Strength an unmeasured confounder needs, as a risk ratio, to explain a result away.

    Attributes
    ----------
    point : float
        For the estimate itself; 1 means nothing is needed.
    interval : float
        For the end of the interval nearer to no effect; 1 where it covers no effect.
    """

    point: float
    interval: float


def e_value(risk_ratio: Estimate) -> EValue:
    """Return the E-value of a risk ratio.

    Source: VanderWeele & Ding (2017), Ann Intern Med 167:268, 10.7326/M16-2607.
    """
    if risk_ratio.point <= 1:
        nearer, reached = risk_ratio.upper, risk_ratio.upper >= 1
    else:
        nearer, reached = risk_ratio.lower, risk_ratio.lower <= 1
    return EValue(_e_value(risk_ratio.point), 1.0 if reached else _e_value(nearer))


def _e_value(ratio: float) -> float:
    away = 1.0 / ratio if ratio < 1 else ratio
    return float(away + np.sqrt(away * (away - 1.0)))


def minimum_detectable_effect(
    standard_error: float, *, power: float = 0.8, level: float = 0.95
) -> float:
    """Smallest true effect that a study with this standard error finds with the given power.

    Source: Bloom (1995), Eval Rev 19:547, 10.1177/0193841X9501900504.
    """
    return float(standard_error * (special.ndtri(0.5 + level / 2) + special.ndtri(power)))


@dataclass(frozen=True)
class NaiveComparison:
    """A participant-versus-others figure as commonly published, with why it misleads.

    Attributes
    ----------
    kind : str
        ``from_first_month`` or ``from_enrollment``.
    differences : dict
        Horizon in months to the difference in retention, a fraction; a horizon nobody reaches is
        missing.
    why_it_misleads : str
    """

    kind: str
    differences: dict[int, float]
    why_it_misleads: str


def compare_naively(
    person_month: pd.DataFrame, *, horizons: Sequence[int] = (6, 12, 24)
) -> tuple[NaiveComparison, NaiveComparison]:
    """Work out the two usual naive comparisons, to be shown beside the honest one.

    Parameters
    ----------
    person_month : DataFrame
        As in :func:`models.retention.estimate_retention`.
    horizons : sequence of int
        Months.

    Returns
    -------
    tuple of NaiveComparison
        From everybody's first month, and from enrollment (others: from their first month).
    """
    period = read_person_period(person_month)
    joined = (period.enrolled_month != NEVER) & (
        period.enrolled_month <= period.month[period.ends - 1]
    )
    others = np.flatnonzero(~joined)
    from_others = _survival(period, others, period.starts[others])
    everybody = np.flatnonzero(joined)
    seen = np.flatnonzero(joined & (period.enrolled_month >= period.month[period.starts]))
    since = period.starts[seen] + period.enrolled_month[seen] - period.month[period.starts[seen]]
    return (
        NaiveComparison(
            "from_first_month",
            _differences(
                _survival(period, everybody, period.starts[everybody]), from_others, horizons
            ),
            "People had to stay long enough to enroll, so those who joined could not leave early: "
            "the months before enrollment are credited to the program.",
        ),
        NaiveComparison(
            "from_enrollment",
            _differences(_survival(period, seen, since), from_others, horizons),
            "Those who joined differ from those who did not (tenure, engagement, department), and "
            "their clock starts later, after the months in which most people leave.",
        ),
    )


def _survival(period: PersonPeriod, people: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Kaplan-Meier survival at the start of each month, from the given rows on."""
    length = period.ends[people] - since
    if not len(people):
        return np.ones(1)
    months = int(length.max())
    leaves = period.exited[period.ends[people] - 1]
    at_risk = np.bincount(length, minlength=months + 1)[::-1].cumsum()[::-1][1:]
    exits = np.bincount(length[leaves] - 1, minlength=months)[:months]
    return np.concatenate([[1.0], np.cumprod(1.0 - exits / at_risk)])


def _differences(
    joined: np.ndarray, others: np.ndarray, horizons: Sequence[int]
) -> dict[int, float]:
    reach = min(len(joined), len(others))
    return {
        horizon: float(joined[horizon] - others[horizon]) for horizon in horizons if horizon < reach
    }
