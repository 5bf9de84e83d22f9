from __future__ import annotations

import pandas as pd
import pytest

from models.estimate import Estimate
from models.sensitivity import compare_naively, e_value, minimum_detectable_effect


def test_the_published_e_value_is_reproduced():
    # VanderWeele & Ding (2017): risk ratio 3.9 (1.8, 8.7) gives 7.26 and 3.0
    value = e_value(Estimate(3.9, 1.0, 1.8, 8.7))
    assert value.point == pytest.approx(7.26, abs=0.005)
    assert value.interval == pytest.approx(3.0, abs=0.005)


def test_a_protective_ratio_is_turned_round():
    assert e_value(Estimate(0.5, 0.1, 0.4, 0.8)).point == pytest.approx(2 + 2**0.5)


def test_an_interval_that_covers_no_effect_needs_no_confounder():
    assert e_value(Estimate(0.9, 0.1, 0.7, 1.1)).interval == 1.0


def test_the_detectable_effect_is_about_2_8_standard_errors():
    assert minimum_detectable_effect(0.01) == pytest.approx(0.028, abs=1e-4)


def test_naive_figures_credit_the_program_with_time_before_joining():
    # everybody leaves at the same pace; those who stay long enough join
    people = []
    for person in range(400):
        stays = person % 8
        enrolled = 4 if stays >= 4 and person % 2 else None
        people += [
            (person, month, month <= (enrolled or 99), enrolled, month == stays)
            for month in range(stays + 1)
        ]
    columns = ["person_id", "month", "is_eligible", "enrolled_month", "exited"]
    from_first, from_enrollment = compare_naively(
        pd.DataFrame(people, columns=columns), horizons=(3, 50)
    )
    assert from_first.differences[3] > 0.3
    assert 50 not in from_first.differences
    assert "months before enrollment" in from_first.why_it_misleads
    assert from_enrollment.kind == "from_enrollment"
