"""History derived in SQL equals a slow, plain second reading, and never looks ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings, strategies

from etl.history.derive import derive_history, rebuild_history
from etl.history.people import Merged
from etl.ledger import EntityCounts
from etl.mapping.mapping import Load, Mapping
from etl.people.identity import Provenance
from tests.plain_history import (
    Gone,
    History,
    Left,
    Said,
    Spell,
    Stretch,
    counted,
    plain_history,
)
from warehouse.engine import Warehouse, Writer
from warehouse.tables import employment, exit_, job_history, worker_record

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 10, 1)
ORIGIN = dt.date(2024, 1, 1)
Evidence = tuple[Sequence[Said], Sequence[Left]]


def day(number: int | None) -> dt.date | None:
    return None if number is None else ORIGIN + number * DAY


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


def tell(writer: Writer, said: Iterable[Said], left: Iterable[Left], file: str = "f") -> None:
    written = {"source_file_sha256": file, "batch_id": "b"}
    records = [
        {
            "person_id": r.person,
            "record_kind": r.kind,
            "recorded_on": day(r.on),
            "seq_no": r.seq,
            "hired_on": day(r.hired),
            "status": r.status,
            "worker_type": r.type,
            "department_id": r.department,
            "speaks_of": speech(r),
            "source_system": r.source,
            "source_record_id": r.id,
        }
        | written
        for r in said
    ]
    exits = [
        {
            "person_id": x.person,
            "exit_on": day(x.on),
            "recorded_on": day(x.recorded),
            "voluntary": x.voluntary,
            "source_system": "exits",
            "source_record_id": x.id,
        }
        | written
        for x in left
    ]
    stage(writer, worker_record, records)
    stage(writer, exit_, exits)


def speech(record: Said) -> str | None:
    if record.speaks is None:
        return None
    return " ".join(COLUMNS[part] for part in sorted(record.speaks)) or "nothing"


def number_of(value: Any) -> int | None:
    return None if pd.isna(value) else (value.date() - ORIGIN).days


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def derived_history(writer: Writer) -> History:
    e, j, x = employment.c, job_history.c, exit_.c
    spells = writer.read(sa.select(e.person_id, e.spell_no, e.hired_on, e.end_on, e.worker_type))
    columns = (j.person_id, j.valid_from, j.valid_to, j.department_id, j.status)
    stretches = writer.read(sa.select(*columns, j.is_inferred_from_snapshot))
    query = sa.select(x.person_id, x.exit_on, x.is_inferred, x.recorded_on, x.voluntary)
    exits = writer.read(query.where(x.source_system == "derived"))
    return History(
        frozenset(
            Spell(p, int(n), number_of(h), number_of(t), text_of(w))
            for p, n, h, t, w in once(spells)
        ),
        frozenset(
            Stretch(p, number_of(f) or 0, number_of(t), text_of(d), s, bool(i))
            for p, f, t, d, s, i in once(stretches)
        ),
        frozenset(
            Gone(p, number_of(on) or 0, bool(i), number_of(r), v) for p, on, i, r, v in once(exits)
        ),
    )


def once(frame: Any) -> list[tuple[Any, ...]]:
    rows = [tuple(row) for row in frame.astype(object).itertuples(index=False)]
    assert len(set(map(str, rows))) == len(rows)
    return rows


class Undo(Exception):
    """Leave the warehouse as it was."""


def history(warehouse: Warehouse, said: Sequence[Said], left: Sequence[Left] = ()) -> History:
    return history_of_files(warehouse, [(named(said), left)])


def history_of_files(
    warehouse: Warehouse, files: Sequence[Evidence], *, at_once: int | None = None
) -> History:
    """Load files; derive everybody's history at the end, or what files change, some at once."""
    try:
        with warehouse.writing() as writer:
            merged = list[Merged]()
            for number, (said, left) in enumerate(files):
                tell(writer, said, left, file=f"f{number}")
                provenance = Provenance("hr", f"f{number}", "b", NOW)
                merged.append(Merged(PLAIN, COUNTS, provenance))
                if at_once and (len(merged) == at_once or number == len(files) - 1):
                    derive_history(writer, merged)
                    merged.clear()
            if not at_once:
                rebuild_history(writer, batch_id="b", now=NOW)
            found = derived_history(writer)
            raise Undo
    except Undo:
        return found


