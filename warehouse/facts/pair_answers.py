"""What the two sides of a pair say in the same wave."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED
from warehouse.facts.voice import ATOM, MENTEE, MENTOR, Answers, whole
from warehouse.sql import newest_first
from warehouse.tables import pair

PAIRED = "pair"  # population of a pair, which is neither its mentor nor its mentee


def gaps(construct_no: int, answers: Answers) -> sa.CTE:
    """Return how far mentor and mentee are apart, per pair and wave, placed where the mentee is.

    An answer is about the person's latest pair matched by its day; one-off pairs are left out.
    Columns: construct_no, cluster (the pair), number (of the later quarter), department, cohort
    (of the pair), population, x.
    """
    about = _about_pairs(construct_no, answers)
    mentor, mentee = about.alias("of_mentor"), about.alias("of_mentee")
    same = sa.and_(mentor.c.pair_id == mentee.c.pair_id, mentor.c.wave_id == mentee.c.wave_id)
    return (
        sa.select(
            whole(construct_no).label("construct_no"),
            mentee.c.pair_id.label("cluster"),
            sa.func.greatest(mentor.c.number, mentee.c.number, type_=sa.Integer).label("number"),
            mentee.c.department,
            mentee.c.pair_cohort.label("cohort"),
            sa.literal(PAIRED, sa.String).label("population"),
            sa.func.abs(mentor.c.score - mentee.c.score).label("x"),
        )
        .select_from(mentor.join(mentee, same))
        .where(mentor.c.side == MENTOR, mentee.c.side == MENTEE)
        .cte("gap")
    )


def _about_pairs(construct_no: int, answers: Answers) -> sa.CTE:
    """Return each score with the pair it is about and the person's side in it."""
    score, placed = answers.score, answers.response
    given = (
        sa.select(*placed.c, score.c.score)
        .select_from(score.join(placed, placed.c.response_no == score.c.response_no))
        .where(score.c.construct_no == whole(construct_no))
        .cte("benefit")
    )
    lasting = sa.func.coalesce(pair.c.kind, "formal") != "one-off"
    sides = [
        sa.select(
            *(given.c[name] for name in ("response_no", "wave_id", *ATOM, "score")),
            pair.c.pair_id,
            pair.c.matched_on,
            sa.literal(side, sa.String).label("side"),
            sa.func.coalesce(pair.c.cohort_id, NOT_RECORDED, type_=sa.String).label("pair_cohort"),
        )
        .select_from(given.join(pair, person == given.c.person_id))
        .where(lasting, pair.c.matched_on <= given.c.answered_on)
        for side, person in ((MENTOR, pair.c.mentor_person_id), (MENTEE, pair.c.mentee_person_id))
    ]
    both = sa.union_all(*sides).subquery("both_sides")
    rank = newest_first(both.c.response_no, both.c.matched_on.desc(), both.c.pair_id, both.c.side)
    ranked = sa.select(*both.c, rank.label("rank")).subquery("ranked_side")
    columns = [c for c in ranked.c if c.name != "rank"]
    return sa.select(*columns).where(ranked.c.rank == 1).cte("about_pair")
