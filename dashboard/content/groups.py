"""The effect in single cohorts and departments, each drawn towards their common mean."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, number_value, text_value
from dashboard.content.effects import (
    chosen_analysis,
    chosen_outcome,
    effect_values,
    main_horizon,
    main_measure,
)
from dashboard.data import View
from reports import codes, wording

GROUPINGS = ("cohort", "department")
MEAN = "Mean of all"
_PLURAL = {"cohort": "cohorts", "department": "departments"}


def group_rows(view: View, grouping: str) -> list[tuple[str, SimpleNamespace]]:
    """Return the pooled effect of each group, largest first, the mean over groups at the end."""
    analysis = chosen_analysis(view)
    wanted = (chosen_outcome(view), grouping, main_measure(analysis), main_horizon(analysis))
    rows = [
        row
        for row in view.rows("group_effect", analysis=analysis)
        if (row.outcome, row.grouping, row.measure, row.horizon_months) == wanted
    ]
    named = [(_name(view, row, grouping), row) for row in rows]
    return sorted(
        named,
        key=lambda one: (
            one[0] == MEAN,
            one[1].status != "shown",
            -(one[1].point or 0.0),
            one[0],
        ),
    )


def _name(view: View, row: SimpleNamespace, grouping: str) -> str:
    value = getattr(row, grouping)
    return view.label(grouping, value) if value else MEAN


def group_figure(view: View, grouping: str) -> Figure:
    """Return the effects by group, with what pooling says about their differences."""
    rows = group_rows(view, grouping)
    measure = main_measure(chosen_analysis(view))
    unit = codes.MEASURE_UNITS[measure]
    columns = (
        Column(grouping.capitalize()),
        Column("Pooled effect", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
        Column("n joined", is_number=True),
    )
    lines = tuple(
        (text_value(name), *effect_values(row, unit), number_value(row.n_treated))
        for name, row in rows
    )
    return Figure(
        f"effect-by-{grouping}",
        group_title(rows, grouping),
        f"{codes.MEASURES[measure]}, effect by {grouping}, partially pooled: a small group borrows "
        f"from the others; 95{wording.THIN}% intervals",
        Table(columns, lines),
    )


def group_title(rows: list[tuple[str, SimpleNamespace]], grouping: str) -> str:
    """Return whether any group differs from the mean of all by more than chance."""
    shown = [(n, r) for n, r in rows if r.status == "shown" and n != MEAN]
    mean = next((r for n, r in rows if n == MEAN and r.status == "shown"), None)
    if not shown or mean is None:
        return f"No effect can be told apart by {grouping} yet"
    apart = [n for n, r in shown if not r.lower <= mean.point <= r.upper]
    if not apart:
        return f"No {grouping} stands out: the {_PLURAL[grouping]} differ no more than by chance"
    verb = "differs" if len(apart) == 1 else "differ"
    return f"{wording.list_words(apart)} {verb} from the other {_PLURAL[grouping]}"


def figures(view: View) -> list[Figure]:
    """Return the figures by group that this release holds."""
    return [group_figure(view, name) for name in GROUPINGS if group_rows(view, name)]
