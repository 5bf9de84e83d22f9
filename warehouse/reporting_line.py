"""Who reported to whom on a day, up to the top: for "never match inside the reporting line"."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse, Writer
from warehouse.sql import day, newest_first, since, until
from warehouse.tables import job_history

DEEPEST = 50  # managers above one person; more than any company has, it ends what goes in circles


def reporting_line(source: Warehouse | Writer, as_of: dt.date) -> pd.DataFrame:
    """Return everybody's managers as of the end of a day: the direct one and all above.

    A line ends at somebody without a manager, at a manager who has no job on that day (left, or
    never heard of; that one is still named), and where it would come round: nobody stands above
    themselves, and in a circle each of the others is named once.

    Returns
    -------
    DataFrame
        person_id, manager_person_id, depth (1 for the direct manager), one row per pair of them,
        ordered by person and depth.
    """
    return source.read(reporting_lines(as_of))


def reporting_lines(as_of: dt.date) -> sa.Select[tuple[str, str, int]]:
    """Return the query of :func:`reporting_line`, to be joined or filtered."""
    direct = _direct(as_of)
    step = direct.c
    above = sa.select(
        step.person_id,
        step.manager_person_id,
        sa.literal_column("1", sa.Integer).label("depth"),
    ).cte("above", recursive=True)
    following = direct.alias("following")
    # UNION drops rows met before, but their depth differs where a line goes in a circle: whoever
    # is reached again at a greater depth is dropped below, and the depth is bounded.
    above = above.union(
        sa.select(
            above.c.person_id,
            following.c.manager_person_id,
            above.c.depth + sa.literal_column("1", sa.Integer),
        )
        .join(following, following.c.person_id == above.c.manager_person_id)
        .where(
            following.c.manager_person_id != above.c.person_id,
            above.c.depth < sa.literal_column(str(DEEPEST), sa.Integer),
        )
    )
    depth = sa.func.min(above.c.depth).label("depth")
    return (
        sa.select(above.c.person_id, above.c.manager_person_id, depth)
        .group_by(above.c.person_id, above.c.manager_person_id)
        .order_by(above.c.person_id, depth, above.c.manager_person_id)
    )


def _direct(as_of: dt.date) -> sa.CTE:
    """Return each person's manager on a day; nobody is their own."""
    job = job_history.c
    rank = newest_first(
        job.person_id,
        job.valid_from.desc(),
        sa.func.coalesce(job.seq_no, 0).desc(),
        job.source_record_id.desc(),
    )
    on_day = (
        sa.select(job.person_id, job.manager_person_id, rank.label("rank"))
        .where(job.valid_from <= day(as_of), until(job.valid_to) > day(as_of))
        .subquery("on_day")
    )
    return (
        sa.select(on_day.c.person_id, on_day.c.manager_person_id)
        .where(
            on_day.c.rank == 1,
            on_day.c.manager_person_id.is_not(None),
            on_day.c.manager_person_id != on_day.c.person_id,
        )
        .cte("direct")
    )


def same_line(pairs: sa.CTE) -> sa.CTE:
    """Return the pairs of whom, on the day of the match, one stood above the other at any depth.

    ``pairs`` has pair_id, mentor_person_id, mentee_person_id and matched_on. Columns: pair_id, once
    each.
    """
    walk = walk_up(pairs)
    found = sa.select(walk.c.pair_id).where(walk.c.reached_id == walk.c.sought_id)
    return found.distinct().cte("same_line")


def walk_up(pairs: sa.CTE) -> sa.CTE:
    """Return the reporting lines of both sides of pairs on a day each, from below, step by step.

    ``pairs`` has pair_id, mentor_person_id, mentee_person_id and matched_on, the day. All lines are
    walked at once, each as of its own day, so that many days need one walk; a line ends where it
    reaches the other side. Columns: pair_id, matched_on, below (mentor or mentee: whose line it
    is), sought_id (the other side), reached_id, depth (0 for the person, 1 for the direct manager).
    """
    job, sides = job_history.c, ("mentor", "mentee")
    nobody_yet = sa.literal_column("0", sa.Integer)
    starts = [
        sa.select(
            pairs.c.pair_id,
            pairs.c[f"{other}_person_id"].label("sought_id"),
            pairs.c.matched_on,
            pairs.c[f"{below}_person_id"].label("reached_id"),
            nobody_yet.label("depth"),
            sa.literal_column(f"'{below}'", sa.String).label("below"),
        )
        for below, other in (sides, sides[::-1])
    ]
    walk = sa.select(*sa.union_all(*starts).subquery("start").c).cte("walk", recursive=True)
    # Stretches of a job history are disjoint, so at most one is in force: no ranking, which every
    # step of the walk would repeat.
    in_force = sa.and_(
        job.person_id == walk.c.reached_id,
        since(job.valid_from) <= walk.c.matched_on,
        until(job.valid_to) > walk.c.matched_on,
        job.manager_person_id.is_not(None),
    )
    # What goes in circles past somebody else is ended by the depth alone.
    return walk.union_all(
        sa.select(
            walk.c.pair_id,
            walk.c.sought_id,
            walk.c.matched_on,
            job.manager_person_id,
            walk.c.depth + sa.literal_column("1", sa.Integer),
            walk.c.below,
        )
        .join(job_history, in_force)
        .where(
            walk.c.reached_id != walk.c.sought_id,
            walk.c.depth < sa.literal_column(str(DEEPEST), sa.Integer),
        )
    )
