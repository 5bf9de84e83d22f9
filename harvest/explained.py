"""Numbers that running text on a surface may say: figures of its slices, and counts of things.

Text names its figures in sentences, so a number there is not tied to one figure: it must be one of
those that this viewer may see for what was asked. The kinds are listed in docs/disclosure.md.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pandas as pd

from harvest import figures, rights
from harvest.asked import Asked, quarter_before, quarters_to
from harvest.figures import Figures, Known, Number, Place
from harvest.metric_tables import sum_of_states
from harvest.numbers import Printed
from harvest.pair_board import board_of, pair_known, warning_numbers
from harvest.pair_page import page_numbers
from harvest.people import people_said
from models.verdict import WORTHWHILE
from reports import codes

Kind = Callable[[Figures, Asked], Iterator[Number]]
_REMEMBERED = 2_000  # parts; a viewer's slices are some hundreds
NEEDING = ("stalled", "dormant", "never_started", "drifting", "unlogged")


class Explained:
    """The numbers that text may say, sorted to be found fast."""

    def __init__(self, numbers: Iterable[Number]) -> None:
        by_unit: dict[str, set[float]] = {"": set()}
        for value, unit in numbers:
            shown = value * 100 if unit == "fraction" else value
            by_unit.setdefault(unit, set()).add(shown)
            by_unit[""].add(shown)
        by_unit["fraction"] = by_unit.get("fraction", set()) | by_unit.get("points", set())
        by_unit["points"] = by_unit["fraction"]
        self._signed = {unit: sorted(values) for unit, values in by_unit.items()}
        self._plain = {unit: sorted(map(abs, values)) for unit, values in by_unit.items()}

    def has(self, printed: Printed) -> bool:
        """Tell whether some figure is printed like this."""
        chosen = self._signed if printed.is_signed else self._plain
        values = chosen.get(printed.unit, [])
        margin = 0.5 * 10.0**-printed.decimals * (1 + 1e-6)
        at = bisect_left(values, printed.value - margin)
        return at < len(values) and values[at] <= printed.value + margin


class MayBeSaid:
    """What text may say to one viewer, worked out part by part and only when it is needed."""

    def __init__(self, known: Figures) -> None:
        self._known = known
        self._parts: dict[tuple[Kind, tuple[object, ...]], Explained] = {}

    def has(self, printed: Printed, asked: Asked) -> bool:
        """Tell whether some figure of what was asked is printed like this."""
        return any(self._part(kind, asked).has(printed) for kind in _KINDS)

    def _part(self, kind: Kind, asked: Asked) -> Explained:
        key = (kind, _KINDS[kind](asked))
        if key not in self._parts:
            if len(self._parts) > _REMEMBERED:
                self._parts.clear()
            self._parts[key] = Explained(kind(self._known, asked))
        return self._parts[key]


def _slice_figures(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield figures of the quarter, the one before, and the changes between them.

    Of the chosen slice, of its department, and of the company; text names no other slice.
    """
    before = quarter_before(known.rows, asked.place.period)
    own, when = asked.place, asked.place.period
    slices = (own, replace(own, department=""), Place(department=own.department, period=when),
              Place(period=when))  # fmt: skip
    for place in dict.fromkeys(slices):
        for metric_id in known.rows.metrics:
            yield from known.published(metric_id, place).numbers.values()
            if before:
                yield from known.change(metric_id, place, before).numbers.values()
                earlier = replace(place, period=before)
                yield from known.published(metric_id, earlier).numbers.values()
        yield from sum_of_states(known, place, before).numbers.values()


def _effects(known: Figures, _: Asked) -> Iterator[Number]:
    """Yield effects, what could have been seen, and checks of the analysis."""
    if not rights.may_see_effects(known.viewer):
        return
    for row in known.rows.frame("estimate").itertuples(index=False):
        unit = codes.MEASURE_UNITS[row.measure]
        for name in ("point", "lower", "upper", "minimum_detectable_effect"):
            if row.status == "shown" and not pd.isna(getattr(row, name)):
                yield float(getattr(row, name)), unit
        for name in ("n_treated", "n_control", "effective_sample_size"):
            if not pd.isna(getattr(row, name)):
                yield float(getattr(row, name)), "count"
        if not pd.isna(row.horizon_months):
            yield float(row.horizon_months), "months"
    yield from ((value, "fraction") for value in WORTHWHILE.values())
    for row in known.rows.frame("diagnostic").itertuples(index=False):
        for value in (row.value, row.threshold):
            if not pd.isna(value):
                yield from ((float(value), unit) for unit in ("number", "fraction", "points"))
    balance = known.rows.frame("balance")
    yield from ((abs(float(v)), "ratio") for v in balance["after"].dropna())
    curve = known.rows.frame("curve")
    yield from ((float(v), "count") for v in curve["at_risk"].dropna())
    yield from ((float(v), "count") for v in curve["month"].unique())


