"""What pairs agree, set themselves and do, plainly."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.plain_cube.company import FOREVER, Row
from tests.plain_cube.matching import Matching
from warehouse.periods import Period

RULES = ("topics", "off_limits", "place", "frequency", "confidentiality")


class Practice(Matching):
    """Ground rules, goals, actions and stories; pairs as they were matched."""

    def _practice(self, period: Period, last: dt.date) -> None:
        facts = [
            {
                **self._pair_slice(pair),
                **self._match_fact(pair),
                **self._agreements(pair, last),
                **self._doings(pair, period, last),
            }
            for pair in self.rows["pair"]
            if pair["matched_on"] <= last
        ]
        for where, some in self._slices(facts).items():
            self._put_matching(period, where, some)
            self._put_practice(period, where, some)

    def _agreements(self, pair: Row, last: dt.date) -> Row:
        lasting = pair.get("kind") != "one-off"
        points = [
            sum(bool(row.get(f"covers_{name}")) for name in RULES)
            for row in self._of_pair("ground_rules", pair)
            if (row.get("mentor_agreed_on") or FOREVER) <= last
            and (row.get("mentee_agreed_on") or FOREVER) <= last
        ]
        held = self._held(pair)
        deadline = held[1]["on"] if len(held) > 1 else FOREVER
        goals = self._of_pair("goal", pair)
        set_on = min((g["set_on"] for g in goals if g.get("set_on")), default=FOREVER)
        due = attained = 0
        for goal in goals:
            due_on = goal.get("due_on") or goal.get("closed_on")
            if due_on and due_on <= last:
                due += 1
                closed = goal.get("closed_on") or goal.get("due_on")
                attained += goal["status"] == "attained" and closed <= last
        return {
            "lasting": int(lasting),
            "rules": int(lasting and max(points, default=0) == 5),
            "points": max(points, default=0) if lasting else 0,
            "goal_set": int(lasting and set_on <= last and set_on <= deadline),
            "goals_due": due,
            "goals_attained": attained,
        }

    def _doings(self, pair: Row, period: Period, last: dt.date) -> Row:
        count: dict[str, Any] = dict.fromkeys(
            ("noted", "due", "done", "told", "shared", "ideas"), 0
        )
        for row in self._of_pair("action_item", pair):
            noted = row.get("created_on") or row.get("due_on")
            if not noted:
                continue
            count["noted"] += noted <= last and pair.get("kind") != "one-off"
            if period.starts_on <= max(row.get("due_on") or noted, noted) <= last:
                done, shared = row["status"] == "done", row.get("is_shared")
                count["due"] += 1
                count["done"] += done
                count["told"] += shared is not None
                count["shared"] += bool(shared)
                count["ideas"] += bool(done and shared and row["owner_role"] == "mentee")
        stories = [
            r
            for r in self._of_pair("success_story", pair)
            if period.starts_on <= (r.get("told_on") or FOREVER) <= last and r.get("is_consented")
        ]
        return count | {"stories": len(stories)}

    def _put_practice(self, period: Period, where: tuple[str, ...], facts: list[Row]) -> None:
        for metric, top, bottom in (
            ("ground_rules_rate", "rules", "lasting"),
            ("ground_rules_points", "points", "lasting"),
            ("goal_set_rate", "goal_set", "lasting"),
            ("goal_attainment", "goals_attained", "goals_due"),
            ("actions_per_pair", "noted", "lasting"),
            ("actions_closed_rate", "done", "due"),
            ("actions_shared_rate", "shared", "told"),
        ):
            self._put(metric, period, where, self._share(facts, top, bottom))
        for metric, name in (("ideas_adopted", "ideas"), ("success_stories_consented", "stories")):
            x = sum(f[name] for f in facts)
            self._put(metric, period, where, (x, x, None, sum(f[name] > 0 for f in facts)))
