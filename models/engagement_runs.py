"""The analyses of scores of a release: populations, variants, event studies and groups.

Every effect is enclosed by two assumptions, see :mod:`models.engagement_bracket`: "main" holds
both answers, "parallel_trends" and "same_score_before" stand beside it.

Roles
    Of the other role, people count as controls until they join, and not at all from then on.
    Leaving them out altogether would choose controls by what they did later, and mentors and
    mentees would be compared with other people than all joiners are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models import published_scores as published
from models.engagement import open_engagement
from models.engagement_bracket import (
    PARALLEL,
    Found,
    enclose,
    find,
    pool_groups,
)
from models.engagement_effects import Answer, EngagementEffect
from models.engagement_naive import compare_scores_naively
from models.engagement_options import EngagementOptions
from models.estimate import Estimate, EstimationError, Reason
from models.person_wave import PersonWave
from models.published import Rows
from models.wave_panel import COVARIATES, WavePanel

ALL, MENTOR, MENTEE = "all", "mentor", "mentee"
MAIN = "main"
COMPARED = (
    "department",
    "grade",
    "grade_squared",
    "log_tenure",
    "tenure_curve_1",
    "tenure_curve_2",
)
COHORT_COVARIATES = ("department", "grade", "grade_squared", "log_tenure")
DEPARTMENT_COVARIATES = ("grade", "grade_squared", "log_tenure")
SMALLEST_CELL = 5


def run_engagement(panels: Sequence[WavePanel], *, seed: int = 0) -> Rows:
    """Run every analysis of scores of a release.

    Parameters
    ----------
    panels : sequence of WavePanel
        One per construct.
    seed : int
        Of the sample that very large response models start from.

    Returns
    -------
    Rows
        What cannot be answered is there as ``not_estimable`` with its reason.
    """
    rows = Rows()
    for panel in panels:
        try:
            _Construct(panel, rows, seed).run()
        except EstimationError as error:
            for population in _populations(panel):
                where = published.head(panel.construct, population)
                rows.estimate.append(published.estimate_row(where, MAIN, error.reason))
    return rows


def _populations(panel: WavePanel) -> tuple[str, ...]:
    """Whose effect there is: where the answers of one role do not count, the other's only."""
    return (ALL, MENTOR, MENTEE) if panel.role == "both" else (panel.role,)


