"""Facts about how pairs work together: ground rules, goals, actions, and what sessions are about.

Whatever is a state counts as of the period's last day; sessions, due actions and stories count in
the period they fall into.
"""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import EVERY_SLICE, PERIOD_KEYS, Grain, Span, fact_table
from warehouse.facts.matching import MATCH, matches
from warehouse.facts.pairs import pair_spells, past_sessions
from warehouse.facts.rhythm import SLICED
from warehouse.facts.topics import held_topics
from warehouse.sql import flag, later, or_zero, total, until
from warehouse.tables import action_item, goal, ground_rules, success_story

RULES = ("topics", "off_limits", "place", "frequency", "confidentiality")
_IN_PERSON = "in_person"
_LASTING = ("lasting", "ruled", "rule_points", "goal_set", "actions")
_TOPICS = ("talked", "technology_only")
_GOALS = ("goals_due", "goals_attained")
_ACTIONS = ("actions_due", "actions_done", "actions_told", "actions_shared", "ideas")
_SESSIONS = ("placed_sessions", "neutral_sessions", "sessions_with_goals_told", "goal_sessions")
_MEASURES = (*MATCH, *_LASTING, *_TOPICS, *_GOALS, *_ACTIONS, *_SESSIONS, "stories")


def _rules(calendar: sa.CTE) -> sa.Subquery:
    """Return how many of the five rules both had agreed on by a period's last day, per pair."""
    row = ground_rules.c
    points = [flag(row[f"covers_{name}"]) for name in RULES]
    agreed = (
        sa.select(
            row.pair_id,
            later(row.mentor_agreed_on, row.mentee_agreed_on).label("agreed_on"),
            sum(points[1:], start=points[0]).label("points"),
        )
        .where(row.mentor_agreed_on.is_not(None), row.mentee_agreed_on.is_not(None))
        .subquery("agreed")
    )
    keys = (agreed.c.pair_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(*keys, sa.func.max(agreed.c.points).label("points"))
        .select_from(agreed.join(calendar, agreed.c.agreed_on <= calendar.c.last_on))
        .group_by(*keys)
        .subquery("rules")
    )


def _first_goals(span: Span) -> sa.Subquery:
    """Return the day each pair set its first goal, where that was by its second session."""
    past = past_sessions(span)
    number = sa.func.row_number().over(
        partition_by=past.c.pair_id, order_by=(past.c.planned_start_at, past.c.session_id)
    )
    numbered = (
        sa.select(past.c.pair_id, past.c.happened_on, number.label("number"))
        .where(past.c.held == 1)
        .subquery("numbered")
    )
    second = (
        sa.select(numbered.c.pair_id, numbered.c.happened_on)
        .where(numbered.c.number == 2)
        .subquery("second")
    )
    first = (
        sa.select(goal.c.pair_id, sa.func.min(goal.c.set_on).label("set_on"))
        .group_by(goal.c.pair_id)
        .subquery("first_set")
    )
    return (
        sa.select(first.c.pair_id, first.c.set_on)
        .select_from(first.outerjoin(second, second.c.pair_id == first.c.pair_id))
        .where(first.c.set_on <= until(second.c.happened_on))
        .subquery("early_goal")
    )


def _goals(calendar: sa.CTE) -> sa.Subquery:
    """Return the goals that were due by a period's last day, and those attained by it."""
    due_on = sa.func.coalesce(goal.c.due_on, goal.c.closed_on, type_=sa.Date)
    attained_on = sa.func.coalesce(goal.c.closed_on, goal.c.due_on, type_=sa.Date)
    attained = sa.and_(goal.c.status == "attained", attained_on <= calendar.c.last_on)
    keys = (goal.c.pair_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(
            *keys,
            total(flag(sa.true())).label("goals_due"),
            total(flag(attained)).label("goals_attained"),
        )
        .select_from(goal.join(calendar, due_on <= calendar.c.last_on))
        .group_by(*keys)
        .subquery("due_goal")
    )


def _actions(calendar: sa.CTE) -> sa.Subquery:
    """Return the actions noted by a period's last day, and of those due in it what became."""
    row = action_item.c
    noted_on = sa.func.coalesce(row.created_on, row.due_on, type_=sa.Date)
    due_on = later(sa.func.coalesce(row.due_on, noted_on, type_=sa.Date), noted_on)
    due = due_on.between(calendar.c.starts_on, calendar.c.last_on)
    done = sa.and_(due, row.status == "done")
    measures = {
        "actions": sa.true(),
        "actions_due": due,
        "actions_done": done,
        "actions_told": sa.and_(due, row.is_shared.is_not(None)),
        "actions_shared": sa.and_(due, row.is_shared),
        "ideas": sa.and_(done, row.is_shared, row.owner_role == "mentee"),
    }
    keys = (row.pair_id, calendar.c.period_kind, calendar.c.period)
    sums = [total(flag(condition)).label(name) for name, condition in measures.items()]
    return (
        sa.select(*keys, *sums)
        .select_from(action_item.join(calendar, noted_on <= calendar.c.last_on))
        .group_by(*keys)
        .subquery("noted")
    )


