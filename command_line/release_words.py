"""What `outcomes releases` prints: tables of releases and of their differences."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from reports import release_tables, wording
from reports.change_causes import MEANINGS, Cause, Why
from reports.release import Release
from reports.release_diff import Difference, Side
from reports.release_shelf import Kept, Verdict
from reports.spreadsheet_text import as_text

COLUMNS = (
    "metric", "label", "program", "cohort", "department", "population", "period", "unit", "before",
    "before_status", "before_reason", "after", "after_status", "after_reason", "cause", "may_add",
    "facts", "release_before", "release_after",
)  # fmt: skip


def kept_table(kept: Sequence[Kept]) -> Table:
    """Return the list of releases, the newest first."""
    table = Table(title="Releases", title_justify="left")
    table.add_column("Number", justify="right")
    for heading in ("Current", "Published (UTC)", "Data as of"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Shown", "Hidden", "Size"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in kept:
        number, current = str(one.release_id), "[green]current[/green]" if one.is_current else ""
        size = f"{one.size_bytes / 1e6:,.1f} MB"
        if one.info is None:
            table.add_row(number, current, "[red]cannot be read[/red]", "", "", "", size)
            continue
        days = (f"{one.info.built_at:%Y-%m-%d %H:%M}", f"{one.info.data_as_of:%Y-%m-%d}")
        table.add_row(number, current, *days, f"{one.shown:,}", f"{one.withheld:,}", size)
    return table


def facts_of(release: Release, *, is_current: bool) -> list[tuple[str, str]]:
    """Return what a release says about itself, name and words."""
    info = release.info
    metrics = release.frame("metric")
    changed = metrics[metrics["version"] > 1]
    versions = [f"{row.metric_id} {row.version}" for row in changed.itertuples()]
    rest = f"{len(metrics) - len(changed)} metrics in version 1"
    return [
        ("Release", f"{info.release_id}{' (current)' if is_current else ''}"),
        ("Published", f"{wording.format_moment(info.built_at)}"),
        ("Data as of", wording.format_day(info.data_as_of)),
        ("Data", "the invented sample" if info.is_sample else "loaded exports"),
        ("Program version", info.code_version),
        ("Metric versions", "; ".join([*versions, rest])),
        ("Metric declarations", f"sha256 {info.metric_versions_sha256}"),
        ("Minimum group", str(info.minimum_group)),
        ("Disclosure", info.disclosure_policy),
        ("File", str(release.path)),
    ]


def checks_table(release: Release) -> Table:
    """Return what the checks of a release found."""
    table = Table(title=f"Release {release.info.release_id}", title_justify="left")
    for heading in ("", "Check", "What was found"):
        table.add_column(heading)
    marks = {"passed": "[green]passed[/green]", "note": "[yellow]note[/yellow]"}
    for row in release.frame("check").itertuples():
        table.add_row(marks.get(row.verdict, "[red]failed[/red]"), row.title, row.detail)
    return table


def tables_table(release: Release) -> Table:
    """Return how many rows each table of a release has."""
    table = Table(title="Tables", title_justify="left")
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    for name in release_tables.metadata.tables:
        rows = f"{release.count(name):,}" if release.holds(name) else "not in this version"
        table.add_row(name, rows)
    return table


def verdicts_table(verdicts: Sequence[Verdict], *, is_trial: bool) -> Table:
    """Return what becomes of each release, and why."""
    table = Table(title="Retention", title_justify="left")
    table.add_column("Number", justify="right")
    for heading in ("Data as of", "What", "Why"):
        table.add_column(heading, no_wrap=heading != "Why")
    gone = "would be removed" if is_trial else "removed"
    for one in verdicts:
        info = one.kept.info
        day = f"{info.data_as_of:%Y-%m-%d}" if info else ""
        what = f"[red]{gone}[/red]" if one.is_removed else "kept"
        table.add_row(str(one.kept.release_id), day, what, one.reason)
    return table


def causes_table(found: Sequence[Difference]) -> Table:
    """Return how many figures differ by cause and metric."""
    table = Table(title="Why", title_justify="left")
    for heading in ("Cause", "Figures", "Which", "What it means"):
        table.add_column(heading, justify="right" if heading == "Figures" else "left")
    for cause in Cause:
        of_cause = Counter(one.label for one in found if one.why.cause is cause)
        if of_cause:
            which = ", ".join(f"{label} {count:,}" for label, count in of_cause.most_common(6))
            which += f", and {len(of_cause) - 6} more metrics" if len(of_cause) > 6 else ""
            count = f"{sum(of_cause.values()):,}"
            table.add_row(words_of(cause), count, which, MEANINGS[cause])
    return table


def telling_first(found: Sequence[Difference]) -> list[Difference]:
    """Return the differences in the order of interest: what nobody expected, and companies first.

    New periods are expected; a figure of an old one that moved is not.
    """
    order = [
        Cause.DEFINITION,
        Cause.CORRECTION,
        Cause.LATE_OR_CORRECTION,
        Cause.LATE_DATA,
        Cause.NOT_TOLD,
        Cause.PROGRAM,
        Cause.DISCLOSURE,
        Cause.NEW_DATA,
        Cause.FEWER_DAYS,
    ]
    return sorted(
        found, key=lambda one: (one.is_in_one_only, order.index(one.why.cause), one.slice != "all")
    )


def differences_table(found: Sequence[Difference], *, total: int) -> Table:
    """Return differences, one per row."""
    more = (
        f" (the first {len(found)} of {total:,}; --csv FILE has all)" if total > len(found) else ""
    )
    table = Table(title=f"Figures that differ{more}", title_justify="left")
    for heading in ("Figure", "Of whom", "Period"):
        table.add_column(heading)
    for heading in ("Before", "After"):
        table.add_column(heading, justify="right")
    table.add_column("Cause")
    for one in found:
        before, after = (_told(side, one.unit) for side in (one.before, one.after))
        table.add_row(one.label, one.slice, one.period, before, after, _because(one.why))
    return table


def write_differences(found: Sequence[Difference], path: Path, numbers: tuple[int, int]) -> None:
    """Write every difference as UTF-8 CSV, as the tidy report writes figures."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for one in found:
            place = (one.program, one.cohort, one.department, one.population, one.period)
            sides = [
                part
                for side in (one.before, one.after)
                for part in (
                    "" if side.value is None else repr(side.value), side.status, side.reason
                )
            ]  # fmt: skip
            why = (one.why.cause, " ".join(one.why.also), " ".join(one.why.entities))
            row = (one.metric_id, one.label, *place, one.unit, *sides, *why)
            writer.writerow([*(as_text(str(cell)) for cell in row), *numbers])


def words_of(cause: Cause) -> str:
    """Return a cause as people read it."""
    return cause.replace("_", " ")


def _because(why: Why) -> str:
    adds = " or ".join(words_of(cause) for cause in why.also)
    return f"{words_of(why.cause)} (perhaps {adds} too)" if adds else words_of(why.cause)


def _told(side: Side, unit: str) -> str:
    if side.value is not None:
        return wording.format_value(side.value, unit)
    return "not there" if side.status == "absent" else f"– ({side.reason or side.status})"
