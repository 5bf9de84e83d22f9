"""From the warehouse to the models and back: reads facts, runs analyses, returns release rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from threadpoolctl import threadpool_limits

from models.estimate import EstimationError
from models.momentum import assess_momentum, find_states
from models.pair_facts import (
    PairFacts,
    PairTables,
    gather_pairs,
    prepare_pairs,
    running_pairs,
)
from models.panel import Facts, build_panel
from models.published import (
    BALANCE_COLUMNS,
    BOARD_COLUMNS,
    CURVE_COLUMNS,
    DIAGNOSTIC_COLUMNS,
    ESTIMATE_COLUMNS,
)
from models.retention_runs import Rows, refuse_retention, run_retention
from warehouse import tables
from warehouse.engine import Warehouse

# Constructs of survey items that are read here.
ENGAGEMENT = "engagement"
MET_LAST_MONTH = "met_last_month"


@dataclass(frozen=True)
class Analyses:
    """Rows for the tables of the same names in a release, ready to publish."""

    estimate: pd.DataFrame
    curve: pd.DataFrame
    balance: pd.DataFrame
    diagnostic: pd.DataFrame


def run_analyses(warehouse: Warehouse, *, as_of: dt.date, seed: int = 0) -> Analyses:
    """Run the retention analyses on the facts known as of a day.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day the data speak about.
    seed : int
        Of the sample that very large enrollment models are fitted to.

    Returns
    -------
    Analyses
        What cannot be answered is there as ``not_estimable`` with its reason.
    """
    facts = _read_facts(warehouse, as_of)
    try:
        panel = build_panel(facts, as_of=as_of)
        # The products are tall and narrow: a second thread mostly waits, and where it splits a
        # sum the last digits would depend on the number of processors.
        with threadpool_limits(limits=1, user_api="blas"):
            rows = run_retention(panel, _read_pairs(warehouse), seed=seed)
    except EstimationError as error:
        rows = refuse_retention(error)
    return _frames(rows)


def pair_states(facts: PairFacts, *, as_of: dt.date) -> pd.DataFrame:
    """State, reasons and rank of every running pair as of a day.

    Parameters
    ----------
    facts : PairFacts
        From :func:`read_momentum_facts`.
    as_of : date

    Returns
    -------
    DataFrame
        pair_id, state, reasons (JSON list), needs_attention, need_rank (1 = first to call),
        days_since_last (since the match where none was held), last_held_on, next_planned_on,
        sessions_held, sessions_cancelled_by_mentee. Pairs that ended or were meant for a single
        meeting are not in it.
    """
    pairs = gather_pairs(facts, as_of=as_of)
    board = pairs.join(assess_momentum(pairs, as_of=as_of).drop(columns="pair_id"))
    board["reasons"] = board["reasons"].map(json.dumps)
    board["days_since_last"] = board["days_silent"]
    return board.sort_values("need_rank")[list(BOARD_COLUMNS)].reset_index(drop=True)


def pair_state_history(facts: PairFacts, *, days: Sequence[dt.date]) -> pd.DataFrame:
    """State of every running pair on each of several days.

    Parameters
    ----------
    facts : PairFacts
        From :func:`read_momentum_facts`, as of the last of the days.
    days : sequence of date

    Returns
    -------
    DataFrame
        as_of (datetime64), pair_id, state; on a day in the past a session counts as booked as
        :func:`models.pair_facts.running_pairs` says.
    """
    boards = []
    for day in days:
        pairs = running_pairs(facts, as_of=day)
        states = find_states(pairs, as_of=day)
        boards.append(pairs[["pair_id"]].assign(state=states, as_of=pd.Timestamp(day)))
    if not boards:
        return pd.DataFrame(columns=["as_of", "pair_id", "state"])
    return pd.concat(boards, ignore_index=True)


def read_momentum_facts(warehouse: Warehouse, *, as_of: dt.date) -> PairFacts:
    """Read what is known about pairs by a day; it serves that day and every day before."""
    return prepare_pairs(_read_pair_tables(warehouse, as_of))


def _frames(rows: Rows) -> Analyses:
    curve = pd.concat(rows.curve, ignore_index=True) if rows.curve else pd.DataFrame()
    estimate = pd.DataFrame(rows.estimate, columns=ESTIMATE_COLUMNS)
    return Analyses(
        estimate=estimate.astype({"n_treated": "Int64", "n_control": "Int64"}),
        curve=curve.reindex(columns=CURVE_COLUMNS).astype({"at_risk": "Int64"}),
        balance=pd.DataFrame(rows.balance, columns=BALANCE_COLUMNS),
        diagnostic=pd.DataFrame(rows.diagnostic, columns=DIAGNOSTIC_COLUMNS),
    )


def _read_facts(warehouse: Warehouse, as_of: dt.date) -> Facts:
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
        sa.select(member.person_id, member.enrolled_on, member.role)
        .where(member.enrolled_on <= as_of)
        .order_by(member.person_id, member.enrolled_on, member.role)
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
        .select_from(_answers_with_items())
        .where(item.construct == ENGAGEMENT, answer.number.is_not(None))
        .where(response.person_id.is_not(None))
        .where(response.recorded_at < as_of + dt.timedelta(days=1))
        .group_by(response.person_id, response.wave_id, response.response_id, response.recorded_at)
        .order_by(response.person_id, response.recorded_at, response.response_id)
    )


def _answers_with_items() -> sa.Join:
    answer, response = tables.answer.c, tables.response.c
    wave, item = tables.wave.c, tables.item.c
    same_item = sa.and_(item.survey_id == wave.survey_id, item.item_code == answer.item_code)
    return (
        sa.join(tables.answer, tables.response, answer.response_id == response.response_id)
        .join(tables.wave, response.wave_id == wave.wave_id)
        .join(tables.item, same_item)
    )


def _met_answers(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Answers that the pair met in the last month."""
    answer, response, item = tables.answer.c, tables.response.c, tables.item.c
    return warehouse.read(
        sa.select(response.person_id, response.recorded_at.label("answered_on"))
        .select_from(_answers_with_items())
        .where(item.construct == MET_LAST_MONTH, answer.number > 0)
        .where(response.person_id.is_not(None))
        .where(response.recorded_at < as_of + dt.timedelta(days=1))
        .order_by(response.person_id, response.recorded_at)
    )


