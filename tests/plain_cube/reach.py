"""Reach, plainly."""

from __future__ import annotations

import datetime as dt
import math

from tests.plain_cube.company import FOREVER, LONG_AGO, NOWHERE, Company, Row
from warehouse.periods import Period


class Reach(Company):
    """Whom the program gets to."""

    def _runs(self, program: Row, period: Period, last: dt.date) -> bool:
        starts, ends = program.get("starts_on") or LONG_AGO, program.get("ends_on") or FOREVER
        return starts <= last and ends > period.starts_on

    def _first_pair(self, person: str, program: str) -> dt.date:
        days = [
            r["matched_on"]
            for r in self.rows["pair"]
            if r["program_id"] == program
            and person in (r["mentor_person_id"], r["mentee_person_id"])
        ]
        return min(days, default=FOREVER)

    def _reach(self, period: Period, last: dt.date) -> None:
        programs = {r["program_id"]: r for r in self.rows["program"]}
        members, waits = [], []
        for row in self.rows["participant"]:
            person, program = row["person_id"], row["program_id"]
            applied = row.get("applied_on") or row.get("enrolled_on")
            if not applied or applied > self.as_of:
                continue
            fact = {"program": program, "cohort": row.get("cohort_id") or NOWHERE, "who": person}
            matched = self._first_pair(person, program)
            if period.starts_on <= applied <= last:
                wait: float | None = (matched - applied).days
                if matched > self.as_of:
                    wait = math.inf
                elif wait is not None and wait < 0:
                    wait = None
                department = self._department(person, applied)
                waits.append(fact | {"department": department, "days": wait})
            if applied > last or not self._runs(programs[program], period, last):
                continue
            if not self._spell_on(person, last):
                continue
            members.append(
                fact
                | {
                    "department": self._department(person, last),
                    "enrolled": (row.get("enrolled_on") or FOREVER) <= last,
                    "waiting": matched > last and (row.get("withdrew_on") or FOREVER) > last,
                }
            )
        for where, facts in self._slices(members).items():
            for metric, name in (("participants", "enrolled"), ("unmatched_applicants", "waiting")):
                count = len({f["who"] for f in facts if f[name]})
                self._put(metric, period, where, (count, count, None, count))
        for where, facts in self._slices(waits).items():
            self._put("days_to_match", period, where, self._median(facts, "days", "who"))
        self._eligible(period, last)

    def _eligible(self, period: Period, last: dt.date) -> None:
        levels = sorted({r["level"] for r in self.rows["job_history"] if r.get("level")})[-2:]
        for program in [*self.rows["program"], None]:
            chosen = [program] if program else self.rows["program"]
            starts = min((p.get("starts_on") or LONG_AGO for p in chosen), default=FOREVER)
            ends = max((p.get("ends_on") or FOREVER for p in chosen), default=LONG_AGO)
            if not (starts <= last and ends > period.starts_on):
                continue
            name = program["program_id"] if program else None
            facts = []
            for person in {r["person_id"] for r in self.rows["employment"]}:
                spell = self._spell_on(person, last)
                if not spell:
                    continue
                job = self._job(person, last)
                enrolled = self._enrolled_on(person, name) <= last
                executive = bool(job and job.get("level") and job["level"] >= levels[0])
                is_mentee = any(
                    p["mentee_person_id"] == person
                    and name in (None, p["program_id"])
                    and p["matched_on"] <= last < self._pair_end(p)
                    for p in self.rows["pair"]
                )
                facts.append(
                    {
                        "department": self._department(person, last),
                        "level": f"Grade {job['level']}" if job and job.get("level") else NOWHERE,
                        "function": (job or {}).get("function_type") or NOWHERE,
                        "location": (job or {}).get("location") or NOWHERE,
                        "eligible": enrolled or (last - spell["hired_on"]).days >= 183,
                        "participant": enrolled,
                        "executive": executive,
                        "reached": executive and is_mentee,
                    }
                )
            for department in {"", *(f["department"] for f in facts)}:
                # Where nobody is eligible or an executive, there is no row of facts.
                some = [
                    f
                    for f in facts
                    if department in ("", f["department"]) and (f["eligible"] or f["executive"])
                ]
                where = (name or "", "", department, "")
                if some:
                    cell = self._share(some, "participant", "eligible")
                    self._put("reach", period, where, cell)
                    cell = self._share(some, "reached", "executive")
                    self._put("seniors_reached", period, where, cell)
            if not program and period.kind != "month":
                self._represent_groups(facts, period)

    def _represent_groups(self, facts: list[Row], period: Period) -> None:
        everyone, joined, eligible, people = self._share(facts, "participant", "eligible")
        if not people:
            return
        for kind in ("level", "function", "location"):
            metric = f"representativeness_{kind}"
            for name in {f[kind] for f in facts}:
                some = [f for f in facts if f[kind] == name and f["eligible"]]
                if not some:
                    continue
                reach, x, y, n = self._share(some, "participant", "eligible")
                value = reach / everyone if reach is not None and everyone else None
                self._put(metric, period, ("", "", "", name), (value, x, y, n))
            total = (None, joined, eligible, people)
            self._put(metric, period, ("", "", "", "everyone"), total)

    def _representation(self) -> None:
        for key, (value, x, _y, n) in list(self.cells.items()):
            metric, program, _, department, _, period = key
            if metric == "reach" and not program and department and "-" not in period:
                everyone = self.cells[("reach", "", "", "", "", period)][0]
                found = value / everyone if value is not None and everyone else None
                self.cells[("representativeness", *key[1:])] = (found, x, _y, n)
