"""Corrected rows that come back are read as their file was, and their first version is settled."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from etl.formats import identity_review
from etl.formats.returned_rows import NAME, returned_from
from etl.mapping.file import parse_mapping
from etl.mapping.mapping import Mapping
from etl.people.identity import Provenance
from etl.people.review import note_confirmed
from etl.problems import FileProblem
from etl.reading.raw_table import Hints, RawTable
from warehouse.engine import Warehouse, Writer
from warehouse.rejected_sheet import ENTITY, FILE, ROW
from warehouse.tables import file_reading, loaded_file, rejected_row


def mapping_of_returned(warehouse: Warehouse, path: Path) -> Mapping:
    """Return the mapping by which the file was read whose rejected rows these are.

    Raises
    ------
    FileProblem
        unknown_origin, where the warehouse never loaded that file.
    """
    origin = returned_from(path, Hints())
    f, r = loaded_file.c, file_reading.c
    same = sa.and_(r.file_sha256 == f.file_sha256, r.mapping_sha256 == f.mapping_sha256)
    query = (
        sa.select(r.mapping_name, r.mapping_toml)
        .select_from(loaded_file.join(file_reading, same))
        .where(f.file_name == origin)
        .order_by(f.loaded_at.desc(), f.batch_id.desc())
        .limit(1)
    )
    found = warehouse.read(query)
    if origin is None or found.empty:
        raise FileProblem(
            "unknown_origin",
            path,
            "Its rows come from a file this warehouse never loaded.",
            f"Leave the column {FILE} as the sheet was written, or load that file first.",
            column=FILE,
            value=origin,
        )
    mapping = parse_mapping(str(found["mapping_toml"][0]), str(found["mapping_name"][0]))
    return mapping.as_format(NAME)


def settle_returned(writer: Writer, raw: RawTable, provenance: Provenance) -> None:
    """Note for every row that came back in which file it did; it does not wait any more."""
    if raw.format == identity_review.NAME:
        note_confirmed(writer, raw, provenance)
    if raw.format != NAME:
        return
    places = writer.staging.rows(
        f"SELECT DISTINCT {FILE}, try_cast({ROW} AS INTEGER), {ENTITY} FROM {raw.relation}"
    )
    r = rejected_row.c
    update = (
        sa.update(rejected_row)
        .where(r.file_name == sa.bindparam("name"), r.source_row == sa.bindparam("place"))
        .where(r.entity == sa.bindparam("meant_for"), r.returned_in.is_(None))
        .values(returned_in=provenance.file_sha256)
    )
    rows = [dict(zip(("name", "place", "meant_for"), place, strict=True)) for place in places]
    writer.execute(update, rows)
