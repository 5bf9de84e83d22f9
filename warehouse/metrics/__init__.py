"""Every metric, declared once."""

from __future__ import annotations

from warehouse.metrics import reach, rhythm, voice, workforce
from warehouse.metrics.metric import Metric

METRICS: tuple[Metric, ...] = (
    *reach.METRICS,
    *rhythm.METRICS,
    *voice.METRICS,
    *workforce.METRICS,
)
BY_ID = {metric.id: metric for metric in METRICS}

__all__ = ["BY_ID", "METRICS", "Metric"]
