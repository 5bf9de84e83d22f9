"""Momentum of pairs from the warehouse: reads facts, returns rows of the board."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa
from threadpoolctl import threadpool_limits

from models.momentum import NEEDS_ATTENTION, assess_momentum, find_states
from models.pair_facts import (
    PairFacts,
    PairTables,
    gather_pairs,
    prepare_pairs,
    running_pairs,
)
from models.people_facts import answers_with_items, read_pairs
from models.published import BOARD_COLUMNS
from models.risk import USUAL_ALERT_SHARE, PairRisk, assess_risk
from warehouse import tables
from warehouse.engine import Warehouse

MET_LAST_MONTH = "met_last_month"  # construct of survey items


def pair_states(
    facts: PairFacts, *, as_of: dt.date, chance: pd.Series | None = None
) -> pd.DataFrame:
    """State, reasons, rank and risk of every running pair as of a day.

    Parameters
    ----------
    facts : PairFacts
        From :func:`read_momentum_facts`.
    as_of : date
    chance : Series of float, optional
        Of :func:`pair_risk`; without it nothing is said about risk.

    Returns
    -------
    DataFrame
        pair_id, state, reasons (JSON list), needs_attention, need_rank (1 = first to call),
        days_since_last (since the match where none was held), last_held_on, next_planned_on,
        sessions_held, sessions_cancelled_by_mentee, risk (chance that no session is held in the
        next 30 days, missing where nothing can be said). Pairs that ended or were meant for a
        single meeting are not in it.
    """
    pairs = gather_pairs(facts, as_of=as_of)
    board = pairs.join(assess_momentum(pairs, as_of=as_of).drop(columns="pair_id"))
    board["reasons"] = board["reasons"].map(json.dumps)
    board["days_since_last"] = board["days_silent"]
    board["risk"] = board["pair_id"].map({} if chance is None else chance).astype("float64")
    return board.sort_values("need_rank")[list(BOARD_COLUMNS)].reset_index(drop=True)


def pair_risk(facts: PairFacts, *, as_of: dt.date, seed: int = 0) -> PairRisk:
    """Chance of silence of every running pair, and the back-test behind it.

    As many pairs can be called each week, it is assumed, as need attention now.

    Parameters
    ----------
    facts : PairFacts
        From :func:`read_momentum_facts`.
    as_of : date
    seed : int
        Of the draws among equal chances, and among pairs where there are very many.
    """
    states = find_states(running_pairs(facts, as_of=as_of), as_of=as_of)
    needing = int(np.isin(states, list(NEEDS_ATTENTION)).sum())
    share = needing / int((states != "paused").sum()) if needing else USUAL_ALERT_SHARE
    # products of tall, narrow matrices: a second thread would only change the last digits
    with threadpool_limits(limits=1, user_api="blas"):
        return assess_risk(facts, as_of=as_of, alert_share=share, seed=seed)


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


def _met_answers(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Answers that the pair met in the last month."""
    answer, response, item = tables.answer.c, tables.response.c, tables.item.c
    return warehouse.read(
        sa.select(response.person_id, response.recorded_at.label("answered_on"))
        .select_from(answers_with_items())
        .where(item.construct == MET_LAST_MONTH, answer.number > 0)
        .where(response.person_id.is_not(None))
        .where(response.recorded_at < as_of + dt.timedelta(days=1))
        .order_by(response.person_id, response.recorded_at)
    )


def _planned_ends(warehouse: Warehouse) -> pd.DataFrame:
    """First day after the planned end of each pair's cohort, or of its program."""
    pair, cohort, program = tables.pair.c, tables.cohort.c, tables.program.c
    ends_on = sa.func.coalesce(cohort.ends_on, program.ends_on, type_=sa.Date)
    return warehouse.read(
        sa.select(pair.pair_id, ends_on.label("planned_end_on"))
        .select_from(
            tables.pair.outerjoin(tables.cohort, cohort.cohort_id == pair.cohort_id).outerjoin(
                tables.program, program.program_id == pair.program_id
            )
        )
        .order_by(pair.pair_id)
    ).drop_duplicates("pair_id")


def _read_pair_tables(warehouse: Warehouse, as_of: dt.date) -> PairTables:
    change, session = tables.pair_status_change.c, tables.session.c
    said, rule, job = tables.session_feedback.c, tables.ground_rules.c, tables.job_history.c
    return PairTables(
        pairs=read_pairs(warehouse).merge(_planned_ends(warehouse), on="pair_id", how="left"),
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
