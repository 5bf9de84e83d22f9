"""The registry as rows of a release and as METRICS.md.

``python -m warehouse.metrics.catalog METRICS.md`` writes the page, ``--check`` only compares.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from warehouse import generated
from warehouse.metrics import METRICS, Metric
from warehouse.metrics.metric import KINDS

_FAMILIES = {
    "reach": "Reach: whom the program gets to",
    "rhythm": "Rhythm: whether pairs meet as they agreed to",
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
            "higher_is_better": m.higher_is_better,
            "owner": m.owner,
            "source": m.source,
            "version": m.version,
            "reviewed_on": m.reviewed_on,
            "position": position,
        }
        for position, m in enumerate(METRICS, start=1)
    ]
    return pd.DataFrame(rows).astype({"higher_is_better": "boolean"})


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
        "Sensitivity": f"{_SENSITIVITY[metric.sensitivity]}"
        + ("" if metric.sensitivity == "operational" else f" ({metric.minimum_group})"),
        "Direction": _DIRECTION[metric.higher_is_better],
        "Without a value": metric.undefined_reason,
        "Source": metric.source,
        "Owner": metric.owner,
        "Version": f"{metric.version}, reviewed {metric.reviewed_on:%Y-%m-%d}",
    }
    lines = [f"### {metric.label} (`{metric.id}`)\n", f"{metric.definition}\n"]
    return "\n".join([*lines, *(f"- {name}: {words}" for name, words in given.items()), ""])


if __name__ == "__main__":
    sys.exit(generated.run(render_metrics_page, what="METRICS.md"))
