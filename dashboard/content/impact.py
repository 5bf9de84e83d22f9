"""What joining does: every effect of the chosen outcome, and the verdict on each outcome."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.content.effects import (
    ENGAGEMENT,
    POPULATIONS,
    RETENTION,
    WHOLE,
    chosen_analysis,
    chosen_outcome,
    chosen_population,
    deciding_row,
    effect_values,
    find_row,
    outcome_name,
    outcomes,
    signed_value,
)
from dashboard.data import View
from reports import codes, wording
from reports.content import Sentence
from reports.effects import is_certain
from reports.score_effects import SCORES, effect_sentence
from reports.verdicts import NO_SIGN, VERDICT_WORDS, verdict_sentence

HORIZONS = (6, 12, 24)


@dataclass(frozen=True)
class Judged:
    """One outcome: its verdict, the effect in a sentence, and why the verdict is that one."""

    outcome: str
    name: str
    verdict: str
    effect: Sentence
    why: Sentence


def judged(view: View) -> list[Judged]:
    """Return the verdict on every outcome for the chosen people."""
    population = chosen_population(view)
    known = {row.outcome: row for row in view.rows("verdict") if row.population == population}
    found = []
    for outcome, analysis in outcomes(view).items():
        row = deciding_row(view, outcome=outcome)
        if row is not None and outcome in known:
            own = known[outcome]
            why = verdict_sentence(own.verdict, own.reasons, analysis=analysis)
            name = outcome_name(outcome)
            effect = effect_sentence(row, is_settled=own.verdict == NO_SIGN)
            found.append(Judged(outcome, name, own.verdict, effect, why))
    return found


def verdict_figure(view: View) -> Figure:
    """Return the verdicts as a table."""
    columns = (
        Column("On"),
        Column("Verdict in words"),
        Column("Because", is_long=True),
        Column("Finding", is_long=True),
    )
    lines = tuple(
        (
            text_value(one.name),
            text_value(VERDICT_WORDS.get(one.verdict, one.verdict)),
            text_value(one.why.after.removeprefix(" because").strip()),
            text_value(str(one.effect)),
        )
        for one in judged(view)
    )
    who = codes.POPULATIONS.get(chosen_population(view), "")
    return Figure(
        "verdicts",
        "What joining does, and whether to believe it",
        f"{who}. One verdict per outcome, by rules that are the same for every company",
        Table(columns, lines),
        notes=(WHOLE,),
    )


def measures_of(analysis: str) -> list[tuple[str, str]]:
    """Return the measures of an analysis, each with what its effects are headed by."""
    if analysis == ENGAGEMENT:
        return [(SCORES, "Points higher on the scale")]
    if analysis == RETENTION:
        return [
            ("risk_difference", "More still employed, of 100"),
            ("months_employed", "More months employed"),
        ]
    return [("risk_difference", "More who did, of 100")]


def effect_rows(view: View, measure: str) -> list[tuple[str, SimpleNamespace | None]]:
    """Return the effects in one measure: after each horizon, or of scores by role."""
    if measure == SCORES:
        return [
            (codes.POPULATIONS[name], deciding_row(view, population=name)) for name in POPULATIONS
        ]
    return [
        (f"after {wording.format_horizon(horizon)}", find_row(view, measure, horizon))
        for horizon in HORIZONS
    ]


def effect_figure(view: View) -> Figure:
    """Return every effect of the chosen outcome with its interval."""
    columns = (
        Column("Who"),
        Column("Measure"),
        Column("Horizon, months", is_number=True),
        Column("Effect", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
        Column("n joined", is_number=True),
        Column("n compared", is_number=True),
        Column("Smallest effect that could be seen", is_number=True),
    )
    analysis = chosen_analysis(view)
    horizons = (None,) if analysis == ENGAGEMENT else HORIZONS
    rows = [
        find_row(view, measure, horizon, population=population)
        for population in POPULATIONS
        for measure, _ in measures_of(analysis)
        for horizon in horizons
    ]
    return Figure(
        figure_id="retention-effects" if analysis == RETENTION else "effects",
        title=f"What the program did to {outcome_name(chosen_outcome(view)).lower()}",
        subtitle=f"Effect on those who joined, against comparable colleagues who had not, "
        f"95{wording.THIN}% intervals",
        table=Table(columns, tuple(_effect_line(row) for row in rows if row is not None)),
        notes=(WHOLE,),
    )


def effects_title(view: View) -> str:
    """Return what the effects say together."""
    measure = measures_of(chosen_analysis(view))[0][0]
    shown = [(n, r) for n, r in effect_rows(view, measure) if r is not None and r.status == "shown"]
    certain = [name for name, row in shown if is_certain(row)]
    if not shown:
        return "No effect can be estimated yet"
    if measure == SCORES:
        if not certain:
            return "For nobody does the interval exclude zero"
        return f"The interval excludes zero for {wording.list_words(certain).lower()}"
    if not certain:
        return "At no horizon does the interval exclude zero"
    lengths = [name.removeprefix("after ") for name in certain]
    return f"The interval excludes zero after {wording.list_words(lengths)}"


def _effect_line(row: SimpleNamespace) -> tuple[Value, ...]:
    unit = codes.MEASURE_UNITS.get(row.measure, "count")
    horizon = row.horizon_months
    head = (
        text_value(codes.POPULATIONS.get(row.population, row.population)),
        text_value(codes.MEASURES.get(row.measure, row.measure)),
        Value(wording.MISSING) if horizon is None else number_value(horizon),
    )
    if row.status != "shown":
        return (*head, *effect_values(row, unit), *[Value("")] * 3)
    smallest = row.minimum_detectable_effect
    return (
        *head,
        *effect_values(row, unit),
        number_value(row.n_treated),
        number_value(row.n_control),
        Value("") if smallest is None else signed_value(smallest, unit),
    )
