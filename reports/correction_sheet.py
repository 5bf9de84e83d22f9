"""The rejected rows of one file as a sheet to correct and load again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from types import SimpleNamespace

import pandas as pd

from warehouse.rejected_sheet import rejected_sheet


def correction_sheet(rows: Sequence[SimpleNamespace]) -> str:
    """Return rows of the release table ``rejected`` as CSV in their file's own columns.

    Begins with a byte order mark, so that spreadsheets read it right; ``outcomes load`` takes the
    corrected sheet and reads it as it read the file the rows came from.
    """
    out = io.StringIO()
    csv.writer(out).writerows(rejected_sheet(pd.DataFrame([vars(row) for row in rows])))
    return "\ufeff" + out.getvalue()
