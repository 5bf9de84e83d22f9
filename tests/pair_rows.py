"""Rows of pairs and their sessions for worked examples, one keyword per thing that matters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.warehouse_rows import Rows

MATCHED = dt.date(2025, 1, 10)


def pair(pair_id: str, **given: Any) -> dict[str, Any]:
    usual = {
        "pair_id": pair_id,
        "program_id": "P",
        "cohort_id": "C",
        "kind": "formal",
        "mentor_person_id": f"young-{pair_id}",
        "mentee_person_id": f"old-{pair_id}",
        "matched_on": MATCHED,
        "status": "active",
    }
    return usual | given


def session(pair_id: str, on: dt.date, **given: Any) -> dict[str, Any]:
    usual = {
        "session_id": f"{pair_id}-{on:%m%d}",
        "pair_id": pair_id,
        "planned_start_at": dt.datetime.combine(on, dt.time(9)),
        "status": "held",
    }
    return usual | given


def company(*pairs: dict[str, Any], **tables: list[dict[str, Any]]) -> Rows:
    return {
        "program": [{"program_id": "P", "starts_on": dt.date(2025, 1, 1)}],
        "pair": list(pairs),
        **tables,
    }
