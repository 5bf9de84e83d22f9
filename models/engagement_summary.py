"""From comparisons to what is said about engagement: averages, tests, bounds, counts, warnings."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from models.aggregation import Aggregator, Average
from models.engagement_effects import Answer, EngagementDiagnostics, EngagementEffect
from models.estimate import Reason
from models.group_time import Cell, Comparisons, GroupTime
from models.nonresponse import NonresponseBounds, bound_nonresponse
from models.person_wave import PersonWave
from models.sensitivity import minimum_detectable_effect

SMALL_GROUP = 5
SHARE_CUT = 0.01
UNTREATED_LAST = Reason(
    "no_controls", "Everybody else was treated before: nobody is left to compare with."
)


def summarize(comparisons: Comparisons, cells: list[Cell]) -> EngagementEffect:
    """Run the comparisons and put together everything that is said about them."""
    study, options = comparisons.study, comparisons.options
    found = comparisons.run(cells)
    averages = _Averages(found, study, options.level)
    answer = averages.aggregator.answer
    event = averages.by_event_time()
    by_group, by_wave = averages.by_group(), averages.by_wave()
    simple = answer(averages.simple())
    warnings = _warnings(comparisons, found)
    quantile = None
    if options.bootstrap_draws and any(part.reason is None for part in event.values()):
        quantile = averages.aggregator.simultaneous_quantile(
            [part for part in event.values() if part.reason is None],
            draws=options.bootstrap_draws,
            seed=options.seed,
        )
    return EngagementEffect(
        simple=simple,
        event_study={time: answer(part) for time, part in event.items()},
        by_group={group: answer(part) for group, part in by_group.items()}
        | {group: UNTREATED_LAST for group in study.groups.tolist() if group not in by_group},
        group_time={
            (cell.group, averages.waves[cell.wave]): answer(part)
            for cell, part in zip(cells, averages.parts, strict=True)
        },
        by_wave={wave: answer(part) for wave, part in by_wave.items()},
        over_groups=answer(averages.aggregator.mean([*by_group.values()], groups=[*by_group])),
        over_event_times=answer(
            averages.aggregator.mean([part for time, part in event.items() if time >= 0])
        ),
        over_waves=answer(averages.aggregator.mean([*by_wave.values()])),
        pre_trend_p_value=averages.aggregator.wald_p_value(averages.numbers(is_after=False)),
        simultaneous_quantile=quantile,
        minimum_detectable_effect=_detectable(simple, options.level),
        n_treated=int(np.isfinite(study.treated_from).sum()),
        n_control=int((np.isinf(study.treated_from) & (study.row >= 0).any(axis=1)).sum()),
        control=comparisons.control,
        options=options,
        diagnostics=EngagementDiagnostics(
            cells=_cell_table(found, study),
            response_coefficients=comparisons.response.coefficients if comparisons.response else {},
            nonresponse=averages.bounds(simple, options.nonresponse_shift),
            n_always_treated=study.n_always_treated,
            warnings=warnings,
        ),
        warnings=warnings,
    )


def _detectable(simple: Answer, level: float) -> float | None:
    if isinstance(simple, Reason):
        return None
    return minimum_detectable_effect(simple.standard_error, level=level)


class _Averages:
    """The averages of one study, before they are turned into estimates."""

    def __init__(self, found: GroupTime, study: PersonWave, level: float) -> None:
        self.found, self.study = found, study
        self.waves: list[int] = study.waves.tolist()
        self.aggregator = Aggregator(found, study.treated_from, study.cluster, level)
        self.parts = [self.aggregator.cell(number) for number in range(len(found.cells))]

    def numbers(self, *, is_after: bool) -> list[int]:
        """Numbers of the comparisons after treatment, or before."""
        return [n for n, cell in enumerate(self.found.cells) if cell.is_after == is_after]

    def _by_size(self, numbers: list[int]) -> Average:
        groups = [self.found.cells[number].group for number in numbers]
        return self.aggregator.mean([self.parts[number] for number in numbers], groups=groups)

    def simple(self) -> Average:
        return self._by_size(self.numbers(is_after=True))

    def by_event_time(self) -> dict[int, Average]:
        times = [self.waves[cell.wave] - cell.group for cell in self.found.cells]
        return {
            time: self._by_size([n for n, own in enumerate(times) if own == time])
            for time in sorted(set(times))
        }

    def by_group(self) -> dict[int, Average]:
        cells, after = self.found.cells, self.numbers(is_after=True)
        return {
            group: self.aggregator.mean([self.parts[n] for n in after if cells[n].group == group])
            for group in sorted({cell.group for cell in cells})
        }

    def by_wave(self) -> dict[int, Average]:
        cells, after = self.found.cells, self.numbers(is_after=True)
        return {
            self.waves[wave]: self._by_size([n for n in after if cells[n].wave == wave])
            for wave in sorted({cells[n].wave for n in after})
        }

    def bounds(self, simple: Answer, shift: float | None) -> NonresponseBounds | None:
        """Bounds of the simple effect where answering depends on the answer."""
        if isinstance(simple, Reason):
            return None
        known = [n for n in self.numbers(is_after=True) if self.found.reasons[n] is None]
        size = {
            n: float(np.count_nonzero(self.study.treated_from == self.found.cells[n].group))
            for n in known
        }
        total = sum(size.values())
        shares = {n: own / total for n, own in size.items()}
        return bound_nonresponse(simple, self.found, shares, shift=shift)


def _cell_table(found: GroupTime, study: PersonWave) -> pd.DataFrame:
    rows = [
        {
            "group": cell.group,
            "wave": int(study.waves[cell.wave]),
            "base_wave": int(study.waves[cell.base]),
            "is_after": cell.is_after,
            **asdict(counts),
            "reason": reason.code if reason else None,
        }
        for cell, counts, reason in zip(found.cells, found.counts, found.reasons, strict=True)
    ]
    return pd.DataFrame(rows)


def _warnings(comparisons: Comparisons, found: GroupTime) -> tuple[str, ...]:
    warnings = list(comparisons.study.warnings)
    response = comparisons.response
    if response is not None and response.warning:
        warnings.append(response.warning)
    small = [str(group) for group, fewest in _fewest(found).items() if fewest < SMALL_GROUP]
    if small:
        warnings.append(
            f"Fewer than {SMALL_GROUP} people treated from wave {', '.join(small)} answered in "
            "some waves: too few for an interval of their own to be taken at its word."
        )
    after = [
        reason for reason, cell in zip(found.reasons, found.cells, strict=True) if cell.is_after
    ]
    words = [reason.words for reason in after if reason is not None]
    if words:
        warnings.append(
            f"{len(words)} of {len(after)} comparisons after treatment have no answer and are left "
            f"out of the averages: {' '.join(dict.fromkeys(words))}"
        )
    answers = sum(count.n_treated + count.n_control for count in found.counts)
    cut = sum(count.n_cut for count in found.counts)
    if cut > SHARE_CUT * answers:
        warnings.append(
            f"{cut / answers:.0%} of the weights for non-response were cut at "
            f"{comparisons.options.weight_cap:g}."
        )
    alone = sum(count.n_alone for count in found.counts)
    if alone:
        warnings.append(
            f"In {alone} cases a treated person was left out because nobody untreated shares a "
            "level of the covariates with them."
        )
    return tuple(warnings)


def _fewest(found: GroupTime) -> dict[int, int]:
    """Fewest treated people behind an answer after treatment, per group."""
    fewest: dict[int, int] = {}
    for cell, counts, reason in zip(found.cells, found.counts, found.reasons, strict=True):
        if cell.is_after and reason is None:
            fewest[cell.group] = min(counts.n_treated, fewest.get(cell.group, counts.n_treated))
    return fewest
