from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from models.analyses import Analyses, analyze
from models.inputs import read_inputs
from reports.apart import Apart, Task
from tests.unit.models.company import AS_OF, company_tables, fill, simulate


@pytest.fixture
def beside() -> Iterator[Apart]:
    place = Apart(is_beside=True, modules=["models.analyses"])
    yield place
    place.stop()


def begun(task: Task[Any]) -> Task[Any]:
    """Wait until it is the turn of a call, so that it is not made here."""
    assert task._there is not None
    while not (task._there.running() or task._there.done()):
        time.sleep(0.01)
    return task


def test_a_process_beside_answers_what_this_one_would(warehouse, beside):
    fill(warehouse, company_tables(simulate(300)))
    inputs = read_inputs(warehouse, as_of=AS_OF)
    there, here = begun(beside.submit(analyze, inputs)).result(), analyze(inputs)
    for field in dataclasses.fields(Analyses):
        pd.testing.assert_frame_equal(getattr(there, field.name), getattr(here, field.name))


def test_the_process_beside_is_another_one_and_answers_call_after_call(beside):
    found = {begun(beside.submit(os.getpid)).result() for _ in range(3)}
    assert len(found) == 1
    assert found != {os.getpid()}


def test_a_call_whose_turn_has_not_come_is_made_here_by_whoever_needs_it(beside):
    first = begun(beside.submit(time.sleep, 0.3))
    second = beside.submit(os.getpid)
    assert second.result() == os.getpid()
    first.result()


def test_where_there_is_none_this_process_answers():
    assert Apart(is_beside=False).submit(os.getpid).result() == os.getpid()


def test_where_the_process_dies_this_one_answers(beside):
    assert beside._process is not None
    beside._process.kill()
    assert begun(beside.submit(divmod, 7, 2)).result() == (3, 1)


def test_an_error_is_raised_as_if_there_were_no_process(beside):
    with pytest.raises(ZeroDivisionError):
        begun(beside.submit(divmod, 1, 0)).result()
    assert begun(beside.submit(divmod, 7, 2)).result() == (3, 1)


def test_a_process_that_was_not_asked_is_ended():
    place = Apart(is_beside=True)
    assert place._process is not None
    place.stop()
    assert place._process.poll() is not None
