"""What nobody can adjust for: a trait that drives joining and staying and is not in the data."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention import estimate_retention
from models.simulate import simulate_program
from models.simulated import Company

PEOPLE, REPLICATES = 3000, 8


def points(company: Company) -> np.ndarray:
    """Differences in people still employed after a year, of companies without any effect."""
    found = []
    for seed in range(REPLICATES):
        simulated = simulate_program(PEOPLE, 30, seed=seed, company=company)
        assert simulated.truth.risk_difference[12] == pytest.approx(0.0)
        effect = estimate_retention(
            simulated.person_month, covariates=simulated.covariates, horizons=(12,)
        )
        found.append(effect.horizons[12].risk_difference.point)
    return np.array(found)


def test_an_unseen_cause_looks_like_an_effect_and_none_does_not():
    seen, unseen = points(Company(effect=0.0)), points(Company(effect=0.0, unmeasured=0.8))
    error = np.hypot(seen.std(), unseen.std()) / np.sqrt(REPLICATES - 1)
    assert abs(seen.mean()) < 3.3 * seen.std() / np.sqrt(REPLICATES - 1)
    assert unseen.mean() - seen.mean() > 3.3 * error
