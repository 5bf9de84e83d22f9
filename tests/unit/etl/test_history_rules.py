"""What records mean for who worked where and when: the rules of history one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.plain_history import Gone, History, Left, Said, Spell, plain_history
from tests.told_history import Evidence, history, history_of_files, named, speaking
from warehouse.engine import Warehouse


def snapshots(person: str, *days: int, **facts: Any) -> list[Said]:
    return [Said(person, on, kind="snapshot", **{"hired": -3, **facts}) for on in days]


def spells_of(found: History) -> set[tuple[Any, ...]]:
    return {(s.person, s.no, s.hired, s.end) for s in found.spells}


def jobs_of(found: History) -> set[tuple[Any, ...]]:
    return {(s.person, s.start, s.end, s.department, s.status) for s in found.stretches}


def exits_of(found: History) -> set[tuple[Any, ...]]:
    return {(x.person, x.on, x.is_inferred) for x in found.exits}


@pytest.mark.parametrize(
    "news",
    [
        {},
        {"department": "y"},
        {"status": "leave"},
        {"hired": 25, "person": "new"},
        {"person": None},
    ],
)
def test_what_most_months_bring_is_written_without_reading_older_records(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, news: dict[str, Any]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("all records of somebody are read")

    first = [Said(p, 0, hired=-3, kind="snapshot", department="x") for p in "abc"]
    second = [replace(r, on=30) for r in first]
    if "person" in news:
        second.pop()
    if news.get("person", "a"):
        second = [replace(second[0], **news), *second["person" not in news :]]
    third = [replace(r, on=60) for r in second]
    months = [named(first), named(second), named(third)]
    files: list[Evidence] = [
        ([replace(r, id=f"{n}-{r.id}") for r in month], []) for n, month in enumerate(months)
    ]
    whole = plain_history([r for said, _ in files for r in said], [])
    monkeypatch.setattr("etl.history.derive._rebuild", refuse)
    assert history_of_files(warehouse, files, at_once=1) == whole


def test_a_rehire_starts_a_new_spell(warehouse: Warehouse) -> None:
    said = [
        Said("a", 0, hired=-400, department="x"),
        Said("a", 10, status="terminated", hired=-400),
        Said("a", 40, hired=40, department="y"),
    ]
    found = history(warehouse, said)
    assert spells_of(found) == {("a", 1, -400, 10), ("a", 2, 40, None)}
    assert jobs_of(found) == {("a", 0, 10, "x", "active"), ("a", 40, None, "y", "active")}
    assert exits_of(found) == {("a", 9, False)}


def test_leave_is_a_stretch_and_the_spell_goes_on(warehouse: Warehouse) -> None:
    said = [Said("a", on, hired=0, status=s) for on, s in ((0, "active"), (9, "leave"), (20, None))]
    found = history(warehouse, said)
    assert spells_of(found) == {("a", 1, 0, None)}
    assert jobs_of(found) == {
        ("a", 0, 9, None, "active"),
        ("a", 9, 20, None, "leave"),
        ("a", 20, None, None, "active"),
    }


def part(on: int, parts: str, **facts: Any) -> Said:
    return speaking(Said("a", on, **facts), frozenset(parts.split()))


def test_a_record_says_only_what_it_speaks_of(warehouse: Warehouse) -> None:
    said = [
        part(0, "hired department", hired=-9, department="x"),
        part(9, "status", status="leave"),
        part(12, "department", department="y"),
        part(20, "status"),
    ]
    found = history(warehouse, said)
    assert spells_of(found) == {("a", 1, -9, None)}
    assert jobs_of(found) == {
        ("a", 0, 9, "x", "active"),
        ("a", 9, 12, "x", "leave"),
        ("a", 12, 20, "y", "leave"),
        ("a", 20, None, "y", "active"),
    }


def test_what_a_record_speaks_of_and_leaves_blank_is_blank(warehouse: Warehouse) -> None:
    said = [part(0, "department", department="x"), part(9, "status department")]
    assert ("a", 9, None, None, "active") in jobs_of(history(warehouse, said))


def test_records_of_one_day_are_combined(warehouse: Warehouse) -> None:
    said = [
        part(0, "hired status", hired=-9, status="leave", seq=1),
        part(0, "status type", status="active", type="employee", seq=2),
        part(0, "department", department="x"),
    ]
    found = history(warehouse, said)
    assert found.spells == {Spell("a", 1, -9, None, "employee")}
    assert jobs_of(found) == {("a", 0, None, "x", "active")}


@pytest.mark.parametrize(
    ("later", "spells"),
    [
        (part(20, "department"), {("a", 1, 0, 10)}),
        (part(20, "department hired", hired=0), {("a", 1, 0, 10)}),
        (part(20, "department hired", hired=15), {("a", 1, 0, 10), ("a", 2, 15, None)}),
        (part(20, "department", kind="snapshot"), {("a", 1, 0, 10), ("a", 2, 20, None)}),
    ],
)
def test_who_left_is_back_only_by_a_hire_date_a_status_or_a_list(
    warehouse: Warehouse, later: Said, spells: set[Any]
) -> None:
    said = [Said("a", 0, hired=0), part(10, "status", status="terminated"), later]
    assert spells_of(history(warehouse, said)) == spells


def test_a_known_exit_is_not_told_twice(warehouse: Warehouse) -> None:
    said = [Said("a", 0, hired=0), Said("a", 11, status="terminated", hired=0)]
    found = history(warehouse, said, [Left("a", 10)])
    assert spells_of(found) == {("a", 1, 0, 11)}
    assert exits_of(found) == set()


def test_an_exit_on_the_day_of_the_terminated_record_says_the_day(warehouse: Warehouse) -> None:
    said = [Said("a", 0, hired=0), Said("a", 10, status="terminated", hired=0)]
    found = history(warehouse, said, [Left("a", 10)])
    assert spells_of(found) == {("a", 1, 0, 11)}
    assert exits_of(found) == set()


def test_a_later_exit_gives_an_earlier_closing_its_reason_only(warehouse: Warehouse) -> None:
    said = [Said("a", 0, hired=0), Said("a", 10, status="terminated", hired=0)]
    found = history(warehouse, said, [Left("a", 14, voluntary="yes")])
    assert spells_of(found) == {("a", 1, 0, 10)}
    assert [(x.on, x.voluntary) for x in found.exits] == [(9, "yes")]


def test_of_two_lists_of_exits_the_earlier_day_counts_and_counts_once(
    warehouse: Warehouse,
) -> None:
    found = history(warehouse, [Said("a", 0, hired=0)], [Left("a", 12, id="1"), Left("a", 10)])
    assert spells_of(found) == {("a", 1, 0, 11)}
    assert exits_of(found) == set()


def test_an_unknown_hire_date_stays_unknown(warehouse: Warehouse) -> None:
    found = history(warehouse, [Said("a", 5)], [Left("b", 7)])
    assert spells_of(found) == {("a", 1, None, None), ("b", 1, None, 8)}


def test_a_later_hire_date_does_not_move_the_begin_of_a_spell(warehouse: Warehouse) -> None:
    found = history(warehouse, [Said("a", 0, hired=-9), Said("a", 30, hired=30)])
    assert spells_of(found) == {("a", 1, -9, None)}


@pytest.mark.parametrize(
    ("numbers", "kept"), [((1, 3, 2), "y"), ((None, None, None), "z"), ((None, 0, None), "y")]
)
def test_the_last_record_of_a_day_counts(
    warehouse: Warehouse, numbers: tuple[int | None, ...], kept: str
) -> None:
    """By its number; without one by its record id: not by where it stood in which file."""
    said = [
        Said("a", 0, hired=0, department=d, seq=n)
        for d, n in zip(("x", "y", "z"), numbers, strict=True)
    ]
    assert jobs_of(history(warehouse, said)) == {("a", 0, None, kept, "active")}


def test_who_is_hired_and_terminated_on_one_day_was_never_employed(warehouse: Warehouse) -> None:
    said = [Said("a", 5, hired=5, seq=1), Said("a", 5, hired=5, status="terminated", seq=2)]
    assert history(warehouse, said) == History(frozenset(), frozenset(), frozenset())


def test_another_worker_type_is_another_spell_and_no_exit(warehouse: Warehouse) -> None:
    said = [Said("a", 0, hired=-3, type="contingent"), Said("a", 30, hired=30, type="employee")]
    found = history(warehouse, said)
    assert {(s.no, s.hired, s.end, s.type) for s in found.spells} == {
        (1, -3, 30, "contingent"),
        (2, 30, None, "employee"),
    }
    assert found.exits == frozenset()


@pytest.mark.parametrize("hired", [-3, None])
def test_a_person_missing_from_the_last_snapshot_left_before_it_for_the_time_being(
    warehouse: Warehouse, hired: int | None
) -> None:
    seen = snapshots("a", 0, 30, hired=hired) + snapshots("b", 0, 30, 60, hired=hired)
    found = history(warehouse, seen)
    assert spells_of(found) == {("a", 1, hired, 60), ("b", 1, hired, None)}
    assert found.exits == {Gone("a", 59, True, None, "unknown")}


def test_the_snapshot_after_settles_an_inferred_exit(warehouse: Warehouse) -> None:
    found = history(warehouse, snapshots("a", 0) + snapshots("b", 0, 30, 60))
    assert spells_of(found) == {("a", 1, -3, 30), ("b", 1, -3, None)}
    assert found.exits == {Gone("a", 29, True, 60, "unknown")}


@pytest.mark.parametrize("hired", [-3, None])
def test_absent_from_one_snapshot_and_back_in_the_next_is_a_gap(
    warehouse: Warehouse, hired: int | None
) -> None:
    seen = snapshots("a", 0, 60, hired=hired) + snapshots("b", 0, 30, 60, hired=hired)
    found = history(warehouse, seen)
    assert spells_of(found) == {("a", 1, hired, None), ("b", 1, hired, None)}
    assert found.exits == frozenset()


def test_back_with_a_newer_hire_date_is_a_rehire(warehouse: Warehouse) -> None:
    seen = snapshots("a", 0) + snapshots("a", 60, hired=50) + snapshots("b", 0, 30, 60)
    found = history(warehouse, seen)
    assert spells_of(found) == {("a", 1, -3, 30), ("a", 2, 50, None), ("b", 1, -3, None)}
    assert exits_of(found) == {("a", 29, True)}


def test_back_after_two_snapshots_is_an_exit_and_a_rehire(warehouse: Warehouse) -> None:
    found = history(warehouse, snapshots("a", 0, 90) + snapshots("b", 0, 30, 60, 90))
    assert spells_of(found) == {("a", 1, -3, 30), ("a", 2, 90, None), ("b", 1, -3, None)}
    assert exits_of(found) == {("a", 29, True)}


def test_a_vanished_person_with_a_known_exit_left_on_that_day(warehouse: Warehouse) -> None:
    found = history(warehouse, snapshots("a", 0) + snapshots("b", 0, 30), [Left("a", 12)])
    assert ("a", 1, -3, 13) in spells_of(found)
    assert exits_of(found) == set()


@pytest.mark.parametrize("exit_", [Left("a", 45), Left("a", 100, recorded=20)])
def test_an_exit_that_the_snapshots_run_ahead_of_says_the_day(
    warehouse: Warehouse, exit_: Left
) -> None:
    """Dropped from the snapshots early, or announced and on garden leave."""
    found = history(warehouse, snapshots("a", 0) + snapshots("b", 0, 30, 60), [exit_])
    assert ("a", 1, -3, exit_.on + 1) in spells_of(found)
    assert exits_of(found) == set()


def test_an_exit_list_that_comes_much_later_does_not_bring_the_vanished_back(
    warehouse: Warehouse,
) -> None:
    left = [Left("a", 100, voluntary="no")]
    found = history(warehouse, snapshots("a", 0) + snapshots("b", 0, 30, 60), left)
    assert ("a", 1, -3, 30) in spells_of(found)
    assert found.exits == {Gone("a", 29, True, 60, "no")}


def test_who_another_source_still_lists_did_not_leave(warehouse: Warehouse) -> None:
    seen = snapshots("a", 0) + snapshots("b", 0, 30, 60) + snapshots("a", 45, source="payroll")
    assert ("a", 1, -3, None) in spells_of(history(warehouse, seen))


def test_effective_dated_records_know_better_than_a_missing_snapshot(warehouse: Warehouse) -> None:
    said = [Said("a", -50, hired=-50), *snapshots("a", 0, hired=-50), *snapshots("b", 0, 30, 60)]
    assert ("a", 1, -50, None) in spells_of(history(warehouse, said))


def test_a_snapshot_shortly_after_an_exit_still_lists_the_leaver(warehouse: Warehouse) -> None:
    found = history(warehouse, snapshots("a", 0, 30) + snapshots("b", 0, 30, 60), [Left("a", 28)])
    assert spells_of(found) == {("a", 1, -3, 29), ("b", 1, -3, None)}
    assert exits_of(found) == set()


def test_a_termination_in_the_future_of_its_record_changes_nothing_before_it(
    warehouse: Warehouse,
) -> None:
    said = snapshots("a", 0, 40) + snapshots("a", 10, status="terminated")
    found = history(warehouse, said, [Left("a", 40, recorded=10)])
    assert spells_of(found) == {("a", 1, -3, 41)}
    assert exits_of(found) == set()


def test_an_expected_hire_that_the_next_snapshot_drops_never_happened(
    warehouse: Warehouse,
) -> None:
    seen = snapshots("a", 0, hired=40) + snapshots("b", 0, 30, 60)
    assert spells_of(history(warehouse, seen)) == {("b", 1, -3, None)}


def test_a_hire_between_snapshots_has_its_department_from_the_first_day(
    warehouse: Warehouse,
) -> None:
    seen = snapshots("a", 30, hired=12, department="x") + snapshots("b", 0, 30, department="x")
    found = jobs_of(history(warehouse, seen))
    assert ("a", 12, None, "x", "active") in found
    assert ("b", 0, None, "x", "active") in found


def test_a_hire_date_told_later_does_not_reach_back_into_what_was_known(
    warehouse: Warehouse,
) -> None:
    seen = snapshots("a", 30, hired=None) + snapshots("a", 60, hired=12) + snapshots("b", 0, 30, 60)
    found = history(warehouse, seen)
    assert ("a", 1, 12, None) in spells_of(found)
    assert {(s.person, s.start) for s in found.stretches} == {("a", 30), ("b", 0)}
