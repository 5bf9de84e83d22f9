"""What the heads of tables mean: a metric, a slice, a period, or a part of a figure."""

from __future__ import annotations

import re

from harvest import figures
from harvest.figures import ReleaseRows
from reports import codes
from reports.wording import format_period

FORM = "form"
METRIC = "metric"
_YEAR_SHORT = re.compile(r"(\d{2}) Q([1-4])(?: with interval)?")
_FORMS = {
    "Value": figures.VALUE, "Share": figures.VALUE, "This quarter": figures.VALUE,
    "Quarter before": figures.VALUE, "Reach, %": figures.VALUE,
    "Lower": figures.LOWER, "Upper": figures.UPPER, "n": figures.N,
    "95 % from": figures.LOWER, "95 % to": figures.UPPER,
    "Lower, newest": figures.LOWER, "Upper, newest": figures.UPPER, "n, newest": figures.N,
    "Change": figures.CHANGE,
}  # fmt: skip
# What the Overview calls its six figures.
SHORT_NAMES = {
    "Active pairs": "active_pairs", "On track": "pair_state_on_track",
    "Sessions held": "adherence", "Cancelled by seniors": "senior_cancellation_rate",
    "Reach": "reach", "Stalled or dormant": "stalled_or_dormant",
}  # fmt: skip


class Labels:
    """Heads of tables and what they name, for one release."""

    def __init__(self, rows: ReleaseRows) -> None:
        self._meaning: dict[str, list[tuple[str, str]]] = {}
        for metric_id, metric in rows.metrics.items():
            label = str(metric.label)
            for text in (label, label.replace(": ", " ", 1), metric_id):
                self._add(text, METRIC, metric_id)
        for kind in ("program", "cohort", "department"):
            for row in rows.dimensions.get(kind, ()):
                self._add(str(row.label), kind, str(row.value))
        for kind in ("quarter", "year"):
            for value in rows.values(kind):
                self._add(format_period(value), "period", value)
                self._add(value, "period", value)
                self._add(f"{value} with interval", "period", value)
                if kind == "quarter":
                    self._add(format_period(value)[2:], "period", value)
                    self._add(f"{format_period(value)[2:]} with interval", "period", value)
        for code, words in codes.POPULATIONS.items():
            self._add(words, "population", code)
        for code, words in codes.STATES.items():
            self._add(words, "state", f"pair_state_{code}")
        for text in ("All", "All departments"):
            self._add(text, "department", "")
            self._add(text, "cohort", "")
        for text, form in _FORMS.items():
            self._add(text, FORM, form)

    def _add(self, text: str, kind: str, value: str) -> None:
        self._meaning.setdefault(text, []).append((kind, value))

    def find(self, text: str, kind: str) -> str | None:
        """Return what a head names of one kind; None where it names nothing of it."""
        for known, value in self._meaning.get(text.strip(), ()):
            if known == kind:
                return value
        return None

    def names(self, text: str) -> bool:
        """Tell whether a text is the name of something: a cohort may be called 2025."""
        return text.strip() in self._meaning
