from __future__ import annotations

import pandas as pd
import pytest

from models.estimate import InvalidInput
from models.person_period import NEVER, read_person_period


def rows(**columns: list) -> pd.DataFrame:
    frame = {
        "person_id": ["a", "a", "a", "b", "b"],
        "month": [0, 1, 2, 1, 2],
        "is_eligible": [True] * 5,
        "enrolled_month": [1, 1, 1, None, None],
        "exited": [False, False, True, False, False],
    }
    return pd.DataFrame(frame | columns)


def test_a_person_is_at_risk_of_enrolling_up_to_the_month_of_enrollment():
    period = read_person_period(rows())
    assert period.at_risk.tolist() == [True, True, False, True, True]
    assert period.enrolls.tolist() == [False, True, False, False, False]
    assert period.enrolled_month.tolist() == [1, NEVER]


def test_the_order_of_rows_does_not_matter():
    period = read_person_period(rows().iloc[[4, 2, 0, 3, 1]])
    assert period.month.tolist() == [1, 2, 0, 1, 2]
    assert period.ends.tolist() == [2, 5]


def test_flags_may_be_zero_and_one():
    assert read_person_period(rows(exited=[0, 0, 1, 0, 0])).exited.sum() == 1


def test_a_person_without_a_cluster_is_a_cluster_alone():
    frame = rows(pair=["p", "p", "p", None, None])
    assert read_person_period(frame, cluster="pair").cluster.tolist() == [0, 1]


def test_people_whose_months_merely_end_are_counted_as_lost():
    frame = rows(month=[0, 1, 2, 0, 1])
    assert read_person_period(frame).n_lost == 1
    marked = frame.assign(gone=[False] * 4 + [True])
    assert read_person_period(marked, censored="gone").n_lost == 0
    assert read_person_period(marked, censored="gone").n_censored == 1


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("negative_month", {"month": [-1, 0, 1, 1, 2]}),
        ("bad_month", {"month": [0.5, 1.5, 2.5, 1, 2]}),
        ("bad_month", {"month": ["x", "y", "z", "1", "2"]}),
        ("missing_value", {"month": [0, 1, None, 1, 2]}),
        ("missing_value", {"person_id": ["a", "a", "a", None, "b"]}),
        ("duplicate_person_month", {"month": [0, 1, 1, 1, 2]}),
        ("gap", {"month": [0, 1, 3, 1, 2]}),
        ("row_after_exit", {"exited": [False, True, False, False, False]}),
        ("bad_flag", {"exited": [0, 0, 2, 0, 0]}),
        ("missing_value", {"is_eligible": [True, None, True, True, True]}),
        ("enrollment_varies", {"enrolled_month": [1, 1, 2, None, None]}),
        ("enrolled_after_exit", {"enrolled_month": [5, 5, 5, None, None]}),
        ("negative_month", {"enrolled_month": [-5, -5, -5, None, None]}),
    ],
)
def test_data_that_contradict_themselves_are_refused_by_name(code, columns):
    with pytest.raises(InvalidInput) as error:
        read_person_period(rows(**columns))
    assert error.value.code == code
    assert error.value.words.endswith(".")


def test_a_missing_column_is_named():
    with pytest.raises(InvalidInput, match="site"):
        read_person_period(rows(), covariates=["site"])


def test_no_rows_are_refused():
    with pytest.raises(InvalidInput, match="no_rows"):
        read_person_period(rows().iloc[:0])


def test_a_row_cannot_be_exit_and_censored():
    frame = rows(gone=[False, False, True, False, False])
    with pytest.raises(InvalidInput, match="exit_and_censored"):
        read_person_period(frame, censored="gone")


def test_a_cluster_that_varies_within_a_person_is_refused():
    frame = rows(pair=["p", "p", "q", None, None])
    with pytest.raises(InvalidInput, match="cluster_varies"):
        read_person_period(frame, cluster="pair")
