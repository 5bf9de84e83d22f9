"""Answers of the surveys, placed where people were when they answered, and their scores.

Only answers to waves that have closed are here. Department, cohort and role are those of the day
of the answer and never change later. Of somebody who answered a wave twice one response counts:
the last finished one before the wave closed, else the first late one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED
from warehouse.facts.waves import Quarters, closed_waves, joined_quarter, quarter_number
from warehouse.facts.work import first_enrollments, jobs
from warehouse.instruments import Asked
from warehouse.instruments.instrument import ENPS
from warehouse.sql import day, flag, newest_first, zero
from warehouse.tables import answer, response

MENTOR, MENTEE, NON_PARTICIPANT, ANONYMOUS = "mentor", "mentee", "non_participants", "not_recorded"
ATOM = ("number", "department", "cohort", "population")


def whole(value: int) -> sa.ColumnElement[int]:
    """Return a small whole number as a typed constant."""
    return sa.literal_column(str(int(value)), sa.Integer)


def place(
    people: sa.Subquery | sa.CTE, answered_on: sa.ColumnElement[Any]
) -> tuple[list[sa.Label[str]], sa.FromClause]:
    """Return department, cohort and population of ``people.person_id`` on a day, and the join.

    Populations never overlap: mentor, mentee (the role of the first enrollment, from its day on),
    non_participants, and not_recorded for answers without a person.
    """
    job, enrolled = jobs(), first_enrollments()
    source = people.outerjoin(
        job,
        sa.and_(
            job.c.person_id == people.c.person_id,
            job.c.begins_on <= answered_on,
            job.c.stops_on > answered_on,
        ),
    ).outerjoin(
        enrolled,
        sa.and_(enrolled.c.person_id == people.c.person_id, enrolled.c.enrolled_on <= answered_on),
    )
    population = sa.case(
        (people.c.person_id.is_(None), ANONYMOUS),
        (enrolled.c.person_id.is_(None), NON_PARTICIPANT),
        (enrolled.c.role == MENTOR, MENTOR),
        else_=MENTEE,
    )
    department = sa.func.coalesce(job.c.department, NOT_RECORDED, type_=sa.String)
    cohort = sa.func.coalesce(enrolled.c.cohort, "", type_=sa.String)
    columns = {"department": department, "cohort": cohort, "population": population}
    return [sa.cast(c, sa.String).label(name) for name, c in columns.items()], source


def counted_responses(quarters: Quarters) -> sa.CTE:
    """Return the response that counts of each person and wave.

    Columns: response_id, person_id, wave_id, survey_id, answered_on, wave_number, and number of
    the quarter it joins, unless that is not final yet.
    """
    closed, late = closed_waves(quarters), quarters.rows()
    joined = late.alias("joined_quarter")
    answered_on = sa.func.coalesce(
        sa.cast(response.c.recorded_at, sa.Date), closed.c.closes_on, type_=sa.Date
    )
    number = joined_quarter(answered_on, closed, late)
    is_late = answered_on > closed.c.closes_on
    moment = sa.func.coalesce(
        response.c.recorded_at, sa.cast(closed.c.closes_on, sa.DateTime), type_=sa.DateTime
    )
    is_partial = sa.and_(sa.not_(is_late), response.c.is_finished.is_(False))
    rank = newest_first(
        (
            response.c.wave_id,
            response.c.person_id,
            sa.case((response.c.person_id.is_(None), response.c.response_id)),
        ),
        sa.case((is_late, 1), else_=0),
        sa.case((is_partial, 1), else_=0),
        sa.case((sa.not_(is_late), moment)).desc(),
        moment,
        response.c.response_id,
    )
    ranked = (
        sa.select(
            response.c.response_id,
            response.c.person_id,
            closed.c.wave_id,
            closed.c.survey_id,
            closed.c.closes_on,
            answered_on.label("answered_on"),
            number.label("number"),
            rank.label("rank"),
        )
        .select_from(
            response.join(closed, closed.c.wave_id == response.c.wave_id).outerjoin(
                late, late.c.number == quarter_number(answered_on)
            )
        )
        .where(answered_on <= day(quarters.as_of))
        .subquery("ranked_response")
    )
    columns = [c for c in ranked.c if c.name != "rank"]
    return (
        sa.select(*columns)
        .select_from(ranked.join(joined, joined.c.number == ranked.c.number))
        .where(ranked.c.rank == 1, joined.c.is_final)
        .cte("counted_response")
    )


@dataclass(frozen=True)
class Answers:
    """The parts of the one query over answers.

    Attributes
    ----------
    given : CTE
        One row per counted answer and construct: response_no, construct_no, item_no, points
        (after reversing), off_scale (1 or 0).
    response : CTE
        One row per response: response_no, person_id, wave_id, survey_id, closes_on, answered_on,
        and the columns of ATOM.
    score : CTE
        One row per response and construct with enough answers: response_no, construct_no, score
        (a whole number of units).
    """

    given: sa.CTE
    response: sa.CTE
    score: sa.CTE


def scored_answers(asked: Asked, quarters: Quarters) -> Answers:
    """Return answers, placed responses and scores."""
    counted = counted_responses(quarters)
    columns, source = place(counted, counted.c.answered_on)
    placed = (
        sa.select(
            sa.func.row_number().over(order_by=counted.c.response_id).label("response_no"),
            *counted.c,
            *columns,
        )
        .select_from(source)
        .cte("placed_response")
    )
    given = _given(asked, placed)
    return Answers(given, placed, _scores(asked, given))


def _given(asked: Asked, placed: sa.CTE) -> sa.CTE:
    scored = _scored_items(asked)
    number = answer.c.number
    turned = sa.case((scored.c.turn.is_not(None), scored.c.turn - number), else_=number)
    sign = sa.case((number >= 9, 1.0), (number <= 6, -1.0), else_=zero())
    enps = asked.number(ENPS)
    points = sa.case((scored.c.construct_no == whole(enps), sign), else_=turned)
    off_scale = sa.or_(
        number < scored.c.low, number > scored.c.high, number != sa.func.floor(number)
    )
    return (
        sa.select(
            placed.c.response_no,
            scored.c.construct_no,
            scored.c.item_no,
            scored.c.needed,
            sa.cast(points, sa.Double).label("points"),
            flag(off_scale).label("off_scale"),
        )
        .select_from(
            answer.join(placed, placed.c.response_id == answer.c.response_id).join(
                scored,
                sa.and_(
                    scored.c.survey_id == placed.c.survey_id,
                    scored.c.item_code == answer.c.item_code,
                ),
            )
        )
        .where(
            number.is_not(None),
            answer.c.missing_code.is_(None),
            placed.c.population != scored.c.other_role,
        )
        .cte("given_answer")
    )


def _scored_items(asked: Asked) -> sa.CTE:
    """Return the scored items as rows; literals, as a company may have thousands of items."""
    columns: tuple[sa.ColumnClause[Any], ...] = (
        *(sa.column(name, sa.String) for name in ("survey_id", "item_code", "other_role")),
        *(sa.column(name, sa.Integer) for name in ("construct_no", "item_no", "needed")),
        *(sa.column(name, sa.Double) for name in ("low", "high", "turn")),
    )
    rows = []
    for construct_no, one in enumerate(asked.constructs):
        low, high = one.instrument.scale
        needed, places = one.needed(), {code: no for no, code in enumerate(one.codes)}
        for scored in one.items:
            rows.append(
                (
                    scored.survey, scored.code, one.instrument.other_role, construct_no,
                    places[scored.code], needed[scored.survey], float(low), float(high),
                    float(low + high) if scored.is_reversed else None,
                )
            )  # fmt: skip
    values = sa.values(*columns, name="scored", literal_binds=True).data(rows)
    typed = [sa.cast(values.c[c.name], c.type).label(c.name) for c in columns]
    return sa.select(*typed).cte("scored_item")


def _scores(asked: Asked, given: sa.CTE) -> sa.CTE:
    """Return mean answers in units: sum * (units per point / answered) is a whole number."""
    keys = (given.c.response_no, given.c.construct_no)
    answered = sa.func.count(given.c.points)
    units = sa.case(
        *(
            (given.c.construct_no == whole(no), whole(one.units_per_point))
            for no, one in enumerate(asked.constructs)
        ),
        else_=whole(1),
    )
    share = sa.cast(units, sa.Double) / sa.cast(answered, sa.Double)
    return (
        sa.select(*keys, (sa.func.sum(given.c.points) * share).label("score"))
        .group_by(*keys)
        .having(answered >= sa.func.min(given.c.needed))
        .cte("score")
    )