def _read_pairs(warehouse: Warehouse) -> pd.DataFrame:
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


def _read_pair_tables(warehouse: Warehouse, as_of: dt.date) -> PairTables:
    change, session = tables.pair_status_change.c, tables.session.c
    said, rule, job = tables.session_feedback.c, tables.ground_rules.c, tables.job_history.c
    return PairTables(
        pairs=_read_pairs(warehouse),
        changes=warehouse.read(
            sa.select(change.pair_id, change.changed_on, change.status)
            .where(change.changed_on <= as_of)
            .order_by(change.pair_id, change.changed_on, change.source_record_id)
        ),
        sessions=warehouse.read(
            sa.select(
                session.session_id,
                session.pair_id,
                session.planned_start_at,
                session.status,
                session.cancelled_by,
                session.cancelled_at,
            ).order_by(session.pair_id, session.planned_start_at, session.session_id)
        ),
        feedback=warehouse.read(
            sa.select(said.session_id, said.role, said.rating, said.who_mostly_advised).order_by(
                said.session_id, said.role
            )
        ),
        rules=warehouse.read(
            sa.select(
                rule.pair_id,
                rule.covers_topics,
                rule.covers_off_limits,
                rule.covers_place,
                rule.covers_frequency,
                rule.covers_confidentiality,
                rule.mentor_agreed_on,
                rule.mentee_agreed_on,
            ).order_by(rule.pair_id)
        ),
        managers=warehouse.read(
            sa.select(job.person_id, job.manager_person_id, job.valid_from, job.valid_to)
            .where(job.valid_from <= as_of)
            .where(job.manager_person_id.is_not(None))
            .order_by(job.person_id, job.valid_from, job.seq_no)
        ),
        met_answers=_met_answers(warehouse, as_of),
    )
