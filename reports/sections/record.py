"""What stands behind the figures: data quality, definitions, provenance."""

from __future__ import annotations

from reports.codes import SENSITIVITIES, VERDICTS
from reports.content import Column, Section, Table, Value
from reports.quarter_data import QuarterData
from reports.wording import (
    UNIT_TITLES,
    format_count,
    format_day,
    format_moment,
    format_number,
    format_period,
    format_value,
    list_words,
)

_COUNTS = ("rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected")
_COUNT_TITLES = ("Rows read", "New", "Updated", "Unchanged", "Set aside")


def data_quality(data: QuarterData) -> Section:
    """Return the checks of the release and what became of every file."""
    checks = data.release.frame("check")
    bad = checks[checks["verdict"] == "failed"]
    title = "Every check of the data passed or has a note"
    if len(bad):
        title = f"Failed: {list_words([str(t).lower() for t in bad['title']])}"
    check_rows: list[tuple[Value, ...]] = [
        (VERDICTS.get(row.verdict, row.verdict), row.title, row.detail)
        for row in checks.itertuples(index=False)
    ]
    checked = Table(
        name="Data quality",
        title=title,
        subtitle=f"Data to {format_day(data.release.info.data_as_of)}",
        columns=(
            Column("verdict", "Verdict"),
            Column("check", "Check"),
            Column("detail", "Detail"),
        ),
        rows=tuple(check_rows),
    )
    return Section("data_quality", "Data quality", (), (checked, _loads(data)))


def definitions(data: QuarterData) -> Section:
    """Return every metric as the registry declares it."""
    rows: list[tuple[Value, ...]] = [
        (
            metric.label, metric.definition, metric.formula,
            UNIT_TITLES.get(metric.unit, metric.unit),
            SENSITIVITIES.get(metric.sensitivity, metric.sensitivity),
            float(metric.minimum_group), metric.source, metric.owner, float(metric.version),
            metric.reviewed_on.date(),
        )
        for metric in data.metrics.values()
    ]  # fmt: skip
    table = Table(
        name="Definitions",
        title="How each figure is defined",
        subtitle="From the registry the figures are computed from",
        columns=(
            Column("label", "Figure"),
            Column("definition", "Definition"),
            Column("formula", "Formula"),
            Column("unit", "Unit"),
            Column("sensitivity", "Sensitivity"),
            Column("minimum_group", "Minimum group", "count"),
            Column("source", "Source"),
            Column("owner", "Owner"),
            Column("version", "Version", "count"),
            Column("reviewed_on", "Reviewed", "day"),
        ),
        rows=tuple(rows),
    )
    return Section("definitions", "Definitions", (), (table,))


def provenance(data: QuarterData) -> tuple[tuple[str, str], ...]:
    """Return where the report comes from, as pairs of a name and its words."""
    info = data.release.info
    everyone = len(data.departments) == sum(kind == "department" for kind, _ in data.labels)
    filters = "All programs, cohorts and departments"
    if not everyone:
        filters = f"Department {list_words(data.departments)} and the company's total"
    return (
        ("Quarter", format_period(data.quarter) + ("" if data.is_complete else " (not over yet)")),
        ("Release", str(info.release_id)),
        ("Built", format_moment(info.built_at)),
        ("Data to", format_day(info.data_as_of)),
        ("Filters", filters),
        ("Disclosure policy", info.disclosure_policy),
        ("Operational figures", f"In this report also withheld below {info.minimum_group}"),
        ("Metric versions (SHA-256)", info.metric_versions_sha256),
        ("Code version", info.code_version),
        ("Data", "Invented sample, not a real company" if info.is_sample else "The company's own"),
    )


def _loads(data: QuarterData) -> Table:
    frame = data.release.frame("load_summary")
    rows: list[tuple[Value, ...]] = []
    for (source, entity), part in frame.groupby(["source_system", "entity"], sort=True):
        numbers = [float(part[name].sum()) for name in _COUNTS]
        share = numbers[-1] / numbers[0] if numbers[0] else 0.0
        files = float(part["file_name"].nunique())
        rows.append((str(source), str(entity).replace("_", " "), files, *numbers, share))
    aside, read = float(frame["rows_rejected"].sum()), float(frame["rows_read"].sum())
    part = format_value(aside / read, "fraction") if read else "none"
    return Table(
        name="Loads",
        title=f"{format_number(aside)} of {format_count(read, 'row')} were set aside ({part})",
        subtitle="Every load added up, by source: read = new + updated + unchanged + set aside",
        columns=(
            Column("source", "Source"),
            Column("entity", "Became"),
            Column("files", "Files", "count"),
            *(Column(n, t, "count") for n, t in zip(_COUNTS, _COUNT_TITLES, strict=True)),
            Column("share", "Share set aside", "fraction"),
        ),
        rows=tuple(rows),
        notes=(
            "Rows set aside are kept whole with their reason; the page Data lists them by file.",
        ),
    )