class _Construct:
    """The analyses of one construct, each adding its rows."""

    def __init__(self, panel: WavePanel, rows: Rows, seed: int) -> None:
        self.panel, self.rows = panel, rows
        self.main_population = _populations(panel)[0]
        self.where = published.head(panel.construct, self.main_population)
        self.options = EngagementOptions(
            base_period="universal", minimum_people=published.COMPANY_PEOPLE, seed=seed
        )
        self.after = replace(self.options, earlier_waves=False)
        # that answering is estimated, too, makes hardly a difference to what is pooled anyway
        self.of_group = replace(self.after, minimum_people=SMALLEST_CELL, known_weights=True)
        study = open_engagement(panel.rows, covariates=COVARIATES, options=self.options)
        # what does not change within a person, in the order of the study
        starts = np.append(True, study.study.person[1:] != study.study.person[:-1])
        self.people = panel.rows.iloc[study.study.order[starts]]
        if self.main_population != ALL:
            study = study.treating_only(self._is("role", self.main_population))
        self.study = study.with_design(COMPARED)

    def _is(self, column: str, value: str) -> np.ndarray:
        found: np.ndarray = (self.people[column] == value).to_numpy(dtype=bool)
        return found

    def run(self) -> None:
        found = find(self.study, self.options)
        self._main(self.where, found)
        self._assumptions(found)
        self._sensitivities(found)
        self.rows.estimate.extend(self._naive())
        self.rows.event_study.extend(self._event_study(found))
        self.rows.diagnostic.extend(
            published.diagnostic_rows(self.where, self.study.study, found.effects)
        )
        if self.main_population == ALL:
            self._roles(found)
        self._groups("cohort", "cohort", found)
        self._groups("department", "home", found)

    def _main(self, where: dict[str, Any], found: Found) -> None:
        self.rows.diagnostic.append(published.small_effect_row(where, self.study.study))
        self.rows.estimate.append(
            published.estimate_row(
                where,
                MAIN,
                found.main,
                people=(found.n_treated, found.n_control),
                detectable=found.detectable,
            )
        )

    def _assumptions(self, found: Found) -> None:
        for name, effect in found.effects.items():
            answer = found.main if isinstance(found.main, Reason) else effect.simple
            self._variant(name, answer, found, effect.minimum_detectable_effect)
        effect = found.effects[PARALLEL]
        bounds = effect.diagnostics.nonresponse
        if bounds is not None and isinstance(found.main, Estimate):
            middle = (bounds.lowest + bounds.highest) / 2
            answer = Estimate(middle, 0.0, bounds.lower, bounds.upper)
            self._variant("nonresponse_bounds", answer, found)

    def _variant(
        self, variant: str, answer: Answer, found: Found, detectable: float | None = None
    ) -> None:
        people = (found.n_treated, found.n_control)
        self.rows.estimate.append(
            published.estimate_row(
                self.where, variant, answer, people=people, detectable=detectable
            )
        )

    def _sensitivities(self, found: Found) -> None:
        """Both under parallel trends, to be read beside that variant."""
        study = self.study
        late = np.isfinite(study.study.treated_from) & _answered_before(study.study)
        # the controls differ by those who join late
        is_exposed = published.is_exposed(int(late.sum()), 2 * found.n_control)
        self._variant(
            "without_response_weights",
            _answer(lambda: study.estimate(respond_weights=False, options=self.after), found),
            found,
        )
        never = _answer(lambda: study.estimate(control="never_treated", options=self.after), found)
        if is_exposed and isinstance(never, Estimate):
            never = published.HIDDEN
        self._variant("never_treated", never, found)

    def _naive(self) -> Iterator[dict[str, Any]]:
        study = self.study.study
        frame, counts = published.answers_of_many(study)
        differences: list[float | None] = [None, None]
        if counts["after"] >= published.NAIVE_ANSWERS:
            against, change = compare_scores_naively(frame)
            if counts["others"] >= published.NAIVE_ANSWERS:
                differences[0] = against.difference
            if counts["before"] >= published.NAIVE_ANSWERS:
                differences[1] = change.difference
        names = ("naive_difference", "naive_before_after")
        for name, difference in zip(names, differences, strict=True):
            yield published.naive_row(self.where, name, difference)

    def _event_study(self, found: Found) -> Iterator[dict[str, Any]]:
        one, other = (effect.event_study for effect in found.effects.values())
        cells = found.effects[PARALLEL].diagnostics.cells
        used = cells[cells["reason"].isna()]
        behind = used["n_treated"].groupby(used["wave"] - used["group"]).sum()
        for time in sorted(one):
            answer = enclose([one[time], other[time]])
            n_treated = int(behind.get(time, 0))
            yield published.event_study_row(self.where, time, answer, n_treated)

    def _roles(self, whole: Found) -> None:
        found: dict[str, Found | Reason] = {}
        for role in (MENTOR, MENTEE):
            try:
                found[role] = find(self.study.treating_only(self._is("role", role)), self.after)
            except EstimationError as error:
                found[role] = error.reason
        parts = {
            role: one.treated
            for role, one in found.items()
            if isinstance(one, Found) and isinstance(one.main, Estimate)
        }
        withheld = published.parts_to_withhold(whole.treated, parts)
        for role, one in found.items():
            where = published.head(self.panel.construct, role)
            if isinstance(one, Reason):
                self.rows.estimate.append(published.estimate_row(where, MAIN, one))
            else:
                self._main(where, replace(one, main=published.HIDDEN) if role in withheld else one)

    def _groups(self, grouping: str, column: str, whole: Found) -> None:
        found = {
            name: self._group(grouping, column, name) for name in sorted(self._joined_from(column))
        }
        known = {name: one for name, one in found.items() if isinstance(one, Found)}
        withheld = published.parts_to_withhold(
            whole.treated, {name: one.treated for name, one in known.items()}
        )
        shown = {name: one for name, one in known.items() if name not in withheld}
        mean, *pooled = pool_groups(list(shown.values()))
        drawn = dict(zip(shown, pooled, strict=True))
        add = self.rows.group_effect.append
        for name, one in found.items():
            if isinstance(one, Reason):
                add(published.group_row(self.where, grouping, name, one))
            else:
                answer = drawn.get(name, published.HIDDEN)
                add(published.group_row(self.where, grouping, name, answer, one.n_treated))
        behind = sum(one.n_treated for one in shown.values())
        add(published.group_row(self.where, grouping, "", mean, behind))

    def _joined_from(self, column: str) -> set[str]:
        joined = np.isfinite(self.study.study.treated_from)
        return set(self.people[column][joined].dropna().astype(str))

    def _group(self, grouping: str, column: str, name: str) -> Found | Reason:
        members = self._is(column, name)
        study = self.study
        if np.count_nonzero(members & _answered_after(study.study)) < published.GROUP_PEOPLE:
            return published.FEW_TREATED
        if grouping == "cohort":
            study = study.with_design(COHORT_COVARIATES).treating_only(members)
        else:
            study = study.with_design(DEPARTMENT_COVARIATES).with_people(members)
        try:
            found = find(study, self.of_group)
        except EstimationError as error:
            return error.reason
        if isinstance(found.main, Reason):
            return found.main
        return found if found.n_treated >= published.GROUP_PEOPLE else published.FEW_TREATED


def _answer(estimate: Callable[[], EngagementEffect], main: Found) -> Answer:
    """Return the simple effect of a sensitivity; none where the main analysis has none."""
    if isinstance(main.main, Reason):
        return main.main
    try:
        return estimate().simple
    except EstimationError as error:
        return error.reason


def _answered_after(study: PersonWave) -> np.ndarray:
    """Tell who joined and answered both before and after."""
    after = (study.waves >= study.treated_from[:, None]) & ~np.isnan(study.score)
    found: np.ndarray = after.any(axis=1) & _answered_before(study)
    return found


def _answered_before(study: PersonWave) -> np.ndarray:
    before = (study.waves < study.treated_from[:, None]) & ~np.isnan(study.score)
    found: np.ndarray = before.any(axis=1)
    return found
