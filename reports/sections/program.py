"""Health, reach, rhythm, practice, voices, workforce: the program's figures over quarters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.codes import POPULATIONS, STATE_MEANINGS, STATES
from reports.content import Chart, Column, Section, Series, Table, Value
from reports.quarter_data import QuarterData, bounded, reasons, shown
from reports.wording import format_period, format_value

STATE_PREFIX = "pair_state_"
GROUPS_PREFIX = "representativeness"  # compares groups, has no figure for all of them together
_NOT_COMPARABLE = (
    "Participants and others are not comparable: one has to stay to be able to join, and engaged "
    "people join. What the program did is in the chapter Impact."
)
_VOICES = ("everyone", "participants", "mentor", "mentee", "non_participants")
_GROUPS = ("participants", "eligible_non_participants", "everyone")


def health(data: QuarterData) -> Section:
    """Return in which state the pairs are, and how the share on track developed."""
    on_track = data.cell(f"{STATE_PREFIX}on_track")
    title = "Too few pairs to tell their states"
    if on_track is not None and on_track.status == "shown":
        title = f"{format_value(on_track.value, 'fraction')} of pairs are on track"
    return Section("health", "Health of the pairs", (), (_states(data, title), _on_track(data)))


def reach(data: QuarterData) -> Section:
    """Return who takes part, over the last quarters."""
    chosen = [m for m in data.family("reach") if not m.metric_id.startswith(GROUPS_PREFIX)]
    table = _over_time(data, chosen, "Reach", "Who takes part")
    return Section("reach", "Reach", (), (table,))


def rhythm(data: QuarterData) -> Section:
    """Return how the pairs meet, over the last quarters."""
    chosen = [m for m in data.family("rhythm") if not m.metric_id.startswith(STATE_PREFIX)]
    table = _over_time(data, chosen, "Rhythm", "How the pairs meet")
    return Section("rhythm", "Rhythm", (), (table,))


def practice(data: QuarterData) -> Section:
    """Return what makes reverse mentoring work, over the last quarters."""
    table = _over_time(data, data.family("practice"), "Practice", "What pairs do, beyond meeting")
    return Section("practice", "Practice", (), (table,) if table.rows else ())


def voices(data: QuarterData) -> Section:
    """Return what surveys say, each figure in the last quarter that asked, by group."""
    columns = [Column("metric", "Figure"), Column("quarter", "Quarter")]
    columns += [Column(group, POPULATIONS[group], "row") for group in _VOICES]
    columns += [Column("note", "Note")]
    rows: list[tuple[Value, ...]] = []
    units: list[str] = []
    for metric in data.family("voice"):
        asked = [q for q in data.quarters if _asked(data, metric.metric_id, q)]
        if not asked:
            continue
        cells = [data.cell(metric.metric_id, asked[-1], population=group) for group in _VOICES]
        values = [None if cell is None else bounded(cell, metric.unit) for cell in cells]
        quarter = format_period(asked[-1])
        rows.append((metric.label, quarter, *values, reasons(*values)))
        units.append(metric.unit)
    table = Table(
        name="Voices",
        title="What surveys say, by group",
        subtitle="Whole company, last quarter in which each was asked; an empty cell was not asked "
        "of that group",
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(_NOT_COMPARABLE, "Intervals and numbers of answers stand in the tidy file."),
        row_units=tuple(units),
    )
    return Section("voices", "Voices", (), (table,) if rows else ())


def _asked(data: QuarterData, metric_id: str, quarter: str) -> bool:
    return any(data.cell(metric_id, quarter, population=group) is not None for group in _VOICES)


def workforce(data: QuarterData) -> Section:
    """Return headcount, leavers and turnover by group, with the warning not to compare them."""
    columns = [Column("metric", "Figure")]
    for group in _GROUPS:
        columns.append(Column(group, POPULATIONS[group], "row"))
        columns.append(Column(f"{group}_n", "n", "count"))
    columns.append(Column("note", "Note"))
    rows: list[tuple[Value, ...]] = []
    units: list[str] = []
    for metric in data.family("workforce"):
        cells = [data.cell(metric.metric_id, population=group) for group in _GROUPS]
        if all(cell is None for cell in cells):
            continue
        values = [value for cell in cells for value in (shown(cell), shown(cell, "n"))]
        rows.append((metric.label, *values, reasons(*values)))
        units.append(metric.unit)
    definitions = [
        f"{m.label}: {m.definition}" for m in data.family("workforce") if "turnover" in m.metric_id
    ]
    table = Table(
        name="Workforce",
        title="Not comparable: who takes part differs from who does not, with or without a program",
        subtitle=f"{format_period(data.quarter)}, whole company, by group",
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(definitions),
        row_units=tuple(units),
    )
    return Section("workforce", "Workforce", (_NOT_COMPARABLE,), (table,))


def _states(data: QuarterData, title: str) -> Table:
    rows = []
    for code, label in STATES.items():
        cell = data.cell(f"{STATE_PREFIX}{code}")
        if cell is None:
            continue
        values = [shown(cell, name) for name in ("numerator", "value", "lower", "upper")]
        rows.append((label, *values, reasons(*values) or STATE_MEANINGS[code]))
    return Table(
        name="States",
        title=title,
        subtitle=f"Pairs on the board on the last day of {format_period(data.quarter)}, by state",
        columns=(
            Column("state", "State"),
            Column("pairs", "Pairs", "count"),
            Column("share", "Share", "fraction"),
            Column("lower", "95 % from", "fraction"),
            Column("upper", "95 % to", "fraction"),
            Column("meaning", "What it means"),
        ),
        rows=tuple(rows),
        notes=("States follow from rules relative to each pair's own agreed rhythm; first match "
               "wins. Pairs that ended and one-off pairs are not on the board.",),
    )  # fmt: skip


def _on_track(data: QuarterData) -> Table:
    rows = []
    for quarter in data.quarters:
        cell = data.cell(f"{STATE_PREFIX}on_track", quarter)
        values = [shown(cell, name) for name in ("value", "lower", "upper", "n")]
        rows.append((format_period(quarter), *values, reasons(*values)))
    return Table(
        name="On track",
        title="Pairs on track, quarter by quarter",
        subtitle="Share of pairs on the board on the quarter's last day, 95 % interval",
        columns=(
            Column("quarter", "Quarter"),
            Column("value", "On track", "fraction"),
            Column("lower", "95 % from", "fraction"),
            Column("upper", "95 % to", "fraction"),
            Column("n", "Pairs", "count"),
            Column("note", "Note"),
        ),
        rows=tuple(rows),
        notes=("Before the data's last day bookings are not known, because exports do not record "
               "when a session was booked: earlier quarters read a little worse than they were.",),
        chart=Chart(
            "line", "Share of pairs on track, by quarter", "quarter",
            (Series("on track", "value"), Series("95 % from", "lower", is_reference=True),
             Series("95 % to", "upper", is_reference=True)),
        ),
    )  # fmt: skip


def _over_time(data: QuarterData, metrics: Sequence[Any], name: str, title: str) -> Table:
    """Return metrics down, quarters across, the interval of the last one beside it."""
    columns = [Column("metric", "Figure")]
    columns += [Column(quarter, format_period(quarter), "row") for quarter in data.quarters]
    columns += [
        Column("lower", "95 % from", "row"), Column("upper", "95 % to", "row"),
        Column("n", "n", "count"), Column("note", "Note"),
    ]  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    units = []
    for metric in metrics:
        cells = [data.cell(metric.metric_id, quarter) for quarter in data.quarters]
        if all(cell is None for cell in cells):
            continue
        values = [shown(cell) for cell in cells]
        last = [shown(cells[-1], part) for part in ("lower", "upper", "n")]
        rows.append((metric.label, *values, *last, reasons(*values)))
        units.append(metric.unit)
    return Table(
        name=name,
        title=title,
        subtitle=f"Whole company by quarter; interval and n of {format_period(data.quarter)}",
        columns=tuple(columns),
        rows=tuple(rows),
        row_units=tuple(units),
    )
