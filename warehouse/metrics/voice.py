"""Voice: what people say in surveys, published for closed waves and closed slices only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from warehouse.facts.grain import PERIOD_KEYS, Grain, fact_table
from warehouse.facts.invitations import invitation_query
from warehouse.facts.voice_atoms import atom_query
from warehouse.facts.workforce import CLOSED_SLICES
from warehouse.metrics.metric import CONFIDENTIAL, Metric

CHANGE = "_change"
GAP_METRIC, RATE_METRIC, ENPS_METRIC = "benefit_gap", "response_rate", "enps"
BENEFIT_METRIC = "mutual_benefit"
_KEYS = (*PERIOD_KEYS, "department", "cohort", "population", "person_id")
_grain = partial(
    Grain,
    table=fact_table("score", keys=_KEYS, measures=("score",)),
    build=atom_query,
    keys=(*PERIOD_KEYS, "population"),
    slices=CLOSED_SLICES,
    unit="person_id",
)
SCORE = _grain(name="score", meaning="one person's score of a construct in one wave")
PAIR_SCORE = _grain(name="pair_score", meaning="the scores of both sides of a pair in one wave")
INVITED = _grain(
    name="invitation", meaning="one person invited to one wave", build=invitation_query
)
_voice = partial(
    Metric,
    family="voice",
    kind="mean",
    unit="points",
    grain=SCORE,
    computed_by="cells",
    sensitivity=CONFIDENTIAL,
    additive=True,
    default_population="everyone",
    undefined_reason="Nobody answered enough of the items",
)
_WHEN = (
    " A wave counts in the quarter it closes in, once all waves of that quarter have closed; late "
    "answers join the next one. n is the number of answers to the item with the fewest."
)
_SCALE = " On the scale of the instrument, reversed items turned round."
_MEAN = "mean over people of (mean of a person's answers in a wave)"
_PAIR_ANSWERS = "People say it of their pair, mentors and mentees apart."

# id, label, definition, source, higher is better
_CONSTRUCTS = (
    (
        "engagement",
        "Engagement",
        "How engaged people are in their work, from three or nine items on 0 to 6.",
        "Schaufeli et al. 2006 and 2019 (UWES-9, UWES-3) or items of your own",
        True,
    ),
    (
        "chemistry",
        "Chemistry",
        f"How well the two of a pair get along. {_PAIR_ANSWERS}",
        "Items of your own",
        True,
    ),
    (
        "mutual_benefit",
        "Mutual benefit",
        f"How useful the talks are to the person who answers. {_PAIR_ANSWERS}",
        "Items of your own",
        True,
    ),
    (
        "psychological_safety",
        "Psychological safety",
        "Whether people can say what they think without harm to themselves.",
        "Edmondson 1999 or items of your own",
        True,
    ),
    (
        "confidence",
        "Confidence of mentors",
        "How sure mentors (the juniors) are that they can advise a senior; answers of mentees do "
        "not count.",
        "Items of your own",
        True,
    ),
    (
        "openness",
        "Openness of mentees",
        "How willing mentees (the seniors) are to hear what they do not know; answers of mentors "
        "do not count.",
        "Items of your own",
        True,
    ),
    (
        "status_threat",
        "Threat to status",
        "How much mentees (the seniors) feel that advice from below costs them standing; answers "
        "of mentors do not count.",
        "Items of your own",
        False,
    ),
    (
        "communication",
        "Communication",
        "How well people of different ages and levels talk with each other.",
        "Items of your own",
        True,
    ),
    (
        "resistance",
        "Resistance",
        "How much people resist being taught by juniors, or new ways of working.",
        "Items of your own",
        False,
    ),
    (
        "inclusion",
        "Inclusion",
        "Whether people feel that they belong and count.",
        "Items of your own",
        True,
    ),
    (
        "skill_gain",
        "Skill gain",
        "What people say they learned from each other, over all topics asked.",
        "Items of your own",
        True,
    ),
)
_TOPICS = {
    "artificial_intelligence": "artificial intelligence",
    "data_literacy": "data literacy",
    "digital_tools": "digital tools",
    "social_media": "social media",
    "customer_view": "view of customers",
    "leadership": "leadership",
}


def _construct(name: str, label: str, definition: str, source: str, better: bool) -> Metric:
    return _voice(
        id=name,
        label=label,
        definition=definition + _SCALE + _WHEN,
        formula=_MEAN,
        higher_is_better=better,
        source=source,
    )


def _topic(name: str, words: str) -> Metric:
    definition = f"What people say they learned about {words}, also part of skill gain."
    topic = _construct(
        f"skill_gain_{name}", f"Skill gain: {words}", definition, "Items of your own", True
    )
    return replace(topic, company_only=True)


def _change(metric: Metric) -> Metric:
    return replace(
        metric,
        id=metric.id + CHANGE,
        label=f"{metric.label}, change",
        definition=f"{metric.label} of the same people, against the last earlier wave of the "
        "survey that they answered. Who answered only once is left out, so it is not the "
        "difference of two published means." + _SCALE + _WHEN,
        formula="mean over people of (score - last earlier score of the same person)",
        tells_of=metric.id,
        company_only=True,
        undefined_reason="Nobody has an earlier score to compare with",
    )


_SCORES = tuple(_construct(*given) for given in _CONSTRUCTS)
_GAINS = tuple(_topic(*given) for given in _TOPICS.items())
_ENPS = _voice(
    id=ENPS_METRIC,
    label="Recommend as an employer (eNPS)",
    definition="Share of answers of 9 or 10 less the share of 0 to 6, to how likely people are to "
    "recommend their employer on 0 to 10." + _WHEN,
    formula="answers of 9 and 10 / answers - answers of 0 to 6 / answers",
    unit="fraction",
    kind="net_share",
    higher_is_better=True,
    undefined_reason="Nobody answered",
    source="Reichheld 2003, asked of employees; standard error of multinomial shares",
)
_GAP = _voice(
    id=GAP_METRIC,
    label="Gap in benefit",
    definition="How far apart the two of a pair find their talks useful, whoever finds them more "
    "so: 0 is alike. Over pairs of which both answered the same wave, each about the latest pair; "
    "counted in the mentee's department and the pair's cohort. n is the number of pairs. One-off "
    "pairs are left out." + _SCALE,
    formula="mean over pairs of |mutual benefit of the mentor - of the mentee|",
    grain=PAIR_SCORE,
    company_only=True,
    higher_is_better=False,
    undefined_reason="Of no pair did both answer",
    source="Items of your own",
)
_RATE = _voice(
    id=RATE_METRIC,
    label="Response rate",
    definition="Share of invited people who answered before their wave closed. Department, cohort "
    "and role are those of the day of the invitation. Waves with answers without a person count "
    "for the whole company only. A wave counts in the quarter it closes in.",
    formula="people who answered in time / people invited",
    unit="fraction",
    kind="share",
    grain=INVITED,
    higher_is_better=True,
    undefined_reason="More answers than invitations are recorded",
    source="AAPOR standard definitions (2023), response rate 2: partial answers count",
)

_REPEATED = tuple(score for score in _SCORES if score.id != "skill_gain")
_LEARNED = (*(score for score in _SCORES if score.id == "skill_gain"), *_GAINS)

CHANGING = tuple(score.id for score in _REPEATED)  # constructs asked again and again
METRICS = (
    *(metric for score in _REPEATED for metric in (score, _change(score))),
    _GAP,
    _ENPS,
    *_LEARNED,
    _RATE,
)
