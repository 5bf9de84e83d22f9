"""Who stood above whom on a day."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings, strategies

from tests.warehouse_rows import fill
from warehouse.engine import Warehouse
from warehouse.reporting_line import DEEPEST, reporting_line

JAN, JULY = dt.date(2026, 1, 1), dt.date(2026, 7, 1)


def lines(
    warehouse: Warehouse,
    managers: list[tuple[str, str | None, dt.date, dt.date | None]],
    as_of: dt.date = JULY,
) -> list[tuple[str, str, int]]:
    jobs = [
        {"person_id": p, "manager_person_id": m, "valid_from": f, "valid_to": t, "seq_no": 1}
        for p, m, f, t in managers
    ]
    fill(warehouse, {"job_history": jobs})
    found = reporting_line(warehouse, as_of)
    return [(p, m, int(d)) for p, m, d in found.itertuples(index=False)]


def since_january(*pairs: tuple[str, str | None]) -> list[tuple[str, str | None, dt.date, None]]:
    return [(person, manager, JAN, None) for person, manager in pairs]


def test_the_line_goes_up_to_the_top(warehouse: Warehouse) -> None:
    assert lines(warehouse, since_january(("a", "b"), ("b", "c"), ("c", None), ("d", "c"))) == [
        ("a", "b", 1),
        ("a", "c", 2),
        ("b", "c", 1),
        ("d", "c", 1),
    ]


def test_only_the_managers_of_that_day_count(warehouse: Warehouse) -> None:
    jobs = [("a", "b", JAN, JULY), ("a", "c", JULY, None)]
    assert lines(warehouse, jobs, JULY - dt.timedelta(days=1)) == [("a", "b", 1)]
    assert lines(warehouse, jobs, JULY) == [("a", "c", 1)]
    assert lines(warehouse, jobs, JAN - dt.timedelta(days=1)) == []


def test_a_manager_nobody_knows_is_named_and_ends_the_line(warehouse: Warehouse) -> None:
    jobs = [("a", "b", JAN, None), ("b", "c", JAN, JULY)]
    assert lines(warehouse, jobs) == [("a", "b", 1)]


def test_in_a_circle_nobody_stands_above_themselves(warehouse: Warehouse) -> None:
    circle = since_january(("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e"))
    assert lines(warehouse, circle) == [
        ("a", "b", 1),
        ("a", "c", 2),
        ("b", "c", 1),
        ("b", "a", 2),
        ("c", "a", 1),
        ("c", "b", 2),
        ("d", "a", 1),
        ("d", "b", 2),
        ("d", "c", 3),
    ]


PEOPLE = strategies.sampled_from("abcdef")


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(managers=strategies.dictionaries(PEOPLE, strategies.none() | PEOPLE))
def test_the_line_is_the_one_walked_step_by_step(
    warehouse: Warehouse, managers: dict[str, str | None]
) -> None:
    walked = set()
    for person, manager in managers.items():
        at, depth, met = manager, 1, {person}
        while at is not None and at not in met and depth <= DEEPEST:
            walked.add((person, at, depth))
            met.add(at)
            at, depth = managers.get(at), depth + 1
    assert set(lines(warehouse, since_january(*managers.items()))) == walked
