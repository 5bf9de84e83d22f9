"""Rhythm, plainly."""

from __future__ import annotations

import datetime as dt
import itertools
import math

from tests.plain_cube.company import DAY, FOREVER, Company, Row
from warehouse.periods import Period


class Rhythm(Company):
    """Whether pairs meet as they agreed to."""

    def _rhythm(self, period: Period, last: dt.date) -> None:
        facts, gaps, starts = [], [], []
        for pair in self.rows["pair"]:
            if pair["matched_on"] > last:
                continue
            sliced = self._pair_slice(pair)
            facts.append(sliced | self._pair_fact(pair, period, last))
            held = self._held(pair)
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
