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
            f"withheld under {minimum}",
        ),
        ("Source", metric.source),
        ("Owner", metric.owner),
        ("Version", f"{metric.version}, reviewed {wording.format_day(metric.reviewed_on)}"),
    ]


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
            )
        )
        for metric in view.metrics.values()
    )
    return [
        Figure("definitions", "Definitions", "Every metric of this release", Table(columns, lines))
    ]