COUNTS = (EntityCounts("worker_record", 0), EntityCounts("exit", 0))
PLAIN = Mapping("plain", "", "hr", (Load("worker_record", ("id",), {}),))


def named(said: Sequence[Said]) -> list[Said]:
    """Give every record an id of its own, by its place in the list."""
    return [r if r.id else replace(r, id=str(number)) for number, r in enumerate(said)]


COLUMNS = {
    "hired": "hired_on",
    "status": "status",
    "type": "worker_type",
    "department": "department_id",
}
SPEECH = strategies.sampled_from(
    [None] * 3
    + [
        frozenset(parts.split())
        for parts in ("department", "status type", "hired status", "", "hired")
    ]
)
LISTS = strategies.sampled_from(
    [None, frozenset({"hired", "department"}), frozenset({"hired", "department", "status"})]
)
DAYS = strategies.integers(0, 100)
HIRES = strategies.none() | strategies.integers(-20, 100)
RECORDS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("ab"),
        on=DAYS,
        hired=HIRES,
        status=strategies.sampled_from(["active", "active", "leave", "terminated", None]),
        kind=strategies.just("effective"),
        seq=strategies.sampled_from([None, 1, 2]),
        department=strategies.sampled_from(["x", "y", None]),
        type=strategies.sampled_from([None, None, "employee", "contingent"]),
    ),
    max_size=5,
)
SNAPSHOTS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("abc"),
        on=strategies.sampled_from([0, 30, 60, 90]),
        hired=strategies.sampled_from([None, None, -3, -3, 10, 40, 65, 95]),
        status=strategies.sampled_from(["active"] * 5 + ["leave", "terminated"]),
        kind=strategies.just("snapshot"),
        department=strategies.sampled_from(["x", "x", "y"]),
        source=strategies.sampled_from(["viva", "viva", "viva", "other"]),
        type=strategies.sampled_from([None, None, None, "employee", "contingent"]),
    ),
    max_size=9,
)
EXITS = strategies.lists(
    strategies.builds(
        Left,
        person=strategies.sampled_from("abcd"),
        on=DAYS,
        recorded=strategies.none() | DAYS,
        voluntary=strategies.sampled_from(["yes", "no", "unknown"]),
    ),
    max_size=3,
)


def speaking(record: Said, speaks: frozenset[str] | None) -> Said:
    """Return a record as a load leaves it that maps a part of the columns only."""
    if speaks is None:
        return record
    values: dict[str, Any] = {"hired": None, "status": "active", "type": None, "department": None}
    return replace(record, speaks=speaks, **{n: v for n, v in values.items() if n not in speaks})


@strategies.composite
def lists(draw: Any) -> list[Said]:
    """Draw snapshots; each speaks of the same in all its rows, now and then of less or more."""
    said = named(draw(SNAPSHOTS))
    usual = {source: draw(LISTS) for source in ("viva", "other")}
    unusual = draw(strategies.sampled_from([None, None, 30, 60]))
    other = draw(LISTS)
    return [speaking(r, other if r.on == unusual else usual[r.source]) for r in said]


@strategies.composite
def evidence(draw: Any) -> Evidence:
    said = named([*draw(RECORDS), *draw(SNAPSHOTS)])
    if draw(strategies.booleans()):
        said = [speaking(r, draw(SPEECH)) for r in said]
    left = [replace(x, id=str(n)) for n, x in enumerate(draw(EXITS))]
    return said, left


PROPERTY = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@PROPERTY
@given(given_evidence=evidence())
def test_history_equals_a_plain_second_reading(
    warehouse: Warehouse, given_evidence: Evidence
) -> None:
    assert history_of_files(warehouse, [given_evidence]) == plain_history(*given_evidence)


