"""What loads speak of, and when two snapshots can be compared word by word."""

from __future__ import annotations

import pytest

from etl.history.speech import Comparison, compare_speech, merged_sql
from etl.mapping.mapping import Instead, Load, Source
from etl.mapping.speech import SPOKEN, speech_of, told_by

JOB, STATUS = "hired_on department_id", "hired_on status department_id"


def load(**columns: Source) -> Load:
    return Load("worker_record", ("id",), {"person_id": Source(column="id"), **columns})


def test_a_load_speaks_of_the_columns_it_maps() -> None:
    assert speech_of(load(status=Source(value="active"), fte=Source(column="f"))) == "status fte"
    assert speech_of(load()) == "nothing" and told_by("nothing") == frozenset()


def test_a_load_of_all_columns_needs_no_words() -> None:
    assert speech_of(load(**{name: Source(column=name) for name in SPOKEN})) is None
    assert told_by(None) == set(SPOKEN)


def test_a_constant_blank_says_nothing_unless_some_rows_say_more() -> None:
    """A hire date read from some rows only is blank in the others; without those it is untold."""
    some = Source(value="", instead=Instead("day", {"event": ("hire",)}))
    assert speech_of(load(hired_on=Source(value=""))) == "nothing"
    assert speech_of(load(hired_on=some)) == "hired_on"


@pytest.mark.parametrize("speeches", [[], [None], [JOB], ["nothing"]])
def test_records_that_speak_alike_are_complete_as_they_are(speeches: list[str | None]) -> None:
    assert merged_sql(speeches) is None


@pytest.mark.parametrize(
    ("newest", "before", "earlier", "found"),
    [
        ([JOB], [JOB], [JOB], Comparison(told_by(JOB), is_complete=True)),
        ([JOB], [JOB], [JOB, "status"], Comparison(told_by(JOB), is_complete=False)),
        ([JOB], [None], [None], Comparison(told_by(JOB), is_complete=False)),
        ([STATUS], [JOB], [JOB], Comparison(told_by(STATUS), is_complete=True)),
        ([STATUS], [JOB], [JOB, "status"], Comparison(None, is_complete=True)),
        ([JOB], ["status"], ["status"], Comparison(None, is_complete=False)),
        ([JOB, None], [JOB], [JOB], Comparison(None, is_complete=False)),
        ([JOB], [], [], Comparison(told_by(JOB), is_complete=True)),
    ],
)
def test_two_snapshots_compare_where_what_is_untold_is_the_same(
    newest: list[str | None],
    before: list[str | None],
    earlier: list[str | None],
    found: Comparison,
) -> None:
    assert compare_speech(newest, before, earlier) == found
