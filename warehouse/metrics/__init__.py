"""Every metric, declared once."""

from __future__ import annotations

from warehouse.metrics import practice, reach, rhythm, voice, workforce
from warehouse.metrics.metric import Change, Metric

METRICS: tuple[Metric, ...] = (
    *reach.METRICS,
    *rhythm.METRICS,
    *practice.METRICS,
    *voice.METRICS,
    *workforce.METRICS,
)
BY_ID = {metric.id: metric for metric in METRICS}

__all__ = ["BY_ID", "METRICS", "Change", "Metric"]
