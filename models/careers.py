"""Did joining change careers? The trials of the retention analysis, followed to another event.

A promotion or a move can happen more than once and does not end a person's months, so each
person's months are split after every event into parts, and the parts are followed as if they were
people. That equals following every trial to its first event:

* A trial that begins in month m belongs to the part that holds m, and that part ends in the month
  of the first event at or after m, or with the person's months. So the trial is at risk in exactly
  the months m, m + 1, ... up to that event, and the event is the last of them.
* The weight of a control is carried from month to month within the part only, and it needs nothing
  but the months since m. Months before m, in an earlier part, never enter it.
* Whoever joins does so in one part and is followed there to its end. Months after that part are
  not used: the person may not join again, and is no control after having joined. In parts before
  it the person has not joined yet and is a control, until the month of joining censors.

Sums over a person's parts are then the sums over the person's trials, which is all that the
estimator and its error are made of; nobody counts twice, and errors are clustered by human being.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.arms import follow_arms
from models.balance import effective_sample_size
from models.effects import HorizonEffect
from models.enrollment import EnrollmentModel
from models.estimate import Estimate, NotEstimable, Reason
from models.options import RetentionOptions
from models.person_period import PersonPeriod

PROMOTION, INTERNAL_MOVE = "promotion", "internal_move"
HAPPENED = {PROMOTION: "been promoted", INTERNAL_MOVE: "moved within the company"}


@dataclass(frozen=True)
class CareerEvent:
    """One kind of event and where it happened, in ordered rows.

    Attributes
    ----------
    outcome : {"promotion", "internal_move"}
    happens, followed : ndarray of bool, shape (n_rows,)
        The event falls into the month; it could be seen in the month.
    """

    outcome: str
    happens: np.ndarray
    followed: np.ndarray


@dataclass(frozen=True)
class CareerAnswer:
    """Effect on having been promoted, or having moved, within one horizon.

    Attributes
    ----------
    difference : Estimate or None
        Chance if joined less chance if not, a fraction; above 0 joining means more.
    minimum_detectable_effect : float or None
    reason : Reason or None
        Why there is no answer.
    """

    difference: Estimate | None
    minimum_detectable_effect: float | None
    reason: Reason | None


@dataclass(frozen=True)
class CareerEffect:
    """Effect of joining on one event of careers.

    Attributes
    ----------
    horizons : dict of int to CareerAnswer
    n_treated, n_control : int
        People who joined, and people who serve as a control in at least one trial.
    effective_sample_size : float
        Of the controls at the start of the trials, over people.
    """

    horizons: dict[int, CareerAnswer]
    n_treated: int
    n_control: int
    effective_sample_size: float


def career_events(rows: pd.DataFrame) -> pd.DataFrame:
    """Find promotions and moves between consecutive months of one spell of employment.

    Parameters
    ----------
    rows : DataFrame
        Of a :class:`models.panel.Panel`, whole: person_id (the spell) and month in order; level,
        department and function_type as categories, levels in order of seniority.

    Returns
    -------
    DataFrame
        Bool, in the order of ``rows``. promotion: the next month begins at a higher level;
        internal_move: it begins in another department or function (both known); has_next_month:
        false in the last month of a spell, in which neither can be seen.
    """
    spell = rows["person_id"].to_numpy()
    followed = np.append(spell[1:] == spell[:-1], False)
    level = rows["level"].cat.codes.to_numpy()
    rises = np.append(level[1:] > level[:-1], False) & (level >= 0)
    moves = np.zeros(len(rows), dtype=bool)
    for name in ("department", "function_type"):
        code = rows[name].cat.codes.to_numpy()
        known = np.append((code[1:] >= 0) & (code[:-1] >= 0), False)
        moves |= known & np.append(code[1:] != code[:-1], False)
    return pd.DataFrame(
        {
            PROMOTION: rises & followed,
            INTERNAL_MOVE: moves & followed,
            "has_next_month": followed,
        },
        index=rows.index,
    )


def estimate_careers(
    period: PersonPeriod,
    model: EnrollmentModel,
    event: CareerEvent,
    *,
    horizons: Sequence[int],
    options: RetentionOptions,
) -> CareerEffect:
    """Effect of joining on having been promoted, or having moved.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
        Of joining: the same for every outcome.
    event : CareerEvent
    horizons : sequence of int
        Months.
    options : RetentionOptions

    Returns
    -------
    CareerEffect

    Raises
    ------
    NotEstimable
        Code ``no_events``, ``no_enrollments`` or ``no_controls``.

    Notes
    -----
    Leaving the company censors: the effect is that on the rate of the event among those still
    employed, as if nobody left.

    Source: Danaei et al. (2013), 10.1177/0962280211403603; see :mod:`models.retention`.
    """
    if not (event.happens & event.followed).any():
        happened = HAPPENED[event.outcome]
        raise NotEstimable("no_events", f"Nobody has {happened} in the time observed.")
    parts, own = split_at_events(period, model, event)
    arms = follow_arms(parts, own, n_months=max(horizons) + 1, options=options)
    at_start = arms.controls.risk_sets(parts).at_risk[:, 0]
    return CareerEffect(
        horizons={
            horizon: _answer(effect, event.outcome, options)
            for horizon, effect in arms.effects(horizons).items()
        },
        n_treated=len(arms.joined.people),
        n_control=len(at_start),
        effective_sample_size=effective_sample_size(at_start),
    )


def split_at_events(
    period: PersonPeriod, model: EnrollmentModel, event: CareerEvent
) -> tuple[PersonPeriod, EnrollmentModel]:
    """Split people's months after each event; see the head of this module.

    Months in which the event could not be seen are parts of their own, in no trial.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    event : CareerEvent

    Returns
    -------
    tuple of PersonPeriod and EnrollmentModel
        The same rows, people being the parts; the same probabilities.
    """
    ends = event.happens | ~event.followed
    begins = np.append(True, ends[:-1]) | ~event.followed
    begins[period.starts] = True
    starts = np.flatnonzero(begins)
    whole = period.person[starts]
    parts = replace(
        period,
        starts=starts,
        ends=np.append(starts[1:], len(begins)),
        person=np.cumsum(begins) - 1,
        enrolled_month=period.enrolled_month[whole],
        exited=event.happens & event.followed,
        whole=whole,
    )
    return parts, replace(model, in_trials=model.in_trials & event.followed)


def _answer(effect: HorizonEffect, outcome: str, options: RetentionOptions) -> CareerAnswer:
    """Turn an effect on not yet having had the event into one on having had it."""
    stays = effect.risk_difference
    if stays is None:
        return CareerAnswer(None, None, _reason(effect, outcome, options))
    had = Estimate(-stays.point, stays.standard_error, -stays.upper, -stays.lower)
    return CareerAnswer(had, effect.minimum_detectable_effect, None)


def _reason(effect: HorizonEffect, outcome: str, options: RetentionOptions) -> Reason | None:
    """Reason in the words of careers; those about time observed hold as they are."""
    happened, months = HAPPENED[outcome], effect.horizon_months
    words = {
        "few_exits": f"Fewer than {options.minimum_exits} people had {happened} within {months} "
        "months in one of the groups.",
        "everybody_left": f"Everybody observed had {happened} within {months} months.",
    }
    known = effect.reason
    return Reason(known.code, words.get(known.code, known.words)) if known else None
