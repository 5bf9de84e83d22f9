"""What every figure means, from the registry that computed it."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, text_value
from dashboard.data import View
from reports import codes, wording

FAMILIES = {
    "reach": "Reach: whom the program gets to",
    "rhythm": "Rhythm: whether pairs meet as they agreed to",
    "practice": "Practice: what makes reverse mentoring work",
    "voice": "Voice: what people say",
    "workforce": "Workforce: who stays, leaves, and moves",
}


def read_families(view: View) -> list[tuple[str, list[SimpleNamespace]]]:
    """Return the metrics by family, in the order of the registry."""
    found: dict[str, list[SimpleNamespace]] = {}
    for metric in view.metrics.values():
        found.setdefault(metric.family, []).append(metric)
    return [(FAMILIES.get(family, family.capitalize()), rows) for family, rows in found.items()]


def read_facts(metric: SimpleNamespace) -> list[tuple[str, str]]:
    """Return the declaration of a metric, name and words."""
    minimum = f"{wording.format_number(metric.minimum_group)} people"
    direction = {True: "higher is better", False: "lower is better"}.get(
        metric.higher_is_better, "neither direction is better"
    )
    return [
        ("Unit", wording.UNIT_TITLES.get(metric.unit, metric.unit)),
        ("Direction", direction),
        ("Counted per", metric.grain.replace("_", " ")),
        (
            "Protection",
            f"{codes.SENSITIVITIES.get(metric.sensitivity, metric.sensitivity)}, "
            f"withheld under {minimum}{_further_protection(metric)}",
        ),
        ("Source", metric.source),
        ("Owner", metric.owner),
        ("Version", f"{metric.version}, reviewed {wording.format_day(metric.reviewed_on)}"),
    ]


def _further_protection(metric: SimpleNamespace) -> str:
    """Return what protects a figure beyond its minimum group."""
    if metric.company_only:
        return "; for the whole company only"
    if metric.family == "voice":
        return (
            " who answered, and wherever a smaller group could be worked out from all figures "
            "together; one decimal; the interval follows from n and a spread of the whole company"
        )
    return ""


def read_history(view: View, metric: SimpleNamespace) -> list[tuple[str, str]]:
    """Return what changed in a metric's definition, and what became of figures before it.

    Operational figures are computed anew for all periods; protected ones that were published keep
    their value and their version, which is why the quarters of each are named.
    """
    changes = view.rows("metric_change", metric_id=metric.metric_id)
    found = [
        (f"Version {row.version}", f"Since {wording.format_day(row.changed_on)}. {row.what}")
        for row in sorted(changes, key=lambda row: -row.version)
    ]
    if not found:
        return []
    if metric.sensitivity == "operational":
        words = f"Restated: every period is shown under version {metric.version}."
    else:
        words = _kept_words(view, metric)
    return [*found, ("Earlier quarters", words)]


def _kept_words(view: View, metric: SimpleNamespace) -> str:
    cells = view.snapshot.cells(metric.metric_id, "quarter", for_manager=False)
    quarters: dict[int, set[str]] = {}
    for by_period in cells.values():
        for quarter, cell in by_period.items():
            if cell.metric_version not in (None, metric.version):
                quarters.setdefault(cell.metric_version or 0, set()).add(quarter)
    if not quarters:
        return f"None was published before: all are shown under version {metric.version}."
    spans = []
    for version, names in sorted(quarters.items()):
        ends = dict.fromkeys(wording.format_period(name) for name in (min(names), max(names)))
        spans.append(f"{' to '.join(ends)} under version {version}")
    return f"As they were published: {'; '.join(spans)}. They are not compared with later ones."


def figures(view: View) -> list[Figure]:
    """Return all definitions as one table."""
    columns = (
        Column("Metric"),
        Column("Name"),
        Column("Definition", is_long=True),
        Column("Formula", is_long=True),
        Column("Unit"),
        Column("Protection"),
        Column("Minimum group", is_number=True),
        Column("Source", is_long=True),
        Column("Owner"),
        Column("Version", is_number=True),
        Column("Reviewed"),
        Column("Changes", is_long=True),
    )
    lines = tuple(
        tuple(
            text_value(str(words))
            for words in (
                metric.metric_id,
                metric.label,
                metric.definition,
                metric.formula,
                wording.UNIT_TITLES.get(metric.unit, metric.unit),
                metric.sensitivity,
                metric.minimum_group,
                metric.source,
                metric.owner,
                metric.version,
                metric.reviewed_on.date() if metric.reviewed_on else "",
                " ".join(f"{name}: {words}" for name, words in read_history(view, metric)),
            )
        )
        for metric in view.metrics.values()
    )
    return [
        Figure("definitions", "Definitions", "Every metric of this release", Table(columns, lines))
    ]
