"""What the program office does for participants, plainly."""

from __future__ import annotations

import datetime as dt

from tests.plain_cube.company import FOREVER, NOWHERE, Row
from tests.plain_cube.reach import Reach
from warehouse.periods import Period


class Office(Reach):
    """Training, events and recognition, by person and program."""

    def _enrollees(self, last: dt.date) -> list[Row]:
        """Each person's first enrollment in each program, the first program marked."""
        rows = [
            r
            for r in self.rows["participant"]
            if r.get("enrolled_on") and r["enrolled_on"] <= self.as_of
        ]
        rows.sort(key=lambda r: (r["enrolled_on"], r["participant_id"]))
        found: dict[tuple[str, str], Row] = {}
        people = set()
        for row in rows:
            person = row["person_id"]
            marked = row | {"is_first": person not in people}
            people.add(person)
            found.setdefault((person, row["program_id"]), marked)
        return [row for row in found.values() if row["enrolled_on"] <= last]

    def _theirs(self, table: str, row: Row) -> list[Row]:
        return [
            r
            for r in self.rows[table]
            if r["person_id"] == row["person_id"]
            and (r["program_id"] == row["program_id"] or (not r["program_id"] and row["is_first"]))
        ]

    def _office(self, period: Period, last: dt.date) -> None:
        programs = {r["program_id"]: r for r in self.rows["program"]}
        facts = []
        for row in self._enrollees(last):
            person, program = row["person_id"], row["program_id"]
            runs = self._runs(programs[program], period, last)
            given = [
                r
                for r in self._theirs("recognition", row)
                if period.starts_on <= r["given_on"] <= last
            ]
            events = [
                r["attended"]
                for r in self._theirs("event_attendance", row)
                if period.starts_on <= r["held_on"] <= last and r["attended"] is not None
            ]
            matched = self._first_pair(person, program) <= last
            facts.append(
                {
                    "program": program,
                    "cohort": row.get("cohort_id") or NOWHERE,
                    "department": self._department(person, row["enrolled_on"]),
                    "present": int(runs and bool(self._spell_on(person, last))),
                    "given": len(given),
                    "listed": len(events),
                    "attended": sum(events),
                    "matched": int(matched),
                    "trained": int(matched and self._trained_on(person, program) <= last),
                }
            )
        for where, some in self._slices(facts).items():
            for metric, top, bottom in (
                ("trained_before_first_session_rate", "trained", "matched"),
                ("event_attendance_rate", "attended", "listed"),
            ):
                self._put(metric, period, where, self._share(some, top, bottom))
            value, x, y, n = self._share(some, "given", "present")
            per_100 = None if value is None else 100 * value
            self._put("recognition_per_100", period, where, (per_100, x, y, n))

    def _trained_on(self, person: str, program: str) -> dt.date:
        """The day of the first course, never if the first session came before."""
        courses = [
            r["completed_on"]
            for r in self.rows["training"]
            if r["person_id"] == person and r["program_id"] in (None, program)
        ]
        met = [
            s["on"]
            for p in self.rows["pair"]
            if p["program_id"] == program
            and person in (p["mentor_person_id"], p["mentee_person_id"])
            for s in self._held(p)
        ]
        first = min(courses, default=FOREVER)
        return first if first <= min(met, default=FOREVER) else FOREVER
