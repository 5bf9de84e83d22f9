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

from etl.history import derive_history, rebuild_history
from etl.identity import Provenance
from etl.ledger import EntityCounts
from etl.mapping import Load, Mapping
from tests.plain_history import Gone, History, Left, Said, Spell, Stretch, plain_history
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
    warehouse: Warehouse, files: Sequence[Evidence], *, step_by_step: bool = False
) -> History:
    """Load files one after the other; derive at the end, or after each what it changed."""
    try:
        with warehouse.writing() as writer:
            for number, (said, left) in enumerate(files):
                tell(writer, said, left, file=f"f{number}")
                if step_by_step:
                    provenance = Provenance("hr", f"f{number}", "b", NOW)
                    counts = [EntityCounts("worker_record", 0), EntityCounts("exit", 0)]
                    derive_history(writer, PLAIN, counts, provenance)
            if not step_by_step:
                rebuild_history(writer, batch_id="b", now=NOW)
            found = derived_history(writer)
            raise Undo
    except Undo:
        return found


PLAIN = Mapping("plain", "", "hr", (Load("worker_record", ("id",), {}),))


def named(said: Sequence[Said]) -> list[Said]:
    """Give every record an id of its own, by its place in the list."""
    return [r if r.id else replace(r, id=str(number)) for number, r in enumerate(said)]


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


@strategies.composite
def evidence(draw: Any) -> Evidence:
    said = named([*draw(RECORDS), *draw(SNAPSHOTS)])
    left = [replace(x, id=str(n)) for n, x in enumerate(draw(EXITS))]
    return said, left


PROPERTY = settings(
    max_examples=100,
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


@PROPERTY
@given(given_evidence=evidence(), choices=strategies.randoms(use_true_random=False))
def test_history_does_not_depend_on_order_or_splitting_of_files(
    warehouse: Warehouse, given_evidence: Evidence, choices: Any
) -> None:
    """Nor on deriving it once at the end or file by file, for the people each file changes."""
    files = split(given_evidence, choices)
    whole = history_of_files(warehouse, [given_evidence])
    assert history_of_files(warehouse, files, step_by_step=True) == whole


@PROPERTY
@given(snapshots=SNAPSHOTS, left=EXITS)
def test_snapshots_loaded_month_by_month_give_the_history_of_all_at_once(
    warehouse: Warehouse, snapshots: list[Said], left: list[Left]
) -> None:
    said = named(snapshots)
    left = [replace(x, id=str(n)) for n, x in enumerate(left)]
    places = sorted({(r.on, r.source) for r in said})
    months: list[Evidence] = [
        ([r for r in said if (r.on, r.source) == place], []) for place in places
    ]
    files: list[Evidence] = [([], left), *months]
    whole = history_of_files(warehouse, [(said, left)])
    assert history_of_files(warehouse, files, step_by_step=True) == whole


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
            r.person == spell.person and r.on <= last and after <= max(r.on, r.hired or r.on) < until
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
            (x.person, x.on, x.is_inferred)
            for x in found.exits
            if x.on + 1 < settled(x.person)
        },
    }


@PROPERTY
@given(given_evidence=evidence(), last=strategies.integers(0, 100))
def test_what_comes_after_a_day_never_changes_what_was_before_it(
    warehouse: Warehouse, given_evidence: Evidence, last: int
) -> None:
    said, _ = given_evidence
    whole = history_of_files(warehouse, [given_evidence])
    by_then = history_of_files(warehouse, [known_by(given_evidence, last)])
    assume(by_then.spells)
    open_from = provisional(by_then)
    known = [r for r in said if r.on <= last]
    assert before(whole, last, known, open_from) == before(by_then, last, known, open_from)
    hired = {(s.person, s.no): s.hired for s in whole.spells}
    for spell in by_then.spells:
        is_begun = spell.hired is not None and spell.hired <= last
        if is_begun and spell.hired < open_from.get(spell.person, last + 1):  # type: ignore[operator]
            assert hired[spell.person, spell.no] == spell.hired


# --- the rules, one by one -------------------------------------------------------------------
