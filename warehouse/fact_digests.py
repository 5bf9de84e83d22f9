"""What facts say about each month, as one number per kind of fact: what changed since a release.

A row that begins on one day and ends on a later one speaks on two days: one that ends now leaves
what it said about the past as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse import tables as facts
from warehouse.engine import Warehouse, row_hash
from warehouse.fact_days import dated, month_name, year_and_month
from warehouse.facts.pairs import ENDED
from warehouse.tables import PROVENANCE

Said = tuple[Any, Sequence[Any]]  # a day, and what is said on it

_involved = sa.union_all(
    *(
        sa.select(person_id.label("person_id"), day.label("day"))
        for person_id, day in (
            (facts.employment.c.person_id, facts.employment.c.hired_on),
            (facts.pair.c.mentor_person_id, facts.pair.c.matched_on),
            (facts.pair.c.mentee_person_id, facts.pair.c.matched_on),
            (facts.participant.c.person_id, facts.participant.c.applied_on),
            (facts.participant.c.person_id, facts.participant.c.enrolled_on),
        )
    )
).subquery()
# The first day that figures count a person on.
_first_days = (
    sa.select(_involved.c.person_id, sa.func.min(_involved.c.day).label("day"))
    .group_by(_involved.c.person_id)
    .subquery()
)


def _without(table: sa.Table, *names: str) -> list[Any]:
    """Return what figures may depend on: facts, and the key that breaks ties, but for some."""
    left_out = {*names, *PROVENANCE} - {"source_record_id"}
    return [column for column in table.columns if column.name not in left_out]


def _of_employment() -> list[Said]:
    spell = facts.employment.c
    return [
        (spell.hired_on, _without(facts.employment, "end_on")),
        (spell.end_on, (spell.person_id, spell.spell_no, spell.end_on)),
    ]


def _of_job() -> list[Said]:
    """Say that the first job of a person also stands for the days before it is recorded."""
    job = facts.job_history.c
    first = sa.func.min(job.valid_from).over(partition_by=job.person_id)
    every = _without(facts.job_history, "valid_to")
    return [
        (job.valid_from, every),
        (job.valid_to, (job.person_id, job.valid_from, job.seq_no, job.valid_to)),
        (sa.case((job.valid_from == first, _first_days.c.day)), every),
    ]


def _of_pair() -> list[Said]:
    pair = facts.pair.c
    # A status without an end day holds from the match on; an active pair is one that has not ended.
    undated = sa.case((pair.ended_on.is_(None), sa.func.nullif(pair.status, "active")))
    begun = [*_without(facts.pair, "ended_on", "status", "end_reason"), undated]
    return [(pair.matched_on, begun), (pair.ended_on, (pair.pair_id, pair.ended_on, pair.status))]


def _of_participant() -> list[Said]:
    one = facts.participant.c
    applied = sa.func.coalesce(one.applied_on, one.enrolled_on)
    return [
        (applied, _without(facts.participant, "enrolled_on", "withdrew_on")),
        (one.enrolled_on, (one.participant_id, one.enrolled_on)),
        (one.withdrew_on, (one.participant_id, one.withdrew_on)),
    ]


def _of_goal() -> list[Said]:
    goal = facts.goal.c
    closed = sa.func.coalesce(goal.closed_on, goal.due_on, goal.set_on)
    status = sa.func.nullif(goal.status, "open")
    return [
        (goal.set_on, _without(facts.goal, "status", "closed_on")),
        (sa.case((status.is_not(None), closed)), (goal.goal_id, status, goal.closed_on)),
    ]


def _of_pairs_row(table: sa.Table, day: Any) -> list[Said]:
    """Say what may also tell when a pair ended: where no day does, for all months since its match.

    The last session or the first status that is an end stands in for the day.
    """
    pair = facts.pair.c
    no_end = sa.case((pair.ended_on.is_(None) & pair.status.in_(ENDED), pair.matched_on))
    every = _without(table)
    return [(day, every), (no_end, every)]


def _of_status_change() -> list[Said]:
    """Say that a day given later takes the place of the first status that is an end."""
    change = facts.pair_status_change.c
    ended = sa.case((change.status.in_(ENDED), change.changed_on))
    of_pair = (change.pair_id, facts.pair.c.ended_on)
    return [*_of_pairs_row(facts.pair_status_change, change.changed_on), (ended, of_pair)]


# What rows of a kind say, where that is more or less than all of it on one day.
_SAID: dict[sa.Table, list[Said]] = {
    facts.person: [(_first_days.c.day, (facts.person.c.person_id, facts.person.c.birth_year))],
    facts.department: [(sa.null(), _without(facts.department))],  # its latest name stands for all
    facts.employment: _of_employment(),
    facts.job_history: _of_job(),
    facts.pair: _of_pair(),
    facts.participant: _of_participant(),
    facts.goal: _of_goal(),
    facts.session: _of_pairs_row(facts.session, facts.session.c.planned_start_at),
    facts.pair_status_change: _of_status_change(),
}


def read_digests(warehouse: Warehouse, tables: Sequence[sa.Table]) -> pd.DataFrame:
    """Return a digest of what facts say about each month.

    Parameters
    ----------
    warehouse : Warehouse
    tables : sequence of Table

    Returns
    -------
    DataFrame
        entity, month (2026-09; '' for what is said of no day) and digest: text that is the same
        only where facts of the month are. Another engine, or another version of it, may give
        another text for the same facts.
    """
    frames = [_digests_of(warehouse, table) for table in tables]
    found = pd.concat(frames, ignore_index=True)
    return found.sort_values(["entity", "month"], ignore_index=True)


def _digests_of(warehouse: Warehouse, table: sa.Table) -> pd.DataFrame:
    parts = []
    source, day = _source(table)
    for number, (said_on, columns) in enumerate(_SAID.get(table) or [(day, _without(table))]):
        place = sa.literal_column(str(number), sa.Integer).label("place")
        hashed = row_hash(place, *columns).label("hashed")
        parts.append(sa.select(*year_and_month(said_on), place, hashed).select_from(source))
    said = sa.union_all(*parts).subquery()
    # Only the first thing a row says stands without a day: an end that has not come is none.
    is_said = sa.or_(said.c.place == 0, said.c.year.is_not(None))
    total = sa.cast(sa.func.sum(said.c.hashed), sa.String)
    rows = sa.cast(sa.func.count(), sa.String)
    digest = (rows + sa.literal_column("':'") + total).label("digest")
    keys = (said.c.year, said.c.month)
    found = warehouse.read(sa.select(*keys, digest).where(is_said).group_by(*keys))
    months = [month_name(*pair) for pair in zip(found["year"], found["month"], strict=True)]
    digests = found["digest"].astype(object)
    return pd.DataFrame({"entity": table.name, "month": months, "digest": digests})


def _source(table: sa.Table) -> tuple[sa.FromClause, Any]:
    if table in (facts.person, facts.job_history):
        is_them = _first_days.c.person_id == table.c.person_id
        return table.outerjoin(_first_days, is_them), sa.null()
    if table in (facts.session, facts.pair_status_change):
        return table.outerjoin(facts.pair, facts.pair.c.pair_id == table.c.pair_id), sa.null()
    return dated(table)
