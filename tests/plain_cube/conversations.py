"""What sessions are like, plainly."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter

from tests.plain_cube.company import FOREVER, Company, Row
from warehouse.periods import Period

# Of the topics that random companies use: what a reader would call technology.
TECHNOLOGY = {"ai", "digital tools", "data literacy", "new tech", "social media"}
GOALS = {"goals", "review of a goal"}


class Conversations(Company):
    """Topics, places, and answers after sessions."""

    def _topics(self, session: Row) -> set[str]:
        return {
            r["topic"].strip().lower()
            for r in self.rows["session_topic"]
            if r["session_id"] == session["session_id"] and r.get("topic")
        }

    def _conversations(self, period: Period, last: dt.date) -> None:
        facts, spoken, said = [], [], []
        for pair in self.rows["pair"]:
            if pair["matched_on"] <= last:
                facts.append(self._pair_slice(pair) | self._session_fact(pair, period, last))
            now = [s for s in self._held(pair) if period.starts_on <= s["on"] <= last]
            topics = Counter(topic for s in now for topic in self._topics(s))
            if topics:
                spoken.append(self._pair_slice(pair) | {"topics": topics})
            if now and period.kind != "month":
                said.append(self._pair_slice(pair) | self._answers(now))
        for where, some in self._slices(facts).items():
            for metric, top, bottom in (
                ("sessions_reviewing_goals_rate", "about_goals", "telling"),
                ("technology_only_rate", "only_technology", "talked"),
                ("neutral_place_rate", "neutral", "placed"),
            ):
                self._put(metric, period, where, self._share(some, top, bottom))
        for where, some in self._slices(spoken).items():
            self._put("topic_diversity", period, where, self._entropy(some))
        for where, some in self._closed_slices(said).items():
            for metric, top, bottom in (
                ("role_reversion_rate", "reverted", "told"),
                ("feedback_response_rate", "answered", "asked"),
            ):
                self._put(metric, period, where, self._share(some, top, bottom))

    def _session_fact(self, pair: Row, period: Period, last: dt.date) -> Row:
        held = [s for s in self._held(pair) if s["on"] <= last]
        ever = set().union(*(self._topics(s) for s in held))
        told_from = min(
            (
                s["on"]
                for p in self.rows["pair"]
                if p["program_id"] == pair["program_id"]
                for s in self._held(p)
                if self._topics(s) & GOALS
            ),
            default=FOREVER,
        )
        now = [s for s in held if s["on"] >= period.starts_on]
        places = [
            s["place_is_neutral"]
            for s in now
            if s.get("mode") in (None, "in_person") and s.get("place_is_neutral") is not None
        ]
        return {
            "talked": int(bool(ever)),
            "only_technology": int(bool(ever) and ever <= TECHNOLOGY),
            "placed": len(places),
            "neutral": sum(places),
            "telling": sum(s["on"] >= told_from for s in now),
            "about_goals": sum(bool(self._topics(s) & GOALS) for s in now),
        }

    def _answers(self, sessions: list[Row]) -> Row:
        count = dict.fromkeys(("asked", "answered", "told", "reverted"), 0)
        for session in sessions:
            rows = [
                r
                for r in self.rows["session_feedback"]
                if r["session_id"] == session["session_id"] and r["role"]
            ]
            advised = [r["who_mostly_advised"] for r in rows if r.get("who_mostly_advised")]
            count["asked"] += 2
            count["answered"] += len({r["role"] for r in rows})
            count["told"] += bool(advised)
            count["reverted"] += bool(advised) and set(advised) == {"mentee"}
        return count

    def _entropy(self, facts: list[Row]) -> tuple[float, None, None, int]:
        topics: Counter[str] = sum((f["topics"] for f in facts), Counter())
        shares = [n / topics.total() for n in topics.values()]
        return (-sum(p * math.log2(p) for p in shares), None, None, len(facts))