def _sessions(span: Span, calendar: sa.CTE) -> sa.Subquery:
    """Return the held sessions of each pair in each period whose place or goals can be told."""
    past, spell = past_sessions(span), pair_spells(span)
    topic = held_topics(span)
    about_goals = (
        sa.select(topic.c.session_id).where(topic.c.is_goals == 1).distinct().subquery("about")
    )
    # Where a program never names goals among its topics, nobody can say that they were not
    # reviewed: its sessions count from the day on which it first did.
    telling = (
        sa.select(spell.c.program, sa.func.min(topic.c.happened_on).label("told_from"))
        .select_from(topic.join(spell, spell.c.pair_id == topic.c.pair_id))
        .where(topic.c.is_goals == 1)
        .group_by(spell.c.program)
        .subquery("telling")
    )
    in_person = sa.func.coalesce(past.c.mode, _IN_PERSON, type_=sa.String) == _IN_PERSON
    measures = {
        "placed_sessions": sa.and_(in_person, past.c.place_is_neutral.is_not(None)),
        "neutral_sessions": sa.and_(in_person, past.c.place_is_neutral),
        "sessions_with_goals_told": telling.c.told_from <= past.c.happened_on,
        "goal_sessions": about_goals.c.session_id.is_not(None),
    }
    keys = (past.c.pair_id, calendar.c.period_kind, calendar.c.period)
    inside = past.c.happened_on.between(calendar.c.starts_on, calendar.c.last_on)
    return (
        sa.select(*keys, *(total(flag(c)).label(name) for name, c in measures.items()))
        .select_from(
            past.join(calendar, inside)
            .join(spell, spell.c.pair_id == past.c.pair_id)
            .outerjoin(telling, telling.c.program == spell.c.program)
            .outerjoin(about_goals, about_goals.c.session_id == past.c.session_id)
        )
        .where(past.c.held == 1)
        .group_by(*keys)
        .subquery("held_session")
    )


def _first_topics(span: Span) -> sa.Subquery:
    """Return the day a pair first talked of anything, and of anything but technology."""
    topic = held_topics(span)
    other = sa.case((topic.c.is_technology == 0, topic.c.happened_on))
    return (
        sa.select(
            topic.c.pair_id,
            sa.func.min(topic.c.happened_on).label("talked_on"),
            sa.func.min(other).label("other_on"),
        )
        .group_by(topic.c.pair_id)
        .subquery("first_topic")
    )


def _stories(calendar: sa.CTE) -> sa.Subquery:
    inside = success_story.c.told_on.between(calendar.c.starts_on, calendar.c.last_on)
    keys = (success_story.c.pair_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(*keys, total(flag(success_story.c.is_consented)).label("stories"))
        .select_from(success_story.join(calendar, inside))
        .group_by(*keys)
        .subquery("told")
    )


def _pair_practice(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, spell, match = span.calendar(), pair_spells(span), matches(span)
    rules, due, noted = _rules(calendar), _goals(calendar), _actions(calendar)
    held, told = _sessions(span, calendar), _stories(calendar)
    first_goal, topic = _first_goals(span), _first_topics(span)
    source = spell.join(calendar, spell.c.matched_on <= calendar.c.last_on)
    source = source.join(match, match.c.pair_id == spell.c.pair_id)
    for other in (first_goal, topic):
        source = source.outerjoin(other, other.c.pair_id == spell.c.pair_id)
    for other in (rules, due, noted, held, told):
        same = [other.c[name] == calendar.c[name] for name in PERIOD_KEYS]
        source = source.outerjoin(other, sa.and_(other.c.pair_id == spell.c.pair_id, *same))
    lasting = {
        "lasting": flag(sa.true()),
        "ruled": flag(rules.c.points == len(RULES)),
        "rule_points": or_zero(rules.c.points),
        "goal_set": flag(first_goal.c.set_on <= calendar.c.last_on),
        "actions": or_zero(noted.c.actions),
    }
    has_talked = topic.c.talked_on <= calendar.c.last_on
    only = sa.and_(has_talked, until(topic.c.other_on) > calendar.c.last_on)
    measures = {
        **{name: match.c[name] for name in MATCH},
        **{name: sa.case((spell.c.is_lasting, x), else_=0.0) for name, x in lasting.items()},
        "talked": flag(has_talked),
        "technology_only": flag(only),
        **{name: or_zero(due.c[name]) for name in _GOALS},
        **{name: or_zero(noted.c[name]) for name in _ACTIONS},
        **{name: or_zero(held.c[name]) for name in _SESSIONS},
        "stories": or_zero(told.c.stories),
    }
    return sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        *(spell.c[name] for name in SLICED),
        spell.c.pair_id,
        *(measures[name].label(name) for name in _MEASURES),
    ).select_from(source)


PAIR_PRACTICE = Grain(
    name="pair_practice",
    meaning="one pair and period, from the match on (also after the pair ended), with what it "
    "agreed, set itself and did by the period's last day or in the period",
    table=fact_table("pair_practice", keys=(*PERIOD_KEYS, *SLICED, "pair_id"), measures=_MEASURES),
    build=_pair_practice,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="pair_id",
)
