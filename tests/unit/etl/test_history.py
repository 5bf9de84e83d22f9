"""History derived in SQL equals a slow, plain second reading of the same rules."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies

from etl.history import rebuild_history
from warehouse.engine import Warehouse, Writer
from warehouse.tables import employment, exit_, job_history, worker_record

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 10, 1)
ORIGIN = dt.date(2024, 1, 1)


def day(number: int) -> dt.date:
    return ORIGIN + number * DAY


@dataclass(frozen=True)
class Said:
    """A worker record; days as numbers after the origin."""

    person: str
    on: int
    hired: int | None = None
    status: str | None = "active"
    kind: str = "effective"
    seq: int | None = None
    department: str | None = None
    source: str = "hr"
    row: int = 0


@dataclass(frozen=True)
class Left:
    """A known exit."""

    person: str
    on: int
    recorded: int | None = None


# --- the second reading ----------------------------------------------------------------------


def plain_history(
    said: list[Said], left: list[Left]
) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Return spells, stretches and derived exits, person by person and event by event."""
    spells, stretches, exits = set(), set(), set()
    for person in {r.person for r in said} | {x.person for x in left}:
        mine = [r for r in said if r.person == person]
        known = [x for x in left if x.person == person]
        for group in plain_spells(said, mine, known):
            spells.add((person, group["no"], group["start"], group["end"]))
            if group["derived"]:
                exits.add((person, group["end"] - 1, group["derived"] == "vanished"))
            for start, stop, department, status, snapshot in plain_stretches(said, group):
                stretches.add((person, start, stop, department, status, snapshot))
    return spells, stretches, exits


def plain_words(mine: list[Said], known: list[Left]) -> list[Said]:
    by_day: dict[int, list[Said]] = defaultdict(list)
    for record in mine:
        by_day[record.on].append(record)
    words = []
    for records in by_day.values():
        records.sort(key=lambda r: (r.kind == "effective", r.seq is not None, r.seq or 0, r.row))
        word = records[-1]
        late = word.kind == "snapshot" and any(
            x.on < word.on <= x.on + 31 and (word.hired is None or word.hired <= x.on)
            for x in known
        )
        dated = any(x.recorded == word.on and x.on >= word.on for x in known)
        gone = word.status == "terminated"
        if not (late and not gone) and not (dated and gone):
            words.append(word)
    return words


def snapshot_days(said: list[Said], source: str) -> list[int]:
    return sorted(
        {r.on for r in said if seen_in_snapshot(r) and r.source == source}
    )  # fmt: skip


def seen_in_snapshot(record: Said) -> bool:
    return record.kind == "snapshot" and record.status != "terminated"


def plain_vanished(said: list[Said], mine: list[Said]) -> set[int]:
    if any(r.kind == "effective" for r in mine):
        return set()
    found = set()
    for source in {r.source for r in mine}:
        days = snapshot_days(said, source)
        present = {r.on for r in mine if seen_in_snapshot(r) and r.source == source}
        for before, after in pairwise(days):
            if before in present and after not in present:
                continued = any(
                    r.status != "terminated"
                    and r.on >= after
                    and r.hired is not None
                    and r.hired <= before
                    for r in mine
                )
                if not continued:
                    found.add(after)
    return found


def plain_spells(said: list[Said], mine: list[Said], known: list[Left]) -> list[dict[str, Any]]:
    events: list[tuple[int, int, int, str, Said | None]] = []
    for word in plain_words(mine, known):
        begins = max(word.on, word.hired) if word.hired is not None else word.on
        what = "terminated" if word.status == "terminated" else "works"
        events.append((begins, 1, word.on, what, word))
    events += [(on + 1, 0, 0, "exit", None) for on in {x.on for x in known}]
    events += [(on, 0, 0, "vanished", None) for on in plain_vanished(said, mine)]
    events.sort(key=lambda e: e[:3])
    groups: list[list[Any]] = []
    for event in events:
        closed = groups and groups[-1][-1][3] != "works"
        if not groups or (event[3] == "works" and closed):
            groups.append([])
        groups[-1].append(event)
    found: list[dict[str, Any]] = []
    previous: int | None = None
    for group in groups:
        spell = plain_spell(group, previous)
        previous = spell["end"]
        if spell["end"] is None or spell["start"] is None or spell["start"] < spell["end"]:
            found.append(spell | {"no": len(found) + 1})
    return found


def plain_spell(group: list[Any], previous: int | None) -> dict[str, Any]:
    days = {
        what: [e[0] for e in group if e[3] == what]
        for what in ("works", "exit", "terminated", "vanished")
    }
    end, derived = None, None
    for what in ("exit", "terminated", "vanished"):
        if days[what]:
            end, derived = min(days[what]), None if what == "exit" else what
            break
    first = min(days["works"], default=None)
    hires = [e[4].hired for e in group if e[4] is not None and e[4].hired is not None]
    hired = hires[-1] if hires else None
    if previous is not None and (hired is None or hired < previous):
        start = first
    elif hired is None:
        start = None
    else:
        start = hired if first is None else min(hired, first)
    words = [(e[0], e[4]) for e in group if e[3] == "works"]
    return {"start": start, "end": end, "derived": derived, "words": words, "first": first}


