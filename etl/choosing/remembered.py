"""Surveys that map themselves are looked at whole once; the ledger remembers how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from etl.choosing.survey_mapping import choose_survey_mapping
from etl.ledger import Seen
from etl.mapping.file import parse_mapping
from etl.mapping.mapping import Mapping
from etl.reading.fingerprint import fingerprint
from warehouse.engine import Warehouse
from warehouse.tables import file_reading


def survey_mapping(warehouse: Warehouse, seen: Seen, path: Path) -> Mapping:
    """Return the mapping a survey export was read with, or find one by looking at all of it.

    Looking at all of a file that was loaded before would cost more than noticing that it is known.

    Raises
    ------
    FileProblem
        What :func:`etl.choosing.survey_mapping.choose_survey_mapping` finds.
    """
    sha256 = fingerprint(path).sha256
    if sha256 in seen.contents:
        r = file_reading.c
        query = sa.select(r.mapping_name, r.mapping_toml, r.mapping_sha256)
        found = warehouse.read(query.where(r.file_sha256 == sha256).order_by(r.mapping_sha256))
        if len(found) == 1:
            row = found.iloc[0]
            mapping = parse_mapping(str(row["mapping_toml"]), str(row["mapping_name"]))
            return replace(mapping, sha256=str(row["mapping_sha256"]))
    return choose_survey_mapping(path)
