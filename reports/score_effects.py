"""What joining did to survey scores, as sentences that keep the doubt; and to anything at all."""

from __future__ import annotations

from reports.changes import known_number
from reports.codes import MEASURE_UNITS
from reports.content import Sentence
from reports.effects import WHO, EffectRow, is_certain, share_sentence, share_title
from reports.wording import capitalized, format_number

SCORES = "score_difference"  # the measure of an effect on scores, in points of the scale
DECIMALS = 2  # of effects on scores; one would hide most of them
# How a table writes effects: scores like ratios, with two decimals, where points have one.
TABLE_UNITS = MEASURE_UNITS | {SCORES: "ratio"}


def effect_sentence(row: EffectRow, *, is_settled: bool = False) -> Sentence:
    """Return what joining did to any outcome, as one of three honest answers.

    Parameters
    ----------
    row : row of ``estimate``
    is_settled : bool
        Whether the verdict is that there is no sign of an effect.
    """
    tell = _score_sentence if row.measure == SCORES else share_sentence
    return tell(row, is_settled=is_settled)


def effect_title(row: EffectRow, *, is_settled: bool = False) -> str:
    """Return the finding about any outcome as a title."""
    tell = _score_title if row.measure == SCORES else share_title
    return tell(row, is_settled=is_settled)


def construct_words(outcome: str) -> str:
    """Return how what a survey measures is called: "psychological safety"."""
    return outcome.replace("_", " ")


def format_points(value: float) -> str:
    """Return an effect on a score without its sign: "0.25 points"."""
    text = format_number(abs(value), DECIMALS)
    return f"{text} {'point' if text == '1.00' else 'points'}"


def _score_sentence(row: EffectRow, *, is_settled: bool) -> Sentence:
    what, who = construct_words(row.outcome), WHO.get(row.population, "people who joined")
    point, low, high = known_number(row.point), known_number(row.lower), known_number(row.upper)
    if row.status != "shown" or point is None or low is None or high is None:
        why = capitalized((row.reason or "the data cannot bear an answer").strip().rstrip("."))
        return Sentence(f"{capitalized(what)} after joining: ", "no answer yet", f". {why}.")
    if is_certain(row):
        near, far = sorted((abs(low), abs(high)))
        return Sentence(
            f"{capitalized(what)}: {who} score ",
            f"about {format_points(point)} {'higher' if point > 0 else 'lower'}",
            f" than if they had not joined; between {format_number(near, DECIMALS)} and "
            f"{format_number(far, DECIMALS)}.",
        )
    span = f": {who} score between {_sided(low)} and {_sided(high)} than if they had not."
    if is_settled:
        return Sentence("There is ", f"no sign that joining changes {what}", span)
    smallest = known_number(row.minimum_detectable_effect)
    unseen = ""
    if smallest is not None:
        unseen = f" An effect under {format_points(smallest)} could not have been seen."
    return Sentence(f"Whether joining changes {what} ", "cannot be told yet", span + unseen)


def _score_title(row: EffectRow, *, is_settled: bool) -> str:
    what, point = construct_words(row.outcome), known_number(row.point)
    if row.status != "shown" or point is None:
        return f"What joining does to {what} cannot be estimated yet"
    if not is_certain(row):
        if is_settled:
            return f"No sign that joining changes {what}"
        return f"Whether joining changes {what} cannot be told yet"
    verb = "raises" if point > 0 else "lowers"
    return f"Joining {verb} {what} by about {format_points(point)}"


def _sided(value: float) -> str:
    return f"{format_points(value)} {'higher' if value > 0 else 'lower'}"
