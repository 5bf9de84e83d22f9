"""Tables of a release about the data itself: loads, rejected rows, and checks on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from reports import release_tables
from reports.wording import format_count, format_day, format_number, format_value
from warehouse.engine import Warehouse
from warehouse.tables import file_reading, loaded_file, refused_file, rejected_row

FRESH_DAYS = 35  # a monthly export that arrives a few days late is still fresh
REJECTED_NOTE, REJECTED_FAILED = 0.02, 0.10
LOAD_SUMMARY = [column.name for column in release_tables.load_summary.columns]
REJECTED = [column.name for column in release_tables.rejected.columns]
_CONTENT = ["source_system", "file_sha256"]


@dataclass(frozen=True)
class Ledger:
    """What the ledger says of the files as they last came in.

    Parameters
    ----------
    loads : DataFrame
        One row per file and entity, columns of the release table ``load_summary``; of a file that
        came several times under one name the last content counts.
    rejected : DataFrame
        Rows set aside that wait to be corrected, whole, columns of ``rejected``.
    n_set_aside, n_kept : int
        Rows set aside by the lines of the ledger, and those kept whole; those included that came
        back corrected since, the same bytes under two names counted once.
    refused : DataFrame
        Files of which nothing was loaded and that did not come in since, columns of ``refused``.
    """

    loads: pd.DataFrame
    rejected: pd.DataFrame
    n_set_aside: int
    n_kept: int
    refused: pd.DataFrame


def read_ledger(warehouse: Warehouse) -> Ledger:
    """Read what became of every file."""
    lines = _last_lines(warehouse)
    rows = _kept_rows(warehouse, lines)
    waiting = rows[rows["returned_in"].isna()]
    return Ledger(
        loads=lines[LOAD_SUMMARY],
        rejected=waiting[REJECTED].reset_index(drop=True),
        n_set_aside=int(lines.drop_duplicates([*_CONTENT, "entity"])["rows_rejected"].sum()),
        n_kept=len(rows),
        refused=_still_refused(warehouse, lines),
    )


def _last_lines(warehouse: Warehouse) -> pd.DataFrame:
    """Return the lines of the last content of every file, in the order of loading."""
    same = sa.and_(
        loaded_file.c.file_sha256 == file_reading.c.file_sha256,
        loaded_file.c.mapping_sha256 == file_reading.c.mapping_sha256,
    )
    joined = loaded_file.outerjoin(file_reading, same)
    order = ["loaded_at", "batch_id", "file_name", "entity", "rows_read"]
    query = sa.select(loaded_file, file_reading.c.mapping_name).select_from(joined)
    lines = warehouse.read(query).sort_values(order, ignore_index=True)
    last = lines.groupby(["source_system", "file_name"]).tail(1)
    load = ["source_system", "file_name", "batch_id"]
    return lines.merge(last[load], on=load).sort_values(order, ignore_index=True)


def _kept_rows(warehouse: Warehouse, lines: pd.DataFrame) -> pd.DataFrame:
    """Return every row set aside of the files as they are now; for administrators only."""
    row = rejected_row.c
    order = (row.file_name, row.entity, row.source_row, row.rule, row.row_json, row.batch_id)
    columns = [row[name] for name in (*REJECTED, *_CONTENT, "returned_in")]
    found = warehouse.read(sa.select(*columns).order_by(*order))
    return found.merge(lines[_CONTENT].drop_duplicates(), on=_CONTENT)


def _still_refused(warehouse: Warehouse, lines: pd.DataFrame) -> pd.DataFrame:
    columns = [refused_file.c[column.name] for column in release_tables.refused.columns]
    order = (refused_file.c.refused_at, refused_file.c.file_name)
    found = warehouse.read(sa.select(*columns).order_by(*order))
    if found.empty:
        return found
    found = found.drop_duplicates("file_name", keep="last", ignore_index=True)
    loaded_at = found["file_name"].map(lines.groupby("file_name")["loaded_at"].max())
    return found[~(loaded_at >= found["refused_at"])].reset_index(drop=True)


def ledger_checks(
    ledger: Ledger, *, as_of: dt.date, now: dt.datetime, is_sample: bool
) -> list[tuple[str, str, str, str]]:
    """Return rows of the release table ``check`` about loads.

    Parameters
    ----------
    as_of : date
        Last day the data speaks about.
    now : datetime
        When the release is built.
    is_sample : bool
        The invented sample never grows stale.
    """
    return [
        _reconciliation(ledger),
        _rejected_share(ledger.loads),
        _refused(ledger.refused),
        _freshness(as_of, now, is_sample),
    ]


def _reconciliation(ledger: Ledger) -> tuple[str, str, str, str]:
    loads = ledger.loads
    title = "Every row read is accounted for"
    parts = ["rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected"]
    wrong = loads[loads["rows_read"] != loads[parts].sum(axis=1)]
    if len(wrong):
        names = ", ".join(sorted(set(wrong["file_name"]))[:5])
        return ("reconciliation", title, "failed", f"Rows do not add up in: {names}.")
    if ledger.n_set_aside != ledger.n_kept:
        return (
            "reconciliation", title, "failed",
            f"{format_number(ledger.n_set_aside)} rows were set aside but "
            f"{format_number(ledger.n_kept)} are kept.",
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


def _refused(refused: pd.DataFrame) -> tuple[str, str, str, str]:
    title = "Every file that came in was understood"
    if refused.empty:
        return ("refused", title, "passed", "No file was refused.")
    names = ", ".join(refused["file_name"][:5]) + (", ..." if len(refused) > 5 else "")
    return ("refused", title, "note", f"{format_count(len(refused), 'file')} refused: {names}.")


def _freshness(as_of: dt.date, now: dt.datetime, is_sample: bool) -> tuple[str, str, str, str]:
    title = "The data is fresh"
    if is_sample:
        return ("freshness", title, "note", f"The invented sample ends on {format_day(as_of)}.")
    age = (now.date() - as_of).days
    return (
        "freshness", title, "passed" if age <= FRESH_DAYS else "note",
        f"The data reaches to {format_day(as_of)}, {format_count(age, 'day')} before this release.",
    )  # fmt: skip
