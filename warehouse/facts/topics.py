"""Facts about what pairs talk about: topics of held sessions, and which of them are technology."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from warehouse.facts.grain import EVERY_SLICE, PERIOD_KEYS, Grain, Span, fact_table
from warehouse.facts.pairs import pair_spells, past_sessions
from warehouse.facts.rhythm import SLICED
from warehouse.sql import flag
from warehouse.tables import session_topic

# Topics are the source's own words. One is technology where it contains one of these (English and
# German), or is one of the short words; anything else is told by the mapping's value map.
TECHNOLOGY_PARTS = (
    "technolog", "technik", "digital", "data", "daten", "software", "cyber", "cloud", "automat",
    "programming", "artificial intelligence", "künstliche intelligenz", "machine learning",
    "social media",
)  # fmt: skip
TECHNOLOGY_WORDS = ("ai", "ki", "it", "tech", "coding", "apps")
GOAL_WORDS = ("goal", "goals", "ziel", "ziele")


@cache  # one object per span: a query names each of its parts once
def held_topics(span: Span) -> sa.CTE:
    """Return the topics of held sessions, once each.

    Columns: pair_id, session_id, happened_on, topic (lower case), is_technology, is_goals.
    """
    past = past_sessions(span)
    named = sa.func.lower(sa.func.trim(session_topic.c.topic))
    topic = (
        sa.select(past.c.pair_id, past.c.session_id, past.c.happened_on, named.label("topic"))
        .select_from(past.join(session_topic, session_topic.c.session_id == past.c.session_id))
        .where(past.c.held == 1, session_topic.c.topic.is_not(None), named != "")
        .distinct()
        .subquery("said_topic")
    )
    is_technology = sa.or_(
        *(topic.c.topic.like(f"%{part}%") for part in TECHNOLOGY_PARTS),
        _has_word(topic.c.topic, TECHNOLOGY_WORDS),
    )
    return sa.select(
        *topic.c,
        flag(is_technology).label("is_technology"),
        flag(_has_word(topic.c.topic, GOAL_WORDS)).label("is_goals"),
    ).cte("held_topic")


def _has_word(topic: sa.ColumnElement[str], words: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Tell whether one of the words stands in a topic on its own."""
    spaced = sa.literal(" ", sa.String) + topic + sa.literal(" ", sa.String)
    return sa.or_(*(spaced.like(f"% {word} %") for word in words))


def _mentions(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, spell, topic = span.calendar(), pair_spells(span), held_topics(span)
    inside = topic.c.happened_on.between(calendar.c.starts_on, calendar.c.last_on)
    period = [calendar.c[name] for name in PERIOD_KEYS]
    keys = (*period, topic.c.pair_id, topic.c.topic)
    # The first topic of a pair stands for the pair, so that pairs can be counted by adding up.
    first = sa.func.min(topic.c.topic).over(partition_by=(*period, topic.c.pair_id))
    counted = (
        sa.select(
            *keys,
            sa.cast(sa.func.count(), sa.Double).label("mentions"),
            flag(topic.c.topic == first).label("is_first"),
        )
        .select_from(topic.join(calendar, inside))
        .group_by(*keys)
        .subquery("mentioned")
    )
    return sa.select(
        *(counted.c[name] for name in PERIOD_KEYS),
        *(spell.c[name] for name in SLICED),
        counted.c.topic,
        spell.c.pair_id,
        counted.c.mentions,
        counted.c.is_first,
    ).select_from(counted.join(spell, spell.c.pair_id == counted.c.pair_id))


PAIR_TOPIC = Grain(
    name="pair_topic",
    meaning="one topic of a pair's held sessions in a period",
    table=fact_table(
        "pair_topic",
        keys=(*PERIOD_KEYS, *SLICED, "topic", "pair_id"),
        measures=("mentions", "is_first"),
    ),
    build=_mentions,
    keys=(*PERIOD_KEYS, "topic"),
    slices=EVERY_SLICE,
    unit="pair_id",
)