@settings(PROPERTY, max_examples=25)  # it derives history several times
@given(
    given_evidence=evidence(),
    choices=strategies.randoms(use_true_random=False),
    at_once=strategies.integers(1, 2),
)
def test_history_does_not_depend_on_order_or_splitting_of_files(
    warehouse: Warehouse, given_evidence: Evidence, choices: Any, at_once: int
) -> None:
    """Nor on deriving it once at the end or file by file, for the people each file changes."""
    files = split(given_evidence, choices)
    whole = history_of_files(warehouse, [given_evidence])
    assert history_of_files(warehouse, files, at_once=at_once) == whole


@settings(PROPERTY, max_examples=25)
@given(said=lists(), left=EXITS, at_once=strategies.integers(1, 2))
def test_snapshots_loaded_month_by_month_give_the_history_of_all_at_once(
    warehouse: Warehouse, said: list[Said], left: list[Left], at_once: int
) -> None:
    left = [replace(x, id=str(n)) for n, x in enumerate(left)]
    places = sorted({(r.on, r.source) for r in said})
    months: list[Evidence] = [
        ([r for r in said if (r.on, r.source) == place], []) for place in places
    ]
    files: list[Evidence] = [([], left), *months]
    whole = history_of_files(warehouse, [(said, left)])
    assert history_of_files(warehouse, files, at_once=at_once) == whole


@strategies.composite
def a_company(draw: Any) -> tuple[list[Evidence], Evidence]:
    """Draw snapshots of people who mostly stay as they are, and what else is told in between."""
    said, days = list[Said](), (0, 30, 60, 90)
    for person in "abcd":
        one = Said(person, 0, hired=draw(HIRED), kind="snapshot", department="x", source="viva")
        for on in days:
            one = replace(one, on=on, **draw(MONTH)(on))
            if one.status != "gone":
                said.append(one)
    others = draw(strategies.lists(strategies.sampled_from(OTHERS), max_size=3))
    left = [replace(x, id=str(n)) for n, x in enumerate(others) if isinstance(x, Left)]
    usual, other = draw(LISTS), draw(LISTS)
    changed = draw(strategies.sampled_from([None, None, 30, 60]))
    said = [speaking(r, other if changed and r.on >= changed else usual) for r in said]
    said = named([*said, *(r for r in others if isinstance(r, Said))])
    places = sorted({(r.on, r.source) for r in said})
    files: list[Evidence] = [([r for r in said if (r.on, r.source) == at], []) for at in places]
    for one_left in left:
        files.insert(draw(strategies.integers(0, len(files))), ([], [one_left]))
    return files, (said, left)


HIRED = strategies.sampled_from([-3, -3, None])
MONTH = strategies.sampled_from(
    [
        *[lambda on: {}] * 8,
        *[lambda on: {"department": "y"}, lambda on: {"department": None}] * 2,
        lambda on: {"status": "leave"},
        *[lambda on: {"status": "gone"}, lambda on: {"status": "active"}] * 2,
        lambda on: {"status": "active", "hired": on - 5},
        lambda on: {"hired": on + 10},
        lambda on: {"hired": on},
        lambda on: {"status": "terminated"},
        lambda on: {"type": "contingent"},
    ]
)
OTHERS: list[Said | Left] = [
    *(Left("a", on, recorded=recorded) for on in (20, 59, 61, 95) for recorded in (None, 55)),
    *(Said("a", on, hired=-3, kind="snapshot", source="other") for on in (15, 60, 75)),
    *(Said("b", on, hired=on, kind="snapshot", source="other") for on in (45, 60)),
    Said("d", -9, status="leave", speaks=frozenset({"status"})),
    Said("d", -5, department="z", speaks=frozenset({"department"})),
    Said("d", 50, department="z", speaks=frozenset({"department"})),
    *(
        Said("c", on, hired=-3, department="z", status=s)
        for on in (-9, 70)
        for s in ("active", "terminated")
    ),
]


