"""What joining did to staying and careers, as sentences that keep the doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from reports.changes import known_number
from reports.content import Sentence
from reports.wording import MINUS, capitalized, format_amount, format_horizon, format_number

PER = 100  # effects are told per hundred people
WHO = {"all": "people who joined", "mentor": "mentors", "mentee": "mentees"}


@dataclass(frozen=True)
class _Told:
    """How an outcome is told: its name, what people did, and what joining might do."""

    name: str
    did: str
    question: str


_STAYING = _Told("Staying", "were still here", "keeps people")
_OUTCOMES = {
    "promotion": _Told("Promotions", "had been promoted", "leads to promotions"),
    "internal_move": _Told(
        "Internal moves", "had moved inside the company", "leads to internal moves"
    ),
}


class EffectRow(Protocol):
    """A row of the release table ``estimate``; missing numbers as None or NaN."""

    analysis: str
    outcome: str
    population: str
    measure: str
    horizon_months: int
    point: float | None
    lower: float | None
    upper: float | None
    minimum_detectable_effect: float | None
    status: str
    reason: str | None


def is_certain(row: EffectRow) -> bool:
    """Return whether an estimate's interval excludes zero."""
    low, high = known_number(row.lower), known_number(row.upper)
    return row.status == "shown" and low is not None and high is not None and (low > 0 or high < 0)


def share_sentence(row: EffectRow, *, is_settled: bool = False) -> Sentence:
    """Return what joining did to staying, promotions or moves, as one of three honest answers.

    With ``is_settled`` an interval that covers zero is told as no sign of an effect: one worth
    having would have been seen.

    The interval excludes zero: "Of 100 people who joined, about 4 more were still here after a
    year than if they had not; between 1 and 7." It does not: "cannot tell", with what could not
    have been seen. Not estimable: the reason.
    """
    horizon = format_horizon(row.horizon_months)
    point, low, high = known_number(row.point), known_number(row.lower), known_number(row.upper)
    told = _OUTCOMES.get(row.outcome, _STAYING)
    if row.status != "shown" or point is None or low is None or high is None:
        why = _ending(row.reason or "the data cannot bear an answer")
        return Sentence(f"{told.name} {horizon} after joining: ", "no answer yet", f". {why}")
    if row.measure == "months_employed":
        return _months_sentence(row, horizon, point, low, high)
    who = WHO.get(row.population, "people who joined")
    if is_certain(row):
        kind = "more" if point > 0 else "fewer"
        near, far = sorted((abs(low), abs(high)))
        bounds = _per_hundred(near, far, at_least=True)
        return Sentence(
            f"Of {PER} {who}, about ",
            f"{people_per_hundred(point)} {kind} {told.did} after {horizon}",
            f" than if they had not; between {bounds[0]} and {bounds[1]}.",
        )
    if is_settled:
        return Sentence(
            "There is ",
            f"no sign that joining {told.question}",
            f": of {PER} {who}, between {_sided(low)} and {_sided(high)} {told.did} after "
            f"{horizon} than if they had not.",
        )
    return Sentence(
        f"Whether joining {told.question} ",
        "cannot be told yet",
        f": of {PER} {who}, between {_sided(low)} and {_sided(high)} {told.did} after "
        f"{horizon} than if they had not.{_unseen(row)}",
    )


def share_title(row: EffectRow, *, is_settled: bool = False) -> str:
    """Return the finding as a title: "Joining keeps about 4 more of every 100 people a year later".

    Only for the risk difference; months employed are told by :func:`share_sentence`.
    """
    horizon = format_horizon(row.horizon_months)
    point = known_number(row.point)
    told = _OUTCOMES.get(row.outcome, _STAYING)
    if row.status != "shown" or point is None:
        return f"What joining does to {told.name.lower()} cannot be estimated yet"
    if not is_certain(row):
        if is_settled:
            return f"No sign that joining {told.question}"
        return f"Whether joining {told.question} cannot be told yet"
    amount = people_per_hundred(point)
    if told is not _STAYING:
        kind = "more" if point > 0 else "fewer"
        return f"About {amount} {kind} of every {PER} who joined {told.did} within {horizon}"
    if point > 0:
        return f"Joining keeps about {amount} more of every {PER} people {horizon} later"
    return f"About {amount} fewer of every {PER} who joined are still here {horizon} later"


def naive_sentence(naive: EffectRow, main: EffectRow) -> Sentence | None:
    """Return why the figure most platforms print misleads; None where there is none to show."""
    plain, weighed = known_number(naive.point), known_number(main.point)
    if naive.status != "shown" or plain is None:
        return None
    says = f"{'+' if plain > 0 else MINUS}{format_amount(round(plain, 2), 'fraction')}"
    after = ". One has to stay to be able to join, and engaged people join: it mixes that with the "
    if weighed is not None and main.status == "shown" and plain > 2 * abs(weighed):
        after = (
            ". Most of that is not the program: one has to stay to be able to join, and engaged "
        )
        return Sentence(
            "Participants against everyone else would say ", says, f"{after}people join."
        )
    return Sentence("Participants against everyone else would say ", says, f"{after}program.")


def people_per_hundred(value: float) -> str:
    """Return a fraction as people of a hundred: whole numbers, decimals only below one."""
    return _per_hundred(abs(value), at_least=False)[0]


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
    smallest = known_number(row.minimum_detectable_effect)
    if smallest is None:
        return ""
    return f" An effect under {people_per_hundred(smallest)} of {PER} could not have been seen."


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
    text = people_per_hundred(value)
    if text == "0":
        return "none"
    return f"{text} {'more' if value > 0 else 'fewer'}"


def _ending(sentence: str) -> str:
    text = capitalized(sentence.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."
