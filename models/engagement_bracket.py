"""The effect of joining on a score under two assumptions, and what encloses both answers.

Two assumptions, one answer
    Difference in differences takes joiners to have changed, without the program, like others:
    right where people join for lasting reasons. Where they join because of how they felt, scores
    fall back afterwards, and it says too little. Comparing people with the same score before
    joining takes them to have changed like others who scored the same: right where joining
    depends on that score, too much where the score is only a noisy sign of lasting reasons. The
    truth lies between the two where either holds (Ding & Li 2019, Political Analysis 27:605,
    10.1017/pan.2019.25). Nobody can tell from the data which one holds, so "main" reaches from
    the lower end of the one interval to the upper end of the other, its point in the middle; both
    stand beside it as "parallel_trends" and "same_score_before".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.engagement import EngagementStudy
from models.engagement_effects import Answer, EngagementEffect
from models.engagement_options import EngagementOptions
from models.estimate import Estimate, EstimationError, Reason
from models.person_wave import PersonWave
from models.pooling import pool
from models.sensitivity import minimum_detectable_effect

PARALLEL, SAME_SCORE = "parallel_trends", "same_score_before"
ASSUMPTIONS = {PARALLEL: False, SAME_SCORE: True}


@dataclass(frozen=True)
class Found:
    """What both assumptions say about one set of joiners.

    Attributes
    ----------
    main : Estimate or Reason
        Standard error 0: the interval holds more than the error of sampling.
    effects : dict of str to EngagementEffect
        By assumption.
    treated : ndarray of bool, shape (n_people, n_waves)
        Answers after joining that are compared.
    n_control : int
        People they are compared with.
    """

    main: Answer
    effects: dict[str, EngagementEffect]
    treated: np.ndarray
    n_control: int

    @property
    def n_treated(self) -> int:
        """Number of joiners behind it."""
        return int(self.treated.any(axis=1).sum())

    @property
    def detectable(self) -> float | None:
        """Smallest true effect, in the middle of both answers, that both find with power 0.8."""
        answers = [effect.simple for effect in self.effects.values()]
        known = [answer for answer in answers if isinstance(answer, Estimate)]
        if len(known) < len(answers):
            return None
        apart = max(one.point for one in known) - min(one.point for one in known)
        return apart / 2 + minimum_detectable_effect(max(one.standard_error for one in known))


def enclose(answers: Sequence[Answer]) -> Answer:
    """Join the answers under several assumptions: from the lowest end to the highest."""
    known = [answer for answer in answers if isinstance(answer, Estimate)]
    for answer in answers:
        if isinstance(answer, Reason):
            return answer
    points = [one.point for one in known]
    middle = (min(points) + max(points)) / 2
    return Estimate(middle, 0.0, min(o.lower for o in known), max(o.upper for o in known))


def find(study: EngagementStudy, options: EngagementOptions) -> Found:
    """Estimate under both assumptions."""
    effects = {
        name: study.estimate(options=replace(options, adjust_for_base_score=adjusts))
        for name, adjusts in ASSUMPTIONS.items()
    }
    treated, control = _compared(study.study, list(effects.values()))
    main = enclose([effect.simple for effect in effects.values()])
    n_control = int(control.sum())
    return Found(main, effects, treated, n_control)


def _compared(
    study: PersonWave, effects: Sequence[EngagementEffect]
) -> tuple[np.ndarray, np.ndarray]:
    """Answers of joiners behind the averages after joining, and people they are compared with."""
    answered = ~np.isnan(study.score)
    treated, control = np.zeros(answered.shape, dtype=bool), np.zeros(len(answered), dtype=bool)
    column = {wave: number for number, wave in enumerate(study.waves.tolist())}
    used: set[tuple[int, int, int]] = set()
    for effect in effects:
        cells = effect.diagnostics.cells
        known = (cells["is_after"] & cells["reason"].isna()).to_numpy()
        names = ("group", "wave", "base_wave")
        used |= set(zip(*(cells[name].to_numpy()[known].tolist() for name in names), strict=True))
    for group, wave, base in sorted(used):
        both = answered[:, column[wave]] & answered[:, column[base]]
        treated[:, column[wave]] |= both & (study.treated_from == group)
        control |= both & (study.treated_from > wave)
    return treated, control


def pool_groups(found: Sequence[Found]) -> list[Answer]:
    """Draw groups towards their mean under each assumption, and enclose both answers.

    Returns
    -------
    list of (Estimate or Reason)
        The mean over groups, then each group.
    """
    answers = []
    for name in ASSUMPTIONS:
        own = [_estimate(one.effects[name].simple) for one in found]
        try:
            pooled = pool([one.point for one in own], [one.standard_error for one in own])
        except EstimationError as error:
            return [error.reason] * (len(found) + 1)
        answers.append([pooled.mean, *pooled.groups])
    return [enclose(both) for both in zip(*answers, strict=True)]


def _estimate(answer: Answer) -> Estimate:
    if isinstance(answer, Reason):
        raise TypeError(f"There is no effect: {answer.words}")
    return answer
