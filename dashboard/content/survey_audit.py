"""How survey figures protect the people who answered: counts anybody may read, and the rules."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, text_value
from dashboard.data import View
from reports import wording
from reports.survey_report import NOTHING

_SHARES = ("respondents_hidden",)
_RANGES = ("tightest_range", "attack_range")
CHECK = "survey_audit"


def read_counts(view: View) -> dict[str, float | None]:
    """Return what the audit counted by measure; empty where a release holds none."""
    return {row.measure: row.value for row in view.rows("survey_audit")}


def audit_figure(view: View) -> Figure:
    """Return what was hidden and why, and what the attack found."""
    rows = view.rows("survey_audit")
    counts = read_counts(view)
    lines = tuple((text_value(row.title), _value(row)) for row in rows)
    columns = (Column("Survey figures"), Column("Count", is_number=True))
    return Figure(
        figure_id="survey-audit",
        title=_title(counts),
        subtitle="Counts over everything published about answers; no figure of its own",
        table=Table(columns, lines if counts.get("figures") else ()),
    )


def read_words(view: View) -> str:
    """Return in words what audit and attack did."""
    for row in view.rows("check"):
        if row.check_id == CHECK:
            return str(row.detail or "")
    return ""


def _title(counts: dict[str, float | None]) -> str:
    figures = int(counts.get("figures") or 0)
    if not figures:
        return NOTHING.rstrip(".")
    hidden = figures - int(counts.get("shown") or 0)
    found = (
        "The attack found nothing" if not counts.get("learned") else "The attack found something"
    )
    return (
        f"{found}; {wording.format_number(hidden)} of "
        f"{wording.format_count(figures, 'survey figure')} {'is' if hidden == 1 else 'are'} hidden"
    )


def _value(row: SimpleNamespace) -> Value:
    if row.value is None:
        return Value(wording.MISSING)
    if row.measure in _SHARES:
        return Value(wording.format_value(row.value, "fraction"), round(row.value * 100, 1))
    if row.measure in _RANGES:
        return Value(f"{row.value:.2f}", round(row.value, 2))
    return Value(wording.format_number(int(row.value)), int(row.value))