def _pairings(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield how many pairings of departments are hidden, and the share that crosses a border."""
    flow = known.rows.frame("flow")
    for program in {asked.place.program, ""}:
        own = [
            row
            for row in flow[flow["program"] == program].itertuples(index=False)
            if rights.may_see_flow(known.viewer, row.mentor_department, row.mentee_department)
            and asked.place.department in ("", row.mentor_department, row.mentee_department)
        ]
        shown = [row for row in own if row.status == "shown"]
        yield from ((float(len(own)), "count"), (float(len(own) - len(shown)), "count"))
        total = sum(row.pairs for row in shown)
        across = sum(r.pairs for r in shown if r.mentor_department != r.mentee_department)
        if total:
            yield across / total, "fraction"


def _pairs(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield counts of pairs by state for their managers, and the pair that was asked for."""
    for place in {asked.place, Place()}:
        board = board_of(known, replace(asked, place=place))
        if board.empty:
            continue
        needing = board[board["needs_attention"].astype(bool)]
        cancelled = board["reasons"].map(_is_after_cancellation)
        groups = [board, needing, needing[cancelled.loc[needing.index]]]
        groups += [part for _, part in board.groupby("state")]
        groups += [part[cancelled.loc[part.index]] for _, part in board.groupby("state")]
        yield from ((float(len(group)), "count") for group in groups)
    yield from warning_numbers(known)
    if asked.params.get("pair"):
        yield from pair_known(known, asked.params["pair"]).numbers.values()
        yield from page_numbers(known, asked.params["pair"])
    states = [_state(known, asked, state) for state in NEEDING]
    counts = [one.numbers[figures.NUMERATOR][0] for one in states if one.numbers]
    yield sum(counts), "count"


def _state(known: Figures, asked: Asked, state: str) -> Known:
    return known.published(f"pair_state_{state}", asked.place)


def _is_after_cancellation(reasons: str | None) -> bool:
    return any(one.get("code") == "senior_cancelled" for one in json.loads(reasons or "[]"))


def _loads(known: Figures, _: Asked) -> Iterator[Number]:
    """Yield counts of loaded rows and files, to those who may see loads."""
    if not rights.may_see_loads(known.viewer):
        return
    loads = known.rows.frame("load_summary")
    read, aside = float(loads["rows_read"].sum()), float(loads["rows_rejected"].sum())
    yield from ((read, "count"), (aside, "count"), (aside / read if read else 0.0, "fraction"))
    yield float(loads["file_name"].nunique()), "count"
    yield from ((float(n), "count") for n in known.rows.frame("refused").shape[:1])
    if rights.may_see_rejected(known.viewer):
        rejected = known.rows.frame("rejected")
        for column in ("rule", "file_name"):
            yield from ((float(n), "count") for n in rejected[column].value_counts())
        files = rejected.groupby("rule")["file_name"].nunique()
        yield from ((float(n - 2), "count") for n in files)  # "a, b and 3 more"
        yield float(len(rejected)), "count"


def _audit(known: Figures, _: Asked) -> Iterator[Number]:
    """Yield what the audit of survey figures counted, for everybody to read."""
    counts = {row.measure: row.value for row in known.rows.frame("survey_audit").itertuples()}
    for measure, value in counts.items():
        if not pd.isna(value):
            yield float(value), "fraction" if measure == "respondents_hidden" else "count"
    yield counts.get("figures", 0.0) - counts.get("shown", 0.0), "count"


def _counts(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield counts of things that stand on the surface: metrics, quarters, departments, changes."""
    rows = known.rows
    verdicts = [*rows.frame("check")["verdict"], *rows.frame("diagnostic")["verdict"]]
    things = [len(rows.metrics), len(rows.values("department")), verdicts.count("failed")]
    things += [len(quarters_to(rows, asked.place.period)), 12, 14]  # files, characteristics listed
    before = quarter_before(rows, asked.place.period)
    changes = [known.change(m, Place(period=asked.place.period), before) for m in rows.metrics]
    things.append(sum(_is_beyond_chance(change) for change in changes if before))
    yield from ((float(thing), "count") for thing in things)


def _is_beyond_chance(change: Known) -> bool:
    low = change.numbers.get(figures.CHANGE_LOWER, (0.0, ""))[0]
    high = change.numbers.get(figures.CHANGE_UPPER, (0.0, ""))[0]
    return low > 0 or high < 0


def _standing_out(known: Figures, asked: Asked) -> Iterator[Number]:
    """Yield how many departments lie wholly above or below the company, in the metric asked for."""
    asked_for = asked.params.get("metric", "")
    metric_id = asked_for if asked_for in known.rows.metrics else "pair_state_on_track"
    periods = [asked.place.period, asked.place.period[:4]]
    for period in periods:
        place = replace(asked.place, department="", period=period)
        company = known.published(metric_id, place).numbers.get(figures.VALUE)
        count = others = 0
        for department in known.rows.values("department"):
            numbers = known.published(metric_id, replace(place, department=department)).numbers
            others += 1
            if company is not None and figures.LOWER in numbers:
                low, high = numbers[figures.LOWER][0], numbers[figures.UPPER][0]
                count += high < company[0] or low > company[0]
        yield from ((float(n), "count") for n in (count, others, max(count - 2, 0)))


# Each kind of number with what of a question it depends on; the cheapest first.
_KINDS: dict[Kind, Callable[[Asked], tuple[object, ...]]] = {
    _effects: lambda _: (),
    _audit: lambda _: (),
    _loads: lambda _: (),
    _counts: lambda asked: (asked.place.period,),
    _pairings: lambda asked: (asked.place.program, asked.place.department),
    _pairs: lambda asked: (asked.place, asked.params.get("pair", "")),
    people_said: lambda asked: (asked.place,),
    _standing_out: lambda asked: (asked.place, asked.params.get("metric", "")),
    _slice_figures: lambda asked: (asked.place,),
}
