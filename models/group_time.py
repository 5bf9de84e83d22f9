"""Effects by group and wave: which comparisons there are, and each of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from models.balance import effective_sample_size
from models.design import Design
from models.doubly_robust import DoublyRobust, compare_changes
from models.engagement_options import Control, EngagementOptions
from models.estimate import NotEstimable, Reason
from models.person_wave import PersonWave
from models.response import ResponseModel, response_gradient, response_weight

LARGEST_SHARE_WITHOUT_CONTROL = 0.1
BLOCK_PEOPLE = 10_000


@dataclass(frozen=True)
class Cell:
    """One comparison: those first treated in ``group``, in a wave, against a base wave.

    Attributes
    ----------
    group : int
        First treated wave.
    wave, base : int
        Positions in the waves of the data; ``base`` equals ``wave`` in the base wave itself.
    last_before : int
        Position of the last wave before treatment.
    is_after : bool
        The group is treated in the wave.
    """

    group: int
    wave: int
    base: int
    last_before: int
    is_after: bool


@dataclass(frozen=True)
class CellCounts:
    """Who stands behind a comparison.

    Attributes
    ----------
    n_treated, n_control : int
        People who answered both waves.
    effective_control : float
        Effective number of those controls; 0 where there is no answer.
    missing_treated, missing_control : float
        Share, among people with a row in both waves, who did not answer both.
    spread : float
        Standard deviation of the controls' change.
    n_alone : int
        Treated people left out because nobody untreated shares a level with them.
    largest_weight : float
        Largest response weight.
    n_cut : int
        Response weights that were cut.
    """

    n_treated: int
    n_control: int
    missing_treated: float
    missing_control: float
    spread: float
    n_alone: int
    effective_control: float = 0.0
    largest_weight: float = 1.0
    n_cut: int = 0


@dataclass(frozen=True)
class GroupTime:
    """All comparisons of a study.

    Attributes
    ----------
    cells : tuple of Cell
    effect : ndarray of float, shape (n_cells,)
        NaN where there is a reason.
    influence : ndarray of float, shape (n_people, n_cells)
        Adding up to each effect's error.
    reasons : tuple of (Reason or None)
    counts : tuple of CellCounts
    """

    cells: tuple[Cell, ...]
    effect: np.ndarray
    influence: np.ndarray
    reasons: tuple[Reason | None, ...]
    counts: tuple[CellCounts, ...]


def plan_cells(study: PersonWave, *, has_never: bool, options: EngagementOptions) -> list[Cell]:
    """List the comparisons of each group in each wave.

    Where nobody stays untreated, the last group has no comparison of its own: until its treatment
    it serves the others.

    Parameters
    ----------
    study : PersonWave
    has_never : bool
        Somebody is not treated by the last wave.
    options : EngagementOptions

    Returns
    -------
    list of Cell

    Source: Callaway & Sant'Anna (2021), J Econometrics 225:200, 10.1016/j.jeconom.2020.12.001,
    section 2; base waves as in the R package ``did``.
    """
    groups = study.groups if has_never else study.groups[:-1]
    cells = []
    for group in groups.tolist():
        last_before = int(np.flatnonzero(study.waves + options.anticipation < group)[-1])
        for wave, number in enumerate(study.waves.tolist()):
            is_after = number >= group
            base = last_before
            if options.base_period == "varying" and not is_after:
                base = wave - 1
            if base >= 0 and (is_after or options.earlier_waves):
                cells.append(Cell(group, wave, base, last_before, is_after))
    return cells


@dataclass(frozen=True)
class Comparisons:
    """What every comparison of a study shares.

    Attributes
    ----------
    study : PersonWave
    design : Design
        Covariates of all rows; those of the base wave are used.
    response : ResponseModel or None
        None gives every answer the weight 1.
    control : {"not_yet_treated", "never_treated"}
    options : EngagementOptions
    starts : dict
        Propensities found so far, to begin with: they differ little between waves and weights.
    """

    study: PersonWave
    design: Design
    response: ResponseModel | None
    control: Control
    options: EngagementOptions
    starts: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)

    def run(self, cells: list[Cell]) -> GroupTime:
        """Run the comparisons of ``cells``."""
        influence = np.zeros((self.study.n_people, len(cells)), order="F")
        effect, found = np.full(len(cells), np.nan), []
        for number, cell in enumerate(cells):
            people, treated, counts = self._sample(cell)
            reason = None if cell.wave == cell.base else _few(counts, self.options)
            if cell.wave == cell.base:
                effect[number] = 0.0
            elif reason is None:
                weight, counts = self._weight(cell, people, counts)
                try:
                    answer = self._compare(cell, people, treated, weight)
                except NotEstimable as error:
                    reason = error.reason
                else:
                    effect[number], influence[people, number] = answer.effect, answer.influence
                    counts = replace(
                        counts, effective_control=effective_sample_size(answer.control_weight)
                    )
            found.append((reason, counts))
        return GroupTime(
            cells=tuple(cells),
            effect=effect,
            influence=self._with_response(cells, influence),
            reasons=tuple(reason for reason, _ in found),
            counts=tuple(counts for _, counts in found),
        )

    def _sample(self, cell: Cell) -> tuple[np.ndarray, np.ndarray, CellCounts]:
        """People who answered both waves, who of them is treated, and counts."""
        study, wave = self.study, cell.wave
        treated = study.treated_from == cell.group
        if self.control == "never_treated":
            compared = np.isinf(study.treated_from)
        else:
            until = study.waves[max(wave, cell.base)] + self.options.anticipation
            compared = (study.treated_from > until) & ~treated
        invited = (study.row[:, wave] >= 0) & (study.row[:, cell.base] >= 0)
        if not cell.is_after:
            # whoever was treated later had to stay until then; so must those they are compared with
            invited &= study.row[:, cell.last_before] >= 0
        change = study.score[:, wave] - study.score[:, cell.base]
        answered = ~np.isnan(change) & invited
        people = np.flatnonzero(answered & (treated | compared))
        alone = self._alone(people, treated[people], cell.base)
        people = people[~alone]
        of_treated = treated[people]
        n_treated = int(of_treated.sum())
        counts = CellCounts(
            n_treated=n_treated,
            n_control=len(people) - n_treated,
            missing_treated=_missing(answered, invited & treated),
            missing_control=_missing(answered, invited & compared),
            spread=float(np.std(change[people[~of_treated]])) if n_treated < len(people) else 0.0,
            n_alone=int(alone.sum()),
        )
        return people, of_treated, counts

    def _alone(self, people: np.ndarray, treated: np.ndarray, base: int) -> np.ndarray:
        """Treated people of levels without anybody to compare with, unless they are many."""
        alone = np.zeros(len(people), dtype=bool)
        for covariate in self.design.covariates:
            if covariate.levels:
                codes = covariate.codes[self.study.row[people, base]]
                known = np.bincount(codes[~treated], minlength=len(covariate.levels) + 1) > 0
                alone |= treated & ~known[codes]
        if alone.sum() > LARGEST_SHARE_WITHOUT_CONTROL * np.count_nonzero(treated):
            return np.zeros(len(people), dtype=bool)
        return alone

    def _weight(
        self, cell: Cell, people: np.ndarray, counts: CellCounts
    ) -> tuple[np.ndarray, CellCounts]:
        if self.response is None:
            return np.ones(len(people)), counts
        weight, uncut = response_weight(
            self.response, people, (cell.wave, cell.base), cap=self.options.weight_cap
        )
        n_cut = int(np.count_nonzero(~uncut))
        return weight, replace(counts, largest_weight=float(weight.max()), n_cut=n_cut)

    def _compare(
        self, cell: Cell, people: np.ndarray, treated: np.ndarray, weight: np.ndarray
    ) -> DoublyRobust:
        score = self.study.score
        matrix = self._regressors(cell, people)
        start = self.starts.get((cell.group, cell.base))
        if start is not None:  # with or without the base score, which comes last
            start = np.append(start, 0.0)[: matrix.shape[1]]
        answer = compare_changes(
            score[people, cell.wave] - score[people, cell.base],
            treated,
            matrix,
            weight=weight,
            start=start,
        )
        self.starts[cell.group, cell.base] = answer.propensity.coefficient
        if np.abs(answer.influence).max() <= 1e-12 * np.nanmax(np.abs(score[people])):
            raise NotEstimable("no_variation", "All changes are the same within both groups.")
        return answer

    def _regressors(self, cell: Cell, people: np.ndarray) -> np.ndarray:
        matrix = self.design.regressors(self.study.row[people, cell.base])
        before = self.study.score[people, cell.base]
        spread = before.std()
        if not self.options.adjust_for_base_score or spread <= 1e-12 * np.abs(before).max():
            return matrix
        return np.column_stack([matrix, (before - before.mean()) / spread])

    def _with_response(self, cells: list[Cell], influence: np.ndarray) -> np.ndarray:
        """Count the response model as estimated, too."""
        model = self.response
        if model is None or not model.coefficients or self.options.known_weights:
            return influence
        waves = np.array([[cell.wave, cell.base] for cell in cells])
        gradient = response_gradient(
            self.study, model, influence, waves, cap=self.options.weight_cap
        )
        for start in range(0, len(influence), BLOCK_PEOPLE):
            some = slice(start, start + BLOCK_PEOPLE)
            influence[some] += model.person_influence[some] @ gradient
        return influence


def _missing(answered: np.ndarray, invited: np.ndarray) -> float:
    total = np.count_nonzero(invited)
    return float(1.0 - np.count_nonzero(answered & invited) / total) if total else 0.0


def _few(counts: CellCounts, options: EngagementOptions) -> Reason | None:
    if counts.n_treated == 0:
        return Reason("no_treated", "Nobody treated answered both waves.")
    if counts.n_control == 0:
        return Reason("no_controls", "Nobody untreated answered both waves.")
    if min(counts.n_treated, counts.n_control) < options.minimum_people:
        return Reason(
            "few_people", f"Fewer than {options.minimum_people} people answered both waves."
        )
    if counts.n_treated + counts.n_control < 3:
        return Reason("few_people", "Two people are not enough for an interval.")
    return None
