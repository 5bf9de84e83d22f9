"""A second implementation of the voice metrics: loops over answers, fractions, no query.

It shares nothing with the queries but the meaning. Means are exact fractions; intervals use scipy.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from scipy import stats

from tests.warehouse_rows import Rows

NOWHERE, FOREVER = "Not recorded", dt.date(9999, 12, 31)
Row = dict[str, Any]
Cell = dict[str, Any]
Key = tuple[str, str, str, str, str]  # metric, department, cohort, population, period


@dataclass
class Rule:
    """How one construct is scored, as this test says it."""

    low: int = 1
    high: int = 5
    needed: int | None = None
    not_of: str = ""
    also: tuple[str, ...] = ()  # constructs whose items count here, too


@dataclass
class Score:
    """One person's score in one wave."""

    construct: str
    survey: str
    wave: Row
    person: str | None
    response: str
    on: dt.date
    quarter: tuple[int, int]
    place: tuple[str, str, str]
    value: Fraction
    answers: dict[str, Fraction] = field(default_factory=dict)

    @property
    def who(self) -> str:
        return self.person or f"response {self.response}"


def quarter_of(day: dt.date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3 + 1


def after(quarter: tuple[int, int]) -> tuple[int, int]:
    year, number = quarter
    return (year, number + 1) if number < 4 else (year + 1, 1)


def last_day(quarter: tuple[int, int]) -> dt.date:
    year, number = after(quarter)
    return dt.date(year, number * 3 - 2, 1) - dt.timedelta(1)


class PlainVoice:
    """Every voice cell of a small company."""

    def __init__(self, rows: Rows, rules: dict[str, Rule], *, as_of: dt.date) -> None:
        self.rows = defaultdict(list, rows)
        self.rules, self.as_of = rules, as_of
        self.waves = {r["wave_id"]: r for r in self.rows["wave"] if r.get("closes_on")}
        self.cells: dict[Key, Cell] = {}
        self.scores = self._scores()
        for construct in rules:
            mine = [s for s in self.scores if s.construct == construct]
            self._levels(construct, mine)
            self._asked_in_vain(construct)
            if construct in ("engagement", "mutual_benefit", "confidence"):
                self._changes(construct, mine)
        self._gaps()
        self._rates()

    # --- time and place -------------------------------------------------------------------

    def _final_on(self, quarter: tuple[int, int]) -> dt.date:
        closing = [w["closes_on"] for w in self.waves.values()]
        return max((d for d in closing if quarter_of(d) == quarter), default=last_day(quarter))

    def _quarter(self, wave: Row, day: dt.date) -> tuple[int, int] | None:
        own = quarter_of(wave["closes_on"])
        if day > wave["closes_on"]:
            candidate = quarter_of(day)
            while candidate <= own or day > self._final_on(candidate):
                candidate = after(candidate)
            own = candidate
        return own if self._final_on(own) <= self.as_of else None

    def _place(self, person: str | None, day: dt.date) -> tuple[str, str, str]:
        """Return department, cohort and population."""
        if person is None:
            return NOWHERE, "", "not_recorded"
        own = [r for r in self.rows["job_history"] if r["person_id"] == person]
        last_word = {r["valid_from"]: r for r in sorted(own, key=lambda r: r["seq_no"])}
        starts = sorted(last_word)
        reached = [start for start in starts if start <= day] or starts[:1]
        job = last_word[reached[-1]] if reached else {}
        names = {r["department_id"]: r["name"] for r in self.rows["department"]}
        department = names.get(job.get("department_id"), job.get("department_id")) or NOWHERE
        joined = sorted(
            (r["enrolled_on"], r["participant_id"], r)
            for r in self.rows["participant"]
            if r["person_id"] == person and r.get("enrolled_on")
        )
        if not joined or joined[0][0] > day:
            return department, "", "non_participants"
        return department, joined[0][2].get("cohort_id") or NOWHERE, joined[0][2]["role"]

    # --- scores -----------------------------------------------------------------------------

    def _responses(self) -> list[tuple[Row, dt.date]]:
        """Return the response that counts of each person and wave, with its day."""
        found: dict[Any, list[tuple[Any, Row, dt.date]]] = defaultdict(list)
        for row in self.rows["response"]:
            wave = self.waves.get(row["wave_id"])
            if not wave or wave["closes_on"] > self.as_of:
                continue
            close = dt.datetime.combine(wave["closes_on"], dt.time())
            moment = row.get("recorded_at") or close
            if moment.date() > self.as_of:
                continue
            person = row.get("person_id")
            who = (wave["wave_id"], person or "", "" if person else row["response_id"])
            late = moment.date() > wave["closes_on"]
            seconds = moment.timestamp()
            order = (1, 0, seconds) if late else (0, row.get("is_finished") is False, -seconds)
            found[who].append(((*order, row["response_id"]), row, moment.date()))
        return [min(given, key=lambda g: g[0])[1:] for given in found.values()]

    def _scores(self) -> list[Score]:
        items = {(r["survey_id"], r["item_code"]): r for r in self.rows["item"]}
        answers: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows["answer"]:
            if row.get("number") is not None and not row.get("missing_code"):
                answers[row["response_id"]].append(row)
        found = []
        for row, day in self._responses():
            wave = self.waves[row["wave_id"]]
            quarter = self._quarter(wave, day)
            if quarter is None:
                continue
            place = self._place(row.get("person_id"), day)
            for construct, rule in self.rules.items():
                asked = [
                    code
                    for (survey, code), item in items.items()
                    if survey == wave["survey_id"] and item["construct"] in (construct, *rule.also)
                ]
                given = {
                    a["item_code"]: self._points(construct, rule, items, wave, a)
                    for a in answers[row["response_id"]]
                    if a["item_code"] in asked
                }
                needed = rule.needed or math.ceil(len(asked) / 2)
                if given and len(given) >= needed and place[2] != rule.not_of:
                    mean = sum(given.values(), Fraction(0)) / len(given)
                    found.append(
                        Score(construct, wave["survey_id"], wave, row.get("person_id"),
                              row["response_id"], day, quarter, place, mean, given)
                    )  # fmt: skip
        return found

    def _points(self, construct: str, rule: Rule, items: Any, wave: Row, answer: Row) -> Fraction:
        number = Fraction(answer["number"])
        if construct == "enps":
            return Fraction(1 if number >= 9 else -1 if number <= 6 else 0)
        item = items[(wave["survey_id"], answer["item_code"])]
        return rule.low + rule.high - number if item.get("is_reversed") else number

    # --- cells ------------------------------------------------------------------------------

    def _where(self, place: tuple[str, str, str]) -> list[tuple[str, str, str]]:
        """Return the closed slices a place is part of."""
        department, cohort, population = place
        found = [("", "", "everyone"), ("", "", population), (department, "", "everyone")]
        if population in ("mentor", "mentee", "pair"):
            found += [("", "", "participants"), ("", cohort, "participants")]
        return [where for where in found if where != ("", "", "pair")]

    def _periods(self, quarter: tuple[int, int]) -> list[str]:
        year, number = quarter
        is_over = dt.date(year, 12, 31) <= self.as_of
        return [f"{year}Q{number}", *([str(year)] if is_over else [])]

    def _sliced(self, rows: list[tuple[Any, ...]]) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
        """Group rows that begin with place and quarter by slice and period."""
        found: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for row in rows:
            for where in self._where(row[0]):
                for period in self._periods(row[1]):
                    found[(*where, period)].append(row)
        return found

    @staticmethod
    def _mean(rows: list[tuple[Any, ...]]) -> tuple[float, float, float, int]:
        """Return mean, half of its interval, and people; rows hold place, quarter, who, value."""
        people: dict[Any, list[Fraction]] = defaultdict(list)
        for place, _, who, value, *_ in rows:
            people[(place, who)].append(value)
        mean = sum((v for own in people.values() for v in own), Fraction(0)) / len(rows)
        count = len(people)
        if count < 2:
            return float(mean), math.nan, float(len(rows)), count
        residual = sum((sum(own, Fraction(0)) - mean * len(own)) ** 2 for own in people.values())
        error = math.sqrt(residual * count / (count - 1)) / len(rows)
        return float(mean), float(stats.t.ppf(0.975, count - 1)) * error, float(len(rows)), count

    def _put(self, metric: str, where: tuple[str, ...], **cell: Any) -> None:
        self.cells[(metric, *where)] = cell  # type: ignore[index]

    def _levels(self, construct: str, scores: list[Score]) -> None:
        rule = self.rules[construct]
        low, high = (-1, 1) if construct == "enps" else (rule.low, rule.high)
        rows = [(s.place, s.quarter, s.who, s.value, s) for s in scores]
        for where, some in self._sliced(rows).items():
            mean, half, _, people = self._mean(some)
            codes: dict[str, int] = defaultdict(int)
            for row in some:
                for code in row[4].answers:
                    codes[code] += 1
            if construct == "enps":
                up = sum(row[3] == 1 for row in some) / len(some)
                down = sum(row[3] == -1 for row in some) / len(some)
                half = stats.norm.ppf(0.975) * math.sqrt(
                    max(up + down - (up - down) ** 2, 0) / len(some)
                )
            n = min(codes.values())
            self._put(construct, where, value=mean, lower=max(mean - half, low),
                      upper=min(mean + half, high), n=n, smallest=min(n, people))  # fmt: skip

    def _asked_in_vain(self, construct: str) -> None:
        asked = (construct, *self.rules[construct].also)
        asking = {r["survey_id"] for r in self.rows["item"] if r["construct"] in asked}
        for wave in self.waves.values():
            quarter = quarter_of(wave["closes_on"])
            if wave["survey_id"] in asking and self._final_on(quarter) <= self.as_of:
                for period in self._periods(quarter):
                    key = (construct, "", "", "everyone", period)
                    self.cells.setdefault(key, {"value": None, "n": 0, "smallest": 0})

    def _pairs(self, scores: list[Score]) -> list[tuple[Score, Score]]:
        own: dict[tuple[str, str], list[Score]] = defaultdict(list)
        for score in scores:
            own[(score.who, score.survey)].append(score)
        order = lambda s: (s.quarter, s.wave["closes_on"], s.wave["wave_id"])  # noqa: E731
        return [
            pair for given in own.values() for pair in itertools.pairwise(sorted(given, key=order))
        ]

    def _changes(self, construct: str, scores: list[Score]) -> None:
        rule, pairs = self.rules[construct], self._pairs(scores)
        width = rule.high - rule.low
        rows = [(b.place, b.quarter, b.who, b.value - a.value, a, b) for a, b in pairs]
        found = self._sliced(rows)
        for where in self._sliced([(s.place, s.quarter) for s in scores]):
            if where not in found:
                self._put(construct + "_change", where, value=None, n=0, smallest=0)
                continue
            mean, half, n, people = self._mean(found[where])
            smallest = people
            if "Q" in where[-1]:
                unmatched = self._unmatched(where, scores, found[where])
                smallest = min(people, unmatched) if unmatched else people
            self._put(construct + "_change", where, value=mean, lower=max(mean - half, -width),
                      upper=min(mean + half, width), n=n, smallest=smallest)  # fmt: skip

    def _unmatched(self, where: tuple[str, ...], scores: list[Score], some: list[Any]) -> int:
        """Count scores in only one of: the level now, the levels before, the change's two ends."""
        inside = lambda s: where[:3] in self._where(s.place)  # noqa: E731
        name = lambda s: f"{s.quarter[0]}Q{s.quarter[1]}"  # noqa: E731
        now = [s for s in scores if inside(s) and name(s) == where[-1]]
        befores = {name(row[4]) for row in some}
        before = [s for s in scores if inside(s) and name(s) in befores]
        later, earlier = [row[5] for row in some], [row[4] for row in some]
        lone_now = [s for s in now if not any(s is x for x in later)]
        lone_before = [s for s in before if not any(s is x for x in earlier)]
        moved = [s for s in earlier if not any(s is x for x in before)]
        return len(lone_now) + len(lone_before) + len(moved)

    def _about(self, score: Score) -> tuple[Row, str] | None:
        own = [
            (-p["matched_on"].toordinal(), p["pair_id"], side, p)
            for p in self.rows["pair"]
            for side in ("mentor", "mentee")
            if p[f"{side}_person_id"] == score.person
            and p["matched_on"] <= score.on
            and (p.get("kind") or "formal") != "one-off"
        ]
        if not own:
            return None
        chosen = min(own, key=lambda o: o[:3])
        return chosen[3], chosen[2]

    def _gaps(self) -> None:
        sides: dict[tuple[str, str], dict[str, Score]] = defaultdict(dict)
        pairs: dict[str, Row] = {}
        for score in self.scores:
            about = self._about(score) if score.construct == "mutual_benefit" else None
            if about:
                pair, side = about
                pairs[pair["pair_id"]] = pair
                sides[(pair["pair_id"], score.wave["wave_id"])][side] = score
        rows = []
        for (pair_id, _), both in sides.items():
            if len(both) == 2:
                mentor, mentee = both["mentor"], both["mentee"]
                cohort = pairs[pair_id].get("cohort_id") or NOWHERE
                quarter = max(mentor.quarter, mentee.quarter)
                gap = abs(mentor.value - mentee.value)
                rows.append(((mentee.place[0], cohort, "pair"), quarter, pair_id, gap))
        for where, some in self._sliced(rows).items():
            mean, half, n, people = self._mean(some)
            width = self.rules["mutual_benefit"].high - self.rules["mutual_benefit"].low
            self._put("benefit_gap", where, value=mean, lower=max(mean - half, 0),
                      upper=min(mean + half, width), n=n, smallest=people)  # fmt: skip

    def _rates(self) -> None:
        counts: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        for wave_id, wave in self.waves.items():
            quarter = quarter_of(wave["closes_on"])
            if wave["closes_on"] > self.as_of or self._final_on(quarter) > self.as_of:
                continue
            in_time = [
                r.get("person_id")
                for r in self.rows["response"]
                if r["wave_id"] == wave_id
                and (not r.get("recorded_at") or r["recorded_at"].date() <= wave["closes_on"])
            ]
            invited: dict[str, dt.date] = {}
            for row in self.rows["invitation"]:
                if row["wave_id"] == wave_id:
                    day = row.get("invited_on") or wave["closes_on"]
                    invited[row["person_id"]] = min(day, invited.get(row["person_id"], FOREVER))
            invited = {who: day for who, day in invited.items() if day <= self.as_of}
            for who, day in invited.items():
                wheres = self._where(self._place(who, day))
                for where in [("", "", "everyone")] if None in in_time else wheres:
                    for period in self._periods(quarter):
                        counts[(*where, period)][0] += 1
                        counts[(*where, period)][1] += who in in_time
            for period in self._periods(quarter) if invited else ():
                counts[("", "", "everyone", period)][1] += in_time.count(None)
        for where, (asked, said) in counts.items():
            groups = [size for size in (said, asked - said) if size > 0]
            self._put("response_rate", where, value=said / asked if said <= asked else None,
                      n=asked, smallest=min(groups, default=0))  # fmt: skip


def plain_t_interval(values: list[float]) -> tuple[float, float]:
    """Return the textbook t interval of a mean."""
    half = stats.t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    mean = statistics.fmean(values)
    return mean - half, mean + half
