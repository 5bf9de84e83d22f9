"""Tables of a release about the data itself: loads, rejected rows, and checks on them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from reports import release_tables
from reports.wording import format_count, format_day, format_number, format_value
from warehouse.engine import Warehouse
from warehouse.tables import loaded_file, rejected_row

FRESH_DAYS = 35  # a monthly export that arrives a few days late is still fresh
REJECTED_NOTE, REJECTED_FAILED = 0.02, 0.10
LOAD_SUMMARY = [column.name for column in release_tables.load_summary.columns]
REJECTED = [column.name for column in release_tables.rejected.columns]


def read_load_summary(warehouse: Warehouse) -> pd.DataFrame:
    """Return what became of each file and entity, in the order of loading."""
    columns = [loaded_file.c[name] for name in LOAD_SUMMARY]
    order = (loaded_file.c.loaded_at, loaded_file.c.file_name, loaded_file.c.entity)
    return warehouse.read(sa.select(*columns).order_by(*order, loaded_file.c.rows_read))


def read_rejected(warehouse: Warehouse) -> pd.DataFrame:
    """Return every row set aside, whole; for administrators only."""
    columns = [rejected_row.c[name] for name in REJECTED]
    row = rejected_row.c
    order = (row.file_name, row.entity, row.source_row, row.rule, row.row_json, row.batch_id)
    return warehouse.read(sa.select(*columns).order_by(*order))


def ledger_checks(
    loads: pd.DataFrame, n_rejected: int, *, as_of: dt.date, now: dt.datetime, is_sample: bool
) -> list[tuple[str, str, str, str]]:
    """Return rows of the release table ``check`` about loads.

    Parameters
    ----------
    loads : DataFrame
        From :func:`read_load_summary`.
    n_rejected : int
        Rows kept in the warehouse as rejected.
    as_of : date
        Last day the data speaks about.
    now : datetime
        When the release is built.
    is_sample : bool
        The invented sample never grows stale.
    """
    return [
        _reconciliation(loads, n_rejected),
        _rejected_share(loads),
        _freshness(as_of, now, is_sample),
    ]


def _reconciliation(loads: pd.DataFrame, n_rejected: int) -> tuple[str, str, str, str]:
    title = "Every row read is accounted for"
    parts = ["rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected"]
    wrong = loads[loads["rows_read"] != loads[parts].sum(axis=1)]
    if len(wrong):
        names = ", ".join(sorted(set(wrong["file_name"]))[:5])
        return ("reconciliation", title, "failed", f"Rows do not add up in: {names}.")
    if int(loads["rows_rejected"].sum()) != n_rejected:
        return (
            "reconciliation", title, "failed",
            f"{format_number(loads['rows_rejected'].sum())} rows were set aside but "
            f"{format_number(n_rejected)} are kept.",
        )  # fmt: skip
    return (
        "reconciliation", title, "passed",
        f"{format_count(loads['file_name'].nunique(), 'file')}, "
        f"{format_count(loads['rows_read'].sum(), 'row')}: read = new + updated + unchanged + "
        "set aside.",
    )  # fmt: skip


def _rejected_share(loads: pd.DataFrame) -> tuple[str, str, str, str]:
    read, aside = int(loads["rows_read"].sum()), int(loads["rows_rejected"].sum())
    share = aside / read if read else 0.0
    verdict = "passed" if share <= REJECTED_NOTE else "note"
    verdict = "failed" if share > REJECTED_FAILED else verdict
    words = f"{format_number(aside)} of {format_count(read, 'row')}"
    return (
        "rejected_share", "Rows set aside", verdict,
        f"{words} ({format_value(share, 'fraction')}) broke a rule and were set aside whole.",
    )  # fmt: skip


def _freshness(as_of: dt.date, now: dt.datetime, is_sample: bool) -> tuple[str, str, str, str]:
    title = "The data is fresh"
    if is_sample:
        return ("freshness", title, "note", f"The invented sample ends on {format_day(as_of)}.")
    age = (now.date() - as_of).days
    return (
        "freshness", title, "passed" if age <= FRESH_DAYS else "note",
        f"The data reaches to {format_day(as_of)}, {format_count(age, 'day')} before this release.",
    )  # fmt: skip
