"""The slices of a release: what each may be filtered by, in the order of showing."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from reports.wording import format_period
from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED
from warehouse.periods import KINDS, parse_period
from warehouse.tables import cohort, program

_COLUMNS = ["kind", "value", "label", "parent", "position", "is_complete"]


def read_dimensions(warehouse: Warehouse, cells: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return programs, cohorts, departments and periods that have a figure.

    Parameters
    ----------
    warehouse : Warehouse
        For names and order of programs and cohorts.
    cells : DataFrame
        The figures of the release.
    as_of : date
        Periods that end later are not complete.
    """
    rows: list[tuple[object, ...]] = []
    rows += _named(_programs(warehouse), cells["program"], "program")
    rows += _named(_cohorts(warehouse), cells["cohort"], "cohort")
    departments = sorted(
        set(cells["department"].unique()) - {""},
        key=lambda name: (name == NOT_RECORDED, name.casefold()),
    )
    rows += [("department", name, name, "", i, None) for i, name in enumerate(departments, 1)]
    return pd.DataFrame([*rows, *_periods(cells, as_of)], columns=_COLUMNS)


def _programs(warehouse: Warehouse) -> pd.DataFrame:
    order = (program.c.starts_on, program.c.program_id)
    none = sa.literal_column("''", sa.String).label("parent")
    return warehouse.read(
        sa.select(program.c.program_id.label("value"), program.c.name, none).order_by(*order)
    )


def _cohorts(warehouse: Warehouse) -> pd.DataFrame:
    order = (cohort.c.program_id, cohort.c.starts_on, cohort.c.cohort_id)
    parent = sa.func.coalesce(cohort.c.program_id, "", type_=sa.String).label("parent")
    return warehouse.read(
        sa.select(cohort.c.cohort_id.label("value"), cohort.c.name, parent).order_by(*order)
    )


def _named(known: pd.DataFrame, used: pd.Series, kind: str) -> list[tuple[object, ...]]:
    """Return known slices in their order, then those that only facts mention."""
    known = known.drop_duplicates("value")
    labels = {
        row.value: (row.name if isinstance(row.name, str) else row.value, row.parent)
        for row in known.itertuples(index=False)
    }
    others = sorted(set(used.unique()) - {""} - set(labels))
    labels |= {value: (value, "") for value in others}
    return [
        (kind, value, label, parent, i, None)
        for i, (value, (label, parent)) in enumerate(labels.items(), 1)
    ]


def _periods(cells: pd.DataFrame, as_of: dt.date) -> list[tuple[object, ...]]:
    named = cells[["period_kind", "period"]].drop_duplicates()
    periods = [parse_period(name) for name in named["period"]]
    # where the figures begin in the middle of a year, that year is not whole
    first_on = min((p.starts_on for p in periods if p.kind == "month"), default=as_of)
    rows: list[tuple[object, ...]] = []
    for kind in KINDS:
        chosen = sorted(p for p in periods if p.kind == kind)
        rows += [
            (kind, p.name, format_period(p.name), p.parent, i,
             p.is_complete(first_on=first_on, as_of=as_of))
            for i, p in enumerate(chosen, 1)
        ]  # fmt: skip
    return rows
