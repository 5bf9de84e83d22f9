"""Sentences and titles that say a finding: what changed, what stands out, who needs a call."""

from __future__ import annotations

import math

from reports.changes import Change, known_number
from reports.effects import PER, EffectRow, is_certain, people_per_hundred
from reports.wording import (
    format_amount,
    format_change,
    format_change_interval,
    format_count,
    format_horizon,
    format_interval,
    format_number,
    format_value,
    list_words,
)


def change_sentence(label: str, change: Change | None, unit: str, since: str) -> str:
    """Return whether a figure changed: only an interval that excludes zero is called a change.

    Parameters
    ----------
    label : str
        The metric's label, "Cancelled by seniors".
    change : Change or None
        From :func:`reports.changes.compare`.
    unit : str
        The metric's unit.
    since : str
        The earlier period in words, "2026 Q2".
    """
    if change is None:
        return (
            f"{label}: no comparison with {since}; one of the two figures is withheld or missing."
        )
    by = format_amount(change.difference, unit)
    if not change.has_interval:
        if change.difference == 0:
            return f"{label}: the same as in {since}."
        return f"{label}: {by} {'more' if change.difference > 0 else 'fewer'} than in {since}."
    interval = format_change_interval(change.lower, change.upper, unit)
    if change.is_real:
        verb = "rose" if change.difference > 0 else "fell"
        return f"{label} {verb} by {by} against {since} ({interval})."
    return f"{label}: no change against {since} that chance would not explain ({interval})."


def change_badge(change: Change | None, unit: str, since: str) -> str:
    """Return the few words under a figure: "+38 on Q2", "same as Q2"."""
    if change is None:
        return f"no comparison with {since}"
    if change.difference == 0 or (change.has_interval and not change.is_real):
        return f"same as {since}"
    return f"{format_change(change.difference, unit)} on {since}"


def figure_words(value: float | None, lower: float | None, upper: float | None, unit: str) -> str:
    """Return a figure with its interval: "71 % (69–73 %)"."""
    interval = format_interval(lower, upper, unit)
    return f"{format_value(value, unit)} ({interval})" if interval else format_value(value, unit)


def overview_title(effect: EffectRow | None, on_track: float | None, worse: list[str]) -> str:
    """Return the headline of a quarter.

    Parameters
    ----------
    effect : row of ``estimate`` or None
        The main risk difference after a year.
    on_track : float or None
        Share of active pairs on track.
    worse : list of str
        Labels of metrics that changed for the worse, most important first.
    """
    if on_track is None or math.isnan(on_track):
        health = "Too few pairs to judge the program's health"
    else:
        health = f"{format_value(on_track, 'fraction')} of pairs are on track"
    if effect is None or effect.status != "shown":
        effect_words = "its effect on staying cannot be estimated yet"
    elif not is_certain(effect):
        effect_words = "whether it keeps people cannot be told yet"
    else:
        point = known_number(effect.point) or 0.0
        kind = "more" if point > 0 else "fewer"
        horizon = format_horizon(effect.horizon_months)
        effect_words = (
            f"about {people_per_hundred(point)} {kind} of every {PER} who join stay {horizon}"
        )
    joint = ", and " if effect is not None and is_certain(effect) else "; "
    title = f"{health}{joint}{effect_words}."
    return title + (f" Worse than before: {list_words(worse[:2]).lower()}." if worse else "")


def pairs_title(n_needing: int, n_after_cancellations: int) -> str:
    """Return "37 pairs need you; 14 lost momentum after the senior cancelled"."""
    if n_needing == 0:
        return "No pair needs you now"
    title = f"{format_count(n_needing, 'pair')} {'needs' if n_needing == 1 else 'need'} you"
    if n_after_cancellations:
        after = format_number(n_after_cancellations)
        return f"{title}; {after} lost momentum after the senior cancelled"
    return title


def departments_title(label: str, *, low: list[str], high: list[str]) -> str:
    """Return which departments stand out once chance is accounted for.

    Parameters
    ----------
    label : str
        The metric's label.
    low, high : list of str
        Departments whose interval lies below or above the company's figure.
    """
    if not low and not high:
        return f"{label}: no department stands out once chance is accounted for"
    parts = []
    if low:
        parts.append(f"{list_words(low[:3])} {'lies' if len(low) == 1 else 'lie'} below")
    if high:
        parts.append(f"{list_words(high[:3])} {'lies' if len(high) == 1 else 'lie'} above")
    return f"{label}: {', '.join(parts)} the company"
