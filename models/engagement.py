"""Did the program change scores? Doubly robust difference in differences by group and wave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models.design import Design, code_covariates
from models.engagement_effects import EngagementEffect
from models.engagement_options import Control, EngagementOptions, check_options
from models.engagement_summary import summarize
from models.estimate import NotEstimable
from models.group_time import Cell, Comparisons, plan_cells
from models.person_wave import PersonWave, read_person_wave
from models.response import ResponseModel, fit_response


def estimate_engagement(
    person_wave: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    respond_weights: bool = True,
    control: Control = "not_yet_treated",
    cluster: str = "person_id",
    options: EngagementOptions | None = None,
) -> EngagementEffect:
    """Effect of being in the program on a score, in those who are.

    Parameters
    ----------
    person_wave : DataFrame
        One row per employed person and wave: person_id, wave (whole number >= 0, not necessarily
        consecutive), first_treated_wave (first wave after enrollment; missing if never), score
        (missing = no answer), covariates. A wave in which somebody was not employed has no row;
        rows may be missing anywhere. Waves may be any equal periods.
    covariates : sequence of str
        Numeric columns enter linearly, others by level, a missing value as a level of its own; a
        missing number counts as the mean with a mark. The value in the base wave is used, so that
        nothing the program changed is adjusted for.
    respond_weights : bool
        Weight those who answered both waves by 1 / (chance to answer the one x the other), so
        that they stand for those who did not; without it, those who answered are compared as they
        are. Where everybody answers both are the same.
    control : {"not_yet_treated", "never_treated"}
    cluster : str
        Column to cluster standard errors by, constant within a person_id; a missing value is a
        cluster of its own.
    options : EngagementOptions, optional

    Returns
    -------
    EngagementEffect

    Raises
    ------
    InvalidInput
        The data contradict themselves; see :func:`models.person_wave.read_person_wave` and
        :func:`models.engagement_options.check_options`.
    NotEstimable
        Nothing can be said at all: code ``always_treated``, ``no_scores``, ``constant_scores``,
        ``too_few_waves``, ``no_treated`` or ``no_controls``. A comparison or an average without
        an answer carries its reason instead.

    Notes
    -----
    Assumes that without the program the scores of those treated would have changed as those of
    controls with the same covariates, that nobody reacts before treatment (see ``anticipation``),
    and that whether people answer depends on nothing else than the covariates, the wave,
    enrollment and their last answering. People who leave drop out of later comparisons.

    Source: Callaway & Sant'Anna (2021), J Econometrics 225:200, 10.1016/j.jeconom.2020.12.001;
    Sant'Anna & Zhao (2020), 10.1016/j.jeconom.2020.06.003. Standard errors by influence
    functions, summed by cluster, that count propensity, outcome regression, response model and
    the sizes of the groups as estimated.
    """
    chosen = options or EngagementOptions()
    check_options(control, chosen)
    study = open_engagement(person_wave, covariates=covariates, cluster=cluster, options=chosen)
    # thousands of products of narrow blocks: threads would spend their time on waiting
    with threadpool_limits(limits=1, user_api="blas"):
        return study.estimate(respond_weights=respond_weights, control=control, options=chosen)


@dataclass(frozen=True)
class EngagementStudy:
    """A person-wave frame, checked and coded once for several estimates.

    Attributes
    ----------
    study : PersonWave
    design : Design
    response : callable
        Gives the response model, which is fitted once, to everybody.
    options : EngagementOptions
    starts : dict
        Propensities found so far, see :class:`models.group_time.Comparisons`.
    """

    study: PersonWave
    design: Design
    response: Callable[[], ResponseModel]
    options: EngagementOptions
    starts: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)

    def estimate(
        self,
        *,
        respond_weights: bool = True,
        control: Control = "not_yet_treated",
        options: EngagementOptions | None = None,
    ) -> EngagementEffect:
        """Estimate as :func:`estimate_engagement` does, anticipation being that of the study.

        Threads are the caller's to limit, once for all estimates.
        """
        chosen = options or self.options
        check_options(control, chosen)
        cells = _cells(self.study, control, chosen)
        response = self.response() if respond_weights else None
        comparisons = Comparisons(self.study, self.design, response, control, chosen, self.starts)
        return summarize(comparisons, cells)

    def treating_only(self, members: np.ndarray) -> EngagementStudy:
        """Count only some of those treated as treated; the others are controls until they are.

        Parameters
        ----------
        members : ndarray of bool, shape (n_people,)
        """
        own = self.study
        others = np.isfinite(own.treated_from) & ~members
        over = others[:, None] & (own.waves >= own.treated_from[:, None])
        return self._narrowed(
            np.where(over, -1, own.row),
            np.where(over, np.nan, own.score),
            np.where(others, np.inf, own.treated_from),
        )

    def with_people(self, members: np.ndarray) -> EngagementStudy:
        """Leave out everybody else; who answers is still as in everybody.

        Parameters
        ----------
        members : ndarray of bool, shape (n_people,)
        """
        own = self.study
        return self._narrowed(
            np.where(members[:, None], own.row, -1),
            np.where(members[:, None], own.score, np.nan),
            np.where(members, own.treated_from, np.inf),
        )

    def with_design(self, covariates: Sequence[str]) -> EngagementStudy:
        """Compare people by some of the covariates only; who answers depends on all of them."""
        kept = tuple(one for one in self.design.covariates if one.name in covariates)
        return replace(self, design=Design(kept), starts={})

    def _narrowed(
        self, row: np.ndarray, score: np.ndarray, treated_from: np.ndarray
    ) -> EngagementStudy:
        study = replace(self.study, row=row, score=score, treated_from=treated_from, warnings=())
        return replace(self, study=study, starts={})


def open_engagement(
    person_wave: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    cluster: str = "person_id",
    options: EngagementOptions | None = None,
) -> EngagementStudy:
    """Check a frame once for several estimates; see :func:`estimate_engagement`."""
    chosen = options or EngagementOptions()
    study = read_person_wave(
        person_wave, covariates=covariates, cluster=cluster, anticipation=chosen.anticipation
    )
    every = np.arange(len(study.person))
    design = Design(code_covariates(person_wave, covariates, order=study.order, rows=every))

    @cache
    def response() -> ResponseModel:
        return fit_response(study, person_wave, covariates=covariates, options=chosen)

    return EngagementStudy(study, design, response, chosen)


def _cells(study: PersonWave, control: Control, options: EngagementOptions) -> list[Cell]:
    if len(study.waves) < 2:
        raise NotEstimable("too_few_waves", "Changes need at least two waves.")
    if not len(study.groups):
        raise NotEstimable("no_treated", "Nobody was treated after the first wave.")
    has_never = bool(np.isinf(study.treated_from).any())
    if not has_never and (control == "never_treated" or len(study.groups) < 2):
        raise NotEstimable("no_controls", "Everybody was treated: nobody is left to compare with.")
    return plan_cells(study, has_never=has_never, options=options)
