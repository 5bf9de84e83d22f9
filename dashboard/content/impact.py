"""What joining does to staying, how sure that is, and whether it can be believed."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.cell import Cell
from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.data import View
from reports import codes, wording
from reports.content import Sentence
from reports.effects import is_certain, retention_sentence, retention_title

POPULATIONS = ("all", "mentor", "mentee")
HORIZONS = (6, 12, 24)
MEASURES = ("risk_difference", "months_employed")
MAIN_HORIZON = 12
_WHOLE = "About everyone who joined; the filters above do not change it."
_RISK_MONTHS = (0, 6, 12, 18, 24)


def chosen_population(view: View) -> str:
    """Return whose effect is shown: everyone who joined, mentors, or mentees."""
    asked = view.params.get("population", "all")
    return asked if asked in POPULATIONS else "all"


def outcomes(view: View) -> list[str]:
    """Return the outcomes the release holds, voluntary exits first."""
    found = dict.fromkeys(row.outcome for row in view.rows("estimate", analysis="retention"))
    return sorted(found, key=lambda outcome: (outcome != "voluntary_exit", outcome))


def chosen_outcome(view: View) -> str:
    """Return the outcome shown."""
    known = outcomes(view)
    asked = view.params.get("outcome", "")
    return asked if asked in known else (known or ["voluntary_exit"])[0]


def find_row(
    view: View, measure: str, horizon: int, *, population: str = "", variant: str = "main"
) -> SimpleNamespace | None:
    """Return one estimate of the chosen outcome; None where the release has none."""
    wanted = (
        chosen_outcome(view),
        population or chosen_population(view),
        variant,
        measure,
        horizon,
    )
    for row in view.rows("estimate", analysis="retention"):
        if (row.outcome, row.population, row.variant, row.measure, row.horizon_months) == wanted:
            return row
    return None


def main_row(view: View) -> SimpleNamespace | None:
    """Return the main result: still employed after a year, everyone who joined."""
    return find_row(view, "risk_difference", MAIN_HORIZON, population="all")


def effect_sentences(view: View) -> list[tuple[SimpleNamespace, Sentence]]:
    """Return the effects told on the Overview: all, then mentors and mentees."""
    rows = [
        find_row(view, "risk_difference", MAIN_HORIZON, population=name) for name in POPULATIONS
    ]
    return [(row, retention_sentence(row)) for row in rows if row is not None]


def read_title(view: View) -> str:
    """Return the finding of the page."""
    row = find_row(view, "risk_difference", MAIN_HORIZON)
    if row is None:
        return "What joining does to staying has not been computed in this release"
    return retention_title(row)


def read_subtitle(view: View) -> str:
    """Return who is compared with whom, and over which exits."""
    row = find_row(view, "risk_difference", MAIN_HORIZON)
    outcome = codes.OUTCOMES.get(chosen_outcome(view), chosen_outcome(view).replace("_", " "))
    who = {"mentor": "mentors", "mentee": "mentees"}.get(chosen_population(view), "people")
    count = wording.format_number(row.n_treated) if row is not None and row.n_treated else "The"
    return (
        f"{wording.capitalized(outcome)}. {count} {who} who joined, each compared with "
        "colleagues who could have joined that month and had not."
    )


def curves(view: View) -> dict[str, list[SimpleNamespace]]:
    """Return the two weighted curves month by month: joined, and had they not."""
    rows = view.rows(
        "curve",
        analysis="retention",
        outcome=chosen_outcome(view),
        population=chosen_population(view),
    )
    return {
        arm: sorted((row for row in rows if row.arm == arm), key=lambda row: row.month)
        for arm in ("joined", "not_joined")
    }


def at_risk(view: View) -> list[tuple[int, Value, Value]]:
    """Return how many people were still followed, at a few months, for both curves."""
    found = {arm: {row.month: row for row in rows} for arm, rows in curves(view).items()}
    months = [month for month in _RISK_MONTHS if month in found["joined"]]
    joined, not_joined = found["joined"], found["not_joined"]
    return [
        (month, _followed(joined.get(month)), _followed(not_joined.get(month))) for month in months
    ]


def curve_figure(view: View) -> Figure:
    """Return the curves with bands and numbers at risk."""
    found = curves(view)
    months = sorted({row.month for rows in found.values() for row in rows})
    by_arm = {arm: {row.month: row for row in rows} for arm, rows in found.items()}
    columns = [Column("Months since joining", is_number=True)]
    for name in ("Joined", "Had they not"):
        columns += [
            Column(f"{name}: still employed", is_number=True),
            Column("lower", is_number=True),
            Column("upper", is_number=True),
            Column("people at risk", is_number=True),
        ]
    lines = []
    for month in months:
        line = [Value(str(month), month)]
        for arm in ("joined", "not_joined"):
            line += _curve_values(by_arm[arm].get(month))
        lines.append(tuple(line))
    gained = find_row(view, "months_employed", 24)
    words = f"Weighted curves, 95{wording.THIN}% bands"
    if gained is not None and gained.status == "shown":
        low, high = (wording.format_number(end, 1) for end in (gained.lower, gained.upper))
        point = wording.format_number(gained.point, 1)
        words += f"; months employed gained in two years: {point} ({low} to {high})"
    who = codes.POPULATIONS.get(chosen_population(view), "")
    return Figure(
        figure_id="retention-curves",
        title="Still employed, of 100 who joined",
        subtitle=f"{words}. {who}",
        table=Table(tuple(columns), tuple(lines)),
        notes=("The axis does not start at zero: the curves lie close together.", _WHOLE),
    )


def effect_rows(view: View) -> list[tuple[str, str, int, SimpleNamespace | None]]:
    """Return label, measure, horizon, and estimate of every effect for the chosen people."""
    return [
        (
            f"after {wording.format_horizon(horizon)}",
            measure,
            horizon,
            find_row(view, measure, horizon),
        )
        for measure in MEASURES
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
    lines = []
    for population in POPULATIONS:
        for measure in MEASURES:
            for horizon in HORIZONS:
                row = find_row(view, measure, horizon, population=population)
                if row is not None:
                    lines.append(_effect_line(row))
    return Figure(
        figure_id="retention-effects",
        title="What the program did",
        subtitle=f"Effect on those who joined, against comparable colleagues who had not, "
        f"95{wording.THIN}% intervals",
        table=Table(columns, tuple(lines)),
        notes=(_WHOLE,),
    )


def effects_title(view: View) -> str:
    """Return what the effects over time say."""
    rows = [find_row(view, "risk_difference", horizon) for horizon in HORIZONS]
    shown = [row for row in rows if row is not None and row.status == "shown"]
    certain = [row for row in shown if is_certain(row)]
    if not shown:
        return "No effect can be estimated yet"
    if not certain:
        return "At no horizon does the interval exclude zero"
    lengths = wording.list_words([wording.format_horizon(row.horizon_months) for row in certain])
    return f"The interval excludes zero after {lengths}"


def figures(view: View) -> list[Figure]:
    """Return the figures about the effect itself."""
    return [curve_figure(view), effect_figure(view)]


def effect_words(cell: Cell, unit: str) -> tuple[str, str]:
    """Return an effect and its interval, both ends to the same decimal: +4.6, +3.0 to +6.2."""
    scale, decimals = (100, 1) if unit == "fraction" else (1, 2)
    point, *ends = (
        "" if end is None else wording.format_change(end * scale, "ratio", decimals=decimals)
        for end in (cell.value, cell.lower, cell.upper)
    )
    return point, " to ".join(ends) if all(ends) else ""


def as_cell(row: SimpleNamespace | None) -> Cell:
    """Return an estimate as a figure that can be drawn on a line."""
    if row is None:
        return Cell()
    return Cell(
        value=row.point,
        lower=row.lower,
        upper=row.upper,
        n=row.n_treated,
        status=row.status,
        reason=row.reason or "",
    )


def _effect_line(row: SimpleNamespace) -> tuple[Value, ...]:
    head = (
        text_value(codes.POPULATIONS.get(row.population, row.population)),
        text_value(codes.MEASURES.get(row.measure, row.measure)),
        Value(str(row.horizon_months), row.horizon_months),
    )
    if row.status != "shown":
        return (*head, Value(f"{wording.MISSING} ({row.reason})"), *[Value("")] * 5)
    unit = codes.MEASURE_UNITS.get(row.measure, "count")
    smallest = row.minimum_detectable_effect
    return (
        *head,
        *(signed_value(value, unit) for value in (row.point, row.lower, row.upper)),
        number_value(row.n_treated),
        number_value(row.n_control),
        Value("") if smallest is None else signed_value(smallest, unit),
    )


def signed_value(value: float | None, unit: str) -> Value:
    """Return a difference with its sign."""
    if value is None:
        return Value("")
    raw = round(value * 100, 1) if unit == "fraction" else round(value, 2)
    return Value(wording.format_change(value, unit), raw)


def _curve_values(row: SimpleNamespace | None) -> list[Value]:
    if row is None:
        return [Value(wording.MISSING)] * 4
    people = [
        Value(wording.format_value(value, "fraction", decimals=1), round(value * 100, 1))
        if value is not None
        else Value(wording.MISSING)
        for value in (row.survival, row.lower, row.upper)
    ]
    return [*people, _followed(row)]


def _followed(row: SimpleNamespace | None) -> Value:
    if row is None or row.at_risk is None:
        return Value(f"{wording.MISSING} (Fewer than 5 people)")
    return Value(wording.format_number(row.at_risk), int(row.at_risk))
