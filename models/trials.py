"""Risk sets of sequential nested trials, without ever expanding them into rows.

A person eligible in ten months is a control in up to ten trials. What the hazards need are only
sums over those trials, and each is one multiplication per person-month: the weight of the trial
that began k months ago is the weight it had a month earlier times one factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.enrollment import EnrollmentModel
from models.options import RetentionOptions
from models.person_period import PersonPeriod

BLOCK_ROWS = 20_000
WEIGHTS_FOR_CAP = 5_000_000


@dataclass(frozen=True)
class RiskSets:
    """One arm's weighted sums per person and month since the start of the trial.

    Attributes
    ----------
    at_risk : ndarray of float, shape (n_people, n_months)
        Sum over the person's trials of the weight in month k, if still observed.
    exits : ndarray of float, shape (n_people, n_months)
        The same, in the month of the exit.
    people : ndarray of int, shape (n_people,)
        Person numbers of the rows; people without any trial are left out.
    """

    at_risk: np.ndarray
    exits: np.ndarray
    people: np.ndarray

    def of_whole(self, whole: np.ndarray) -> RiskSets:
        """Add the parts of each person up.

        Parameters
        ----------
        whole : ndarray of int, shape (n_parts,)
            Person that each part belongs to, increasing.
        """
        owner = whole[self.people]
        firsts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(owner)])
        if len(firsts) == len(owner):
            return RiskSets(self.at_risk, self.exits, owner)
        return RiskSets(
            np.add.reduceat(self.at_risk, firsts),
            np.add.reduceat(self.exits, firsts),
            owner[firsts],
        )


@dataclass(frozen=True)
class FollowUp:
    """One arm as it is followed, whatever the outcome.

    Attributes
    ----------
    at_risk : ndarray of float, shape (n_people, n_months)
        Sum over the person's trials of the weight in month k, if still observed.
    in_last_month : ndarray of float, shape (n_people, n_months)
        The part of it that falls on the person's last month, the only one they can leave in.
    people : ndarray of int, shape (n_people,)
        Person numbers of the rows; people without any trial are left out.
    """

    at_risk: np.ndarray
    in_last_month: np.ndarray
    people: np.ndarray

    def risk_sets(self, period: PersonPeriod) -> RiskSets:
        """Risk sets of the outcome that ``period`` holds, one row per whole person."""
        leaves = period.leaves[self.people]
        sets = RiskSets(self.at_risk, self.in_last_month * leaves[:, None], self.people)
        return sets if period.whole is None else sets.of_whole(period.whole)


def follow_joined(
    period: PersonPeriod, model: EnrollmentModel, *, n_months: int, options: RetentionOptions
) -> FollowUp:
    """Follow those who enroll, each from the month of enrollment.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    n_months : int
        Months of follow-up.
    options : RetentionOptions
        Weight 1 for the effect in joiners, 1/e at enrollment for that in all who are eligible.

    Returns
    -------
    FollowUp
    """
    rows = np.flatnonzero(period.enrolls & model.in_trials)
    people = period.person[rows]
    month = rows[:, None] + np.arange(n_months)
    last = period.ends[people][:, None] - 1
    weight = np.ones(len(rows)) if options.estimand == "joiners" else 1.0 / model.probability[rows]
    return FollowUp((month <= last) * weight[:, None], (month == last) * weight[:, None], people)


def follow_controls(
    period: PersonPeriod,
    model: EnrollmentModel,
    *,
    n_months: int,
    options: RetentionOptions,
    cap: float | None = None,
) -> FollowUp:
    """Follow the controls, summed over all the trials a person is eligible for.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    n_months : int
        Months of follow-up.
    options : RetentionOptions
        Weight at the start of a trial: e/(1-e) for the effect in joiners, else 1/(1-e). Controls
        who enroll later leave and those who remain stand in for them (times 1/(1-e) each month);
        without ``censor_at_enrollment`` they stay.
    cap : float, optional
        Largest weight of a control in a month of a trial.

    Returns
    -------
    FollowUp

    Source: Danaei et al. (2013), 10.1177/0962280211403603; weights as in Hernan & Robins,
    What If (2020), ch. 12 and 17; equal to the expanded trials term by term.
    """
    spans = control_spans(period, model, n_months)
    at_risk = np.zeros((len(spans.people), n_months))
    in_last_month = np.zeros((len(spans.people), n_months))
    to_the_end = spans.stop == period.ends[spans.people]
    done = 0
    for rows, starts in person_blocks(spans):
        last = np.append(starts[1:], len(rows)) - 1
        target = slice(done, done + len(starts))
        done += len(starts)
        weights = control_weights(period, model, rows, starts, options)
        for k, weight in zip(range(n_months), weights, strict=False):
            used = weight if cap is None else np.minimum(weight, cap)
            at_risk[target, k] = np.add.reduceat(used, starts)
            in_last_month[target, k] = used[last] * to_the_end[target]
    return FollowUp(at_risk, in_last_month, spans.people)


def weight_cap(
    period: PersonPeriod,
    model: EnrollmentModel,
    *,
    quantile: float,
    n_months: int,
    options: RetentionOptions,
) -> float:
    """Quantile of all the control weights, over persons, trials and months of follow-up.

    Exact up to five million weights, from evenly spread blocks of people beyond.
    """
    blocks = list(person_blocks(control_spans(period, model, n_months)))
    per_block = BLOCK_ROWS * n_months // 2
    stride = max(1, len(blocks) * per_block // WEIGHTS_FOR_CAP)
    found = []
    for rows, starts in blocks[::stride]:
        weights = control_weights(period, model, rows, starts, options)
        for _, weight in zip(range(n_months), weights, strict=False):
            found.append(weight[weight > 0])
    return float(np.quantile(np.concatenate(found), quantile))


@dataclass(frozen=True)
class Spans:
    """Rows in which controls are followed: from their first trial to the end of their last.

    Attributes
    ----------
    people : ndarray of int, shape (n_controls,)
        Person numbers, increasing.
    first, stop : ndarray of int, shape (n_controls,)
        First row and one past the last row of each.
    """

    people: np.ndarray
    first: np.ndarray
    stop: np.ndarray


def control_spans(period: PersonPeriod, model: EnrollmentModel, n_months: int) -> Spans:
    """Find the people who are a control in at least one trial, and where they are followed."""
    rows = np.flatnonzero(model.in_trials & ~period.enrolls)
    person = period.person[rows]
    is_first = np.diff(person, prepend=-1) > 0
    people = person[is_first]
    last = rows[np.append(is_first[1:], True)] if len(rows) else rows
    return Spans(people, rows[is_first], np.minimum(last + n_months, period.ends[people]))


def person_blocks(
    spans: Spans, *, only: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Split people into runs of about BLOCK_ROWS rows, so that work stays in the cache.

    Parameters
    ----------
    spans : Spans
    only : ndarray of bool, shape (n_controls,), optional
        Leave the others out.

    Yields
    ------
    tuple of ndarray of int
        The rows of a run, and where in them each of its people begins.
    """
    chosen = slice(None) if only is None else only
    firsts, length = spans.first[chosen], (spans.stop - spans.first)[chosen]
    if not len(firsts):
        return
    number = np.cumsum(length) // BLOCK_ROWS
    for block in np.split(np.arange(len(firsts)), np.flatnonzero(np.diff(number)) + 1):
        starts = np.concatenate([[0], np.cumsum(length[block])[:-1]])
        rows = np.repeat(firsts[block] - starts, length[block]) + np.arange(length[block].sum())
        yield rows, starts


def control_weights(
    period: PersonPeriod,
    model: EnrollmentModel,
    rows: np.ndarray,
    starts: np.ndarray,
    options: RetentionOptions,
) -> Iterator[np.ndarray]:
    """Per month of follow-up, without end: weight in each row of the trial begun k months before.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    rows, starts : ndarray of int
        A run of :func:`person_blocks`.
    options : RetentionOptions

    Yields
    ------
    ndarray of float, shape (len(rows),)
        0 where no such trial is followed.
    """
    stays = np.maximum(1.0 - model.probability[rows], 1e-12)
    begins = model.in_trials[rows] & ~period.enrolls[rows]
    odds = model.probability[rows] if options.estimand == "joiners" else np.ones(len(rows))
    weight = np.where(begins, odds / stays, 0.0)
    carried = np.ones(len(rows))
    if options.censor_at_enrollment:
        remains = np.maximum(1.0 - model.during_follow_up.probability[rows], 1e-12)
        carried = np.where(period.before_enrollment[rows], 1.0 / remains, 0.0)
    carried[starts] = 0.0
    while True:
        yield weight
        weight = np.concatenate([[0.0], weight[:-1]]) * carried
