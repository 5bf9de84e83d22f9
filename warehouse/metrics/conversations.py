"""Practice, second part: what the sessions are like."""

from __future__ import annotations

import datetime as dt
from functools import partial

from warehouse.facts.feedback import PAIR_FEEDBACK
from warehouse.facts.practice import PAIR_PRACTICE
from warehouse.facts.topics import PAIR_TOPIC
from warehouse.metrics.metric import CONFIDENTIAL, Metric

REVIEWED_ON = dt.date(2026, 11, 30)

_talk = partial(Metric, family="practice", source="Session log", reviewed_on=REVIEWED_ON)
_pair, _topic, _said = PAIR_PRACTICE.table.c, PAIR_TOPIC.table.c, PAIR_FEEDBACK.table.c

_HELD = "Sessions held in the period count, those of one-off pairs too."
_ANSWERS = (
    " Confidential, because an answer by one of two people is an answer: by quarter and year, for "
    "the whole company only, and not below the minimum number of pairs."
)

METRICS = (
    _talk(
        id="sessions_reviewing_goals_rate",
        label="Sessions that look at goals",
        definition="Share of held sessions that name goals among their topics. A program's "
        f"sessions count from the day on which one first did: where nobody notes it, nobody can "
        f"say that it does not happen. {_HELD}",
        formula="held sessions with a topic 'goal' / held sessions of programs that note it",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_PRACTICE,
        numerator=_pair.goal_sessions,
        denominator=_pair.sessions_with_goals_told,
        higher_is_better=True,
        undefined_reason="No session was held here, or no session log names goals among its topics",
    ),
    _talk(
        id="technology_only_rate",
        label="Pairs that talk of technology only",
        definition="Share of pairs all of whose sessions up to the period's last day were about "
        "technology, among pairs with a topic on record. Technology is what is named so, or "
        "digital, data, software, artificial intelligence, social media and the like; a mapping's "
        "value map can call other topics one of these. Pairs count also after they ended.",
        formula="pairs whose topics are all technology / pairs with a topic on record",
        unit="fraction",
        kind="share",
        grain=PAIR_PRACTICE,
        numerator=_pair.technology_only,
        denominator=_pair.talked,
        higher_is_better=False,
        undefined_reason="No pair has a topic on record yet",
    ),
    _talk(
        id="topic_diversity",
        label="Diversity of topics",
        definition="How evenly held sessions spread over topics, as Shannon entropy: 0 bits when "
        "all are about one topic, 1 bit when two are equally common, 3 bits for eight. Few "
        f"sessions make it look smaller than it is. {_HELD}",
        formula="-sum over topics of p log2(p), p = mentions of the topic / mentions of all",
        unit="bits",
        kind="entropy",
        grain=PAIR_TOPIC,
        numerator=_topic.mentions,
        people=_topic.is_first,
        higher_is_better=True,
        source="Shannon 1948",
        undefined_reason="No topic is on record in this period",
    ),
    _talk(
        id="neutral_place_rate",
        label="Met on neutral ground",
        definition="Share of sessions in person that took place where neither of the two is at "
        f"home, among those whose place is recorded. {_HELD}",
        formula="sessions in a neutral place / sessions in person with the place known",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_PRACTICE,
        numerator=_pair.neutral_sessions,
        denominator=_pair.placed_sessions,
        higher_is_better=True,
        undefined_reason="No session in person with a recorded place was held in this period",
    ),
    _talk(
        id="role_reversion_rate",
        label="Senior did most of the advising",
        definition="Share of held sessions after which everyone who answered, both or the one, "
        "said that the mentee (the senior) mostly advised: the mentoring fell back into the usual "
        f"direction. Sessions without an answer are left out. {_HELD}{_ANSWERS}",
        formula="sessions in which all answers say 'mentee' / sessions with an answer",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_FEEDBACK,
        numerator=_said.reverted,
        denominator=_said.said_role,
        sensitivity=CONFIDENTIAL,
        company_only=True,
        additive=True,
        higher_is_better=False,
        source="Feedback after sessions",
        undefined_reason="Nobody said who advised in a session of this period",
    ),
    _talk(
        id="feedback_response_rate",
        label="Feedback given after sessions",
        definition="Of the two answers that every held session could bring, the share that came "
        f"in, whenever it did. {_HELD}{_ANSWERS}",
        formula="answers of mentors and mentees / (2 x held sessions)",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_FEEDBACK,
        numerator=_said.answered,
        denominator=_said.asked,
        sensitivity=CONFIDENTIAL,
        company_only=True,
        additive=True,
        higher_is_better=True,
        source="Feedback after sessions",
        undefined_reason="No session was held in this period",
    ),
)
