"""A second implementation of the cube: plain loops over rows, slow and easy to read.

It shares nothing with the queries but the meaning of the metrics. Values, numerators,
denominators and n are compared; intervals have tests of their own.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.warehouse_rows import Rows
from warehouse.periods import Period, months_before, periods_between

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


class PlainCube:
    """All cells of a small company: metric, program, cohort, department, population, period."""

    def __init__(self, rows: Rows, *, first_on: dt.date, as_of: dt.date) -> None:
        self.rows = defaultdict(list, rows)
        self.first_on, self.as_of = first_on, as_of
        self.cells: dict[tuple[str, ...], Cell] = {}
        for name in ("_places", "_department", "_job", "_spell_on", "_pair_end", "_active_days"):
            setattr(self, name, _remembering(getattr(self, name)))
        self.spells = [self._spell(r) for r in self.rows["employment"] if self._is_employee(r)]
        for period in periods_between(first_on, as_of):
            last = min(period.ends_on, as_of)
            self._reach(period, last)
            self._rhythm(period, last)
            if period.kind != "month":
                self._workforce(period, last)
                self._retention(period, last)
        self._representation()

    # --- people ---------------------------------------------------------------------------

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

    # --- writing cells ----------------------------------------------------------------------

    def _put(self, metric: str, period: Period, where: tuple[str, ...], cell: Cell) -> None:
        self.cells[(metric, *where, period.name)] = cell

    def _slices(self, facts: list[Row]) -> dict[tuple[str, ...], list[Row]]:
        """Group facts by every combination of program, cohort, department and their margins."""
        found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for fact in facts:
            for use in itertools.product((False, True), repeat=3):
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

    # --- reach ------------------------------------------------------------------------------

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

    def _median(self, facts: list[Row], name: str, who: str) -> Cell:
        known = [f for f in facts if f[name] is not None]
        people = len({f[who] for f in known})
        if not known:
            return (None, None, None, people)
        ordered = sorted(f[name] for f in known)
        middle = statistics.median(ordered)
        return (None if math.isinf(middle) else middle, None, None, people)

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
                        "eligible": enrolled or (last - spell["hired_on"]).days >= 183,
                        "participant": enrolled,
                        "executive": executive,
                        "reached": executive and is_mentee,
                    }
                )
            for department in {"", *(f["department"] for f in facts)}:
                some = [f for f in facts if department in ("", f["department"])]
                where = (name or "", "", department, "")
                if some:
                    cell = self._share(some, "participant", "eligible")
                    self._put("reach", period, where, cell)
                    cell = self._share(some, "reached", "executive")
                    self._put("seniors_reached", period, where, cell)

    def _representation(self) -> None:
        for key, (value, x, _y, n) in list(self.cells.items()):
            metric, program, _, department, _, period = key
            if metric == "reach" and not program and department and "-" not in period:
                everyone = self.cells[("reach", "", "", "", "", period)][0]
                found = value / everyone if value is not None and everyone else None
                self.cells[("representativeness", *key[1:])] = (found, x, _y, n)

    # --- rhythm -----------------------------------------------------------------------------

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

    def _rhythm(self, period: Period, last: dt.date) -> None:
        facts, gaps, starts = [], [], []
        for pair in self.rows["pair"]:
            if pair["matched_on"] > last:
                continue
            sliced = {
                "program": pair["program_id"],
                "cohort": pair.get("cohort_id") or NOWHERE,
                "department": self._department(pair["mentee_person_id"], pair["matched_on"]),
                "who": pair["pair_id"],
            }
            facts.append(sliced | self._pair_fact(pair, period, last))
            held = [
                s for s in self._sessions(pair) if s["status"] == "held" and s["on"] <= self.as_of
            ]
            cadence, lasting = pair.get("agreed_cadence_days"), pair.get("kind") != "one-off"
            if lasting and cadence:
                gaps += [
                    sliced | {"gap": (after["on"] - before["on"]).days / cadence}
                    for before, after in itertools.pairwise(held)
                    if period.starts_on <= after["on"] <= last
                ]
            if lasting and pair["matched_on"] >= period.starts_on:
                starts.append(sliced | self._start_fact(pair, held))
        for where, some in self._slices(facts).items():
            self._put_rhythm(period, where, some)
        for where, some in self._slices(gaps).items():
            self._put("gap_ratio", period, where, self._median(some, "gap", "who"))
        for where, some in self._slices(starts).items():
            for metric, name in (("days_to_first_session", "first"), ("milestone_days", "middle")):
                self._put(metric, period, where, self._median(some, name, "who"))

    def _start_fact(self, pair: Row, held: list[Row]) -> Row:
        reached = [
            r["reached_on"]
            for r in self.rows["milestone"]
            if r["pair_id"] == pair["pair_id"]
            and r["milestone"] == "midpoint"
            and r["reached_on"] <= self.as_of
        ]
        first = (held[0]["on"] - pair["matched_on"]).days if held else math.inf
        middle = (min(reached) - pair["matched_on"]).days if reached else math.inf
        return {"first": first, "middle": middle}

    def _pair_fact(self, pair: Row, period: Period, last: dt.date) -> Row:
        sessions = [s for s in self._sessions(pair) if period.starts_on <= s["on"] <= last]
        held = [s for s in sessions if s["status"] == "held"]
        end, lasting = self._pair_end(pair), pair.get("kind") != "one-off"
        cadence = pair.get("agreed_cadence_days") if lasting else None
        due = 0
        if cadence:
            before = self._active_days(pair, period.opening_on)
            due = math.floor(self._active_days(pair, last) / cadence) - math.floor(before / cadence)
        minutes = [s.get("actual_minutes") or s.get("planned_minutes") or 0 for s in held]
        ends = {r["cohort_id"]: r.get("ends_on") for r in self.rows["cohort"]}
        ends_program = {r["program_id"]: r.get("ends_on") for r in self.rows["program"]}
        planned = ends.get(pair.get("cohort_id")) or ends_program.get(pair["program_id"]) or FOREVER
        is_due = lasting and planned <= last + DAY
        over = lasting and end <= last
        return {
            "active": int(lasting and end > last),
            "matched": int(lasting),
            "withdrawn": int(over and pair.get("status") == "withdrawn"),
            "is_due": int(is_due),
            "completed": int(is_due and over and pair.get("status") == "completed"),
            "held": len(held),
            "held_with_cadence": len(held) if cadence else 0,
            "due": due,
            "hours": sum(minutes) / 60,
            "planned": len(sessions),
            "no_show": sum(s["status"] == "no_show" for s in sessions),
            "by_mentee": sum(
                s["status"] == "cancelled" and s.get("cancelled_by") == "mentee" for s in sessions
            ),
        }

    def _put_rhythm(self, period: Period, where: tuple[str, ...], facts: list[Row]) -> None:
        for metric, name, unit in (
            ("active_pairs", "active", "active"),
            ("sessions_held", "held", "held"),
            ("hours", "hours", "held"),
        ):
            x = sum(f[name] for f in facts)
            self._put(metric, period, where, (x, x, None, sum(f[unit] > 0 for f in facts)))
        for metric, top, bottom in (
            ("adherence", "held_with_cadence", "due"),
            ("senior_cancellation_rate", "by_mentee", "planned"),
            ("no_show_rate", "no_show", "planned"),
            ("completion_rate", "completed", "is_due"),
            ("withdrawal_rate", "withdrawn", "matched"),
        ):
            self._put(metric, period, where, self._share(facts, top, bottom))

    # --- workforce --------------------------------------------------------------------------

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
