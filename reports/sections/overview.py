"""The summary on one page, and what changed since the quarter before."""

from __future__ import annotations

from typing import Any

from reports.changes import Change, compare
from reports.content import Column, Section, Sentence, Table, Value
from reports.effects import share_sentence
from reports.findings import change_sentence, overview_title
from reports.quarter_data import QuarterData, reasons, shown
from reports.wording import format_count, format_period, list_words, plain_label

KEY_FIGURES = (
    "active_pairs",
    "pair_state_on_track",
    "adherence",
    "senior_cancellation_rate",
    "reach",
    "days_to_first_session",
)
_FIGURE_COLUMNS = (
    Column("metric", "Figure"),
    Column("value", "This quarter", "row"),
    Column("lower", "95 % from", "row"),
    Column("upper", "95 % to", "row"),
    Column("n", "n", "count"),
    Column("before", "Quarter before", "row"),
    Column("change", "Change", "row", is_change=True),
    Column("change_lower", "95 % from", "row", is_change=True),
    Column("change_upper", "95 % to", "row", is_change=True),
    Column("reading", "Reading"),
)
RULE = "A change is called a change only when its interval excludes zero."
_IN_POINTS = "Changes of shares are in percentage points."


def headline(data: QuarterData) -> str:
    """Return the finding of the quarter as one title."""
    on_track = data.cell("pair_state_on_track")
    value = on_track.value if on_track is not None and on_track.status == "shown" else None
    worse = [
        plain_label(metric.label)
        for metric, change in _changes(data)
        if metric.metric_id in KEY_FIGURES and _is_worse(metric, change)
    ]
    return overview_title(main_effect(data), value, worse)


def summary(data: QuarterData) -> Section:
    """Return the summary: the effect and its doubt, what changed, the key figures."""
    chosen = [data.metrics[name] for name in KEY_FIGURES if name in data.metrics]
    table = _figures(data, chosen, "Summary", headline(data), (_IN_POINTS,))
    return Section("summary", "Summary", tuple(_sentences(data)), (table,))


def changes(data: QuarterData) -> Section:
    """Return every company-wide figure against the quarter before."""
    since = format_period(data.previous) if data.previous else "the quarter before"
    found = _changes(data)
    real = [(metric, change) for metric, change in found if change is not None and change.is_real]
    compared = sum(change is not None and change.has_interval for _, change in found)
    title = (
        f"{format_count(len(real), 'figure')} changed since {since} by more than chance explains"
        if real
        else f"No figure changed since {since} by more than chance explains"
    )
    sentences = tuple(
        change_sentence(plain_label(metric.label), change, metric.unit, since)
        for metric, change in real
    )
    notes = (
        f"{RULE} Of the {compared} compared here, about "
        f"{max(1, round(compared * 0.05))} would be called one by chance alone.",
        "Both quarters are computed with today's definitions and today's data, so late entries "
        f"also change the quarter before. {_IN_POINTS}",
        "Counts are complete, not estimated: they have no interval and are not called a change.",
    )
    chosen = [metric for metric in data.metrics.values() if data.cell(metric.metric_id)]
    table = _figures(data, chosen, "Changes", title, notes)
    return Section("changes", "What changed, and whether it is real", sentences, (table,))


def main_effect(data: QuarterData, population: str = "all", horizon: int = 12) -> Any:
    """Return the main retention effect, None where no analysis was run."""
    frame = data.release.frame(
        "estimate", analysis="retention", outcome="voluntary_exit", population=population,
        variant="main", measure="risk_difference", horizon_months=horizon,
    )  # fmt: skip
    return next(frame.itertuples(index=False), None)


def _sentences(data: QuarterData) -> list[str | Sentence]:
    since = format_period(data.previous)
    found: list[str | Sentence] = []
    effect = main_effect(data)
    if effect is not None:
        found.append(share_sentence(effect))
    if not data.previous:
        return [*found, "There is no earlier quarter to compare with."]
    real = [pair for pair in _changes(data) if pair[1] is not None and pair[1].is_real]
    found += [
        change_sentence(plain_label(m.label), change, m.unit, since) for m, change in real[:4]
    ]
    if not real:
        found.append(f"No figure changed against {since} by more than chance explains.")
    if not data.is_complete:
        found.append("The quarter is not over in the data: its figures will still change.")
    failed = data.release.frame("check", verdict="failed")
    if len(failed):
        titles = list_words([str(title).lower() for title in failed["title"]])
        found.append(Sentence("Read with care: ", "a check of the data failed", f" ({titles})."))
    return found


def _changes(data: QuarterData) -> list[tuple[Any, Change | None]]:
    """Return every company-wide metric with its change, key figures first."""
    first = [name for name in KEY_FIGURES if name in data.metrics]
    order = [*first, *(name for name in data.metrics if name not in first)]
    found = []
    for name in order:
        now = data.cell(name)
        before = data.cell(name, data.previous) if data.previous else None
        if now is not None:
            change = compare(now, before) if before is not None else None
            found.append((data.metrics[name], change))
    return found


def _is_worse(metric: Any, change: Change | None) -> bool:
    if change is None or not change.is_real or metric.higher_is_better is None:
        return False
    return bool(metric.higher_is_better) == (change.difference < 0)


def _figures(
    data: QuarterData, metrics: list[Any], name: str, title: str, notes: tuple[str, ...]
) -> Table:
    changed = {metric.metric_id: change for metric, change in _changes(data)}
    rows, units = [], []
    for metric in metrics:
        cell = data.cell(metric.metric_id)
        if cell is None:
            continue
        rows.append(_figure_row(data, metric, cell, changed.get(metric.metric_id)))
        units.append(metric.unit)
    against = format_period(data.quarter)
    if data.previous:
        against = f"{against} against {format_period(data.previous)}"
    return Table(
        name=name,
        title=title,
        subtitle=f"{against}, all programs. {RULE}",
        columns=_FIGURE_COLUMNS,
        rows=tuple(rows),
        notes=notes,
        row_units=tuple(units),
    )


def _figure_row(
    data: QuarterData, metric: Any, cell: Any, change: Change | None
) -> tuple[Value, ...]:
    values = [shown(cell, name) for name in ("value", "lower", "upper", "n")]
    before = data.cell(metric.metric_id, data.previous) if data.previous else None
    earlier = shown(before) if data.previous else None
    differences: list[Value] = [None, None, None]
    if change is not None:
        differences = [change.difference, change.lower, change.upper]
    reading = reasons(values[0], earlier) or _reading(change)
    return (plain_label(metric.label), *values, earlier, *differences, reading)


def _reading(change: Change | None) -> str:
    if change is None:
        return ""
    if not change.has_interval:
        return "counted"
    if not change.is_real:
        return "no change beyond chance"
    return "rose" if change.difference > 0 else "fell"
