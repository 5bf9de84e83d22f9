"""Coverage and bias of the engagement estimator on simulated companies with a known truth.

Run ``python -m benchmarks.coverage_engagement`` (some minutes on one core), or with
``--replicates 40`` for a quick look. Each setting is estimated with and without weights for
non-response; the truth of a replicate is the mean over its own joiners' two lives. The last two
settings break an assumption on purpose, to show what that costs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from models.engagement import estimate_engagement
from models.engagement_naive import compare_scores_naively
from models.estimate import Estimate
from models.simulate import simulate_program
from models.simulated import Company
from tests.reference.test_known_truth_of_scores import COVARIATES, SOUND, STUDIES

MONTHS = 42
BROKEN = {
    "joining by mood": replace(SOUND, joining_by="mood"),
    "silent when low": replace(SOUND, informative_response=0.8),
}


def main() -> None:
    """Print one line per setting and way to weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--people", type=int, nargs="+", default=[4000, 1200])
    chosen = parser.parse_args()
    print(
        f"{'setting':<32}{'weights':<10}{'truth':>8}{'bias':>9}{'sd':>8}{'mean se':>9}"
        f"{'coverage':>10}{'pre-trend':>11}{'naive':>8}"
    )
    for people in chosen.people:
        for name, company in (STUDIES | BROKEN).items():
            run_setting(f"N = {people}, {name}", people, company, chosen.replicates)


def run_setting(name: str, people: int, company: Company, replicates: int) -> None:
    """Simulate one setting many times and print how it went."""
    rows: dict[bool, list[tuple[float, float, float, bool, bool]]] = {True: [], False: []}
    naive = []
    for seed in range(replicates):
        simulation = simulate_program(people, MONTHS, seed=seed, company=company)
        truth = simulation.truth.engagement_simple
        naive.append(compare_scores_naively(simulation.person_wave)[0].difference)
        for weights, found in rows.items():
            effect = estimate_engagement(
                simulation.person_wave, covariates=COVARIATES, respond_weights=weights
            )
            own, p_value = effect.simple, effect.pre_trend_p_value
            if isinstance(own, Estimate):
                covers = own.lower <= truth <= own.upper
                rejects = isinstance(p_value, float) and p_value < 0.05
                found.append((truth, own.point, own.standard_error, covers, rejects))
    for weights, found in rows.items():
        truths, points, errors, covers, rejects = (np.array(c) for c in zip(*found, strict=True))
        print(
            f"{name:<32}{'yes' if weights else 'no':<10}{truths.mean():>8.4f}"
            f"{(points - truths).mean():>9.4f}{(points - truths).std(ddof=1):>8.4f}"
            f"{errors.mean():>9.4f}{covers.mean():>10.3f}{rejects.mean():>11.3f}"
            f"{np.mean(naive):>8.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
