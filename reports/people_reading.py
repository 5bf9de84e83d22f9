"""What the warehouse knows of people in programs as of a day: places, jobs, skills, pairs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED, Span
from warehouse.facts.pairs import pair_spells
from warehouse.facts.work import job_on, program_jobs
from warehouse.sql import day, flag, since, until
from warehouse.tables import employment, needs_form, pair, participant, person, program


@dataclass(frozen=True)
class PeopleKnown:
    """Rows about people as of a day; days are datetime64.

    Attributes
    ----------
    participants : DataFrame
        program, cohort, role, person_id, applied_on, enrolled_on, withdrew_on; of programs that
        are not over.
    people : DataFrame
        Index person_id: name (the person's id where none is known), department (missing where not
        recorded), level (float), has_left. Everybody who ever was in a program or pair.
    skills : DataFrame
        program, person_id, direction (offered or wanted), skill (lower case); once each.
    pairs : DataFrame
        pair_id, program, cohort, mentor_person_id, mentee_person_id, matched_on, ended_on (missing
        while the pair runs as of the day), planned_end_on, final_status, is_lasting, end_reason;
        matched by the day.
    """

    participants: pd.DataFrame
    people: pd.DataFrame
    skills: pd.DataFrame
    pairs: pd.DataFrame


def read_people(warehouse: Warehouse, *, as_of: dt.date) -> PeopleKnown:
    """Read all of it; nothing that happened after the day is in it."""
    return PeopleKnown(
        participants=_participants(warehouse, as_of),
        people=_people(warehouse, as_of),
        skills=_skills(warehouse, as_of),
        pairs=_pairs(warehouse, as_of),
    )


def _participants(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    row = participant.c
    return warehouse.read(
        sa.select(
            row.program_id.label("program"),
            row.cohort_id.label("cohort"),
            row.role,
            row.person_id,
            row.applied_on,
            row.enrolled_on,
            row.withdrew_on,
        )
        .select_from(participant.outerjoin(program, program.c.program_id == row.program_id))
        .where(sa.func.coalesce(row.applied_on, row.enrolled_on, type_=sa.Date) <= day(as_of))
        .where(until(program.c.ends_on) > day(as_of), row.person_id.is_not(None))
        .order_by(row.person_id, row.participant_id)
    )


def _people(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    spell, job = employment.c, program_jobs()
    columns = (participant.c.person_id, pair.c.mentor_person_id, pair.c.mentee_person_id)
    involved = sa.union(*(sa.select(column.label("person_id")) for column in columns)).cte("who")
    in_force = sa.and_(since(spell.hired_on) <= day(as_of), until(spell.end_on) > day(as_of))
    spells = (
        sa.select(spell.person_id, sa.func.max(flag(in_force)).label("is_there"))
        .group_by(spell.person_id)
        .subquery("employed")
    )
    who = involved.c.person_id
    found = warehouse.read(
        sa.select(
            who,
            sa.func.coalesce(person.c.display_name, who, type_=sa.String).label("name"),
            job.c.department,
            sa.cast(job.c.level, sa.Double).label("level"),
            spells.c.is_there,
        )
        .select_from(
            involved.outerjoin(person, person.c.person_id == who)
            .outerjoin(job, job_on(job, who, day(as_of)))
            .outerjoin(spells, spells.c.person_id == who)
        )
        .where(who.is_not(None))
        .order_by(who, person.c.display_name)
    ).drop_duplicates("person_id")
    found["department"] = found["department"].where(found["department"] != NOT_RECORDED)
    found["has_left"] = found.pop("is_there") == 0  # of whom no employment is known has not
    return found.set_index("person_id")


def _skills(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    form = needs_form.c
    found = warehouse.read(
        sa.select(
            form.program_id.label("program"),
            form.person_id,
            form.direction,
            sa.func.lower(sa.func.trim(form.skill)).label("skill"),
        )
        .where(form.direction.in_(("offered", "wanted")), form.skill.is_not(None))
        .where(sa.func.coalesce(form.answered_on, day(as_of), type_=sa.Date) <= day(as_of))
        .where(form.person_id.is_not(None))
        .distinct()
    )
    keys = ["program", "person_id", "direction", "skill"]
    return found[found["skill"] != ""].sort_values(keys, ignore_index=True)


def _pairs(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    spell = pair_spells(Span.between(as_of, as_of))
    reason = (
        sa.select(pair.c.pair_id, sa.func.max(pair.c.end_reason).label("end_reason"))
        .group_by(pair.c.pair_id)
        .subquery("why")
    )
    names = (
        "pair_id", "program", "cohort", "mentor_person_id", "mentee_person_id", "matched_on",
        "planned_end_on", "final_status", "is_lasting",
    )  # fmt: skip
    ended_on = sa.case((spell.c.until_on <= day(as_of), spell.c.until_on))
    return warehouse.read(
        sa.select(
            *(spell.c[name] for name in names), ended_on.label("ended_on"), reason.c.end_reason
        )
        .select_from(spell.outerjoin(reason, reason.c.pair_id == spell.c.pair_id))
        .order_by(spell.c.pair_id)
    ).drop_duplicates("pair_id", ignore_index=True)
