"""What the warehouse knows about survey scores, read for the analyses of effects."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import sqlalchemy as sa

from models.wave_panel import ScoreFacts
from warehouse import tables
from warehouse.engine import Warehouse
from warehouse.facts.voice import scored_answers
from warehouse.facts.waves import Quarters, closed_waves
from warehouse.facts.work import first_enrollments
from warehouse.instruments import Asked

_SCORES = {"person_id": "object", "wave_id": "object", "construct_no": "int64", "score": "float64"}


def read_score_facts(warehouse: Warehouse, asked: Asked, quarters: Quarters) -> ScoreFacts:
    """Read what the analyses of scores need about waves that have closed.

    Scores are those behind the figures on voices: the same items, reversed and counted in the same
    way, of the same response where somebody answered twice. Answers given after a wave closed are
    left out, as in the response rate: they may come after an enrollment that the wave did not
    know, and would change what an earlier release said about the wave. Answers without a person
    cannot be followed from wave to wave.

    Parameters
    ----------
    warehouse : Warehouse
    asked : Asked
        Constructs and items.
    quarters : Quarters
        Which waves have closed, and which quarters are final, as of the day of the data.

    Returns
    -------
    ScoreFacts
    """
    closed, opened = closed_waves(quarters), tables.wave.c
    opens_on = sa.func.min(sa.func.coalesce(opened.opens_on, opened.closes_on, type_=sa.Date))
    waves = warehouse.read(
        sa.select(closed.c.wave_id, closed.c.survey_id, opens_on.label("opens_on"))
        .select_from(closed.join(tables.wave, opened.wave_id == closed.c.wave_id))
        .group_by(closed.c.wave_id, closed.c.survey_id)
        .order_by(closed.c.wave_id)
    )
    invited = tables.invitation.c
    pair = (invited.person_id, invited.wave_id)
    invitations = warehouse.read(
        sa.select(*pair)
        .where(sa.or_(invited.invited_on.is_(None), invited.invited_on <= quarters.as_of))
        .where(invited.wave_id.in_(sa.select(closed.c.wave_id)))
        .distinct()
        .order_by(*pair)
    )
    return ScoreFacts(
        waves=waves,
        invitations=invitations,
        scores=_scores(warehouse, asked, quarters),
        members=_members(warehouse, quarters.as_of),
    )


def _scores(warehouse: Warehouse, asked: Asked, quarters: Quarters) -> pd.DataFrame:
    found = pd.DataFrame(columns=list(_SCORES)).astype(_SCORES)
    if asked.constructs:
        answers = scored_answers(asked, quarters)
        score, response = answers.score.c, answers.response.c
        found = warehouse.read(
            sa.select(response.person_id, response.wave_id, score.construct_no, score.score)
            .select_from(
                answers.score.join(answers.response, response.response_no == score.response_no)
            )
            .where(response.person_id.is_not(None), response.answered_on <= response.closes_on)
            .order_by(response.person_id, response.wave_id, score.construct_no)
        )
    constructs = asked.constructs
    number = found["construct_no"].to_numpy(dtype=int)
    units = np.array([float(one.units_per_point) for one in constructs])
    names = np.array([one.id for one in constructs], dtype=object)
    roles = np.array([one.instrument.role for one in constructs], dtype=object)
    return pd.DataFrame(
        {
            "person_id": found["person_id"],
            "wave_id": found["wave_id"],
            "construct": names[number] if len(names) else names,
            "role": roles[number] if len(roles) else roles,
            "score": found["score"] / (units[number] if len(units) else 1.0),
        }
    )


def _members(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    enrolled = first_enrollments()
    columns = (enrolled.c.person_id, enrolled.c.enrolled_on, enrolled.c.role, enrolled.c.cohort)
    return warehouse.read(
        sa.select(*columns).where(enrolled.c.enrolled_on <= as_of).order_by(enrolled.c.person_id)
    )
