"""Whether the program is healthy, and whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from dashboard.cell import Cell
from dashboard.components.figure import (
    Column,
    Figure,
    Table,
    cell_value,
    interval_values,
    metric_name,
    text_value,
    unit_title,
)
from dashboard.components.stat import Stat
from dashboard.content import departments, effects, impact, pairs
from dashboard.data import View
from reports import codes, wording
from reports.changes import Change, compare
from reports.findings import change_badge, change_sentence, overview_title

_COURSE = 8  # quarters in a small line
ON_TRACK = "pair_state_on_track"
_WATCHED = (
    ON_TRACK,
    "adherence",
    "senior_cancellation_rate",
    "no_show_rate",
    "reach",
    "days_to_first_session",
    "withdrawal_rate",
    "completion_rate",
    "seniors_reached",
)


@dataclass(frozen=True)
class Need:
    """One thing to attend to: how many, what, why, and where to act."""

    count: int
    what: str
    why: str
    href: str = ""


@dataclass(frozen=True)
class _Key:
    """One of the six figures: its metric, its short name, and what it is of."""

    metric_id: str
    label: str
    note: str


def read_title(view: View) -> str:
    """Return the headline of the quarter."""
    on_track = view.cell(ON_TRACK)
    worse = [
        key.label
        for key in _keys(view)
        if (change := _change(view, key.metric_id))
        and _verdict(view, key.metric_id, change) == "worse"
    ]
    return overview_title(
        effects.main_row(view), on_track.value if on_track.is_shown else None, worse
    )


def read_subtitle(view: View) -> str:
    """Return what the headline compares, and what counts as a change."""
    now = wording.format_period(view.filters.quarter)
    before = _before(view)
    against = f" against {wording.format_period(before)}" if before else ""
    scope = [
        view.label(kind, getattr(view.filters, kind))
        for kind in ("program", "cohort", "department")
        if getattr(view.filters, kind)
    ]
    where = ", ".join(scope) or "all programs"
    rule = "A change is called a change only when its interval excludes zero."
    return f"{now}{against}, {where}. {rule}"


def read_stats(view: View) -> list[Stat]:
    """Return the six figures with change, interval, and course."""
    return [_stat(view, key) for key in _keys(view)]


def read_needs(view: View) -> list[Need]:
    """Return what needs attention, what can still be changed by acting first."""
    counts = pairs.count_states(view)
    link = "/pairs" + view.filters.search(state="{}")
    found = []
    for state, words in (
        ("stalled", "stalled"),
        ("never_started", "never started"),
        ("drifting", "drifting"),
        ("dormant", "dormant"),
        ("unlogged", "unlogged"),
    ):
        count = counts.get(state)
        if count:
            noun = "pair is" if count == 1 else "pairs are"
            if state == "never_started":
                noun = "pair has" if count == 1 else "pairs have"
            href = link.replace("%7B%7D", state)
            why = pairs.cancelled_words(view, state) or codes.STATE_MEANINGS[state]
            found.append(Need(count, f"{noun} {words}", why, href))
    loads = view.rows("load_summary")
    rejected = sum(row.rows_rejected or 0 for row in loads)
    if rejected:
        read = wording.format_number(sum(row.rows_read or 0 for row in loads))
        found.append(
            Need(
                rejected,
                "rows of the imports were set aside",
                f"of {read} rows read; reasons on Data",
                f"/data{view.filters.search()}",
            )
        )
    failed = [row for row in view.rows("check") if row.verdict == "failed"]
    if failed:
        words = "check failed" if len(failed) == 1 else "checks failed"
        found.append(Need(len(failed), words, failed[0].title, f"/data{view.filters.search()}"))
    return found


def read_changes(view: View) -> list[str]:
    """Return which metrics changed against the quarter before."""
    before = _before(view)
    if not before:
        return ["This is the first quarter of the release; there is nothing to compare it with."]
    since = wording.format_period(before)
    return [
        wording.capitalized(change_sentence(metric_name(metric), change, metric.unit, since))
        for metric, change in _watched_changes(view)
        if _is_said(change)
    ]


def read_unchanged(view: View) -> list[str]:
    """Return the metrics whose change chance would explain."""
    return [
        wording.capitalized(metric_name(metric))
        for metric, change in _watched_changes(view)
        if not _is_said(change)
    ]


def _watched_changes(view: View) -> list[tuple[SimpleNamespace, Change]]:
    found = [(view.metrics.get(metric_id), _change(view, metric_id)) for metric_id in _WATCHED]
    return [
        (metric, change) for metric, change in found if metric is not None and change is not None
    ]


def _is_said(change: Change) -> bool:
    """Return whether a change is told: beyond chance, or a full count that differs."""
    return change.is_real or (not change.has_interval and change.difference != 0)


def figures(view: View) -> list[Figure]:
    """Return every figure of the page."""
    return [key_figure(view), impact.effect_figure(view), department_figure(view)]


def key_figure(view: View) -> Figure:
    """Return the six figures as a table."""
    columns = (
        Column("Figure"),
        Column("Unit"),
        Column("Value", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
        Column("n", is_number=True),
        Column("Change"),
    )
    rows = []
    for key in _keys(view):
        cell, unit = _key_cell(view, key.metric_id), _unit(view, key.metric_id)
        badge = change_badge(_change(view, key.metric_id), unit, _short(_before(view)))
        rows.append(
            (
                text_value(key.label),
                text_value(unit_title(unit)),
                cell_value(cell, unit),
                *interval_values(cell, unit),
                text_value(badge),
            )
        )
    return Figure(
        "key-figures",
        "Six figures of the quarter",
        read_subtitle(view),
        Table(columns, tuple(rows)),
        notes=(f"95{wording.THIN}% intervals",),
    )


def department_figure(view: View) -> Figure:
    """Return the share on track by department and quarter."""
    metric_id = view.first_metric(ON_TRACK, "adherence")
    return departments.heat_figure(view, metric_id, "overview-departments")


def department_metric(view: View) -> str:
    """Return the metric of the department table."""
    return view.first_metric(ON_TRACK, "adherence")


def _keys(view: View) -> list[_Key]:
    found = [
        _Key("active_pairs", "Active pairs", "not ended"),
        _Key(ON_TRACK, "On track", "of pairs"),
        _Key("stalled_or_dormant", "Stalled or dormant", "of these pairs"),
        _Key("adherence", "Sessions held", "of agreed"),
        _Key("senior_cancellation_rate", "Cancelled by seniors", "of planned"),
        _Key("reach", "Reach", "of eligible"),
    ]
    return [key for key in found if key.metric_id in view.metrics or _is_sum(view, key.metric_id)]


def _is_sum(view: View, metric_id: str) -> bool:
    return metric_id == "stalled_or_dormant" and "pair_state_stalled" in view.metrics


def _key_cell(view: View, metric_id: str, period: str | None = None) -> Cell:
    if metric_id != "stalled_or_dormant":
        return view.cell(metric_id, period)
    parts = [view.cell(f"pair_state_{state}", period) for state in ("stalled", "dormant")]
    if all(part.is_shown and part.numerator is not None for part in parts):
        total = sum(part.numerator or 0.0 for part in parts)
        return Cell(value=total, n=parts[0].n, status="shown", reason="")
    return next(part for part in parts if not part.is_shown or part.numerator is None)


def _unit(view: View, metric_id: str) -> str:
    metric = view.metrics.get(metric_id)
    return str(metric.unit) if metric else "count"


def _before(view: View) -> str:
    found = view.quarters(2)
    return found[0] if len(found) == 2 else ""


def _short(quarter: str) -> str:
    """Return a quarter without its year: "Q2"."""
    return quarter[4:] if quarter else "the quarter before"


def _change(view: View, metric_id: str) -> Change | None:
    before = _before(view)
    if not before:
        return None
    return _compared(_key_cell(view, metric_id), _key_cell(view, metric_id, before))


def _compared(now: Any, before: Any) -> Change | None:
    """Return the change between two cells; frozen, which the protocol does not ask for."""
    return compare(now, before)


def _verdict(view: View, metric_id: str, change: Change) -> str:
    """Return better, worse, or plain; only what chance does not explain is judged."""
    metric: SimpleNamespace | None = view.metrics.get(metric_id)
    is_better_high = (
        False if metric_id == "stalled_or_dormant" else metric and metric.higher_is_better
    )
    if is_better_high is None or not _is_beyond_chance(view, metric_id, change):
        return "plain"
    return "better" if (change.difference > 0) == bool(is_better_high) else "worse"


def _is_beyond_chance(view: View, metric_id: str, change: Change) -> bool:
    """Return whether a change may be judged: its interval excludes zero.

    The number of stalled or dormant pairs is judged by their shares, which have intervals.
    """
    if metric_id == "stalled_or_dormant":
        before = _before(view)
        parts = [f"pair_state_{state}" for state in ("stalled", "dormant")]
        changes = [_compared(view.cell(part), view.cell(part, before)) for part in parts]
        return any(part is not None and part.is_real for part in changes)
    return change.is_real


def _stat(view: View, key: _Key) -> Stat:
    cell, unit = _key_cell(view, key.metric_id), _unit(view, key.metric_id)
    change = _change(view, key.metric_id)
    course = [_key_cell(view, key.metric_id, quarter) for quarter in view.quarters(_COURSE)]
    target = "pair_state_stalled" if key.metric_id == "stalled_or_dormant" else key.metric_id
    interval = wording.format_interval(cell.lower, cell.upper, unit)
    return Stat(
        label=key.label,
        value=wording.format_bounded(cell.value, unit, cell.bound)
        if cell.is_shown
        else cell.reason,
        interval=interval if cell.is_shown else "",
        note=key.note,
        change=change_badge(change, unit, _short(_before(view))) if change else "",
        verdict=_verdict(view, key.metric_id, change) if change else "plain",
        course=[past.value if past.is_shown else None for past in course],
        is_shown=cell.is_shown,
        href=f"/definitions{view.filters.search()}#metric-{target}",
    )
