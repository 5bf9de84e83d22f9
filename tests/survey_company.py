"""A made-up company whose people answer surveys, as rows of a warehouse; seeded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from tests.warehouse_rows import Rows

Place = tuple[str, str, str]  # department, cohort ("" outside the program), role
SIZES: Mapping[Place, int] = {
    ("Sales", "C1", "mentor"): 14, ("Sales", "C1", "mentee"): 13,
    ("Sales", "C2", "mentor"): 9, ("Sales", "C2", "mentee"): 11,
    ("Finance", "C1", "mentor"): 12, ("Finance", "C1", "mentee"): 10,
    ("Finance", "C2", "mentor"): 8, ("Finance", "C2", "mentee"): 9,
    ("Research", "C1", "mentor"): 7, ("Research", "C1", "mentee"): 8,
    ("Research", "C2", "mentor"): 11, ("Research", "C2", "mentee"): 12,
    ("Legal", "C1", "mentor"): 2, ("Legal", "C1", "mentee"): 1,
    ("Sales", "", ""): 20, ("Finance", "", ""): 15, ("Research", "", ""): 17,
}  # fmt: skip
QUARTERS = tuple(dt.date(2025, month, 20) for month in (2, 5, 8, 11))
_ITEMS = [
    {"survey_id": "s", "item_code": f"S{i}", "construct": "psychological_safety", "scale_min": 1,
     "scale_max": 5, "is_reversed": False}
    for i in (1, 2)
]  # fmt: skip


def company(
    sizes: Mapping[Place, int] = SIZES, waves: tuple[dt.date, ...] = QUARTERS[:1], *, seed: int = 3
) -> Rows:
    """Return people who all answer two items of psychological safety in every wave."""
    rng = np.random.default_rng(seed)
    rows: Rows = {
        "program": [{"program_id": "P", "starts_on": dt.date(2024, 1, 1)}],
        "survey": [{"survey_id": "s"}],
        "item": list(_ITEMS),
        "wave": [
            {"wave_id": f"w{i}", "survey_id": "s", "closes_on": day} for i, day in enumerate(waves)
        ],
        "exit": [{"person_id": "somebody", "exit_on": dt.date(2025, 12, 31)}],
        "job_history": [], "participant": [], "response": [], "answer": [], "invitation": [],
    }  # fmt: skip
    for place, size in sizes.items():
        for number in range(size):
            _add(rows, place, f"{'-'.join(place)}-{number}", rng)
    return rows


def answer(rows: Rows, person: str, wave: int, points: tuple[int, int]) -> None:
    """Add a person's answers to a wave, given two days before it closes."""
    number = len(rows["response"])
    moment = dt.datetime.combine(rows["wave"][wave]["closes_on"] - dt.timedelta(days=2), dt.time(9))
    rows["response"].append(
        {"response_id": f"r{number:05}", "wave_id": f"w{wave}", "person_id": person,
         "recorded_at": moment}
    )  # fmt: skip
    rows["answer"] += [
        {"response_id": f"r{number:05}", "item_code": f"S{i}", "number": float(given)}
        for i, given in enumerate(points, start=1)
    ]


def _add(rows: Rows, place: Place, person: str, rng: np.random.Generator) -> None:
    department, cohort, role = place
    rows["job_history"].append(
        {"person_id": person, "valid_from": dt.date(2020, 1, 1), "department_id": department}
    )
    if cohort:
        rows["participant"].append(
            {"participant_id": person, "person_id": person, "program_id": "P", "role": role,
             "cohort_id": cohort, "enrolled_on": dt.date(2024, 6, 1)}
        )  # fmt: skip
    for wave in range(len(rows["wave"])):
        one, two = (int(p) for p in rng.integers(1, 6, 2))
        answer(rows, person, wave, (one, two))
        rows["invitation"].append({"wave_id": f"w{wave}", "person_id": person})
