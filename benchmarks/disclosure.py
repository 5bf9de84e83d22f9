"""Time exact suppression and the attacker on made-up surveys of the sizes they are meant for.

Run ``python -m benchmarks.disclosure sample`` (1,200 people, 12 quarters, three closed years),
``quarter`` (8,000 people, 50 departments, 20 cohorts, one quarter), ``year`` (2,000 people, 12
departments, 6 cohorts, a closing year) or ``large_year`` (8,000 people; keeps its state in a file,
so that it can be interrupted). Ten items each. Processor time is what a quiet machine would take.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.synthetic_answers import Company, answers_of, items_of
from warehouse.disclosure.attacker import attack
from warehouse.disclosure.exact import suppress
from warehouse.disclosure.lattice import Survey
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.printed import printed_figures

Found = TypeVar("Found")


def quarters(*years: int) -> tuple[str, ...]:
    return tuple(f"{year}Q{quarter}" for year in years for quarter in (1, 2, 3, 4))


SIZES = {
    "sample": (Company(1_200, 12, 4, quarters(2024, 2025, 2026)), ("2024", "2025", "2026")),
    "quarter": (Company(8_000, 50, 20, ("2026Q1",)), ()),
    "year": (Company(2_000, 12, 6, quarters(2026)), ("2026",)),
    "large_year": (Company(8_000, 50, 20, quarters(2026)), ("2026",)),
}


def main(size: str) -> None:
    company, years = SIZES[size]
    policy = Policy(crosses_at_year_end="crossed" in sys.argv)
    answers, items = answers_of(company), items_of(company)
    survey = Survey(answers, items)
    decision = timed("suppress, by quarter", lambda: suppress(survey, policy=policy))
    if years:
        earlier, survey = decision.figures, Survey(answers, items, closed_years=years)
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "search.json"
            decision = timed(
                "suppress, closing years",
                lambda: suppress(survey, policy=policy, earlier=earlier, checkpoint=kept),
            )
    print(decision.report.in_words())
    printed = printed_figures(survey, decision, policy=policy)
    shown = printed[printed["status"] == "shown"].assign(release=1, decimals=1)
    result = timed(
        "attack", lambda: attack(shown, answers, items=items, minimum_group=policy.minimum_group)
    )
    print(result.in_words())


def timed(name: str, run: Callable[[], Found]) -> Found:
    started, work = time.perf_counter(), time.process_time()
    found = run()
    took, worked = time.perf_counter() - started, time.process_time() - work
    print(f"{name:24} {took:8.1f} s ({worked:.1f} s CPU)", flush=True)
    return found


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sample")
