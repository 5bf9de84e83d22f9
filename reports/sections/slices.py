"""Departments, cohorts, and who teaches whom, under disclosure control."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.content import Chart, Column, Section, Series, Table, Value, Withheld
from reports.findings import departments_title
from reports.quarter_data import QuarterData, reasons, shown
from reports.wording import format_period, plain_label

FIGURES = (
    "participants",
    "active_pairs",
    "pair_state_on_track",
    "adherence",
    "senior_cancellation_rate",
    "reach",
    "turnover",
)
MAIN = "pair_state_on_track"
_CHANCE = (
    "Small departments vary more by chance: read the interval, not the rank. With many "
    "departments about one in twenty lies outside the company's figure by chance alone."
)


def departments(data: QuarterData) -> Section:
    """Return the departments side by side, and the main figure over time."""
    side_by_side = _slices(data, "department", data.departments, "Departments")
    tables = (side_by_side, _heat(data), _flow(data))
    return Section("departments", "Departments", (), tables)


def cohorts(data: QuarterData) -> Section:
    """Return the cohorts side by side."""
    names = [value for kind, value in data.labels if kind == "cohort"]
    return Section("cohorts", "Cohorts", (), (_slices(data, "cohort", tuple(names), "Cohorts"),))


def _slices(data: QuarterData, kind: str, values: tuple[str, ...], name: str) -> Table:
    chosen = [data.metrics[m] for m in FIGURES if m in data.metrics]
    chosen = [m for m in chosen if any(_cell(data, m.metric_id, kind, v) for v in values)]
    columns = [Column("slice", kind.capitalize())]
    for metric in chosen:
        columns.append(Column(metric.metric_id, plain_label(metric.label), metric.unit))
        if metric.metric_id == MAIN:
            columns += [Column("lower", "95 % from", metric.unit),
                        Column("upper", "95 % to", metric.unit)]  # fmt: skip
    columns.append(Column("note", "Note"))
    rows = [_slice_row(data, kind, value, chosen) for value in ["", *values]]
    has_main = any(metric.metric_id == MAIN for metric in chosen)
    label = plain_label(data.metrics[MAIN].label) if has_main else name
    low, high = _outside(data, kind, values)
    return Table(
        name=name,
        title=departments_title(label, low=low, high=high)
        if kind == "department"
        else f"{name} side by side",
        subtitle=f"{format_period(data.quarter)}, all programs; “–” marks figures withheld or "
        "undefined, the note says why",
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(_CHANCE,) if kind == "department" else (),
        chart=Chart("interval", f"{label}, by {kind}, with 95 % interval", "slice",
                    (Series(label, MAIN, "lower", "upper"),))
        if has_main else None,
    )  # fmt: skip


def _cell(data: QuarterData, metric_id: str, kind: str, value: str, period: str = "") -> Any:
    """Return a figure of a slice; cohorts are published within their program or without it."""
    cell = data.cell(metric_id, period or None, **{kind: value})
    if cell is None and kind == "cohort" and value:
        programs = [program for found, program in data.labels if found == "program"]
        cells = [data.cell(metric_id, period or None, cohort=value, program=p) for p in programs]
        cell = next((found for found in cells if found is not None), None)
    return cell


def _slice_row(data: QuarterData, kind: str, value: str, metrics: list[Any]) -> tuple[Value, ...]:
    values: list[Value] = []
    for metric in metrics:
        cell = _cell(data, metric.metric_id, kind, value)
        parts = ("value", "lower", "upper") if metric.metric_id == MAIN else ("value",)
        values += [shown(cell, part) for part in parts]
    name = data.label(kind, value) if value else "All"
    return (name, *values, reasons(*values))


def _outside(data: QuarterData, kind: str, values: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the slices whose interval lies wholly below or above the company's figure."""
    company = data.cell(MAIN)
    low: list[str] = []
    high: list[str] = []
    if company is None or company.status != "shown":
        return low, high
    for value in values:
        cell = _cell(data, MAIN, kind, value)
        if cell is not None and cell.status == "shown":
            if cell.upper < company.value:
                low.append(data.label(kind, value))
            if cell.lower > company.value:
                high.append(data.label(kind, value))
    return low, high


def _heat(data: QuarterData) -> Table:
    label = plain_label(data.metrics[MAIN].label) if MAIN in data.metrics else "Pairs on track"
    columns = [Column("department", "Department")]
    columns += [Column(q, format_period(q), "fraction") for q in data.quarters]
    columns.append(Column("note", "Note"))
    rows = []
    for department in data.departments:
        values = [shown(data.cell(MAIN, q, department=department)) for q in data.quarters]
        rows.append((data.label("department", department), *values, reasons(*values)))
    return Table(
        name="By quarter",
        title=f"{label}: department by quarter",
        subtitle="Share of pairs on the board on the quarter's last day; the department is the "
        "senior's at the match",
        columns=tuple(columns),
        rows=tuple(rows),
        is_heat=True,
    )


def _flow(data: QuarterData) -> Table:
    frame = data.release.frame("flow", program="")
    mine = set(data.departments)
    frame = frame[frame["mentor_department"].isin(mine) | frame["mentee_department"].isin(mine)]
    givers = sorted(set(frame["mentor_department"]), key=str.casefold)
    takers = sorted(set(frame["mentee_department"]), key=str.casefold)
    known = {
        (row.mentor_department, row.mentee_department): row for row in frame.itertuples(index=False)
    }
    rows = []
    for giver in givers:
        values = [
            _pairs(known.get((giver, taker))) if mine & {giver, taker} else None for taker in takers
        ]
        rows.append((giver, *values))
    withheld = {str(reason) for reason in frame["reason"].dropna() if reason}
    return Table(
        name="Who teaches whom",
        title="Who teaches whom",
        subtitle="Pairs ever matched: the mentor's (junior's) department down, the mentee's "
        "(senior's) across",
        columns=(Column("mentor", "Mentors from"), *(Column(t, t, "count") for t in takers)),
        rows=tuple(rows),
        notes=tuple(f"“–”: {reason}." for reason in sorted(withheld)),
        is_heat=True,
    )


def _pairs(row: Any) -> Value:
    if row is None:
        return 0.0
    if row.status != "shown" or pd.isna(row.pairs):
        return Withheld(row.status, str(row.reason))
    return float(row.pairs)
