"""Release table ``pair_fact``: reporting line, direction of the roles and ground rules of a pair.

Codes only. Whose line the other side stands in is told as of the day of the match and as of the
release day, levels as of the match; what was agreed after the release day does not count.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import sqlalchemy as sa

from models.pair_facts import GROUND_RULES
from warehouse.engine import Warehouse
from warehouse.facts.work import job_on, program_jobs
from warehouse.reporting_line import walk_up
from warehouse.sql import day
from warehouse.tables import ground_rules, pair

NOT_KNOWN = "not_known"
AGREED = ("mentor_agreed_on", "mentee_agreed_on")


def pair_facts(warehouse: Warehouse, *, as_of: dt.date, board: pd.DataFrame) -> pd.DataFrame:
    """Return one row per pair of the board.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day that counts.
    board : DataFrame
        pair_id, matched_on.

    Returns
    -------
    DataFrame
        The columns of ``reports.release_tables.pair_fact``, ordered by pair.
    """
    pairs = board[["pair_id"]].assign(matched_on=_days(board["matched_on"]))
    lines = _read_lines(warehouse, as_of)
    found = pairs.merge(_lines_on(pairs, lines, pairs["matched_on"], "match"), on="pair_id")
    found = found.merge(_lines_on(pairs, lines, pd.Timestamp(as_of), "now"), on="pair_id")
    found = found.merge(_read_directions(warehouse, as_of), on="pair_id", how="left")
    found["role_direction"] = found["role_direction"].fillna(NOT_KNOWN)
    found = found.merge(_read_rules(warehouse, as_of), on="pair_id", how="left")
    found[list(GROUND_RULES)] = found[list(GROUND_RULES)].astype("boolean")
    return found.drop(columns="matched_on").sort_values("pair_id", ignore_index=True)


def _read_lines(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Return who stands above the other side, and whose line is on record at all.

    Columns: pair_id, on_day (of the match, or the last day), below (mentor or mentee: the side
    whose line it is), depth, is_above (the other side was reached there; else it is the mentor's
    direct manager, which tells that the line is known).
    """
    sides = (pair.c.pair_id, pair.c.mentor_person_id, pair.c.mentee_person_id)
    is_known = pair.c.matched_on <= day(as_of)
    moments = sa.union(
        sa.select(*sides, pair.c.matched_on).where(is_known),
        sa.select(*sides, day(as_of).label("matched_on")).where(is_known),
    ).cte("moment")
    walk = walk_up(moments)
    is_above = walk.c.reached_id == walk.c.sought_id
    is_direct = sa.and_(walk.c.depth == 1, walk.c.below == "mentor")
    statement = sa.select(
        walk.c.pair_id,
        walk.c.matched_on.label("on_day"),
        walk.c.below,
        walk.c.depth,
        is_above.label("is_above"),
    ).where(walk.c.depth > 0, sa.or_(is_above, is_direct))
    lines = warehouse.read(statement)
    return lines.assign(on_day=_days(lines["on_day"]), is_above=lines["is_above"].astype(bool))


def _lines_on(
    pairs: pd.DataFrame, lines: pd.DataFrame, on_day: pd.Series | pd.Timestamp, name: str
) -> pd.DataFrame:
    """Return the line of each pair on a day: pair_id, line_<name>, steps_<name>."""
    wanted = pairs[["pair_id"]].assign(on_day=on_day).astype({"on_day": "datetime64[ns]"})
    told = lines.sort_values(  # the one that reaches the other side, by the fewest steps
        ["is_above", "depth", "below"], ascending=[False, True, False], kind="stable"
    ).drop_duplicates(["pair_id", "on_day"])
    found = wanted.merge(told, on=["pair_id", "on_day"], how="left")
    is_above = found["is_above"].eq(True).to_numpy(dtype=bool)
    code = np.where(found["below"].eq("mentor"), "mentor_below", "mentee_below")
    unseen = np.where(found["depth"].notna(), "none", NOT_KNOWN)
    return pd.DataFrame(
        {
            "pair_id": found["pair_id"],
            f"line_{name}": np.where(is_above, code, unseen),
            f"steps_{name}": found["depth"].where(is_above).astype("Int64"),
        }
    )


def _read_directions(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Return whether the mentor was the junior by level at the match: pair_id, role_direction."""
    mentor, mentee = program_jobs().alias("mentor_job"), program_jobs().alias("mentee_job")
    of_mentor = job_on(mentor, pair.c.mentor_person_id, pair.c.matched_on)
    of_mentee = job_on(mentee, pair.c.mentee_person_id, pair.c.matched_on)
    gap = mentee.c.level - mentor.c.level
    code = sa.case(
        (gap > 0, "fine"), (gap == 0, "same_level"), (gap < 0, "other_way"), else_=NOT_KNOWN
    )
    statement = (
        sa.select(pair.c.pair_id, sa.cast(code, sa.String).label("role_direction"))
        .select_from(pair.join(mentor, of_mentor).join(mentee, of_mentee))
        .where(pair.c.matched_on <= day(as_of))
    )
    return warehouse.read(statement).drop_duplicates("pair_id")


def _read_rules(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Return what was written down by a day, once per pair: the row most is agreed in."""
    row = ground_rules.c
    statement = sa.select(row.pair_id, *(row[name] for name in (*GROUND_RULES, *AGREED)))
    rules = warehouse.read(statement)
    agreed = rules[list(AGREED)].apply(_days)
    by_then = agreed.where(agreed <= pd.Timestamp(as_of))
    is_known = by_then.notna().any(axis=1) | agreed.isna().all(axis=1)
    points = rules[list(GROUND_RULES)].astype("boolean").fillna(False)
    rules = rules.assign(
        **points, **by_then, n_agreed=by_then.notna().sum(axis=1), n_points=points.sum(axis=1)
    )
    order = ["pair_id", "n_agreed", "n_points", *AGREED, *GROUND_RULES]
    rules = rules[is_known].sort_values(order, ascending=[True, *[False] * 9], kind="stable")
    return rules.drop_duplicates("pair_id")[["pair_id", *GROUND_RULES, *AGREED]]


def _days(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values).astype("datetime64[ns]")
