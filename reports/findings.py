"""Sentences that say a finding: effects with their doubt, changes that are real, titles.

A :class:`Sentence` keeps the words that carry the finding apart, so that a page or a report can
set them in bold; ``str(sentence)`` is the plain text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from reports.changes import Change
from reports.wording import (
    MINUS,
    THIN,
    format_change,
    format_change_interval,
    format_count,
    format_horizon,
    format_interval,
    format_number,
    format_value,
    list_words,
)

PER = 100  # effects are told per hundred people
_WHO = {"all": "people who joined", "mentor": "mentors", "mentee": "mentees"}


class EffectRow(Protocol):
    """A row of the release table ``estimate``; missing numbers as None or NaN."""

    population: str
    measure: str
    horizon_months: int
    point: float | None
    lower: float | None
    upper: float | None
    minimum_detectable_effect: float | None
    status: str
    reason: str | None


@dataclass(frozen=True)
class Sentence:
    """A sentence in three parts; ``strong`` carries the finding."""

    before: str
    strong: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.strong}{self.after}"


def is_certain(row: EffectRow) -> bool:
    """Return whether an estimate's interval excludes zero."""
    low, high = _number(row.lower), _number(row.upper)
    return row.status == "shown" and low is not None and high is not None and (low > 0 or high < 0)


def retention_sentence(row: EffectRow) -> Sentence:
    """Return what joining did to staying, as one of three honest answers.

    The interval excludes zero: "Of 100 people who joined, about 4 more were still here after a
    year than if they had not; between 1 and 7." It does not: "cannot tell", with what could not
    have been seen. Not estimable: the reason.
    """
    horizon = format_horizon(row.horizon_months)
    point, low, high = _number(row.point), _number(row.lower), _number(row.upper)
    if row.status != "shown" or point is None or low is None or high is None:
        why = _ending(row.reason or "the data cannot bear an answer")
        return Sentence(f"Staying {horizon} after joining: ", "no answer yet", f". {why}")
    if row.measure == "months_employed":
        return _months_sentence(row, horizon, point, low, high)
    who = _WHO.get(row.population, "people who joined")
    if is_certain(row):
        kind = "more" if point > 0 else "fewer"
        near, far = sorted((abs(low), abs(high)))
        bounds = _per_hundred(near, far, at_least=True)
        return Sentence(
            f"Of {PER} {who}, about ",
            f"{_one_per_hundred(point)} {kind} were still here after {horizon}",
            f" than if they had not; between {bounds[0]} and {bounds[1]}.",
        )
    return Sentence(
        "Whether joining keeps people ",
        "cannot be told yet",
        f": of {PER} {who}, between {_sided(low)} and {_sided(high)} were still here after "
        f"{horizon} than if they had not.{_unseen(row)}",
    )


def retention_title(row: EffectRow) -> str:
    """Return the finding as a title: "Joining keeps about 4 more of every 100 people a year later".

    Only for the risk difference; months employed are told by :func:`retention_sentence`.
    """
    horizon = format_horizon(row.horizon_months)
    point = _number(row.point)
    if row.status != "shown" or point is None:
        return "What joining does to staying cannot be estimated yet"
    if not is_certain(row):
        return "Whether joining keeps people cannot be told yet"
    amount = _one_per_hundred(point)
    if point > 0:
        return f"Joining keeps about {amount} more of every {PER} people {horizon} later"
    return f"About {amount} fewer of every {PER} who joined are still here {horizon} later"


def naive_sentence(naive: EffectRow, main: EffectRow) -> Sentence | None:
    """Return why the figure most platforms print misleads; None where there is none to show."""
    plain, weighed = _number(naive.point), _number(main.point)
    if naive.status != "shown" or plain is None:
        return None
    says = f"{'+' if plain > 0 else MINUS}{_amount(round(plain, 2), 'fraction')}"
    after = ". One has to stay to be able to join, and engaged people join: it mixes that with the "
    if weighed is not None and main.status == "shown" and plain > 2 * abs(weighed):
        after = (
            ". Most of that is not the program: one has to stay to be able to join, and engaged "
        )
        return Sentence(
            "Participants against everyone else would say ", says, f"{after}people join."
        )
    return Sentence("Participants against everyone else would say ", says, f"{after}program.")


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
    by = _amount(change.difference, unit)
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
        point = _number(effect.point) or 0.0
        kind = "more" if point > 0 else "fewer"
        horizon = format_horizon(effect.horizon_months)
        effect_words = (
            f"about {_one_per_hundred(point)} {kind} of every {PER} who join stay {horizon}"
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


def _months_sentence(
    row: EffectRow, horizon: str, point: float, low: float, high: float
) -> Sentence:
    if is_certain(row):
        kind = "more" if point > 0 else "fewer"
        near, far = sorted((abs(low), abs(high)))
        decimals = 1 if round(near, 1) else 2
        bounds = (format_number(near, decimals), format_number(far, decimals))
        return Sentence(
            "Those who joined worked here ",
            f"{_months(point)} {kind}",
            f" within {horizon} than if they had not; between {bounds[0]} and {bounds[1]}.",
        )
    return Sentence(
        f"Months worked within {horizon}: ",
        "cannot be told yet",
        f"; between {_months(low)} {'fewer' if low < 0 else 'more'} and "
        f"{_months(high)} {'fewer' if high < 0 else 'more'}.",
    )


def _months(value: float) -> str:
    text = format_number(abs(value), 1 if round(abs(value), 1) else 2)
    return f"{text} {'month' if text == '1.0' else 'months'}"


def _unseen(row: EffectRow) -> str:
    smallest = _number(row.minimum_detectable_effect)
    if smallest is None:
        return ""
    return f" An effect under {_one_per_hundred(smallest)} of {PER} could not have been seen."


def _one_per_hundred(value: float) -> str:
    """Return a fraction as people of a hundred: whole numbers, decimals only below one."""
    return _per_hundred(abs(value), at_least=False)[0]


def _per_hundred(*values: float, at_least: bool) -> list[str]:
    """Return people of a hundred; ends that would read 0 though they are not get decimals."""
    people = [value * PER for value in values]
    decimals = 0
    while decimals < 2 and any(p and not round(p, decimals) for p in people):
        decimals += 1
    texts = [format_number(p, decimals) for p in people]
    if at_least and decimals == 0 and len(set(texts)) < len(texts):
        texts = [format_number(p, 1) for p in people]
    return texts


def _sided(value: float) -> str:
    text = _one_per_hundred(value)
    if text == "0":
        return "none"
    return f"{text} {'more' if value > 0 else 'fewer'}"


def _amount(difference: float, unit: str) -> str:
    if unit == "fraction":
        points = format_change(abs(difference), "fraction")[1:].rsplit(THIN, 1)[0]
        return f"{points} {'point' if points == '1' else 'points'}"
    return format_value(abs(difference), unit)


def _ending(sentence: str) -> str:
    text = sentence.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