def plain_stretches(said: list[Said], group: dict[str, Any]) -> list[tuple[Any, ...]]:
    by_day: dict[int, tuple[Any, ...]] = {}
    for begins, word in group["words"]:
        start = begins
        if group["start"] is not None and group["start"] > start:
            start = group["start"]
        if word.kind == "snapshot" and begins == group["first"] and group["start"] is not None:
            earlier = [d for d in snapshot_days(said, word.source) if d < word.on]
            if group["start"] < begins and earlier and group["start"] > earlier[-1]:
                start = group["start"]
        if group["end"] is None or start < group["end"]:
            by_day[start] = (word.department, word.status or "active", word.kind == "snapshot")
    found: list[list[Any]] = []
    for start in sorted(by_day):
        if not found or tuple(found[-1][2:4]) != by_day[start][:2]:
            if found:
                found[-1][1] = start
            found.append([start, group["end"], *by_day[start]])
    return [tuple(stretch) for stretch in found]


# --- putting both beside each other ----------------------------------------------------------


def stage(writer: Writer, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    kinds = {"DATE": pa.date32(), "DATETIME": pa.timestamp("us"), "INTEGER": pa.int32()}
    kinds |= {"BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}
    arrays = [
        pa.array([r.get(c.name) for r in rows], type=kinds.get(str(c.type), pa.string()))
        for c in table.columns
    ]
    names = [c.name for c in table.columns]
    writer.append(table, writer.staging.load(pa.Table.from_arrays(arrays, names=names), "given"))


def tell(writer: Writer, said: list[Said], left: list[Left]) -> None:
    records = [
        {
            "person_id": r.person,
            "record_kind": r.kind,
            "recorded_on": day(r.on),
            "seq_no": r.seq,
            "hired_on": None if r.hired is None else day(r.hired),
            "status": r.status,
            "department_id": r.department,
            "source_system": r.source,
            "source_record_id": str(number),
            "source_row": r.row,
        }
        for number, r in enumerate(said)
    ]
    exits = [
        {
            "person_id": x.person,
            "exit_on": day(x.on),
            "recorded_on": None if x.recorded is None else day(x.recorded),
            "source_system": "exits",
            "source_record_id": str(number),
        }
        for number, x in enumerate(left)
    ]
    stage(writer, worker_record, records)
    stage(writer, exit_, exits)


def number_of(value: Any) -> int | None:
    return None if pd.isna(value) else (value.date() - ORIGIN).days


def derived_history(writer: Writer) -> tuple[set[Any], set[Any], set[Any]]:
    e, j, x = employment.c, job_history.c, exit_.c
    spells = writer.read(sa.select(e.person_id, e.spell_no, e.hired_on, e.end_on))
    columns = (j.person_id, j.valid_from, j.valid_to, j.department_id, j.status)
    stretches = writer.read(sa.select(*columns, j.is_inferred_from_snapshot))
    query = sa.select(x.person_id, x.exit_on, x.is_inferred).where(x.source_system == "derived")
    return (
        {(p, int(n), number_of(h), number_of(t)) for p, n, h, t in tuples(spells)},
        {
            (p, number_of(f), number_of(t), d if isinstance(d, str) else None, s, bool(i))
            for p, f, t, d, s, i in tuples(stretches)
        },
        {(p, number_of(on), bool(i)) for p, on, i in tuples(writer.read(query))},
    )


def tuples(frame: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.astype(object).itertuples(index=False)]


class Undo(Exception):
    """Leave the warehouse as it was."""


def history(warehouse: Warehouse, said: list[Said], left: list[Left]) -> Any:
    try:
        with warehouse.writing() as writer:
            tell(writer, said, left)
            rebuild_history(writer, batch_id="b", now=NOW)
            found = derived_history(writer)
            raise Undo
    except Undo:
        return found


DAYS = strategies.integers(0, 90)
RECORDS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("ab"),
        on=DAYS,
        hired=strategies.none() | strategies.integers(-20, 90),
        status=strategies.sampled_from(["active", "active", "leave", "terminated", None]),
        kind=strategies.just("effective"),
        seq=strategies.sampled_from([None, 1, 2]),
        department=strategies.sampled_from(["x", "y", None]),
    ),
    max_size=6,
)
SNAPSHOTS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("abc"),
        on=strategies.sampled_from([0, 30, 60, 90]),
        hired=strategies.none() | strategies.integers(-20, 90),
        status=strategies.sampled_from(["active", "active", "active", "leave", "terminated"]),
        kind=strategies.just("snapshot"),
        department=strategies.sampled_from(["x", "y"]),
        source=strategies.sampled_from(["viva", "viva", "other"]),
    ),
    max_size=9,
)
EXITS = strategies.lists(
    strategies.builds(
        Left,
        person=strategies.sampled_from("abd"),
        on=DAYS,
        recorded=strategies.none() | DAYS,
    ),
    max_size=3,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(effective=RECORDS, snapshots=SNAPSHOTS, left=EXITS)
def test_history_equals_a_plain_second_reading(
    warehouse: Warehouse, effective: list[Said], snapshots: list[Said], left: list[Left]
) -> None:
    said = [replace(record, row=n) for n, record in enumerate([*effective, *snapshots])]
    assert history(warehouse, said, left) == plain_history(said, left)


# --- the rules, one by one -------------------------------------------------------------------


def test_a_rehire_starts_a_new_spell(warehouse: Warehouse) -> None:
    said = [
        Said("a", 0, hired=-400, department="x"),
        Said("a", 10, status="terminated", hired=-400),
        Said("a", 40, hired=40, department="y"),
    ]
    spells, stretches, exits = history(warehouse, said, [])
    assert spells == {("a", 1, -400, 10), ("a", 2, 40, None)}
    assert stretches == {
        ("a", 0, 10, "x", "active", False),
        ("a", 40, None, "y", "active", False),
    }
    assert exits == {("a", 9, False)}


def test_a_known_exit_is_not_told_twice(warehouse: Warehouse) -> None:
    said = [Said("a", 0, hired=0), Said("a", 11, status="terminated", hired=0)]
    spells, _, exits = history(warehouse, said, [Left("a", 10)])
    assert spells == {("a", 1, 0, 11)}
    assert exits == set()


def test_an_unknown_hire_date_stays_unknown(warehouse: Warehouse) -> None:
    spells, _, _ = history(warehouse, [Said("a", 5)], [Left("b", 7)])
    assert spells == {("a", 1, None, None), ("b", 1, None, 8)}


def test_the_last_record_of_a_day_counts(warehouse: Warehouse) -> None:
    said = [
        Said("a", 0, hired=0, department="x", seq=1),
        Said("a", 0, hired=0, department="y", seq=3),
        Said("a", 0, hired=0, department="z", seq=2),
    ]
    _, stretches, _ = history(warehouse, said, [])
    assert stretches == {("a", 0, None, "y", "active", False)}


@pytest.mark.parametrize("hired", [-3, None])
def test_a_person_missing_from_a_later_snapshot_left_before_it(
    warehouse: Warehouse, hired: int | None
) -> None:
    seen = [Said(p, on, hired=hired, kind="snapshot") for p in "ab" for on in (0, 30)]
    seen += [Said("b", 60, hired=hired, kind="snapshot")]
    spells, _, exits = history(warehouse, seen, [])
    assert spells == {("a", 1, hired, 60), ("b", 1, hired, None)}
    assert exits == {("a", 59, True)}


def test_a_gap_in_snapshots_is_no_exit_when_the_hire_date_stays(warehouse: Warehouse) -> None:
    seen = [Said("a", on, hired=-3, kind="snapshot") for on in (0, 60)]
    seen += [Said("b", on, hired=-3, kind="snapshot") for on in (0, 30, 60)]
    spells, _, exits = history(warehouse, seen, [])
    assert spells == {("a", 1, -3, None), ("b", 1, -3, None)}
    assert exits == set()


def test_a_vanished_person_with_a_known_exit_left_on_that_day(warehouse: Warehouse) -> None:
    seen = [Said("a", 0, hired=-3, kind="snapshot")]
    seen += [Said("b", on, hired=-3, kind="snapshot") for on in (0, 30)]
    spells, _, exits = history(warehouse, seen, [Left("a", 12)])
    assert ("a", 1, -3, 13) in spells
    assert exits == set()


def test_a_snapshot_shortly_after_an_exit_still_lists_the_leaver(warehouse: Warehouse) -> None:
    seen = [Said("a", on, hired=-3, kind="snapshot") for on in (0, 30)]
    seen += [Said("b", on, hired=-3, kind="snapshot") for on in (0, 30, 60)]
    spells, _, exits = history(warehouse, seen, [Left("a", 28)])
    assert ("a", 1, -3, 29) in spells and len(spells) == 2
    assert exits == set()


def test_a_termination_in_the_future_of_its_record_changes_nothing_before_it(
    warehouse: Warehouse,
) -> None:
    said = [
        Said("a", 0, hired=-3, kind="snapshot"),
        Said("a", 10, hired=-3, kind="snapshot", status="terminated"),
        Said("a", 40, hired=-3, kind="snapshot"),
    ]
    spells, _, exits = history(warehouse, said, [Left("a", 40, recorded=10)])
    assert spells == {("a", 1, -3, 41)}
    assert exits == set()


def test_a_hire_between_snapshots_has_its_department_from_the_first_day(
    warehouse: Warehouse,
) -> None:
    seen = [Said("a", 30, hired=12, kind="snapshot", department="x")]
    seen += [Said("b", on, hired=-3, kind="snapshot", department="x") for on in (0, 30)]
    _, stretches, _ = history(warehouse, seen, [])
    assert ("a", 12, None, "x", "active", True) in stretches
    assert ("b", 0, None, "x", "active", True) in stretches
