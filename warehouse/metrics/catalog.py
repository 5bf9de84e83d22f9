"""The registry as rows of a release and as METRICS.md.

``python -m warehouse.metrics.catalog METRICS.md`` writes the page and notes the versions of new
metrics, ``--check`` only compares. Both fail where a declaration changed without a new version.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from warehouse import generated
from warehouse.metrics import METRICS, Metric, versions
from warehouse.metrics.metric import KINDS, OPERATIONAL

_FAMILIES = {
    "reach": "Reach: whom the program gets to",
    "rhythm": "Rhythm: whether pairs meet as they agreed to",
    "practice": "Practice: what makes reverse mentoring work",
    "voice": "Voice: what people say, in surveys that have closed",
    "workforce": "Workforce: who stays, leaves and moves",
}
_SENSITIVITY = {
    "operational": "operational: shown with its n",
    "confidential": "confidential: by quarter and year, for the company or one department or "
    "cohort; withheld below the minimum group",
    "workforce": "workforce: by quarter and year, for the company or one department or cohort; "
    "withheld below the minimum group",
}
_DIRECTION = {True: "higher is better", False: "lower is better", None: "neither"}
_INTRODUCTION = """# Metrics

Every figure the product shows, as declared in `warehouse/metrics/`. This page is generated; run
`make format` after changing a declaration.

Rates are fractions here and percentages on pages. Denominators are intention-to-treat: whoever was
enrolled or matched counts, also after withdrawing, unless said otherwise. Where a denominator is
empty there is no value but a reason; nothing undefined is ever 0. Periods are calendar months,
quarters and years; a running one is computed up to the data's last day and marked incomplete.
"""


def metric_rows(labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the registry as the release table ``metric``, one row per metric in its order.

    ``labels`` are names that an installation's own instruments give to their metrics.
    """
    given = labels or {}
    rows = [
        {
            "metric_id": m.id,
            "family": m.family,
            "label": given.get(m.id, m.label),
            "definition": m.definition,
            "formula": f"{m.formula} ({KINDS[m.kind]})",
            "unit": m.unit,
            "grain": m.grain.meaning,
            "sensitivity": m.sensitivity,
            "minimum_group": m.minimum_group,
            "company_only": m.company_only,
            "higher_is_better": m.higher_is_better,
            "owner": m.owner,
            "source": m.source,
            "version": m.version,
            "reviewed_on": m.reviewed_on,
            "position": position,
            "declaration_sha256": versions.declaration_sha256(m),
        }
        for position, m in enumerate(METRICS, start=1)
    ]
    return pd.DataFrame(rows).astype({"higher_is_better": "boolean"})


def change_rows() -> pd.DataFrame:
    """Return the changes of definitions as the release table ``metric_change``."""
    rows = [
        (metric.id, change.version, change.changed_on, change.what)
        for metric in METRICS
        for change in metric.changes
    ]
    return pd.DataFrame(rows, columns=["metric_id", "version", "changed_on", "what"])


def render_metrics_page() -> str:
    """Return METRICS.md."""
    parts = [_INTRODUCTION]
    for family, title in _FAMILIES.items():
        parts.append(f"## {title}\n")
        parts += [_section(metric) for metric in METRICS if metric.family == family]
    return "\n".join(parts)


def write_metrics_page(path: Path) -> None:
    """Write METRICS.md."""
    path.write_text(render_metrics_page(), encoding="utf-8")


def _section(metric: Metric) -> str:
    given = {
        "Formula": f"{metric.formula}",
        "Value": KINDS[metric.kind],
        "Unit": metric.unit,
        "One row of facts": metric.grain.meaning,
        "Sensitivity": _protection(metric),
        "Direction": _DIRECTION[metric.higher_is_better],
        "Without a value": metric.undefined_reason,
        "Source": metric.source,
        "Owner": metric.owner,
        "Version": f"{metric.version}, reviewed {metric.reviewed_on:%Y-%m-%d}",
    }
    lines = [f"### {metric.label} (`{metric.id}`)\n", f"{metric.definition}\n"]
    facts = [f"- {name}: {words}" for name, words in given.items()]
    return "\n".join([*lines, *facts, *_changes(metric), ""])


def _protection(metric: Metric) -> str:
    """Return how a metric is protected, in words."""
    if metric.sensitivity == OPERATIONAL:
        return _SENSITIVITY[metric.sensitivity]
    if metric.company_only:
        return (
            "confidential: by quarter and year, for the whole company only; withheld below the "
            f"minimum group ({metric.minimum_group})"
        )
    if metric.family == "voice":
        return (
            "confidential: by quarter and year, for the company or one department or cohort; "
            f"withheld below the minimum group ({metric.minimum_group}) and wherever a smaller "
            "group could be worked out from everything published (docs/disclosure.md)"
        )
    return f"{_SENSITIVITY[metric.sensitivity]} ({metric.minimum_group})"


def _changes(metric: Metric) -> list[str]:
    """Return what changed in each version, and what became of earlier figures."""
    earlier = "earlier periods were restated"
    if metric.sensitivity != OPERATIONAL:
        earlier = "periods published before keep their figure and version"
    return [
        f"- Changed in version {change.version}, {change.changed_on:%Y-%m-%d}: "
        f"{change.what.rstrip('.')}; {earlier}"
        for change in metric.changes
    ]


if __name__ == "__main__":
    sys.exit(
        max(
            versions.run(METRICS, check="--check" in sys.argv),
            generated.run(render_metrics_page, what="METRICS.md"),
        )
    )
