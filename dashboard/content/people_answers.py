"""What is published about people beyond the board: counts for all, and who did not answer."""

from __future__ import annotations

from dashboard.cell import Cell
from dashboard.components.figure import (
    Column,
    Figure,
    Table,
    Value,
    cell_value,
    metric_name,
    number_value,
    text_value,
)
from dashboard.data import View
from reports import wording

WAITING, RESPONSE = "unmatched_applicants", "response_rate"
ALL = "All"
# of what the named lists hold, the figures that everybody may read
_COUNTED = (
    WAITING,
    "pair_state_never_started",
    "senior_cancellation_rate",
    "role_reversion_rate",
    "ground_rules_rate",
    "withdrawal_rate",
    "skills_overlap",
)


def counts_figure(view: View) -> Figure:
    """Return the published figures about what is listed by name for managers."""
    quarter = wording.format_period(view.filters.quarter)
    lines = []
    for metric_id in _COUNTED:
        if metric_id in view.metrics:
            metric, cell = view.metrics[metric_id], view.cell(metric_id)
            shown = cell_value(cell, metric.unit)
            count = number_value(cell.n) if cell.is_shown and cell.n is not None else Value("")
            lines.append((text_value(metric_name(metric)), shown, count))
    return Figure(
        figure_id="people-counts",
        title="What is published about people and pairs that need someone",
        subtitle=f"{quarter}, without names",
        table=Table(
            (Column("Figure"), Column("Value", is_number=True), Column("n", is_number=True)),
            tuple(lines),
        ),
        metric_id=view.first_metric(WAITING),
    )


def answers_figure(view: View) -> Figure:
    """Return how many invited people did not answer, by group, in the newest quarter with waves.

    The counts follow from published rates and group sizes, so they tell no more than these.
    """
    quarter = newest_quarter(view)
    lines = [_line(name, quarter, cell) for name, cell in _groups(view, quarter)]
    columns = (
        Column("Group"), Column("Quarter"), Column("Invited", is_number=True),
        Column("Not answered", is_number=True), Column("Response rate", is_number=True),
    )  # fmt: skip
    chosen = [kind for kind in ("program",) if getattr(view.filters, kind)]
    note = "Response rates are published for all programs together. " if chosen else ""
    return Figure(
        figure_id="people-answers",
        title=_title(view, quarter),
        subtitle="Invitations of the waves that closed in the quarter, by department and cohort; "
        "numbers, never names",
        table=Table(columns, tuple(lines)),
        metric_id=view.first_metric(RESPONSE),
        notes=(note + "Counts follow from the published rates, so large ones are rounded.",),
    )


def newest_quarter(view: View) -> str:
    """Return the last quarter up to the chosen one in which a wave closed; empty for none."""
    quarters = view.quarters(len(view.choices("quarter")))
    known = [q for q in quarters if _company(view, q).status in ("shown", "suppressed")]
    return known[-1] if known else ""


def missing_count(cell: Cell) -> float | None:
    """Return how many did not answer, by the published rate; None where it is not shown."""
    if not cell.is_shown or cell.value is None or cell.n is None:
        return None
    return (1 - cell.value) * cell.n


def _company(view: View, quarter: str) -> Cell:
    return view.cell(RESPONSE, quarter, program="", cohort="", department="")


def _groups(view: View, quarter: str) -> list[tuple[str, Cell]]:
    """Return the company, then departments and cohorts as far as chosen, with their rates."""
    if not quarter:
        return []
    found = [(ALL, _company(view, quarter))]
    chosen = view.filters
    for row in view.choices("department"):
        if chosen.department in ("", row.value) and not chosen.cohort:
            cell = view.cell(RESPONSE, quarter, program="", cohort="", department=row.value)
            found.append((str(row.label), cell))
    for row in view.choices("cohort"):
        if chosen.cohort in ("", row.value) and not chosen.department:
            place = {"program": "", "cohort": row.value, "department": ""}
            cell = view.cell(RESPONSE, quarter, **place, population="participants")
            if cell.status != "not_published":  # nobody of it was asked in this quarter
                found.append((str(row.label), cell))
    return found


def _line(name: str, quarter: str, cell: Cell) -> tuple[Value, ...]:
    when = text_value(wording.format_period(quarter))
    missing = missing_count(cell)
    if missing is None:
        reason = cell_value(cell, "fraction")
        return text_value(name), when, Value(wording.MISSING), Value(wording.MISSING), reason
    count = number_value(round(missing))
    if cell.bound:
        turned = "or fewer" if "higher" in cell.bound else "or more"
        count = Value(f"{wording.format_number(round(missing))} {turned}")
    return text_value(name), when, number_value(cell.n), count, cell_value(cell, "fraction")


def _title(view: View, quarter: str) -> str:
    cell = _company(view, quarter) if quarter else Cell()
    missing = missing_count(cell)
    if missing is None or cell.n is None:
        return "How many did not answer a survey is not published"
    when = wording.format_period(quarter)
    invited = wording.format_count(cell.n, "invited person", "invited people")
    return f"{wording.format_number(round(missing))} of {invited} did not answer in {when}"
