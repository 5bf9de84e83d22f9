"""Coverage and bias of the retention estimator on simulated companies with a known truth.

Run ``python -m benchmarks.coverage_retention`` (about ten minutes on one core), or with
``--replicates 40`` for a quick look. The truth of a setting is the mean, over its replicates, of
the truth of each simulated company. The last setting breaks the one assumption that cannot be
tested, to show what that costs: an unseen trait drives both joining and staying.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate, NotEstimable
from models.retention import estimate_retention
from models.sensitivity import compare_naively
from models.simulate import simulate_program
from models.simulated import Company, Simulation

HORIZONS = (6, 12, 24)
MEASURES = ("risk_difference", "months_employed")
SETTINGS = {
    "effect": Company(effect=-0.6),
    "null": Company(effect=0.0),
    "unseen cause": Company(effect=0.0, unmeasured=0.5),
}


@dataclass(frozen=True)
class Row:
    """One line of the table: a measure at a horizon in one setting."""

    setting: str
    measure: str
    horizon: int
    truth: float
    bias: float
    spread: float
    mean_standard_error: float
    coverage: float
    estimable: int
    naive: float


def main() -> None:
    """Print the coverage table of every setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--people", type=int, nargs="+", default=[4000, 1200])
    parser.add_argument("--months", type=int, default=36)
    chosen = parser.parse_args()
    print(
        f"{'setting':<24}{'measure':<17}{'H':>3}{'truth':>9}{'bias':>9}{'sd':>8}{'mean se':>9}"
        f"{'coverage':>10}{'estimable':>11}{'naive':>8}"
    )
    for people in chosen.people:
        for name, company in SETTINGS.items():
            setting = f"N = {people}, {name}"
            for row in run_setting(setting, (people, chosen.months), company, chosen.replicates):
                print(
                    f"{row.setting:<24}{row.measure:<17}{row.horizon:>3}{row.truth:>9.4f}"
                    f"{row.bias:>9.4f}{row.spread:>8.4f}{row.mean_standard_error:>9.4f}"
                    f"{row.coverage:>10.3f}{row.estimable:>11}{row.naive:>8.3f}",
                    flush=True,
                )


def run_setting(name: str, size: tuple[int, int], setting: Company, replicates: int) -> list[Row]:
    """Simulate one setting many times and summarize every measure and horizon."""
    found: dict[tuple[str, int], list[Estimate]] = {(m, h): [] for m in MEASURES for h in HORIZONS}
    truths: dict[tuple[str, int], list[float]] = {key: [] for key in found}
    naive: dict[int, list[float]] = {h: [] for h in HORIZONS}
    for seed in range(replicates):
        company = simulate_program(*size, seed=seed, company=setting, horizons=HORIZONS)
        for measure in MEASURES:
            for horizon, value in getattr(company.truth, measure).items():
                truths[measure, horizon].append(value)
        for horizon, value in compare_naively(company.person_month)[1].differences.items():
            naive[horizon].append(value)
        for key, estimate in _estimates(company).items():
            found[key].append(estimate)
    return [
        _summarize(name, key, found[key], float(np.mean(truths[key])), naive[key[1]])
        for key in found
    ]


def _estimates(company: Simulation) -> dict[tuple[str, int], Estimate]:
    try:
        effect = estimate_retention(
            company.person_month, covariates=company.covariates, horizons=HORIZONS
        )
    except NotEstimable:
        return {}
    return {
        (measure, horizon): getattr(answer, measure)
        for horizon, answer in effect.horizons.items()
        if answer.is_estimable
        for measure in MEASURES
    }


def _summarize(
    setting: str,
    key: tuple[str, int],
    estimates: list[Estimate],
    truth: float,
    naive: list[float],
) -> Row:
    points = np.array([estimate.point for estimate in estimates])
    covered = [estimate.lower <= truth <= estimate.upper for estimate in estimates]
    return Row(
        setting=setting,
        measure=key[0],
        horizon=key[1],
        truth=truth,
        bias=float(points.mean() - truth),
        spread=float(points.std(ddof=1)),
        mean_standard_error=float(np.mean([e.standard_error for e in estimates])),
        coverage=float(np.mean(covered)),
        estimable=len(estimates),
        naive=float(np.mean(naive)) if key[0] == "risk_difference" else float("nan"),
    )


if __name__ == "__main__":
    main()
