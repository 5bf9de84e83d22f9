from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from models import apart
from models.analyses import Analyses, analyze
from models.apart import Apart, place_for
from models.inputs import read_inputs
from tests.unit.models.company import AS_OF, company_tables, fill, simulate


@pytest.fixture
def inputs(warehouse):
    fill(warehouse, company_tables(simulate(300)))
    return read_inputs(warehouse, as_of=AS_OF)


def assert_same(one: Analyses, other: Analyses) -> None:
    for field in dataclasses.fields(Analyses):
        pd.testing.assert_frame_equal(getattr(one, field.name), getattr(other, field.name))


def test_a_process_beside_answers_what_this_one_would(inputs):
    assert_same(Apart(is_beside=True).analyze(inputs), analyze(inputs))


def test_where_the_process_dies_the_analyses_are_run_here(inputs):
    place = Apart(is_beside=True)
    assert place._process is not None
    place._process.kill()
    assert_same(place.analyze(inputs), analyze(inputs))


def test_a_process_that_was_not_asked_is_ended(inputs):
    place = Apart(is_beside=True)
    assert place._process is not None
    place.stop()
    assert place._process.poll() is not None


def test_only_a_large_company_is_worth_a_process(warehouse, monkeypatch):
    assert place_for(warehouse)._process is None
    monkeypatch.setattr(apart, "LARGE", 0)
    place = place_for(warehouse)
    assert place._process is not None
    place.stop()
