"""Who was matched with whom, plainly."""

from __future__ import annotations

import datetime as dt

from tests.plain_cube.company import FOREVER, LONG_AGO, NOWHERE, Company, Row
from warehouse.periods import Period


class Matching(Company):
    """What is known of a pair on the day of its match."""

    def _manager(self, person: str, day: dt.date) -> str | None:
        for row in self.rows["job_history"]:
            ends = row.get("valid_to") or FOREVER
            is_theirs = row["person_id"] == person and row.get("manager_person_id")
            if is_theirs and (row["valid_from"] or LONG_AGO) <= day < ends:
                return str(row["manager_person_id"])
        return None

    def _is_below(self, junior: str, senior: str, day: dt.date) -> bool:
        seen: set[str] = set()
        manager = self._manager(junior, day)
        while manager and manager not in seen:
            if manager == senior:
                return True
            seen.add(manager)
            manager = self._manager(manager, day)
        return False

    def _skills(self, person: str, direction: str, pair: Row) -> set[str]:
        return {
            r["skill"].strip().lower()
            for r in self.rows["needs_form"]
            if r["person_id"] == person
            and r["direction"] == direction
            and r["program_id"] in (None, pair["program_id"])
            and (r["answered_on"] or LONG_AGO) <= pair["matched_on"]
        }

    def _match_fact(self, pair: Row) -> Row:
        junior, senior, day = (
            pair[name] for name in ("mentor_person_id", "mentee_person_id", "matched_on")
        )
        levels = [(self._job(p, day) or {}).get("level") for p in (junior, senior)]
        places = [self._department(p, day) for p in (junior, senior)]
        born = {r["person_id"]: r.get("birth_year") for r in self.rows["person"]}
        years = [born.get(p) for p in (junior, senior)]
        wanted = met = 0
        for own, other in ((junior, senior), (senior, junior)):
            offers = self._skills(other, "offered", pair)
            wishes = self._skills(own, "wanted", pair) if offers else set()
            wanted += len(wishes)
            met += len(wishes & offers)
        graded = None not in levels
        gap = levels[1] - levels[0] if graded else None
        apart = abs(years[1] - years[0]) if None not in years else None
        return {
            "graded": graded,
            "gap": gap,
            "reverse": graded and gap > 0,
            "placed": NOWHERE not in places,
            "across": NOWHERE not in places and places[0] != places[1],
            "aged": apart is not None,
            "far": apart is not None and apart >= 15,
            "conflict": self._is_below(junior, senior, day) or self._is_below(senior, junior, day),
            "wanted": wanted,
            "met": met,
        }

    def _put_matching(self, period: Period, where: tuple[str, ...], facts: list[Row]) -> None:
        for metric, top, bottom in (
            ("role_direction_rate", "reverse", "graded"),
            ("cross_department_rate", "across", "placed"),
            ("cross_generation_rate", "far", "aged"),
            ("skills_overlap", "met", "wanted"),
        ):
            self._put(metric, period, where, self._share(facts, top, bottom))
        self._put("grade_gap", period, where, self._median(facts, "gap", "who"))
        conflicts = sum(f["conflict"] for f in facts)
        self._put("direct_report_conflicts", period, where, (conflicts, conflicts, None, conflicts))
