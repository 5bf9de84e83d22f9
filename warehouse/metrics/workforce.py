"""Workforce: who stays, leaves and moves, without any claim about the program's effect."""

from __future__ import annotations

from functools import partial

from warehouse.facts.workforce import WORKFORCE as PERSON_PERIOD
from warehouse.metrics.metric import WORKFORCE, Metric

_row = PERSON_PERIOD.table.c
_workforce = partial(
    Metric,
    family="workforce",
    grain=PERSON_PERIOD,
    sensitivity=WORKFORCE,
    default_population="everyone",
    people=_row.closing + _row.leaver,
)
_average = (_row.opening + _row.closing) / 2.0
_NOT_COMPARABLE = (
    " Participants and eligible non-participants are not comparable with each other: see Impact."
)
_PEOPLE = (
    "Employees only. A person is a participant from the first enrollment on and counts in the "
    "department of the day concerned."
)
_BY_REASON = (_row.voluntary, _row.involuntary, _row.unexplained)

METRICS = (
    _workforce(
        id="headcount",
        label="Headcount",
        definition=f"People employed on the period's last day. {_PEOPLE}",
        formula="number of people employed on the last day",
        unit="count",
        kind="count",
        numerator=_row.closing,
        people=_row.closing,
        additive=True,
        source="ISO 30414:2018, workforce size",
    ),
    _workforce(
        id="leavers",
        label="Leavers",
        definition=f"People whose last day of employment lies in the period. {_PEOPLE}",
        formula="number of exits in the period",
        unit="count",
        kind="count",
        numerator=_row.leaver,
        protected=(_row.leaver,),
        additive=True,
        higher_is_better=False,
        source="ISO 30414:2018, turnover",
    ),
    _workforce(
        id="turnover",
        label="Turnover (average headcount)",
        definition="Leavers against the average of the headcount on the day before the period and "
        "on its last day; not annualized. From 100 to 80 people with 20 leavers and no hires this "
        "is 22.2 %, by GRI 401-1 it is 25.0 %." + _NOT_COMPARABLE,
        formula="leavers / ((opening headcount + closing headcount) / 2)",
        unit="fraction",
        kind="rate",
        numerator=_row.leaver,
        denominator=_average,
        protected=(_row.leaver,),
        additive=True,
        higher_is_better=False,
        source="ISO 30414:2018, turnover; average of opening and closing headcount",
        undefined_reason="Nobody was employed here in this period",
    ),
    _workforce(
        id="turnover_voluntary",
        label="Voluntary turnover",
        definition="As turnover, counting only exits the source calls voluntary. Exits of unknown "
        "kind count neither here nor as involuntary." + _NOT_COMPARABLE,
        formula="voluntary leavers / ((opening headcount + closing headcount) / 2)",
        unit="fraction",
        kind="rate",
        numerator=_row.voluntary,
        denominator=_average,
        unknown=_row.unexplained,
        protected=_BY_REASON,
        tells_of="leavers",
        additive=True,
        higher_is_better=False,
        source="ISO 30414:2018, voluntary turnover",
        undefined_reason="No exit is known to be voluntary, and of some it is not known",
    ),
    _workforce(
        id="turnover_involuntary",
        label="Involuntary turnover",
        definition="As turnover, counting only exits the source calls involuntary. Exits of "
        "unknown kind count neither here nor as voluntary." + _NOT_COMPARABLE,
        formula="involuntary leavers / ((opening headcount + closing headcount) / 2)",
        unit="fraction",
        kind="rate",
        numerator=_row.involuntary,
        denominator=_average,
        unknown=_row.unexplained,
        protected=_BY_REASON,
        tells_of="leavers",
        additive=True,
        higher_is_better=False,
        source="ISO 30414:2018, turnover",
        undefined_reason="No exit is known to be involuntary, and of some it is not known",
    ),
    _workforce(
        id="turnover_gri",
        label="Turnover (GRI 401-1)",
        definition="Leavers against the headcount on the period's last day; not annualized. From "
        "100 to 80 people with 20 leavers and no hires this is 25.0 %, by average headcount it is "
        "22.2 %." + _NOT_COMPARABLE,
        formula="leavers / closing headcount",
        unit="fraction",
        kind="rate",
        numerator=_row.leaver,
        denominator=_row.closing,
        protected=(_row.leaver,),
        additive=True,
        higher_is_better=False,
        source="GRI 401-1 (2016)",
        undefined_reason="Nobody was employed here at the end of this period",
    ),
    _workforce(
        id="leaver_share",
        label="Leaver share",
        definition="Leavers among all who were employed on the period's last day or had left in "
        "it; the ratio published with the ten-year public HR file." + _NOT_COMPARABLE,
        formula="leavers / (closing headcount + leavers)",
        unit="fraction",
        kind="share",
        numerator=_row.leaver,
        denominator=_row.closing + _row.leaver,
        protected=(_row.leaver,),
        additive=True,
        higher_is_better=False,
        source="Terminated / (active + terminated), as published for the ten-year public HR file",
        undefined_reason="Nobody was employed here in this period",
    ),
    _workforce(
        id="retention_12m",
        label="Still employed after 12 months",
        definition="Chance to be employed after twelve months at the exits of the twelve months "
        "up to the period's last day. People count from the day they enter the group (hired, "
        "enrolled, moved in) until they leave it." + _NOT_COMPARABLE,
        formula="product over the days of (1 - leavers of the day / employed on the day)",
        unit="fraction",
        kind="survival",
        computed_by="cells",
        tells_of="leavers",
        higher_is_better=True,
        source="Kaplan and Meier 1958, with delayed entry",
        undefined_reason="The records do not cover twelve months here, or fewer than five people "
        "were employed on one of the days",
    ),
    _workforce(
        id="regretted_share",
        label="Regretted exits",
        definition="Share of leavers whom the company would have liked to keep, among those for "
        "whom that is known." + _NOT_COMPARABLE,
        formula="regretted leavers / leavers known to be regretted or not",
        unit="fraction",
        kind="share",
        numerator=_row.regretted,
        denominator=_row.regretted + _row.unregretted,
        people=_row.regretted + _row.unregretted,
        protected=(_row.regretted, _row.unregretted),
        additive=True,
        higher_is_better=False,
        source="Practice of exit recording",
        undefined_reason="Of no leaver is it known whether the exit was regretted",
    ),
    _workforce(
        id="promotion_rate",
        label="Promotions",
        definition="Changes to a higher grade within employment, against average headcount of "
        "people with a recorded grade; not annualized. Counted in the department after the change."
        + _NOT_COMPARABLE,
        formula="promotions / ((opening headcount + closing headcount) / 2)",
        unit="fraction",
        kind="rate",
        numerator=_row.promoted,
        denominator=_row.graded,
        protected=(_row.promoted,),
        additive=True,
        higher_is_better=True,
        source="ISO 30414:2018, internal mobility",
        undefined_reason="No grades are recorded here",
    ),
    _workforce(
        id="internal_move_rate",
        label="Internal moves",
        definition="Changes of department or job family within employment, against average "
        "headcount of people with a recorded department; not annualized. Counted in the department "
        "after the change." + _NOT_COMPARABLE,
        formula="moves / ((opening headcount + closing headcount) / 2)",
        unit="fraction",
        kind="rate",
        numerator=_row.moved,
        denominator=_row.placed,
        protected=(_row.moved,),
        additive=True,
        source="ISO 30414:2018, internal mobility",
        undefined_reason="No departments are recorded here",
    ),
)
