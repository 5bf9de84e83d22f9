"""Which stored rows the rows of a file can replace, found without looking through all of them.

Monthly exports make tables of many millions of rows, and a file can only replace rows that share
its keys. Where keys end with a day, the stored rows of other days need not be looked at.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from etl.mapping.mapping import Load, Source
from etl.reading.row_staging import quoted
from etl.rows.checking import Input
from etl.source import EntityRules
from warehouse.engine import Writer
from warehouse.tables import loaded_file

ANY = "true"


def stored_alike(writer: Writer, given: Input, load: Load, rules: EntityRules) -> str:
    """Return a condition that every stored row with a key of the file fulfils.

    It names the days of the file where its keys end with the text of ``rules.key_day``, that text
    is an ISO date in every row, and all stored rows of the source were read by the same mapping:
    then equal keys mean equal days. A day cannot hold the mark between the parts of a key, so the
    last part of a key is that text.
    """
    source = load.columns.get(rules.key_day)
    if source is None or source != Source(load.key[-1]):
        return ANY
    span = given.conventions.iso_days.get(load.key[-1])
    if span is None or _is_read_otherwise(writer, given, rules):
        return ANY
    try:
        first, last = (dt.date.fromisoformat(day or "") for day in span)
    except ValueError:  # no days at all, or some that no calendar has
        return ANY
    column = quoted(rules.key_day)
    return f"{column} BETWEEN CAST('{first}' AS DATE) AND CAST('{last}' AS DATE)"


def _is_read_otherwise(writer: Writer, given: Input, rules: EntityRules) -> bool:
    """Tell whether rows of the source came in by another mapping or other corrections."""
    f = loaded_file.c
    query = sa.select(f.entity).where(
        f.source_system == given.mapping.source_system,
        f.entity == rules.name,
        f.mapping_sha256 != given.reading_sha256,
    )
    return writer.execute(query.limit(1)).first() is not None
