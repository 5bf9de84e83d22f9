"""Workforce, plainly."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from tests.plain_cube.company import DAY, FOREVER, LONG_AGO, NOWHERE, Company
from warehouse.periods import Period, months_before


class Workforce(Company):
    """Who stays, leaves and moves."""

    def _population_on(self, person: str, day: dt.date) -> set[str]:
        spell = self._spell_on(person, day)
        if not spell:
            return set()
        if self._enrolled_on(person) <= day:
            return {"everyone", "participants"}
        starts = [p.get("starts_on") or LONG_AGO for p in self.rows["program"]]
        ends = [p.get("ends_on") or FOREVER for p in self.rows["program"]]
        is_open = bool(starts) and min(starts) <= day < max(ends)
        if is_open and (day - spell["hired_on"]).days >= 183:
            return {"everyone", "eligible_non_participants"}
        return {"everyone"}

    def _cohort(self, person: str) -> str:
        rows = [
            r for r in self.rows["participant"] if r["person_id"] == person and r.get("enrolled_on")
        ]
        rows.sort(key=lambda r: (r["enrolled_on"], r["participant_id"]))
        return (rows[0].get("cohort_id") or NOWHERE) if rows else NOWHERE

    def _places(self, person: str, day: dt.date) -> list[tuple[str, ...]]:
        """Return every workforce slice the person belongs to on a day."""
        found = []
        for population in self._population_on(person, day):
            department = self._department(person, day)
            found += [("", "", "", population), ("", "", department, population)]
            if population == "participants" and self._cohort(person) != NOWHERE:
                found.append(("", self._cohort(person), "", population))
        return found

    def _workforce(self, period: Period, last: dt.date) -> None:
        counts: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        people = {r["person_id"] for r in self.rows["employment"]}
        for person in people:
            for name, day in (("opening", period.opening_on), ("closing", last)):
                job = self._job(person, day)
                for place in self._places(person, day):
                    counts[place][name] += 1
                    counts[place]["graded"] += 0.5 if job and job.get("level") else 0
                    is_placed = self._department(person, day) != NOWHERE
                    counts[place]["placed"] += 0.5 if is_placed else 0
            self._changes(person, period, last, counts)
        for spell in self.spells:
            left, person = spell["left_on"], spell["person_id"]
            if left and period.starts_on <= left <= last:
                said = [
                    r
                    for r in self.rows["exit"]
                    if r["person_id"] == person and r["exit_on"] == left
                ]
                for place in self._places(person, left):
                    counts[place]["left"] += 1
                    for kind in ("yes", "no"):
                        counts[place][f"voluntary_{kind}"] += any(
                            r.get("voluntary") == kind for r in said
                        )
                        counts[place][f"regretted_{kind}"] += any(
                            r.get("regretted") == kind for r in said
                        )
        for place, c in counts.items():
            if any(c[name] for name in ("opening", "closing", "left")):
                self._put_workforce(period, place, c)

    def _changes(
        self, person: str, period: Period, last: dt.date, counts: dict[tuple[str, ...], Any]
    ) -> None:
        day = period.starts_on
        while day <= last:
            spell = self._spell_on(person, day)
            job, before = self._job(person, day), self._job(person, day - DAY)
            if spell and spell["hired_on"] < day and job and before and job is not before:
                up = bool(
                    job.get("level") and before.get("level") and job["level"] > before["level"]
                )
                places = {self._department(person, day), self._department(person, day - DAY)}
                apart = len(places) == 2 and NOWHERE not in places
                kinds = job.get("function_type"), before.get("function_type")
                for place in self._places(person, day):
                    counts[place]["promoted"] += up
                    counts[place]["moved"] += apart or (None not in kinds and kinds[0] != kinds[1])
            day += DAY

    def _put_workforce(self, period: Period, place: tuple[str, ...], c: dict[str, float]) -> None:
        average = (c["opening"] + c["closing"]) / 2
        n = int(c["closing"] + c["left"])
        unknown = c["left"] - c["voluntary_yes"] - c["voluntary_no"]
        self._put("headcount", period, place, (c["closing"], c["closing"], None, int(c["closing"])))
        self._put("leavers", period, place, (c["left"], c["left"], None, n))
        known = c["regretted_yes"] + c["regretted_no"]
        for metric, x, y, people, doubt in (
            ("turnover", c["left"], average, n, 0),
            ("turnover_voluntary", c["voluntary_yes"], average, n, unknown),
            ("turnover_involuntary", c["voluntary_no"], average, n, unknown),
            ("turnover_gri", c["left"], c["closing"], n, 0),
            ("leaver_share", c["left"], c["closing"] + c["left"], n, 0),
            ("regretted_share", c["regretted_yes"], known, int(known), 0),
            ("promotion_rate", c["promoted"], c["graded"], n, 0),
            ("internal_move_rate", c["moved"], c["placed"], n, 0),
        ):
            value = None if y <= 0 or (x == 0 and doubt > 0) else x / y
            self._put(metric, period, place, (value, x, y, people))

    def _retention(self, period: Period, last: dt.date) -> None:
        day = months_before(last, 12) + DAY
        if day < self.first_on:
            return
        people = {r["person_id"] for r in self.rows["employment"]}
        at_risk: dict[tuple[str, ...], list[int]] = defaultdict(list)
        survival: dict[tuple[str, ...], float] = defaultdict(lambda: 1.0)
        length = (last - day).days + 1
        while day <= last:
            risk: dict[tuple[str, ...], int] = defaultdict(int)
            left: dict[tuple[str, ...], int] = defaultdict(int)
            for person in people:
                spell = self._spell_on(person, day)
                for place in self._places(person, day):
                    risk[place] += 1
                    left[place] += bool(spell and spell["left_on"] == day)
            for place, count in risk.items():
                at_risk[place].append(count)
                survival[place] *= 1 - left[place] / count
            day += DAY
        for place, counts in at_risk.items():
            n = min(counts) if len(counts) == length else 0
            value = survival[place] if n >= 5 else None
            self._put("retention_12m", period, place, (value, None, None, n))
