"""A quarter's report as content: what it says, before any file format."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from reports.codes import MEASURE_UNITS, MEASURES, VARIANTS
from reports.content import Fact, Quarterly, without_empty_notes
from reports.quarter_data import QuarterData, Reader, UnknownQuarter, read_quarter
from reports.release import Release
from reports.sections import impact, overview, program, record, slices
from reports.sections.judged import outcome_words
from reports.wording import format_day, format_period

__all__ = ["Quarterly", "UnknownQuarter", "build_quarter"]


def build_quarter(release: Release, quarter: str, *, viewer: Reader | None = None) -> Quarterly:
    """Build the content of a quarter's report from a release and nothing else.

    Parameters
    ----------
    release : Release
        The figures; the report can never show what it does not hold.
    quarter : str
        2026Q3.
    viewer : Reader, optional
        For whom; by default HR leadership (aggregates everywhere, no names). A department head's
        report holds the own department and the company's total, and nothing about loads.

    Raises
    ------
    UnknownQuarter
        The release has no figures for it.
    ReleaseVanished
        The release's file is gone.
    """
    data = read_quarter(release, quarter, viewer)
    sections = [
        overview.summary(data),
        overview.changes(data),
        program.health(data),
        program.reach(data),
        program.rhythm(data),
        program.practice(data),
        program.voices(data),
        program.workforce(data),
        impact.impact(data),
        slices.departments(data),
        slices.cohorts(data),
        *([record.data_quality(data)] if data.sees_loads else []),
        record.definitions(data),
    ]
    sample = " · invented sample" if release.info.is_sample else ""
    return Quarterly(
        quarter=data.quarter,
        title=f"Reverse mentoring, {format_period(data.quarter)}",
        subtitle=f"Program Outcomes · release {release.info.release_id} · data to "
        f"{format_day(release.info.data_as_of)}{sample}",
        built_at=release.info.built_at,
        release_id=release.info.release_id,
        sections=tuple(
            replace(section, tables=tuple(without_empty_notes(t) for t in section.tables))
            for section in sections
            if section.tables or section.sentences
        ),
        provenance=record.provenance(data),
        facts=(*_facts(data), *_impact_facts(data)),
    )


def _facts(data: QuarterData) -> list[Fact]:
    """Return every quarterly figure the reader may see, of all quarters in the report."""
    order = {metric_id: i for i, metric_id in enumerate(data.metrics)}
    cells = data.cells.assign(position=data.cells["metric_id"].map(order))
    keys = ["period", "position", "program", "cohort", "department", "population"]
    return [
        Fact(
            row.metric_id, data.metrics[row.metric_id].label, row.program, row.cohort,
            row.department, row.population, row.period, _number(row.value), _number(row.lower),
            _number(row.upper), None if pd.isna(row.n) else int(row.n),
            data.metrics[row.metric_id].unit, row.status, _text(row.reason), _text(row.bound),
            int(row.metric_version),
        )
        for row in cells.sort_values(keys).itertuples(index=False)
    ]  # fmt: skip


def _impact_facts(data: QuarterData) -> list[Fact]:
    """Return the estimates; their period is all time up to the data's last day."""
    period = f"to {data.release.info.data_as_of.isoformat()}"
    estimates = data.release.frame("estimate").assign(cohort="", department="")
    pooled = data.group_effects.assign(
        variant=[f"pooled_by_{grouping}" for grouping in data.group_effects["grouping"]]
    )
    return [
        Fact(
            _effect_name(row), _effect_label(row), "", row.cohort, row.department, row.population,
            period, _number(row.point), _number(row.lower), _number(row.upper),
            None if pd.isna(row.n_treated) else int(row.n_treated),
            MEASURE_UNITS.get(row.measure, "ratio"), row.status, _text(row.reason),
        )
        for frame in (estimates, pooled)
        for row in frame.itertuples(index=False)
    ]  # fmt: skip


def _effect_name(row: Any) -> str:
    name = f"{row.analysis}.{row.outcome}.{row.variant}.{row.measure}"
    return name if pd.isna(row.horizon_months) else f"{name}.{int(row.horizon_months)}m"


def _effect_label(row: Any) -> str:
    within = "" if pd.isna(row.horizon_months) else f" within {int(row.horizon_months)} months"
    variant = VARIANTS.get(row.variant, row.variant.replace("_", " "))
    measure = MEASURES.get(row.measure, row.measure)
    return f"{measure}{within}, {outcome_words(row.outcome).lower()}, {variant}"


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
