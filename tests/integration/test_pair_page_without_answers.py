"""What the two of a pair answered anywhere changes nothing on the pair's page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.access import Role
from reports.publish import publish
from reports.release import Release, open_release
from tests.integration.test_publish import AS_OF, NOW, company
from tests.page_asker import Asker
from tests.warehouse_rows import Rows, fill
from warehouse.engine import Warehouse

TABLES = ("pair_event", "pair_fact", "pair_item", "pair_topic", "former_pair")
COMMENT = "Karla only talks about herself"


def answered(rating: float) -> Rows:
    """The company with feedback on every session and a survey, all answers alike."""
    rows = company()
    people = [row["person_id"] for row in rows["participant"]]
    feedback: list[dict[str, Any]] = [
        {"session_id": row["session_id"], "person_id": "p001", "role": "mentor", "rating": rating,
         "benefit": rating, "listened_to": rating}
        for row in rows["session"] if row["status"] == "held"
    ]  # fmt: skip
    day = dt.date(2026, 6, 1)
    return rows | {
        "session_feedback": feedback,
        "survey": [{"survey_id": "s", "name": "Pulse"}],
        "wave": [{"wave_id": "w", "survey_id": "s", "opens_on": day, "closes_on": day}],
        "item": [
            {"survey_id": "s", "item_code": "q1", "construct": "engagement",
             "scale_min": 0.0, "scale_max": 6.0, "is_reversed": False}
        ],
        "response": [
            {"response_id": f"r{one}", "wave_id": "w", "person_id": one, "is_finished": True,
             "recorded_at": dt.datetime(2026, 6, 1)} for one in people
        ],
        "answer": [
            {"response_id": f"r{one}", "item_code": "q1", "number": rating, "raw_text": COMMENT}
            for one in people
        ],
    }  # fmt: skip


def released(warehouse: Warehouse, folder: Path, rating: float) -> Release:
    fill(warehouse, answered(rating))
    publish(warehouse, folder, as_of=AS_OF, now=NOW)
    return open_release(folder)


def page_of(folder: Path, pair_id: str) -> str:
    asker = Asker(folder)
    asker.become(Role.PROGRAM_MANAGER.value)
    return asker.page("/pairs", f"?state=all&pair={pair_id}")


def test_pages_are_the_same_whatever_the_two_answered(embedded: Warehouse, tmp_path: Path) -> None:
    worst, best = (
        released(embedded, tmp_path / name, rating) for name, rating in (("a", 1.0), ("b", 5.0))
    )
    for table in TABLES:
        pd.testing.assert_frame_equal(worst.frame(table), best.frame(table))
    board = worst.frame("pair_board")
    rated = board[board["reasons"].str.contains("low_rating")]["pair_id"].tolist()
    assert rated, "answers reach the list, so that leaving them out of the page is seen"
    for pair_id in rated:
        pages = [page_of(tmp_path / name, pair_id) for name in ("a", "b")]
        assert "Where the pair stands" in pages[0]
        assert COMMENT not in pages[0] and not re.search(r"rated|\b1 of 5\b", pages[0])
        assert facts_of(pages[0]) == facts_of(pages[1])


def facts_of(page: str) -> str:
    """Return the page below its links: which pairs come before and after is the list's affair."""
    return page[page.index("pair__nav") :]
