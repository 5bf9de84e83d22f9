"""Figures of periods about which nothing changed are carried over from the release before.

A new month leaves what earlier months say as it was; computing all of them again would take a large
company most of the time of publishing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from reports.fact_rows import tables_of
from reports.release import Release
from warehouse import cube
from warehouse.cube import SETTLED
from warehouse.engine import Warehouse
from warehouse.fact_digests import read_digests
from warehouse.facts.grain import Span
from warehouse.metrics import BY_ID
from warehouse.periods import parse_period

_CODE = Path(cube.__file__).parent
_COMPUTATION = "computation"  # stands among the entities for how figures are computed


@dataclass(frozen=True)
class Carried:
    """What a release takes over from the one before it.

    Attributes
    ----------
    changed_from : date or None
        Periods that were over before this day are carried; None where all are computed.
    cells : DataFrame
        Rows of ``metric_cell`` of these periods.
    """

    changed_from: dt.date | None
    cells: pd.DataFrame


NOTHING = Carried(None, pd.DataFrame())


def settled_facts() -> tuple[sa.Table, ...]:
    """Return the tables read by the figures that can be carried."""
    grains = dict.fromkeys(BY_ID[metric_id].grain for metric_id in SETTLED)
    found = {table for grain in grains for table in tables_of(grain)}
    return tuple(sorted(found, key=lambda table: str(table.name)))


def computation(span: Span, *, program: str) -> str:
    """Return a hash of how figures are computed.

    All code below here counts: telling what of it a figure rests on, as by the text of every query,
    takes a third of a second and misses what is done with the sums.

    Parameters
    ----------
    span : Span
        The days that figures are computed for.
    program : str
        Identifies the program and its metric declarations.
    """
    how = hashlib.sha256(f"{program} {span.first_on}".encode())
    for path in sorted(_CODE.rglob("*.py")):
        how.update(path.read_bytes())
    return how.hexdigest()


def digest_facts(warehouse: Warehouse, tables: Sequence[sa.Table], how: str) -> pd.DataFrame:
    """Return the release table ``fact_digest``.

    Parameters
    ----------
    warehouse : Warehouse
    tables : sequence of Table
        From :func:`settled_facts`.
    how : str
        From :func:`computation`.
    """
    row = {"entity": _COMPUTATION, "month": "", "digest": how}
    return pd.concat([read_digests(warehouse, tables), pd.DataFrame([row])], ignore_index=True)


def carry(previous: Release | None, digests: pd.DataFrame, *, as_of: dt.date) -> Carried:
    """Find what need not be computed again.

    Parameters
    ----------
    previous : Release or None
        The valid release; None to compute everything.
    digests : DataFrame
        What the facts say now, from :func:`digest_facts`.
    as_of : date
        Last day that figures are computed for.
    """
    if previous is None or not previous.holds("fact_digest"):
        return NOTHING
    day = first_changed_day(previous.frame("fact_digest"), digests)
    if day is None:
        return NOTHING
    # At least what ends on the last day is computed, and all that runs on beyond it.
    day = min(day, previous.info.data_as_of + dt.timedelta(days=1), as_of)
    kinds = previous.frame("dimension", kind=["month", "quarter", "year"])
    ends = {name: parse_period(name).ends_on for name in kinds["value"].astype(str)}
    over = [name for name, end in ends.items() if end < day]
    return Carried(day, previous.figures(metric_ids=SETTLED, periods=over))


def first_changed_day(before: pd.DataFrame, now: pd.DataFrame) -> dt.date | None:
    """Return the first day about which facts may say something else.

    Parameters
    ----------
    before, now : DataFrame
        Two tables ``fact_digest``.

    Returns
    -------
    date or None
        The last day there is where all is the same; None where facts changed that speak of no day,
        or the way figures are computed.
    """
    keys = ["entity", "month", "digest"]
    both = before[keys].merge(now[keys], how="outer", on=keys, indicator=True)
    months = both.loc[both["_merge"] != "both", "month"]
    if (months == "").any():
        return None
    return min((parse_period(month).starts_on for month in months), default=dt.date.max)
