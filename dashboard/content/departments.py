"""How departments compare: one metric over time, and reach."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.cell import Cell
from dashboard.components.figure import (
    Column,
    Figure,
    Table,
    Value,
    cell_value,
    interval_values,
    metric_name,
    number_value,
    text_value,
)
from dashboard.components.heat import HeatRow, withheld_note
from dashboard.data import View
from reports import wording
from reports.findings import departments_title

_QUARTERS = 8
_FIRST = ("pair_state_on_track", "adherence")


def choices(view: View) -> list[SimpleNamespace]:
    """Return the metrics that can be shown by department, in the order of the registry.

    Representation compares groups of its own; some figures exist for the whole company only.
    """
    return [
        metric
        for metric in view.metrics.values()
        if not metric.company_only and not metric.metric_id.startswith("representativeness")
    ]


def chosen_metric(view: View) -> str:
    """Return the metric the address asks for, else pairs on track."""
    asked = view.params.get("metric", "")
    return asked if asked in view.metrics else view.first_metric(*_FIRST, *view.metrics)


def shown_departments(view: View) -> list[str]:
    """Return the departments this viewer compares: the chosen one, or all they may see."""
    if view.filters.department:
        return [view.filters.department]
    return [row.value for row in view.choices("department")]


def shown_periods(view: View, metric_id: str) -> tuple[str, ...]:
    """Return quarters up to the chosen one; years where quarters may not be shown."""
    metric = view.metrics.get(metric_id)
    is_by_year = (
        metric is not None
        and metric.sensitivity == "workforce"
        and view.viewer.role.value != "hr_leadership"
    )
    if not is_by_year:
        return view.quarters(_QUARTERS)
    year = view.filters.quarter[:4]
    return tuple(row.value for row in view.choices("year") if row.value <= year)


def heat_rows(view: View, metric_id: str, *, leads_to: str = "") -> list[HeatRow]:
    """Return the company and each department over the periods; ``leads_to`` is a page's path."""
    periods = shown_periods(view, metric_id)
    total = view.series(metric_id, periods, department="")
    rows = [HeatRow("All departments", total, is_total=True)]
    for department in shown_departments(view):
        cells = view.series(metric_id, periods, department=department)
        href = leads_to + view.filters.search(department=department) if leads_to else ""
        rows.append(HeatRow(view.label("department", department), cells, href=href))
    return rows


def heat_figure(view: View, metric_id: str, figure_id: str) -> Figure:
    """Return one metric by department and period, with its finding."""
    metric = view.metrics[metric_id]
    rows, periods = heat_rows(view, metric_id), shown_periods(view, metric_id)
    every = [cell for row in rows for cell in row.cells]
    columns = (
        Column("Department"),
        *(Column(wording.format_period(period), is_number=True) for period in periods),
        Column("Lower, newest", is_number=True),
        Column("Upper, newest", is_number=True),
        Column("n, newest", is_number=True),
    )
    lines = [_heat_line(row, metric.unit) for row in rows]
    interval = f"95{wording.THIN}% intervals; n stands in the table. "
    return Figure(
        figure_id=figure_id,
        title=_title(metric, rows, periods),
        subtitle=f"{metric_name(metric)}, by department and {_kind(periods)}",
        table=Table(columns, tuple(lines)),
        metric_id=metric_id,
        notes=tuple(note for note in (interval + withheld_note(every),) if note.strip()),
    )


def read_title(view: View) -> str:
    """Return how many departments differ from the company beyond chance; the figure names them."""
    metric = view.metrics[chosen_metric(view)]
    rows = heat_rows(view, metric.metric_id)
    newest = [(row.label, row.cells[-1]) for row in rows if row.cells]
    if len(newest) < 3 or all(cell.lower is None for _, cell in newest):
        return f"{metric_name(metric)}, by department"
    low, high = _standing_out(newest[0][1], newest[1:])
    count = len(low) + len(high)
    if not count:
        return f"{metric_name(metric)}: departments differ no more than chance would make them"
    noun = "department differs" if count == 1 else "departments differ"
    return (
        f"{metric_name(metric)}: {count} of {len(newest) - 1} {noun} from the company beyond chance"
    )


def reach_rows(view: View) -> list[tuple[str, Cell]]:
    """Return the reach of the company and of each department in the chosen quarter."""
    rows = [("All departments", view.cell("reach", department="", cohort=""))]
    rows += [
        (view.label("department", name), view.cell("reach", department=name, cohort=""))
        for name in shown_departments(view)
    ]
    return rows


def reach_figure(view: View) -> Figure:
    """Return participants against eligible people, by department."""
    rows = reach_rows(view)
    low, high = _standing_out(rows[0][1], rows[1:])
    columns = (
        Column("Department"),
        Column("Participants", is_number=True),
        Column("Eligible", is_number=True),
        Column("Reach, %", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
        Column("n", is_number=True),
    )
    lines = tuple(
        (
            text_value(name),
            number_value(cell.numerator),
            number_value(cell.denominator),
            cell_value(cell, "fraction"),
            *interval_values(cell, "fraction"),
        )
        for name, cell in rows
    )
    quarter = wording.format_period(view.filters.quarter)
    return Figure(
        figure_id="department-reach",
        title=departments_title("Reach", low=_first_few(low), high=_first_few(high)),
        subtitle=f"Share of eligible people who take part, {quarter}; 95{wording.THIN}% intervals",
        table=Table(columns, lines),
        metric_id="reach",
        notes=_notes(
            withheld_note([cell for _, cell in rows]),
            "Cohort does not apply: people outside the program belong to none."
            if view.filters.cohort
            else "",
        ),
    )


def figures(view: View) -> list[Figure]:
    """Return the figures about single departments."""
    found = [heat_figure(view, chosen_metric(view), "department-metric")]
    if "reach" in view.metrics:
        found.append(reach_figure(view))
    return found


def _heat_line(row: HeatRow, unit: str) -> tuple[Value, ...]:
    newest = row.cells[-1] if row.cells else Cell()
    return (
        text_value(row.label),
        *(cell_value(cell, unit) for cell in row.cells),
        *interval_values(newest, unit),
    )


def _title(metric: SimpleNamespace, rows: list[HeatRow], periods: tuple[str, ...]) -> str:
    if not periods or len(rows) < 3:
        return f"{metric_name(metric)} over time"
    newest = [(row.label, row.cells[-1]) for row in rows]
    if all(cell.lower is None for _, cell in newest):
        return (
            f"{metric_name(metric)} by department"  # a full count: nothing to compare with chance
        )
    low, high = _standing_out(newest[0][1], newest[1:])
    return departments_title(metric_name(metric), low=_first_few(low), high=_first_few(high))


def _standing_out(total: Cell, rows: list[tuple[str, Cell]]) -> tuple[list[str], list[str]]:
    """Return the departments whose whole interval lies below, and above, the company's figure."""
    if total.value is None:
        return [], []
    low = [name for name, cell in rows if cell.upper is not None and cell.upper < total.value]
    high = [name for name, cell in rows if cell.lower is not None and cell.lower > total.value]
    return low, high


def _first_few(names: list[str]) -> list[str]:
    """Return at most three names for a title; the last then stands for the others."""
    return names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} others"]


def _kind(periods: tuple[str, ...]) -> str:
    return "quarter" if periods and "Q" in periods[0] else "year"


def _notes(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)
