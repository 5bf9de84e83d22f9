"""The data dictionary, generated from the table declarations.

``python -m warehouse.dictionary docs/dictionary.md`` writes it, ``--check`` only compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

import sqlalchemy as sa

from warehouse import generated
from warehouse.tables import CANONICAL, DERIVED, PROVENANCE, metadata

_INTRODUCTION = """# Data dictionary

Every table and column of the warehouse. This page is generated from `warehouse/tables.py`; run
`make format` after changing a declaration.

Days end in `_on`, moments in `_at` (UTC, stored without zone). Intervals are half-open: the first
day counts, the end does not; an open end is empty. Rates are fractions. Ids are the text the
source used.
"""


def render_dictionary() -> str:
    """Return the data dictionary as Markdown."""
    ledger = [table for table in metadata.tables.values() if table not in CANONICAL]
    parts = [_INTRODUCTION, _provenance(), "## Canonical tables\n"]
    parts += [_section(table) for table in CANONICAL]
    parts += ["## Ledger of loads\n", *(_section(table) for table in ledger)]
    return "\n".join(parts)


def write_dictionary(path: Path) -> None:
    """Write the data dictionary."""
    path.write_text(render_dictionary(), encoding="utf-8")


def _provenance() -> str:
    named = [CANONICAL[0].columns[name] for name in PROVENANCE]
    rows = [_row(column) for column in named]
    words = "Every canonical table also has these columns: where a row came from, and when.\n"
    return "\n".join(["## Provenance\n", words, _HEADER, *rows, ""])


def _section(table: sa.Table) -> str:
    meaning = table.info["meaning"] + (" (derived, never loaded)" if table in DERIVED else "")
    own = [c for c in table.columns if table not in CANONICAL or c.name not in PROVENANCE]
    return "\n".join([f"### {table.name}\n", f"{meaning}.\n", _HEADER, *map(_row, own), ""])


_HEADER = "| Column | Type | Unit | Meaning |\n|---|---|---|---|"


def _row(column: sa.Column[object]) -> str:
    kind = type(column.type).__name__
    return f"| `{column.name}` | {kind} | {column.info['unit']} | {column.info['meaning']} |"


if __name__ == "__main__":
    sys.exit(generated.run(render_dictionary, what="the data dictionary"))
