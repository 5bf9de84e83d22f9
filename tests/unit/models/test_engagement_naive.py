from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.engagement_naive import compare_scores_naively


def test_both_naive_figures_are_plain_differences_of_means():
    rows = pd.DataFrame(
        {
            "person_id": [1, 1, 2, 2, 3, 3],
            "wave": [1, 2, 1, 2, 1, 2],
            "first_treated_wave": [2, 2, None, None, None, None],
            "score": [3.0, 5.0, 2.0, 2.5, 4.0, np.nan],
        }
    )
    against_others, before_and_after = compare_scores_naively(rows)
    assert against_others.difference == pytest.approx(5.0 - 2.5)
    assert before_and_after.difference == pytest.approx(5.0 - 3.0)
    assert against_others.why_it_misleads.endswith(".")


def test_nobody_treated_has_no_naive_figure():
    rows = pd.DataFrame(
        {"person_id": [1, 2], "wave": [1, 1], "first_treated_wave": None, "score": [1.0, 2.0]}
    )
    assert np.isnan(compare_scores_naively(rows)[0].difference)
