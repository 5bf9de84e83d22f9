"""Whether the effect can be believed: naive figures, checks, balance, what could be seen."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, text_value
from dashboard.content.impact import (
    MAIN_HORIZON,
    chosen_outcome,
    chosen_population,
    find_row,
    signed_value,
)
from dashboard.data import View
from reports import codes, diagnostics, wording
from reports.content import Sentence
from reports.effects import naive_sentence

_NAIVE = ("naive_hire", "naive_enrollment")
_LIMIT = 0.1  # standardized difference above which groups count as unlike


def naive_rows(view: View) -> list[tuple[str, SimpleNamespace]]:
    """Return the main estimate and the naive comparisons after a year, named."""
    names = {
        "main": "This analysis",
        "naive_enrollment": "Naive, from joining",
        "naive_hire": "Naive, from hire",
    }
    found = [
        (name, find_row(view, "risk_difference", MAIN_HORIZON, variant=variant))
        for variant, name in names.items()
    ]
    return [(name, row) for name, row in found if row is not None]


def naive_words(view: View) -> Sentence | None:
    """Return why the figure most platforms print misleads."""
    main = find_row(view, "risk_difference", MAIN_HORIZON)
    for variant in _NAIVE:
        naive = find_row(view, "risk_difference", MAIN_HORIZON, variant=variant)
        if naive is not None and main is not None and (words := naive_sentence(naive, main)):
            return words
    return None


def naive_figure(view: View) -> Figure:
    """Return every variant of the main estimate after a year."""
    rows = [
        find_row(view, "risk_difference", MAIN_HORIZON, variant=variant)
        for variant in codes.VARIANTS
    ]
    columns = (
        Column("Variant"),
        Column("Points more still employed", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
    )
    lines = tuple(
        (text_value(codes.VARIANTS.get(row.variant, row.variant)), *_points(row))
        for row in rows
        if row is not None
    )
    return Figure(
        "naive-comparison",
        "Why not simply compare?",
        "Points more still employed after a year, by method",
        Table(columns, lines),
    )


def checks(view: View) -> list[tuple[str, str]]:
    """Return verdict and words of every check of the analysis."""
    rows = view.rows(
        "diagnostic",
        analysis="retention",
        outcome=chosen_outcome(view),
        population=chosen_population(view),
    )
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
    row = find_row(view, "risk_difference", MAIN_HORIZON)
    if row is None or row.minimum_detectable_effect is None:
        return []
    smallest = wording.format_number(row.minimum_detectable_effect * 100, 1)
    found = [("Smallest effect after a year that could be seen", f"{smallest} of 100 people")]
    for label, value in (
        ("People who joined", row.n_treated),
        ("Colleagues compared", row.n_control),
        ("Colleagues' worth after weighting", row.effective_sample_size),
    ):
        if value is not None:
            found.append((label, wording.format_number(value)))
    return found


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
    """Return the figures about doubt."""
    return [naive_figure(view), balance_figure(view)]


def _points(row: SimpleNamespace) -> tuple[Value, ...]:
    if row.status != "shown":
        return (Value(f"{wording.MISSING} ({row.reason})"), Value(""), Value(""))
    return tuple(signed_value(value, "fraction") for value in (row.point, row.lower, row.upper))
