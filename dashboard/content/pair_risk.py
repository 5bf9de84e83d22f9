"""The risk that a pair does not meet in the next month, in words, and how far to trust it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.data import View
from reports import codes, wording

BASELINES = ("silent_30_days", "recency")
KNOWS_THE_LOG_ONLY = (
    "It knows the log only: a meeting nobody logged counts as silence. It knows neither what is "
    "booked nor why a pair is silent."
)
_BAND = re.compile(r"band_(\d)_(\w+)")
_DECIMALS = 3  # of scores between 0 and 1


@dataclass(frozen=True)
class Band:
    """Pairs whose risk was found between two ends, and what became of them.

    Attributes
    ----------
    low, high : float
        Ends of the risk; the upper one is outside, but for 1.
    share : float
        Share of them that held no session in the month after.
    snapshots, pairs : float
        Weeks and different pairs it rests on.
    name : str
        low, some, raised or high.
    """

    low: float
    high: float
    share: float
    snapshots: float
    pairs: float
    name: str


@dataclass(frozen=True)
class PairWarning:
    """What a release knows of its warning, as the viewer may see it.

    Attributes
    ----------
    measures : mapping of model to mapping of measure to value
    used : str
        The model behind the risk; empty where there is none.
    bands : tuple of Band
    """

    measures: Mapping[str, Mapping[str, float | None]]
    used: str
    bands: tuple[Band, ...]

    def short_words(self, risk: float | None) -> str:
        """Return a risk as a word with what became of such pairs; a dash where there is none."""
        if risk is None:
            return wording.MISSING
        band = self._band(risk)
        if band is None:
            return f"{codes.risk_name(risk).capitalize()}: too few so far"
        return f"{band.name.capitalize()}: {in_ten(band.share)} did not meet"

    def sentence(self, pair: SimpleNamespace) -> str:
        """Return what the warning says of a pair, and what could be wrong with it."""
        if pair.risk is None:
            return self._why_nothing(pair)
        band = self._band(pair.risk)
        name = codes.risk_name(pair.risk)
        if band is None:
            said = f"{name.capitalize()}. So far too few pairs were marked so to tell what follows."
        else:
            said = (
                f"{name.capitalize()}: of pairs marked so in the past, {in_ten(band.share)} had no "
                f"session in the next month ({wording.format_count(band.snapshots, 'week')} of "
                f"{wording.format_count(band.pairs, 'pair')})."
            )
        booked = pair.next_planned_on
        if booked:
            day = wording.format_day(booked, is_short=True)
            said += f" The meeting booked for {day} has no part in it."
        return f"{said} {KNOWS_THE_LOG_ONLY}"

    def _band(self, risk: float) -> Band | None:
        inside = (b for b in self.bands if b.low <= risk and (risk < b.high or b.high == 1))
        return next(inside, None)

    def _why_nothing(self, pair: SimpleNamespace) -> str:
        if not self.used:
            return self.why_none
        if pair.state == "paused":
            return "Nothing is said of pairs that are paused."
        return "Nothing is said of pairs that are to end within a month."

    @property
    def why_none(self) -> str:
        """Why the release warns of no pair."""
        reasons = [name for name in self.measures.get("none", {}) if name in codes.NO_WARNING]
        return codes.NO_WARNING[reasons[0]] if reasons else "This release says nothing about risk."


def read_warning(view: View) -> PairWarning | None:
    """Return what the release knows of its warning; None for those who may not see pairs."""
    if not view.rights("pair_board").allowed:
        return None
    measures: dict[str, dict[str, float | None]] = {}
    used = ""
    for row in view.rows("backtest"):
        measures.setdefault(row.model, {})[row.measure] = row.value
        used = row.model if row.is_used else used
    return PairWarning(measures, used, _bands(measures.get(used, {})))


def in_ten(share: float) -> str:
    """Return a share as people say it: "7 in 10"."""
    tenths = int(share * 10 + 0.5)
    if tenths == 0:
        return "fewer than 1 in 10"
    return "more than 9 in 10" if tenths == 10 else f"{tenths} in 10"


def warning_words(warning: PairWarning) -> list[str]:
    """Return how well the warning would have done so far, one paragraph each."""
    own, every = warning.measures[warning.used], warning.measures["all"]
    silent, recency = (warning.measures[name]["precision"] for name in BASELINES)
    words = [
        "Tried on the past: each of the last "
        f"{wording.format_count(every['folds'] or 0, 'quarter')} was foreseen from what was known "
        f"before it ({_count(every['snapshots'], 'week')} of {_count(every['pairs'], 'pair')}). Of "
        f"the pairs it would have had you call each week, {_share(own['precision'])} held no "
        f"session in the month after; of all running pairs, {_share(every['base_rate'])}.",
        f"As many calls by the rule “{codes.WARNINGS['silent_30_days']}” would have found "
        f"{_share(silent)}, and by {codes.WARNINGS['recency']}, {_share(recency)}. "
        + _why_used(warning),
    ]
    if own["warned_share"] is not None and own["lead_days"] is not None:
        words.append(
            f"Of pairs that stalled it would have warned of {_share(own['warned_share'])} "
            f"beforehand, half of them {wording.format_value(own['lead_days'], 'days')} ahead or "
            "more."
        )
    words.append(f"{KNOWS_THE_LOG_ONLY} It is about a pair, never about one of the two.")
    return words


def warning_figure(warning: PairWarning, subtitle: str) -> Figure:
    """Return the back-test of the warning and of the simple rules beside it."""
    own = warning.measures[warning.used]
    columns = (
        Column("Way to warn"),
        Column("No session, of those called", is_number=True),
        Column("Stalls warned of", is_number=True),
        Column("Days ahead", is_number=True),
        Column("Brier score", is_number=True),
        Column("Precision–recall area", is_number=True),
    )
    rows = []
    for model, found in warning.measures.items():
        if model in codes.WARNINGS:
            name = codes.WARNINGS[model] + (" (used)" if model == warning.used else "")
            rows.append(
                (
                    text_value(wording.capitalized(name)),
                    number_value(found["precision"], "fraction"),
                    number_value(found["warned_share"], "fraction"),
                    number_value(found["lead_days"], "days"),
                    _score(found["brier"]),
                    _score(found["pr_auc"]),
                )
            )
    return Figure(
        figure_id="pairs-warning",
        title=(
            f"Of pairs the warning would have had you call, {_share(own['precision'])} did not "
            "meet in the month after"
        ),
        subtitle=subtitle,
        table=Table(columns, tuple(rows)),
        notes=("Brier score: mean squared distance of risk and outcome, smaller is better.",),
    )


def _bands(measures: Mapping[str, float | None]) -> tuple[Band, ...]:
    found: dict[int, dict[str, float]] = {}
    for name, value in measures.items():
        match = _BAND.fullmatch(name)
        if match and value is not None:
            found.setdefault(int(match[1]), {})[match[2]] = value
    return tuple(
        Band(**found[number], name=codes.risk_name(found[number]["low"]))
        for number in sorted(found)
    )


def _why_used(warning: PairWarning) -> str:
    if warning.used in BASELINES:
        return "Nothing more elaborate did better by more than one standard error; so it is used."
    gap = warning.measures["recency"]
    is_closer = (gap["brier_above_used"] or 0.0) > (gap["brier_above_used_error"] or 0.0)
    what = "came closer to what happened" if is_closer else "ranked pairs better"
    return f"Its risks {what} than theirs, by more than one standard error; so it is used."


def _share(value: float | None) -> str:
    return wording.format_value(value, "fraction", decimals=0)


def _count(value: float | None, singular: str) -> str:
    return wording.MISSING if value is None else wording.format_count(value, singular)


def _score(value: float | None) -> Value:
    if value is None:
        return Value(wording.MISSING)
    return Value(wording.format_number(value, _DECIMALS), round(value, _DECIMALS))
