"""Verdicts on every outcome, effects by group and by survey wave: tables beside the effects."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.codes import MEASURES, OUTCOMES, POPULATIONS
from reports.content import Chart, Column, Series, Table, Value, Withheld
from reports.quarter_data import QuarterData, reasons
from reports.score_effects import TABLE_UNITS, construct_words, effect_sentence
from reports.verdicts import NO_SIGN, VERDICT_WORDS, verdict_sentence
from reports.wording import format_horizon

_DECIDING = {"engagement": ("score_difference", None)}
_USUALLY = ("risk_difference", 12)


def outcome_words(outcome: str) -> str:
    """Return what an outcome is called: "Voluntary exits", "Engagement"."""
    return (OUTCOMES.get(outcome) or construct_words(outcome)).capitalize()


def verdicts(data: QuarterData) -> Table:
    """Return the verdict on every outcome for everyone who joined, with the finding."""
    estimates = data.release.frame("estimate", variant="main")
    rows: list[tuple[Value, ...]] = []
    for row in data.release.frame("verdict", population="all").itertuples(index=False):
        effect = _deciding(estimates, row)
        why = verdict_sentence(row.verdict, row.reasons, analysis=row.analysis)
        said = "" if effect is None else effect_sentence(effect, is_settled=row.verdict == NO_SIGN)
        words = VERDICT_WORDS.get(row.verdict, row.verdict)
        because = why.after.removeprefix(" because").strip().removesuffix(".")
        rows.append((outcome_words(row.outcome), words, str(said), because))
    works = sum(row[1] == VERDICT_WORDS["works"] for row in rows)
    return Table(
        name="Verdicts",
        title=f"It works for {works} of {len(rows)} outcomes; each verdict follows the same rules"
        if rows
        else "No outcome was judged",
        subtitle="Everyone who joined; rules in the methods: failed checks first, then intervals, "
        "then what could have been seen",
        columns=(
            Column("outcome", "Outcome"),
            Column("verdict", "Verdict in words"),
            Column("finding", "Finding"),
            Column("why", "Because"),
        ),
        rows=tuple(rows),
    )


def _deciding(estimates: pd.DataFrame, verdict: Any) -> Any:
    measure, horizon = _DECIDING.get(verdict.analysis, _USUALLY)
    own = estimates[
        (estimates["outcome"] == verdict.outcome)
        & (estimates["population"] == verdict.population)
        & (estimates["measure"] == measure)
    ]
    if horizon is not None:
        own = own[own["horizon_months"] == horizon]
    return next(own.itertuples(index=False), None)


def by_group(data: QuarterData) -> Table:
    """Return the pooled effects by cohort and department."""
    frame = data.group_effects
    rows: list[tuple[Value, ...]] = []
    for row in frame.itertuples(index=False):
        place = data.label(row.grouping, row.cohort or row.department)
        numbers = [effect_number(row, part) for part in ("point", "lower", "upper")]
        within = "" if pd.isna(row.horizon_months) else format_horizon(int(row.horizon_months))
        count = None if pd.isna(row.n_treated) else float(row.n_treated)
        head = (outcome_words(row.outcome), row.grouping.capitalize(), place or "Mean of all")
        measure = MEASURES.get(row.measure, row.measure)
        rows.append((*head, measure, within, *numbers, count, reasons(numbers[0])))
    return Table(
        name="Effects by group",
        title="Effects by cohort and department, drawn towards their mean where a group is small",
        subtitle="Partially pooled effects with 95 % intervals; raw effects of single groups are "
        "not shown, most of their differences would be chance",
        columns=(
            Column("outcome", "Outcome"),
            Column("grouping", "By"),
            Column("place", "Group"),
            Column("measure", "Effect"),
            Column("within", "Within"),
            Column("point", "Pooled effect", "row", is_change=True),
            Column("lower", "95 % from", "row", is_change=True),
            Column("upper", "95 % to", "row", is_change=True),
            Column("n_treated", "Joined", "count"),
            Column("note", "Note"),
        ),
        rows=tuple(rows),
        row_units=tuple(TABLE_UNITS.get(measure, "ratio") for measure in frame["measure"]),
    )


def by_wave(data: QuarterData) -> Table:
    """Return the effects on scores by survey waves since joining."""
    frame = data.release.frame("event_study", population="all")
    rows: list[tuple[Value, ...]] = []
    for row in frame.sort_values(["outcome", "waves_since"]).itertuples(index=False):
        numbers = [effect_number(row, part) for part in ("point", "lower", "upper")]
        count = None if pd.isna(row.n_treated) else float(row.n_treated)
        rows.append((outcome_words(row.outcome), float(row.waves_since), *numbers, count,
                     reasons(numbers[0])))  # fmt: skip
    chart = Chart(
        "line", "Effect on the score by survey waves since joining", "wave",
        (Series("effect", "point"), Series("95 % from", "lower", is_reference=True),
         Series("95 % to", "upper", is_reference=True)),
        category_title="survey waves since joining",
    )  # fmt: skip
    is_one = frame["outcome"].nunique() == 1
    return Table(
        name="Scores by wave",
        title="How scores moved before and after joining, against colleagues",
        subtitle=f"{POPULATIONS['all']}; difference in points with 95 % intervals; before joining "
        "there should be none",
        columns=(
            Column("outcome", "Outcome"),
            Column("wave", "Waves since joining", "count"),
            Column("point", "Effect on the score", "points", is_change=True, decimals=2),
            Column("lower", "95 % from", "points", is_change=True, decimals=2),
            Column("upper", "95 % to", "points", is_change=True, decimals=2),
            Column("n_treated", "Joined", "count"),
            Column("note", "Note"),
        ),
        rows=tuple(rows),
        chart=chart if is_one else None,
    )


def effect_number(row: Any, name: str) -> Value:
    """Return a number of an effect, or why an effect that is not shown has none."""
    number = getattr(row, name)
    if not pd.isna(number):
        return float(number)
    if name in ("point", "lower", "upper") and row.status != "shown":
        return Withheld(row.status, str(row.reason))
    return None


def judged_tables(data: QuarterData) -> tuple[Table, ...]:
    """Return the tables of this chapter that hold anything."""
    return tuple(table for table in (verdicts(data), by_group(data), by_wave(data)) if table.rows)
