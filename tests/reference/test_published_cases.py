"""Published figures that pieces of the estimators must give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from causaldata import nsw_mixtape
from lifelines.datasets import load_stanford_heart_transplants

from models.balance import weighted_mean_difference
from models.options import RetentionOptions
from models.pooling import pool
from models.retention import estimate_retention

EIGHT_SCHOOLS_TOLERANCE = 0.6
EARNINGS_TOLERANCE = 1


def test_eight_schools_are_pooled_as_in_the_book():
    # Gelman et al., Bayesian Data Analysis, section 5.5
    pooled = pool([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
    found = [group.point for group in pooled.groups]
    assert found == pytest.approx([11, 8, 6, 8, 5, 6, 10, 8], abs=EIGHT_SCHOOLS_TOLERANCE)
    assert pooled.mean.point == pytest.approx(8, abs=EIGHT_SCHOOLS_TOLERANCE)


def test_the_experimental_effect_of_job_training_is_reproduced():
    # Dehejia & Wahba (1999): 1794 dollars
    people = nsw_mixtape.load_pandas().data
    effect = weighted_mean_difference(people["re78"].to_numpy(), (people["treat"] == 1).to_numpy())
    assert effect.point == pytest.approx(1794, abs=EARNINGS_TOLERANCE)


@pytest.fixture(scope="module")
def transplants() -> pd.DataFrame:
    """Stanford heart transplants in ten-day periods since acceptance."""
    spells = load_stanford_heart_transplants().sort_values(["id", "start"])
    rows = []
    for person, own in spells.groupby("id"):
        since = own.loc[own["transplant"] == 1, "start"]
        enrolled = np.floor(since.min() / 10) if len(since) else np.nan
        periods = int(max(np.ceil(max(own["stop"].max(), 0.5) / 10), np.nan_to_num(enrolled) + 1))
        first = own.iloc[0]
        for period in range(periods):
            leaves = bool(own["event"].max()) and period == periods - 1
            waits = not period > enrolled
            rows.append((person, period, waits, enrolled, leaves, first["age"], first["surgery"]))
    columns = ["person_id", "month", "is_eligible", "enrolled_month", "exited", "age", "surgery"]
    return pd.DataFrame(rows, columns=columns)


def test_immortal_time_before_a_transplant_gives_no_benefit(transplants):
    # Crowley & Hu (1977): once waiting is accounted for, no evidence of an effect on survival
    effect = estimate_retention(
        transplants,
        covariates=["age", "surgery"],
        horizons=(6, 12),
        options=RetentionOptions(censor_at_enrollment=False),
    )
    assert effect.n_treated == 69
    for answer in effect.horizons.values():
        assert answer.risk_difference.lower < 0 < answer.risk_difference.upper
