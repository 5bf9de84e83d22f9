"""Release table ``former_pair``: when pairs met that have left the board since.

Whether a follow-up helped cannot be told from the running pairs alone: those that ended after it
would drop out, and with them the very pairs that it did not help.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.tables import pair, session


def former_pairs(warehouse: Warehouse, *, as_of: dt.date, board: pd.DataFrame) -> pd.DataFrame:
    """Return the days on which pairs met that are not on the board any more.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day that counts.
    board : DataFrame
        pair_id of the running pairs.

    Returns
    -------
    DataFrame
        pair_id, program, held_on; one row without a day for a pair that never met. One-off pairs
        were never on a board and are left out.
    """
    held_on = sa.cast(session.c.planned_start_at, sa.Date)
    held = (
        sa.select(session.c.pair_id, held_on.label("held_on"))
        .where(session.c.status == "held", held_on <= as_of)
        .distinct()
        .subquery("held")
    )
    is_lasting = sa.func.coalesce(pair.c.kind, "formal", type_=sa.String) != "one-off"
    rows = warehouse.read(
        sa.select(pair.c.pair_id, pair.c.program_id.label("program"), held.c.held_on)
        .select_from(pair.outerjoin(held, held.c.pair_id == pair.c.pair_id))
        .where(pair.c.matched_on <= as_of, is_lasting)
    )
    rows = rows[~rows["pair_id"].isin(board["pair_id"])]
    return rows.sort_values(["pair_id", "held_on"], ignore_index=True)
