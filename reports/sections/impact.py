"""What joining did, and every reason to doubt it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.codes import (
    ARMS,
    MEASURES,
    POPULATIONS,
    VARIANTS,
    VERDICTS,
    covariate_words,
)
from reports.content import Chart, Column, Section, Sentence, Series, Table, Value
from reports.diagnostics import diagnostic_title, diagnostic_words
from reports.effects import naive_sentence, share_sentence, share_title
from reports.quarter_data import QuarterData, reasons
from reports.score_effects import TABLE_UNITS
from reports.sections.judged import effect_number, judged_tables, outcome_words
from reports.sections.overview import main_effect
from reports.wording import format_horizon

_METHOD = (
    "Everyone who joined is compared with colleagues who could have joined in the same month and "
    "had not, weighted to be alike (sequential nested trials). Voluntary exits; other exits end "
    "the observation."
)
_NAIVE = (
    "The naive rows compare participants with everybody else and have no honest interval: they "
    "mix the program's effect with who joins and who stays long enough to join."
)


def impact(data: QuarterData) -> Section:
    """Return verdicts, effects, curves, sensitivities, checks and balance."""
    rows = data.release.frame("estimate")
    effect = main_effect(data)
    effects, doubts = _effects(rows, effect), _doubts(rows)
    judged = judged_tables(data)
    tables = (effects, *judged, _curves(data), doubts, _checks(data), _balance(data))
    return Section("impact", "Impact", tuple(_sentences(data, rows)), tables)


def _sentences(data: QuarterData, rows: pd.DataFrame) -> list[str | Sentence]:
    found: list[str | Sentence] = []
    for population in ("all", "mentor", "mentee"):
        effect = main_effect(data, population)
        if effect is not None:
            found.append(share_sentence(effect))
    main = main_effect(data)
    is_naive = (rows["variant"] == "naive_hire") & (rows["measure"] == "risk_difference")
    naive = rows[is_naive & (rows["population"] == "all") & (rows["horizon_months"] == 12)]
    for row in naive.itertuples(index=False):
        sentence = naive_sentence(row, main) if main is not None else None
        found += [sentence] if sentence else []
    return found


def _effects(rows: pd.DataFrame, effect: Any) -> Table:
    chosen = rows[rows["variant"] == "main"]
    title = share_title(effect) if effect is not None else "No analysis of staying was run"
    who = [POPULATIONS.get(p, p) for p in chosen["population"]]
    outcome = [outcome_words(o) for o in chosen["outcome"]]
    heads = (Column("population", "Who"), Column("outcome", "Outcome"))
    return _estimate_table(chosen, ("Impact", title), heads, list(zip(who, outcome, strict=True)),
                           notes=(_METHOD,))  # fmt: skip


def _doubts(rows: pd.DataFrame) -> Table:
    several = rows.groupby("outcome")["variant"].transform("nunique") > 1
    chosen = rows[(rows["population"] == "all") & several]
    words = [VARIANTS.get(v, v) for v in chosen["variant"]]
    outcome = [outcome_words(o) for o in chosen["outcome"]]
    variants: list[tuple[str, ...]] = list(zip(words, outcome, strict=True))
    return _estimate_table(
        chosen, ("Sensitivity", "The same question asked in other ways, and naively"),
        (Column("variant", "Analysis"), Column("outcome", "Outcome")), variants,
        notes=(_NAIVE, "Intention to treat keeps later joiners among those they are compared with; "
               "it is expected to lie nearer to zero."),
    )  # fmt: skip


def _estimate_table(
    rows: pd.DataFrame,
    names: tuple[str, str],
    heads: tuple[Column, ...],
    leading: list[tuple[str, ...]],
    *,
    notes: tuple[str, ...],
) -> Table:
    """Return estimates as a table; ``leading`` are the first columns, one tuple per row."""
    found: list[tuple[Value, ...]] = []
    for first, row in zip(leading, rows.itertuples(index=False), strict=True):
        numbers = [effect_number(row, part) for part in ("point", "lower", "upper")]
        # months employed have none of their own
        has_smallest = row.measure != "months_employed"
        smallest = effect_number(row, "minimum_detectable_effect") if has_smallest else None
        sizes = [effect_number(row, p) for p in ("effective_sample_size", "n_treated", "n_control")]
        measure = MEASURES.get(row.measure, row.measure)
        within = "" if pd.isna(row.horizon_months) else format_horizon(int(row.horizon_months))
        found.append((*first, measure, within, *numbers, smallest, *sizes, reasons(numbers[0])))
    return Table(
        name=names[0],
        title=names[1],
        subtitle="Joined less had they not: shares in percentage points, months employed, or "
        "points of a score; 95 % intervals",
        columns=(
            *heads,
            Column("measure", "Effect"),
            Column("horizon", "Within"),
            Column("point", "Estimate", "row", is_change=True),
            Column("lower", "95 % from", "row", is_change=True),
            Column("upper", "95 % to", "row", is_change=True),
            Column("smallest", "Smallest effect to be seen", "row"),
            Column("effective", "Colleagues after weighting", "count"),
            Column("n_treated", "Joined", "count"),
            Column("n_control", "Colleagues", "count"),
            Column("note", "Note"),
        ),
        rows=tuple(found),
        notes=notes,
        row_units=tuple(TABLE_UNITS.get(measure, "ratio") for measure in rows["measure"]),
    )


def _curves(data: QuarterData) -> Table:
    curve = data.release.frame(
        "curve", analysis="retention", outcome="voluntary_exit", population="all"
    )
    wide = {arm: curve[curve["arm"] == arm].set_index("month") for arm in ARMS}
    rows: list[tuple[Value, ...]] = []
    for month in sorted(set(curve["month"])):
        values: list[Value] = [float(month)]
        for arm in ARMS:
            known = wide[arm].loc[month] if month in wide[arm].index else None
            for part in ("survival", "lower", "upper", "at_risk"):
                number = None if known is None or pd.isna(known[part]) else float(known[part])
                values.append(number)
        rows.append(tuple(values))
    columns = [Column("month", "Months since joining", "count")]
    for arm, words in ARMS.items():
        columns += [
            Column(arm, words.capitalize(), "fraction"),
            Column(f"{arm}_lower", "95 % from", "fraction"),
            Column(f"{arm}_upper", "95 % to", "fraction"),
            Column(f"{arm}_at_risk", "People at risk", "count"),
        ]
    chart = Chart(
        "line", "Share still employed, by months since joining", "month",
        (Series(ARMS["joined"], "joined"), Series(ARMS["not_joined"], "not_joined",
                                                 is_reference=True)),
        category_title="months since joining",
    )  # fmt: skip
    return Table(
        name="Curves",
        title="Still employed, of those who joined, and had they not",
        subtitle="Everyone who joined, voluntary exits, weighted curves with 95 % bands",
        columns=tuple(columns),
        rows=tuple(rows),
        notes=("Where fewer than the minimum group are at risk their number is left out.",),
        chart=chart if rows else None,
    )


def _checks(data: QuarterData) -> Table:
    checks = data.release.frame("diagnostic")
    rows: list[tuple[Value, ...]] = [
        (
            VERDICTS.get(row.verdict, row.verdict),
            POPULATIONS.get(row.population, row.population),
            outcome_words(row.outcome),
            diagnostic_title(row.check_id),
            _plain(row.value),
            _plain(row.threshold),
            diagnostic_words(row.check_id, row.value, row.threshold),
        )
        for row in checks.itertuples(index=False)
    ]
    failed = int((checks["verdict"] == "failed").sum())
    return Table(
        name="Checks",
        title="Can we believe it? "
        + (f"{failed} of {len(rows)} checks failed" if failed else "No check failed"),
        subtitle="Checks of the analysis that could have failed",
        columns=(
            Column("verdict", "Verdict"),
            Column("population", "Who"),
            Column("outcome", "Outcome"),
            Column("check", "Check"),
            Column("value", "Value", "row"),
            Column("threshold", "Limit", "row"),
            Column("words", "Meaning"),
        ),
        rows=tuple(rows),
        row_units=tuple(
            "count" if not pd.isna(value) and abs(value) >= 100 else "number"
            for value in checks["value"]
        ),
    )


def _balance(data: QuarterData) -> Table:
    frame = data.release.frame("balance", analysis="retention")
    rows: list[tuple[Value, ...]] = []
    for row in frame.itertuples(index=False):
        who = POPULATIONS.get(row.population, row.population)
        rows.append((who, covariate_words(row.covariate), _plain(row.before), _plain(row.after)))
    apart = int((frame["after"].abs() > 0.1).sum())
    title = "After weighting, the two groups are alike in everything measured"
    if apart:
        title = f"After weighting, {apart} of {len(rows)} differences remain above 0.1"
    return Table(
        name="Balance",
        title=title if rows else "No balance to show",
        subtitle="Standardized differences between those who joined and their colleagues; above "
        "0.1 in size counts as different",
        columns=(
            Column("population", "Who"),
            Column("covariate", "Known before joining"),
            Column("before", "Before weighting", "ratio", is_change=True, decimals=3),
            Column("after", "After weighting", "ratio", is_change=True, decimals=3),
        ),
        rows=tuple(rows),
        notes=("What was not measured may still differ; the check on unseen causes says how "
               "strong it would have to be.",),
    )  # fmt: skip


def _plain(number: float) -> float | None:
    return None if pd.isna(number) else float(number)
