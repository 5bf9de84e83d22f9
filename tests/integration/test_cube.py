"""The cube equals a slow, plain second implementation, on both engines."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reports import release_tables
from tests.plain_cube import PlainCube
from tests.warehouse_rows import Rows, fill
from warehouse.coverage import first_covered_day
from warehouse.cube import COLUMNS, KEYS, SMALLEST, compute_cells
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings

FIRST = dt.date(2024, 1, 1)
AS_OF = dt.date(2025, 5, 20)  # in the middle of a month, a quarter and a year
TOLERANCE = 1e-9


def random_company(seed: int) -> Rows:
    """A small company with everything that may go wrong in small numbers."""
    dice = random.Random(seed)
    day = lambda first, last: first + dt.timedelta(dice.randrange(max((last - first).days, 0) + 1))  # noqa: E731
    maybe = lambda value, chance=0.5: value if dice.random() < chance else None  # noqa: E731
    rows: Rows = {
        "department": [
            {"department_id": "D1", "name": "Sales", "valid_from": dt.date(2020, 1, 1)},
            {"department_id": "D2", "name": "Old name", "valid_from": dt.date(2020, 1, 1)},
            {"department_id": "D2", "name": "Design", "valid_from": dt.date(2024, 6, 15)},
        ],
        "program": [
            {"program_id": "P1", "starts_on": dt.date(2024, 2, 10)},
            {
                "program_id": "P2",
                "starts_on": dt.date(2024, 7, 1),
                "ends_on": maybe(dt.date(2025, 3, 15)),
            },
        ],
        "cohort": [
            {"cohort_id": "C1", "program_id": "P1", "ends_on": dt.date(2025, 2, 1)},
            {"cohort_id": "C2", "program_id": "P1", "ends_on": None},
        ],
    }
    for name in ("employment", "exit", "job_history", "participant", "pair", "session"):
        rows[name] = []
    rows["pair_status_change"], rows["milestone"] = [], []
    people = [f"p{i:02}" for i in range(22)]
    for person in people:
        _add_worker(rows, person, dice, day, maybe)
    for number in range(dice.randrange(14)):
        person = dice.choice(people)
        program = dice.choice(["P1", "P1", "P2"])
        applied = maybe(day(dt.date(2024, 2, 1), dt.date(2025, 4, 1)), 0.7)
        enrolled = day(applied or dt.date(2024, 2, 1), dt.date(2025, 6, 30))
        if applied:
            enrolled = maybe(enrolled, 0.8)
        rows["participant"].append(
            {
                "participant_id": f"m{number:02}",
                "person_id": person,
                "program_id": program,
                "cohort_id": maybe(dice.choice(["C1", "C2"]), 0.7) if program == "P1" else None,
                "role": dice.choice(["mentor", "mentee"]),
                "applied_on": applied,
                "enrolled_on": enrolled,
                "withdrew_on": maybe(day(dt.date(2024, 9, 1), dt.date(2025, 6, 1)), 0.2),
            }
        )
    for number in range(dice.randrange(8)):
        _add_pair(rows, f"x{number}", people, dice, day, maybe)
    return rows


def _add_worker(rows: Rows, person: str, dice: random.Random, day: Any, maybe: Any) -> None:
    hired = maybe(day(dt.date(2022, 1, 1), dt.date(2024, 12, 1)), 0.9)
    end = maybe(day(max(hired or FIRST, FIRST) + dt.timedelta(20), dt.date(2025, 7, 1)), 0.4)
    kind = dice.choice(["employee"] * 9 + ["contingent"])
    spells = [(hired, end)]
    if end and dice.random() < 0.4:
        again = end + dt.timedelta(dice.choice([0, 1, 40]))
        spells.append((again, maybe(again + dt.timedelta(dice.randrange(1, 100)), 0.4)))
    for number, (first, last) in enumerate(spells, start=1):
        rows["employment"].append(
            {
                "person_id": person,
                "spell_no": number,
                "hired_on": first,
                "end_on": last,
                "worker_type": kind,
            }
        )
        if last and dice.random() < 0.9:
            said = ["yes", "no", "unknown"]
            rows["exit"].append(
                {
                    "person_id": person,
                    "exit_on": last - dt.timedelta(1),
                    "voluntary": dice.choice(said),
                    "regretted": dice.choice(said),
                }
            )
    starts = sorted(
        {day(dt.date(2022, 1, 1), dt.date(2025, 5, 1)) for _ in range(dice.randrange(4))}
    )
    for start in starts:
        rows["job_history"].append(
            {
                "person_id": person,
                "valid_from": start,
                "valid_to": maybe(start + dt.timedelta(200)),
                "seq_no": 2,
                "department_id": maybe(dice.choice(["D1", "D2", "D3"]), 0.9),
                "level": maybe(dice.randrange(1, 5), 0.8),
                "function_type": maybe(dice.choice(["a", "b"]), 0.8),
            }
        )
        if dice.random() < 0.3:  # an earlier row of the same day is overruled
            rows["job_history"].append(
                {"person_id": person, "valid_from": start, "seq_no": 1, "department_id": "D9"}
            )


def _add_pair(
    rows: Rows, pair: str, people: list[str], dice: random.Random, day: Any, maybe: Any
) -> None:
    mentor, mentee = dice.sample(people, 2)
    matched = day(dt.date(2024, 2, 15), dt.date(2025, 5, 30))
    program = dice.choice(["P1", "P1", "P2"])
    status = dice.choice(["active", "active", "completed", "withdrawn", "ended"])
    ended = maybe(day(matched, dt.date(2025, 6, 10)), 0.8) if status != "active" else None
    rows["pair"].append(
        {
            "pair_id": pair,
            "program_id": program,
            "cohort_id": maybe(dice.choice(["C1", "C2"]), 0.8) if program == "P1" else None,
            "mentor_person_id": mentor,
            "mentee_person_id": mentee,
            "kind": dice.choice(["formal", "formal", "one-off", None]),
            "matched_on": matched,
            "ended_on": ended,
            "status": status,
            "agreed_cadence_days": maybe(float(dice.choice([14, 21, 30])), 0.9),
        }
    )
    for number in range(dice.randrange(8)):
        state = dice.choice(["held", "held", "held", "cancelled", "no_show", "unknown", "planned"])
        planned = day(matched, dt.date(2025, 7, 1))
        rows["session"].append(
            {
                "session_id": f"{pair}s{number}",
                "pair_id": pair,
                "planned_start_at": dt.datetime.combine(planned, dt.time(dice.randrange(24))),
                "planned_minutes": maybe(45.0, 0.9),
                "actual_minutes": maybe(float(dice.randrange(20, 90))),
                "status": state,
                "cancelled_by": dice.choice(["mentee", "mentor"]) if state == "cancelled" else None,
            }
        )
    if dice.random() < 0.4:
        pause = day(matched, dt.date(2025, 5, 1))
        rows["pair_status_change"] += [
            {"pair_id": pair, "changed_on": pause, "status": "paused"},
            {
                "pair_id": pair,
                "changed_on": pause + dt.timedelta(dice.randrange(1, 60)),
                "status": dice.choice(["active", "active", "ended"])
                if status != "active"
                else "active",
            },
        ]
    if dice.random() < 0.4:
        rows["milestone"].append(
            {"pair_id": pair, "milestone": "midpoint", "reached_on": day(matched, AS_OF)}
        )


def differences(cells: pd.DataFrame, plain: PlainCube) -> list[str]:
    """Every cell in which the two implementations disagree, in words."""
    found = {}
    for row in cells.itertuples(index=False):
        key = (row.metric_id, row.program, row.cohort, row.department, row.population, row.period)
        found[key] = tuple(
            None if pd.isna(value) else float(value)
            for value in (row.value, row.numerator, row.denominator, row.n)
        )
    wrong = []
    for key, (value, x, y, n) in plain.cells.items():
        if key not in found:
            wrong.append(f"missing {key}: {value}")
            continue
        pairs = zip(found[key], (value, x, y, n), strict=True)
        for name, (one, other) in zip(
            ("value", "numerator", "denominator", "n"), pairs, strict=True
        ):
            if (one is None) != (other is None) or (
                one is not None and abs(one - other) > TOLERANCE * max(1, abs(other))
            ):
                wrong.append(f"{key} {name}: {one}, plainly {other}")
    wrong += [
        f"extra {key}: {found[key]}" for key in found if key not in plain.cells and found[key][3]
    ]
    return wrong


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a seed does not shrink to a simpler company
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6))
def test_the_cube_equals_the_plain_implementation(warehouse: Warehouse, seed: int) -> None:
    rows = random_company(seed)
    fill(warehouse, rows)
    first_on = first_covered_day(warehouse, as_of=AS_OF)
    plain = PlainCube(rows, first_on=first_on, as_of=AS_OF)
    assert differences(compute_cells(warehouse, as_of=AS_OF), plain) == []


def test_cells_have_the_columns_of_the_release(warehouse: Warehouse) -> None:
    fill(warehouse, random_company(1))
    cells = compute_cells(warehouse, as_of=AS_OF)
    given = tuple(release_tables.metric_cell.columns.keys())
    assert (*COLUMNS, "metric_version") == given  # the version is added when publishing
    assert list(cells.columns) == [*COLUMNS, SMALLEST]
    assert not cells.duplicated(list(KEYS)).any()
    assert set(cells["status"]) <= {"shown", "undefined"}
    undefined = cells[cells["status"] == "undefined"]
    assert undefined[["value", "lower", "upper"]].isna().all(axis=None)
    assert (undefined["reason"] != "").all()
    shown = cells[cells["status"] == "shown"]
    assert shown["value"].notna().all()
    bounded = shown.dropna(subset=["lower", "upper"])
    assert (bounded["lower"] <= bounded["value"] + TOLERANCE).all()
    assert (bounded["value"] <= bounded["upper"] + TOLERANCE).all()


def test_both_engines_give_the_same_rows(tmp_path: Any, postgres_url: str) -> None:
    found = []
    for url in (f"duckdb:///{tmp_path / 'w.duckdb'}", postgres_url):
        opened = open_warehouse(Settings(home=tmp_path, warehouse_url=url))
        fill(opened, random_company(7))
        found.append(compute_cells(opened, as_of=AS_OF))
        opened.close()
    pd.testing.assert_frame_equal(found[0], found[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("as_of", [dt.date(2024, 5, 20), dt.date(2024, 12, 31)])
def test_nothing_after_the_day_is_used(warehouse: Warehouse, as_of: dt.date) -> None:
    rows = random_company(3)
    fill(warehouse, rows)
    whole = compute_cells(warehouse, as_of=as_of)
    assert (whole["period"] <= f"{as_of:%Y-%m}").where(whole["period_kind"] == "month", True).all()
    moments = [r for r in rows["session"] if r["planned_start_at"].date() <= as_of]
    fill(warehouse, rows | {"session": moments})
    assert compute_cells(warehouse, as_of=as_of).equals(whole)
