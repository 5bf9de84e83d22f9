"""Which effect is looked at: the outcome, the people, and its row of the release."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Value
from dashboard.data import View
from reports import codes, wording
from reports.content import Sentence
from reports.score_effects import DECIMALS, SCORES, construct_words, effect_sentence, effect_title
from reports.verdicts import NO_SIGN

RETENTION, CAREERS, ENGAGEMENT = "retention", "careers", "engagement"
ANALYSES = (RETENTION, CAREERS, ENGAGEMENT)
POPULATIONS = ("all", "mentor", "mentee")
MAIN_OUTCOME, MAIN_HORIZON = "voluntary_exit", 12
WHOLE = "About everyone who joined; the filters above do not change it."
_OUTCOME_NAMES = {"voluntary_exit": "Staying", "any_exit": "Staying, exits of any kind"}
_WHO = {"mentor": "mentors", "mentee": "mentees"}


def chosen_population(view: View) -> str:
    """Return whose effect is shown: everyone who joined, mentors, or mentees."""
    asked = view.params.get("population", "all")
    return asked if asked in POPULATIONS else "all"


def outcomes(view: View) -> dict[str, str]:
    """Return the outcomes the release holds with their analysis, the main one first."""
    found = {row.outcome: row.analysis for row in view.rows("estimate")}
    place = {analysis: i for i, analysis in enumerate(ANALYSES)}
    order = sorted(found, key=lambda o: (o != MAIN_OUTCOME, place.get(found[o], 9), o))
    return {outcome: found[outcome] for outcome in order}


def chosen_outcome(view: View) -> str:
    """Return the outcome shown."""
    known = outcomes(view)
    asked = view.params.get("outcome", "")
    return asked if asked in known else next(iter(known), MAIN_OUTCOME)


def chosen_analysis(view: View) -> str:
    """Return the analysis of the outcome shown."""
    return outcomes(view).get(chosen_outcome(view), RETENTION)


def outcome_name(outcome: str) -> str:
    """Return what an outcome is called on a button: "Staying", "Promotions", "Engagement"."""
    known = _OUTCOME_NAMES.get(outcome) or codes.OUTCOMES.get(outcome)
    return wording.capitalized(known or construct_words(outcome))


def main_measure(analysis: str) -> str:
    """Return the measure that decides about an analysis."""
    return SCORES if analysis == ENGAGEMENT else "risk_difference"


def main_horizon(analysis: str) -> int | None:
    """Return the months after which an effect is judged; scores have none."""
    return None if analysis == ENGAGEMENT else MAIN_HORIZON


def find_row(
    view: View,
    measure: str,
    horizon: int | None,
    *,
    outcome: str = "",
    population: str = "",
    variant: str = "main",
) -> SimpleNamespace | None:
    """Return one estimate, by default of the chosen outcome; None where the release has none."""
    wanted = (
        outcome or chosen_outcome(view),
        population or chosen_population(view),
        variant,
        measure,
        horizon,
    )
    for row in view.rows("estimate"):
        if (row.outcome, row.population, row.variant, row.measure, row.horizon_months) == wanted:
            return row
    return None


def deciding_row(
    view: View, *, outcome: str = "", population: str = "", variant: str = "main"
) -> SimpleNamespace | None:
    """Return the estimate that decides about an outcome: after a year, or the score's."""
    analysis = outcomes(view).get(outcome or chosen_outcome(view), RETENTION)
    return find_row(
        view,
        main_measure(analysis),
        main_horizon(analysis),
        outcome=outcome,
        population=population,
        variant=variant,
    )


def main_row(view: View) -> SimpleNamespace | None:
    """Return the main result: still employed after a year, everyone who joined."""
    return deciding_row(view, outcome=MAIN_OUTCOME, population="all")


def told_rows(view: View) -> list[tuple[SimpleNamespace, Sentence]]:
    """Return the effects told on the Overview: staying by role, then what surveys measure."""
    asked = [(MAIN_OUTCOME, population) for population in POPULATIONS]
    asked += [(o, "all") for o, analysis in outcomes(view).items() if analysis == ENGAGEMENT]
    rows = [deciding_row(view, outcome=o, population=p) for o, p in asked]
    return [(row, effect_sentence(row)) for row in rows if row is not None]


def read_title(view: View) -> str:
    """Return the finding of the page."""
    row = deciding_row(view)
    if row is None:
        return "What joining does has not been computed in this release"
    return effect_title(row, is_settled=_verdict(view, row) == NO_SIGN)


def _verdict(view: View, row: SimpleNamespace) -> str:
    known = view.rows("verdict", outcome=row.outcome, population=row.population)
    return known[0].verdict if known else ""


def read_subtitle(view: View) -> str:
    """Return who is compared with whom, and in what."""
    row, analysis = deciding_row(view), chosen_analysis(view)
    who = _WHO.get(chosen_population(view), "people")
    count = wording.format_number(row.n_treated) if row is not None and row.n_treated else "The"
    name = codes.OUTCOMES.get(chosen_outcome(view)) or construct_words(chosen_outcome(view))
    against = "each compared with colleagues who could have joined that month and had not"
    if analysis == ENGAGEMENT:
        against = "their change since the wave before joining compared with that of colleagues"
    return f"{wording.capitalized(name)}. {count} {who} who joined, {against}."


def signed_value(value: float | None, unit: str) -> Value:
    """Return a difference with its sign."""
    if value is None:
        return Value("")
    raw = round(value * 100, 1) if unit == "fraction" else round(value, 2)
    decimals = DECIMALS if unit == "points" else None
    return Value(wording.format_change(value, unit, decimals=decimals), raw)


def effect_values(row: SimpleNamespace, unit: str) -> tuple[Value, Value, Value]:
    """Return an effect with both ends, or the dash with its reason."""
    if row.status != "shown":
        return Value(f"{wording.MISSING} ({row.reason})"), Value(""), Value("")
    point, lower, upper = (signed_value(v, unit) for v in (row.point, row.lower, row.upper))
    return point, lower, upper
