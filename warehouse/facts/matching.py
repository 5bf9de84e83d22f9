"""Facts about who was matched with whom, all as of the day of the match."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED, Span
from warehouse.facts.pairs import pair_spells
from warehouse.facts.work import job_on, program_jobs
from warehouse.reporting_line import same_line
from warehouse.sql import flag, or_zero, zero
from warehouse.tables import needs_form, person

# Born this many years apart, two people are of different generations. A distance and no named
# cut: with a cut at 1981, one year apart could be a generation and fifteen none. Named generations
# last 15 or 16 years (Pew Research Center 2019), so 15 is one of them.
GENERATION_YEARS = 15
MATCH = (
    "graded", "reverse", "grade_gap", "placed", "crosses_department", "aged",
    "crosses_generation", "in_line", "wanted", "wanted_and_offered",
)  # fmt: skip


def matches(span: Span) -> sa.CTE:
    """Return what is known of every pair's match: pair_id and ``MATCH``, one row per pair.

    graded, placed, aged: whether grade, department, birth year of both are recorded; the figures
    beside them are 0 where they are not, ``grade_gap`` (the mentee's grade less the mentor's) is
    NULL. in_line: one stood above the other. wanted, wanted_and_offered: skills.
    """
    spell, in_line, skills = pair_spells(span), same_line(pair_spells(span)), _skills(span)
    mentor, mentee = program_jobs().alias("mentor_job"), program_jobs().alias("mentee_job")
    young, old = person.alias("mentor"), person.alias("mentee")
    gap = mentee.c.level - mentor.c.level
    both_placed = sa.and_(_is_placed(mentor), _is_placed(mentee))
    distance = sa.func.abs(old.c.birth_year - young.c.birth_year)
    measures = {
        "graded": flag(gap.is_not(None)),
        "reverse": flag(gap > 0),
        "grade_gap": sa.cast(gap, sa.Double),
        "placed": flag(both_placed),
        "crosses_department": flag(
            sa.and_(both_placed, mentor.c.department != mentee.c.department)
        ),
        "aged": flag(distance.is_not(None)),
        "crosses_generation": flag(distance >= GENERATION_YEARS),
        "in_line": flag(in_line.c.pair_id.is_not(None)),
        "wanted": or_zero(skills.c.wanted),
        "wanted_and_offered": or_zero(skills.c.offered),
    }
    source: sa.FromClause = spell
    for job, side in ((mentor, "mentor_person_id"), (mentee, "mentee_person_id")):
        source = source.outerjoin(job, job_on(job, spell.c[side], spell.c.matched_on))
    for human, side in ((young, "mentor_person_id"), (old, "mentee_person_id")):
        source = source.outerjoin(human, human.c.person_id == spell.c[side])
    for other in (in_line, skills):
        source = source.outerjoin(other, other.c.pair_id == spell.c.pair_id)
    columns = [measures[name].label(name) for name in MATCH]
    return sa.select(spell.c.pair_id, *columns).select_from(source).cte("match_fact")


def _is_placed(job: sa.FromClause) -> sa.ColumnElement[bool]:
    return job.c.department != NOT_RECORDED


def _skills(span: Span) -> sa.Subquery:
    """Return how many skills the two want, and how many of them the partner offers, per pair.

    Forms up to the day of the match count, and the wishes of those whose partner has said what
    they offer: what was never asked is not missing.
    """
    spell = pair_spells(span)
    sides = ("mentor_person_id", "mentee_person_id")
    wishes = [
        sa.select(
            spell.c.pair_id,
            spell.c.program,
            spell.c.matched_on,
            spell.c[own].label("person_id"),
            spell.c[other].label("partner_id"),
        )
        for own, other in (sides, sides[::-1])
    ]
    side = sa.union_all(*wishes).cte("side")
    wanted, offered = (_said(side, name) for name in ("wanted", "offered"))
    answered = sa.select(offered.c.pair_id, offered.c.person_id).distinct().subquery("answered")
    source = wanted.join(
        answered,
        sa.and_(
            answered.c.pair_id == wanted.c.pair_id,
            answered.c.person_id == wanted.c.partner_id,
        ),
    ).outerjoin(
        offered,
        sa.and_(
            offered.c.pair_id == wanted.c.pair_id,
            offered.c.person_id == wanted.c.partner_id,
            offered.c.skill == wanted.c.skill,
        ),
    )
    met = flag(offered.c.skill.is_not(None))
    return (
        sa.select(
            wanted.c.pair_id,
            sa.cast(sa.func.count(), sa.Double).label("wanted"),
            sa.func.coalesce(sa.func.sum(met), zero(), type_=sa.Double).label("offered"),
        )
        .select_from(source)
        .group_by(wanted.c.pair_id)
        .subquery("skills")
    )


def _said(side: sa.CTE, direction: str) -> sa.Subquery:
    """Return the skills each side of a pair named in one direction by the match, once each."""
    form = needs_form.c
    in_time = sa.and_(
        form.person_id == side.c.person_id,
        sa.func.coalesce(form.program_id, side.c.program) == side.c.program,
        sa.func.coalesce(form.answered_on, side.c.matched_on) <= side.c.matched_on,
    )
    return (
        sa.select(
            side.c.pair_id,
            side.c.person_id,
            side.c.partner_id,
            sa.func.lower(sa.func.trim(form.skill)).label("skill"),
        )
        .select_from(side.join(needs_form, in_time))
        .where(form.direction == direction, form.skill.is_not(None))
        .distinct()
        .subquery(direction)
    )