@settings(PROPERTY, max_examples=15)
@given(told=a_company())
def test_what_a_snapshot_says_anew_is_what_a_rebuild_would_find(
    warehouse: Warehouse, told: tuple[list[Evidence], Evidence]
) -> None:
    files, everything = told
    assert history_of_files(warehouse, files, at_once=1) == plain_history(*everything)


def split(given_evidence: Evidence, choices: Any) -> list[Evidence]:
    said, left = given_evidence
    parts: list[tuple[list[Said], list[Left]]] = [([], []) for _ in range(3)]
    for record in said:
        choices.choice(parts)[0].append(record)
    for one in left:
        choices.choice(parts)[1].append(one)
    for records, exits in parts:
        choices.shuffle(records)
        choices.shuffle(exits)
    return list(parts)


# --- never looking ahead ---------------------------------------------------------------------


def known_by(given_evidence: Evidence, last: int) -> Evidence:
    """Return the evidence of a day: what was recorded, took place or was announced by then."""
    said, left = given_evidence
    return (
        [r for r in said if r.on <= last],
        [x for x in left if x.on <= last or (x.recorded is not None and x.recorded <= last)],
    )


def provisional(found: History) -> dict[str, int]:
    """Return the first day that is not settled yet, per person who is missing from a snapshot."""
    open_ends = [x for x in found.exits if x.is_inferred and x.settled is None]
    return {x.person: x.on + 1 for x in open_ends}


def begins(record: Said) -> int:
    return record.on if record.hired is None else max(record.on, record.hired)


def before(found: History, last: int, said: Sequence[Said], open_from: dict[str, int]) -> Any:
    """Return everything history says about the days up to one, for spells heard of by then.

    From the first day on that is not settled for a person, nothing is said about them.
    """

    def settled(person: str) -> int:
        return min(last + 1, open_from.get(person, last + 1))

    def is_heard_of(spell: Spell) -> bool:
        after = -(10**9) if spell.hired is None else spell.hired
        until = 10**9 if spell.end is None else spell.end
        if spell.hired is not None and spell.hired >= settled(spell.person):
            return False
        if spell.end is not None and spell.end <= last:
            return True
        return any(
            r.person == spell.person and after <= begins(r) <= last and begins(r) < until
            for r in said
        )

    spells = {s for s in found.spells if is_heard_of(s)}
    return {
        "employed": {
            (s.person, s.no, s.end if s.end is not None and s.end < settled(s.person) else None)
            for s in spells
        },
        "jobs": {
            (s.person, d, s.department, s.status)
            for s in found.stretches
            for d in range(s.start, settled(s.person) if s.end is None else s.end)
            if d < settled(s.person)
            and any(
                one.person == s.person
                and (one.hired is None or one.hired <= s.start)
                and (one.end is None or s.start < one.end)
                for one in spells
            )
        },
        "exits": {
            (x.person, x.on, x.is_inferred) for x in found.exits if x.on + 1 < settled(x.person)
        },
    }


@PROPERTY
@given(given_evidence=evidence(), last=strategies.integers(0, 100))
def test_what_comes_after_a_day_never_changes_what_was_before_it(
    warehouse: Warehouse, given_evidence: Evidence, last: int
) -> None:
    # The loader sets a record aside that says somebody left before the hire date it gives.
    gone = [r for r in given_evidence[0] if r.status == "terminated"]
    assume(all(r.hired is None or r.hired <= r.on for r in gone))
    whole = history_of_files(warehouse, [given_evidence])
    by_then = history_of_files(warehouse, [known_by(given_evidence, last)])
    assume(by_then.spells)
    open_from = provisional(by_then)
    known = counted(*known_by(given_evidence, last))
    assert before(whole, last, known, open_from) == before(by_then, last, known, open_from)
    hired = {(s.person, s.no): s.hired for s in whole.spells}
    for spell in by_then.spells:
        is_begun = spell.hired is not None and spell.hired <= last
        if is_begun and spell.hired < open_from.get(spell.person, last + 1):  # type: ignore[operator]
            assert hired[spell.person, spell.no] == spell.hired


# --- the rules, one by one -------------------------------------------------------------------


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
