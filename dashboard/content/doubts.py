"""Whether the effect can be believed: naive figures, checks, balance, what could be seen."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, text_value
from dashboard.content.effects import (
    ENGAGEMENT,
    MAIN_HORIZON,
    RETENTION,
    chosen_analysis,
    chosen_outcome,
    chosen_population,
    deciding_row,
    effect_values,
    main_measure,
)
from dashboard.data import View
from reports import codes, diagnostics, wording
from reports.content import Sentence
from reports.effects import naive_sentence
from reports.score_effects import format_points

_NAIVE = ("naive_hire", "naive_enrollment")
_LIMIT = 0.1  # standardized difference above which groups count as unlike


def naive_rows(view: View) -> list[tuple[str, SimpleNamespace]]:
    """Return the deciding estimate and the naive comparisons beside it, named."""
    names = {
        "main": "This analysis",
        "naive_enrollment": "Naive, from joining",
        "naive_hire": "Naive, from hire",
        "naive_difference": "Naive, members against others",
        "naive_before_after": "Naive, before against after",
    }
    return _beside_main(view, names)


def naive_words(view: View) -> Sentence | None:
    """Return why the figure most platforms print misleads."""
    main = deciding_row(view)
    if chosen_analysis(view) != RETENTION:
        return None
    for variant in _NAIVE:
        naive = deciding_row(view, variant=variant)
        if naive is not None and main is not None and (words := naive_sentence(naive, main)):
            return words
    return None


def naive_figure(view: View) -> Figure:
    """Return the deciding estimate beside what a naive comparison says."""
    return _variants(view, ("naive-comparison", "Why not simply compare?"), naive_rows(view))


def other_ways(view: View) -> list[tuple[str, SimpleNamespace]]:
    """Return the deciding estimate and the same question asked in other ways, named."""
    names = {v: words for v, words in codes.VARIANTS.items() if not v.startswith("naive")}
    return _beside_main(view, names)


def _beside_main(view: View, names: dict[str, str]) -> list[tuple[str, SimpleNamespace]]:
    """Return the estimates the release has, named; none where the main one would stand alone."""
    found = [(name, deciding_row(view, variant=variant)) for variant, name in names.items()]
    known = [(name, row) for name, row in found if row is not None]
    return known if len(known) > 1 else []


def other_ways_figure(view: View) -> Figure:
    """Return the sensitivities of the chosen outcome."""
    rows = other_ways(view)
    signs = {(row.point or 0.0) > 0 for _, row in rows if row.status == "shown"}
    title = "Asked in other ways, the answer has the same sign"
    if len(signs) > 1:
        title = "Asked in other ways, the answer changes its sign"
    return _variants(view, ("other-ways", title), rows)


def _variants(
    view: View, names: tuple[str, str], rows: list[tuple[str, SimpleNamespace]]
) -> Figure:
    analysis = chosen_analysis(view)
    measure = main_measure(analysis)
    unit, words = codes.MEASURE_UNITS[measure], codes.MEASURES[measure]
    if analysis == RETENTION:
        words = "Points more still employed"
    columns = (
        Column("Variant"),
        Column(words, is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
    )
    when = "" if analysis == ENGAGEMENT else " after a year"
    lines = tuple((text_value(name), *effect_values(row, unit)) for name, row in rows)
    return Figure(names[0], names[1], f"{words}{when}, by method", Table(columns, lines))


def checks(view: View) -> list[tuple[str, str]]:
    """Return verdict and words of every check of the analysis."""
    analysis, outcome = chosen_analysis(view), chosen_outcome(view)
    every = view.rows("diagnostic", population=chosen_population(view))
    rows = [
        row
        for row in every
        if row.analysis in (analysis, RETENTION if analysis != ENGAGEMENT else analysis)
        and (analysis != ENGAGEMENT or row.outcome == outcome)
    ]
    order = {"failed": 0, "passed": 1, "note": 2}
    return [
        (
            row.verdict,
            wording.capitalized(
                diagnostics.diagnostic_words(row.check_id, row.value, row.threshold)
            ),
        )
        for row in sorted(rows, key=lambda row: order.get(row.verdict, 3))
        if not _is_elsewhere(row.check_id) and not (row.verdict == "note" and row.value == 0)
    ]


def _is_elsewhere(check_id: str) -> bool:
    """Return whether a check speaks about another horizon than the headline's."""
    horizon = check_id.rpartition("_")[2]
    return horizon.isdigit() and int(horizon) != MAIN_HORIZON


def detectable(view: View) -> list[tuple[str, str]]:
    """Return the smallest effect that could have been seen, and what the data weigh."""
    row, analysis = deciding_row(view), chosen_analysis(view)
    if row is None or row.minimum_detectable_effect is None:
        return []
    if analysis == ENGAGEMENT:
        name, smallest = "Smallest effect that could be seen", format_points
    else:
        name, smallest = "Smallest effect after a year that could be seen", _people
    found = [(name, smallest(row.minimum_detectable_effect))]
    for label, value in (
        ("People who joined", row.n_treated),
        ("Colleagues compared", row.n_control),
        ("Colleagues' worth after weighting", row.effective_sample_size),
    ):
        if value is not None:
            found.append((label, wording.format_number(value)))
    return found


def _people(value: float) -> str:
    return f"{wording.format_number(value * 100, 1)} of 100 people"


def balance_rows(view: View) -> list[SimpleNamespace]:
    """Return every covariate's difference between the groups, largest before weighting first."""
    rows = view.rows("balance", analysis="retention", population=chosen_population(view))
    return sorted(rows, key=lambda row: -abs(row.before or 0.0))


def covariate_words(covariate: str) -> str:
    """Return how a characteristic reads: "function_type = Care" as "Function type: Care"."""
    return wording.capitalized(covariate.replace(" = ", ": ").replace("_", " "))


def balance_figure(view: View) -> Figure:
    """Return how alike the groups are before and after weighting."""
    rows = balance_rows(view)
    columns = (
        Column("Characteristic"),
        Column("Before weighting", is_number=True),
        Column("After weighting", is_number=True),
    )
    lines = tuple(
        (
            text_value(covariate_words(row.covariate)),
            *(
                Value(wording.format_number(value, 2), round(value, 3))
                if value is not None
                else Value(wording.MISSING)
                for value in (row.before, row.after)
            ),
        )
        for row in rows
    )
    after = [abs(row.after) for row in rows if row.after is not None]
    title = "Balance before and after weighting"
    if after:
        worst = wording.format_number(max(after), 2 if max(after) >= 0.005 else 3)
        title = (
            f"After weighting the groups are alike: no difference above {worst}"
            if max(after) <= _LIMIT
            else f"After weighting one difference remains at {worst}, above the limit of 0.1"
        )
    return Figure(
        "balance",
        title,
        "Standardized mean difference between those who joined and their "
        "comparison; 0 is alike, 0.1 the usual limit",
        Table(columns, lines),
    )


def figures(view: View) -> list[Figure]:
    """Return the figures about doubt that the chosen outcome has."""
    found = [naive_figure(view)] if naive_rows(view) else []
    found += [other_ways_figure(view)] if other_ways(view) else []
    return found if chosen_analysis(view) == ENGAGEMENT else [*found, balance_figure(view)]
