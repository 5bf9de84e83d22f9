"""What every family stands on: people and pairs of a small company, slices, and where cells go."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.warehouse_rows import Rows
from warehouse.periods import Period

NOWHERE = "Not recorded"
FOREVER = dt.date(9999, 12, 31)
LONG_AGO = dt.date(1900, 1, 1)
DAY = dt.timedelta(days=1)
Row = dict[str, Any]
Cell = tuple[float | None, float | None, float | None, int]  # value, numerator, denominator, n


def _remembering(method: Callable[..., Any]) -> Callable[..., Any]:
    """Keep answers; pairs are told apart by their id."""
    known: dict[Any, Any] = {}

    def ask(*given: Any) -> Any:
        key = tuple(g["pair_id"] if isinstance(g, dict) else g for g in given)
        if key not in known:
            known[key] = method(*given)
        return known[key]

    return ask


class Company:
    """The rows of a small company, asked one by one."""

    def __init__(self, rows: Rows, *, first_on: dt.date, as_of: dt.date) -> None:
        self.rows = defaultdict(list, rows)
        self.first_on, self.as_of = first_on, as_of
        self.cells: dict[tuple[str, ...], Cell] = {}
        for name in ("_places", "_department", "_job", "_spell_on", "_pair_end", "_active_days"):
            if hasattr(self, name):
                setattr(self, name, _remembering(getattr(self, name)))
        self.spells = [self._spell(r) for r in self.rows["employment"] if self._is_employee(r)]

    @staticmethod
    def _is_employee(row: Row) -> bool:
        return (row.get("worker_type") or "employee") == "employee"

    def _spell(self, row: Row) -> Row:
        later = [
            r
            for r in self.rows["employment"]
            if r["person_id"] == row["person_id"]
            and self._is_employee(r)
            and r["spell_no"] == row["spell_no"] + 1
        ]
        ends, left = row.get("end_on"), None
        if ends and not (later and later[0]["hired_on"] == ends):
            left = ends - DAY
        return {
            "person_id": row["person_id"],
            "hired_on": row.get("hired_on") or LONG_AGO,
            "end_on": ends or FOREVER,
            "left_on": left,
        }

    def _spell_on(self, person: str, day: dt.date) -> Row | None:
        for spell in self.spells:
            if spell["person_id"] == person and spell["hired_on"] <= day < spell["end_on"]:
                return spell
        return None

    def _job(self, person: str, day: dt.date) -> Row | None:
        own = [r for r in self.rows["job_history"] if r["person_id"] == person]
        last_word = {r["valid_from"]: r for r in sorted(own, key=lambda r: r["seq_no"])}
        jobs = [last_word[day] for day in sorted(last_word)]
        before = [job for job in jobs if job["valid_from"] <= day]
        return before[-1] if before else (jobs[0] if jobs else None)

    def _department(self, person: str, day: dt.date) -> str:
        job = self._job(person, day)
        if not job or not job.get("department_id"):
            return NOWHERE
        names = {r["department_id"]: r["name"] for r in self.rows["department"]}
        return names.get(job["department_id"], job["department_id"])

    def _enrolled_on(self, person: str, program: str | None = None) -> dt.date:
        days = [
            r["enrolled_on"]
            for r in self.rows["participant"]
            if r["person_id"] == person
            and r.get("enrolled_on")
            and program in (None, r["program_id"])
        ]
        return min(days, default=FOREVER)

    def _pair_end(self, pair: Row) -> dt.date:
        over = ("completed", "withdrawn", "ended")
        changes = [
            r["changed_on"]
            for r in self.rows["pair_status_change"]
            if r["pair_id"] == pair["pair_id"] and r["status"] in over
        ]
        held = [s["on"] for s in self._sessions(pair) if s["status"] == "held"]
        if pair.get("ended_on"):
            return max(pair["ended_on"], pair["matched_on"])
        if changes:
            return max(min(changes), pair["matched_on"])
        if pair.get("status") in over:
            return max(max(held) + DAY, pair["matched_on"]) if held else pair["matched_on"]
        return FOREVER

    def _pair_slice(self, pair: Row) -> Row:
        return {
            "program": pair["program_id"],
            "cohort": pair.get("cohort_id") or NOWHERE,
            "department": self._department(pair["mentee_person_id"], pair["matched_on"]),
            "who": pair["pair_id"],
        }

    def _of_pair(self, table: str, pair: Row) -> list[Row]:
        return [r for r in self.rows[table] if r["pair_id"] == pair["pair_id"]]

    def _held(self, pair: Row) -> list[Row]:
        """Sessions the pair held by the day the data ends."""
        return [s for s in self._sessions(pair) if s["status"] == "held" and s["on"] <= self.as_of]

    def _sessions(self, pair: Row) -> list[Row]:
        found = [r for r in self.rows["session"] if r["pair_id"] == pair["pair_id"]]
        found.sort(key=lambda r: (r["planned_start_at"], r["session_id"]))
        return [r | {"on": r["planned_start_at"].date()} for r in found]

    def _active_days(self, pair: Row, day: dt.date) -> int:
        """Days the pair was together and not paused, up to and including a day."""
        changes = sorted(
            (r for r in self.rows["pair_status_change"] if r["pair_id"] == pair["pair_id"]),
            key=lambda r: r["changed_on"],
        )
        count, current = 0, pair["matched_on"]
        while current <= day and current < self._pair_end(pair):
            status = [r["status"] for r in changes if r["changed_on"] <= current]
            count += not (status and status[-1] == "paused")
            current += DAY
        return count

    def _put(self, metric: str, period: Period, where: tuple[str, ...], cell: Cell) -> None:
        self.cells[(metric, *where, period.name)] = cell

    def _slices(self, facts: list[Row]) -> dict[tuple[str, ...], list[Row]]:
        """Group facts by program, cohort within its program, department and their margins."""
        uses = itertools.product((False, True), repeat=3)
        return self._grouped(facts, [use for use in uses if use[0] or not use[1]])

    def _closed_slices(self, facts: list[Row]) -> dict[tuple[str, ...], list[Row]]:
        """Group facts by cohort and by department, as figures about answers are."""
        return self._grouped(facts, [(False,) * 3, (False, True, False), (False, False, True)])

    def _grouped(
        self, facts: list[Row], uses: list[tuple[bool, ...]]
    ) -> dict[tuple[str, ...], list[Row]]:
        found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for fact in facts:
            for use in uses:
                where = tuple(
                    fact[name] if used else ""
                    for name, used in zip(("program", "cohort", "department"), use, strict=True)
                )
                if NOWHERE not in where[:2]:
                    found[(*where, "")].append(fact)
        return found

    def _share(self, facts: list[Row], top: str, bottom: str) -> Cell:
        x, y = sum(f[top] for f in facts), sum(f[bottom] for f in facts)
        return (x / y if y > 0 else None, x, y, sum(f[bottom] > 0 for f in facts))

    def _median(self, facts: list[Row], name: str, who: str) -> Cell:
        known = [f for f in facts if f[name] is not None]
        people = len({f[who] for f in known})
        if not known:
            return (None, None, None, people)
        ordered = sorted(f[name] for f in known)
        middle = statistics.median(ordered)
        return (None if math.isinf(middle) else middle, None, None, people)
