"""Did the program keep people? Sequential nested trials with influence-function intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models.arms import Arms, follow_arms
from models.contrast import curve_frame, horizon_effect, horizon_warnings
from models.diagnosis import RetentionDiagnostics, diagnose
from models.effects import RetentionEffect
from models.enrollment import EnrollmentModel, fit_enrollment
from models.estimate import InvalidInput, NotEstimable
from models.options import RetentionOptions, check_options, whole_horizons
from models.person_period import PersonPeriod, read_person_period

FEW_CLUSTERS = 30


def estimate_retention(
    person_month: pd.DataFrame,
    *,
    covariates: Sequence[str],
    horizons: Sequence[int] = (6, 12, 24),
    cluster: str = "person_id",
    censored: str | None = None,
    options: RetentionOptions | None = None,
) -> RetentionEffect:
    """Effect of joining the program on staying, in those who joined.

    Parameters
    ----------
    person_month : DataFrame
        One row per employed person (or spell) and month, without gaps: person_id, month (whole
        number >= 0), is_eligible (may enroll in this month, the month of enrollment included),
        enrolled_month (NULL if never), exited (left in this month: the last row), covariates as
        known at the start of the month. Months may be any equal periods. A person whose rows end
        without an exit is censored: at risk in the last month, gone after it.
    covariates : sequence of str
        Numeric columns enter linearly (add transformed columns for curves), others by level.
    horizons : sequence of int
        Months of follow-up, each at least 1.
    cluster : str
        Column to cluster standard errors by, constant within a person_id; a missing value is a
        cluster of its own.
    censored : str, optional
        Column that marks the last month of a person who left observation without the event, such
        as by an involuntary exit. Rows that merely end count the same; the mark lets the data be
        checked and those who are merely lost be counted.
    options : RetentionOptions, optional

    Returns
    -------
    RetentionEffect

    Raises
    ------
    InvalidInput
        The data contradict themselves, see :func:`models.person_period.read_person_period`; a
        choice makes no sense, see :func:`models.options.check_options`; or ``bad_horizon``.
    NotEstimable
        Nothing can be said at all: code ``no_enrollments``, ``too_few_enrollments``,
        ``no_controls``, ``no_overlap``, ``separation``, ``no_exits`` or ``too_few_clusters``. A
        single horizon without an answer carries its reason instead.

    Notes
    -----
    Exits that censor are treated as independent of the main exit given time since the start of
    the trial: the effect is on the hazard of the main exit, as if the others did not occur.

    Source: Danaei et al. (2013), 10.1177/0962280211403603; Hernan & Robins, What If (2020),
    ch. 17. Standard errors by influence functions, summed by cluster, that count the
    enrollment model as estimated (see :mod:`models.nuisance`).
    """
    chosen, months = options or RetentionOptions(), whole_horizons(horizons)
    # The products are tall and narrow: a second thread mostly waits, and where it splits a sum
    # the last digits would depend on the number of processors.
    with threadpool_limits(limits=1, user_api="blas"):
        study = open_study(
            person_month, covariates=covariates, cluster=cluster, censored=censored, options=chosen
        )
        return study.estimate(horizons=months, options=chosen)


@dataclass(frozen=True)
class RetentionStudy:
    """Checked data with a fitted enrollment model, for several analyses of the same people."""

    period: PersonPeriod
    model: EnrollmentModel

    def with_outcome(self, exited: np.ndarray) -> RetentionStudy:
        """Study of another outcome in the same people; other exits censor.

        Parameters
        ----------
        exited : ndarray of bool, shape (n_rows,)
            In the row order of the caller's frame; only a person's last row may be true.

        Raises
        ------
        InvalidInput
            Code ``row_after_exit``.
        NotEstimable
            Code ``no_exits``.
        """
        ordered = np.asarray(exited, dtype=bool)[self.period.order]
        if ordered.sum() != ordered[self.period.ends - 1].sum():
            raise InvalidInput("row_after_exit", "A person has rows after leaving.")
        if not ordered.any():
            raise NotEstimable("no_exits", "Nobody left in the time observed.")
        return replace(self, period=replace(self.period, exited=ordered))

    def with_cluster(self, cluster: np.ndarray) -> RetentionStudy:
        """Study whose standard errors are clustered otherwise.

        Parameters
        ----------
        cluster : ndarray of int, shape (n_rows,)
            Cluster number from 0, in the row order of the caller's frame, constant within a
            person_id.

        Raises
        ------
        NotEstimable
            Code ``too_few_clusters``.
        """
        of_person = np.asarray(cluster)[self.period.order][self.period.starts]
        _check_clusters(of_person)
        return replace(self, period=replace(self.period, cluster=of_person))

    def follow(self, *, n_months: int, options: RetentionOptions | None = None) -> FollowedStudy:
        """Follow both arms for some months; options of the enrollment model stay as fitted."""
        arms = follow_arms(
            self.period, self.model, n_months=n_months, options=options or RetentionOptions()
        )
        diagnostics = diagnose(
            self.period,
            self.model,
            arms.controls,
            estimand=arms.options.estimand,
            cap=arms.cap,
        )
        return FollowedStudy(**vars(arms), diagnostics=diagnostics)

    def estimate(
        self, *, horizons: Sequence[int] = (6, 12, 24), options: RetentionOptions | None = None
    ) -> RetentionEffect:
        """Effect under other options or horizons; those of the enrollment model stay as fitted."""
        chosen = whole_horizons(horizons)
        return self.follow(n_months=months_needed(chosen), options=options).estimate(chosen)


@dataclass(frozen=True)
class FollowedStudy(Arms):
    """A study with both arms followed: what is the same for every outcome and every clustering.

    Attributes
    ----------
    diagnostics : RetentionDiagnostics
    """

    diagnostics: RetentionDiagnostics

    def of(self, study: RetentionStudy) -> FollowedStudy:
        """Follow-up of the same people with the outcome and the clusters of another study."""
        return replace(self, period=study.period)

    def estimate(self, horizons: Sequence[int]) -> RetentionEffect:
        """Effect on the outcome within horizons no longer than the follow-up."""
        contrast = self.contrast()
        effects = {h: horizon_effect(h, contrast, self.options) for h in whole_horizons(horizons)}
        trials = self.period.month[self.period.enrolls & self.model.in_trials]
        curves = [
            curve_frame(name, arm, contrast)
            for name, arm in (("joined", contrast.joined), ("not_joined", contrast.not_joined))
        ]
        return RetentionEffect(
            horizons=effects,
            curves=pd.concat(curves, ignore_index=True),
            diagnostics=self.diagnostics,
            n_treated=len(self.joined.people),
            n_control=len(self.controls.people),
            effective_sample_size=self.diagnostics.effective_sample_size,
            n_trials=len(np.unique(trials)),
            options=self.options,
            warnings=(
                *self.diagnostics.warnings,
                *_few_clusters(self.period.cluster),
                *horizon_warnings(effects),
            ),
        )


def months_needed(horizons: Sequence[int]) -> int:
    """Months of follow-up: one more than the longest horizon, so that curves end with a number."""
    return max(horizons) + 1


def open_study(
    person_month: pd.DataFrame,
    *,
    covariates: Sequence[str],
    cluster: str = "person_id",
    censored: str | None = None,
    options: RetentionOptions | None = None,
) -> RetentionStudy:
    """Check the data and fit the enrollment model once; see :func:`estimate_retention`."""
    chosen = options or RetentionOptions()
    check_options(chosen)
    period = read_person_period(
        person_month, covariates=covariates, cluster=cluster, censored=censored
    )
    if not period.exited.any():
        raise NotEstimable("no_exits", "Nobody left in the time observed.")
    _check_clusters(period.cluster)
    model = fit_enrollment(period, person_month, covariates=covariates, options=chosen)
    return RetentionStudy(period, model)


def _check_clusters(cluster: np.ndarray) -> None:
    if cluster.min() == cluster.max():
        raise NotEstimable(
            "too_few_clusters",
            "Everybody is in one cluster: how far the estimate could be off cannot be told.",
        )


def _few_clusters(cluster: np.ndarray) -> list[str]:
    """Sentence about intervals that rest on few clusters, if they do.

    Source: Cameron & Miller (2015), J Hum Resour 50:317, 10.3368/jhr.50.2.317, section VI.
    """
    n_clusters = len(np.unique(cluster))
    if n_clusters >= FEW_CLUSTERS:
        return []
    return [f"The data hold only {n_clusters} clusters: the intervals are likely too narrow."]
