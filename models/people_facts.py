"""What the warehouse knows about people, read for the analyses of effects."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from models.panel import Facts
from warehouse import tables
from warehouse.engine import Warehouse

ENGAGEMENT = "engagement"  # construct of survey items


def read_facts(warehouse: Warehouse, as_of: dt.date) -> Facts:
    """Read what the retention analyses need about people."""
    spell, job, left = tables.employment.c, tables.job_history.c, tables.exit_.c
    employment = warehouse.read(
        sa.select(spell.person_id, spell.hired_on, spell.end_on)
        .where(sa.or_(spell.hired_on.is_(None), spell.hired_on <= as_of))
        .where(sa.func.coalesce(spell.worker_type, "employee") != "contingent")
        .order_by(spell.person_id, spell.spell_no)
    )
    jobs = warehouse.read(
        sa.select(
            job.person_id,
            job.valid_from,
            job.valid_to,
            job.seq_no,
            job.level,
            job.department_id,
            job.function_type,
            job.location,
            job.status,
        )
        .where(job.valid_from <= as_of)
        .order_by(job.person_id, job.valid_from, job.seq_no)
    )
    names = jobs["department_id"].map(_department_names(warehouse))
    jobs["department"] = names.where(names.notna(), jobs["department_id"])
    exits = warehouse.read(
        sa.select(left.person_id, left.exit_on, left.reason_group, left.voluntary)
        .where(left.exit_on <= as_of)
        .order_by(left.person_id, left.exit_on, left.voluntary)
    )
    member = tables.participant.c
    enrollments = warehouse.read(
        sa.select(
            member.person_id, member.enrolled_on, member.role, member.cohort_id.label("cohort")
        )
        .where(member.enrolled_on <= as_of)
        .order_by(member.person_id, member.enrolled_on, member.role, member.cohort_id)
    )
    return Facts(employment, jobs, exits, enrollments, _engagement_scores(warehouse, as_of))


def _department_names(warehouse: Warehouse) -> dict[str, str]:
    """Latest name of each department; where the table is empty the id is its own name."""
    column = tables.department.c
    names = warehouse.read(
        sa.select(column.department_id, column.name)
        .where(column.name.is_not(None))
        .order_by(column.department_id, sa.func.coalesce(column.valid_from, dt.date(1900, 1, 1)))
    )
    return dict(zip(names["department_id"], names["name"], strict=True))


def _engagement_scores(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Mean of the engagement items per response, reversed items turned round."""
    answer, response, item = tables.answer.c, tables.response.c, tables.item.c
    turned = sa.case(
        (item.is_reversed, item.scale_min + item.scale_max - answer.number), else_=answer.number
    )
    return warehouse.read(
        sa.select(
            response.person_id,
            response.wave_id,
            response.recorded_at.label("recorded_on"),
            sa.func.avg(turned).label("score"),
        )
        .select_from(answers_with_items())
        .where(item.construct == ENGAGEMENT, answer.number.is_not(None))
        .where(response.person_id.is_not(None))
        .where(response.recorded_at < as_of + dt.timedelta(days=1))
        .group_by(response.person_id, response.wave_id, response.response_id, response.recorded_at)
        .order_by(response.person_id, response.recorded_at, response.response_id)
    )


def answers_with_items() -> sa.Join:
    """Join answers to their response, wave and item."""
    answer, response = tables.answer.c, tables.response.c
    wave, item = tables.wave.c, tables.item.c
    same_item = sa.and_(item.survey_id == wave.survey_id, item.item_code == answer.item_code)
    return (
        sa.join(tables.answer, tables.response, answer.response_id == response.response_id)
        .join(tables.wave, response.wave_id == wave.wave_id)
        .join(tables.item, same_item)
    )


def read_pairs(warehouse: Warehouse) -> pd.DataFrame:
    """Read every pair that was ever matched."""
    column = tables.pair.c
    return warehouse.read(
        sa.select(
            column.pair_id,
            column.mentor_person_id,
            column.mentee_person_id,
            column.kind,
            column.status,
            column.matched_on,
            column.ended_on,
            column.agreed_cadence_days,
        ).order_by(column.pair_id)
    )
