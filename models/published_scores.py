"""Effects on scores as rows of a release, and what of them may be published.

Scores are made of survey answers, so effects on them are confidential. What protects people:

- No number rests on few. A comparison at company level has at least ``COMPANY_PEOPLE`` joiners and
  as many others who answered both waves; a cohort or department has at least ``GROUP_PEOPLE``
  joiners in all its comparisons, none of them on fewer than five. Counts below five are left out.
- Points and ends of intervals have two decimals of a scale point, one where they are plain
  differences of means (the naive figures), as the printed means have. An effect is what a weighted
  regression makes of hundreds of changes; who has which weight depends on who answered, which
  nobody is told. One answer moved by a whole point moves it by less than 1 / joiners.
- Effects overlap: all people are mentors and mentees, and also cohorts and departments, and the
  controls are the same. So one effect less others, each times its number of people, could leave a
  handful. Whatever is left between the whole and its published parts, counted in single answers,
  must be nobody, at least ``COMPANY_PEOPLE``, or so few that rounding alone leaves their mean open
  by a whole scale point; else the smallest part is withheld, too (:func:`parts_to_withhold`). The
  same goes for late joiners, by whom the controls "nobody who ever joins" differ from the others.
- Cohorts and departments are published drawn towards their mean, never raw. A set of departments
  against a set of cohorts that differ by a few people is not searched for: departments are compared
  with their own colleagues, whose changes are not published, so that nothing is left by
  subtracting but the difference of two unknown trends.
- An event study is published for all people only, and no figure for a cohort or department by
  role. Each point of it rests on other answers than the next one.
- Printed means of the figures on voices are of everybody who answered in one wave; effects use
  those who answered two, each with a weight of their own. Naive figures are means of the same
  answers as the printed ones: waves with few joiners are left out of them, and the whole has at
  least ``NAIVE_ANSWERS`` on either side, so that the rounding of the others hides a single wave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.engagement_effects import Answer, EngagementEffect
from models.estimate import Estimate, Reason
from models.person_wave import PersonWave
from models.published import MINIMUM_GROUP

ANALYSIS = "engagement"
MEASURE = "score_difference"
COMPANY_PEOPLE = 10
GROUP_PEOPLE = 20
NAIVE_ANSWERS = 40
DECIMALS = 2
NAIVE_DECIMALS = 1
RANGE_LEFT_OPEN = 1.0  # scale points
SMALL_EFFECT = 0.2  # standard deviations, Cohen (1988)
FEW_TREATED = Reason(
    "few_treated",
    f"Fewer than {GROUP_PEOPLE} people who joined answered both before and after: too few for a "
    "number of their own.",
)
FEW_ANSWERS = Reason("few_answers", "Too few answers for a comparison of means.")
HIDDEN = Reason("withheld", "Hidden so that a smaller group cannot be worked out.")


def head(outcome: str, population: str) -> dict[str, Any]:
    """Columns that name whose effect on what a row tells."""
    return {"analysis": ANALYSIS, "outcome": outcome, "population": population}


def estimate_row(
    where: Mapping[str, Any],
    variant: str,
    answer: Answer,
    *,
    people: tuple[int, int] = (0, 0),
    detectable: float | None = None,
) -> dict[str, Any]:
    """Row of the table ``estimate``.

    Parameters
    ----------
    where : mapping
        Of :func:`head`.
    variant : str
    answer : Estimate or Reason
        A standard error of 0 is none: the interval holds more than the error of sampling.
    people : tuple of int
        Joiners and others whose answers are compared.
    detectable : float, optional
        Smallest effect found with power 0.8.
    """
    row = {**where, "variant": variant, "measure": MEASURE, "horizon_months": None}
    row |= numbers(answer)
    row["standard_error"] = None
    if isinstance(answer, Estimate):
        row["standard_error"] = _rounded(answer.standard_error) or None
        row |= {"n_treated": _large(people[0]), "n_control": _large(people[1])}
        row["minimum_detectable_effect"] = None if detectable is None else _rounded(detectable)
    return row


def numbers(answer: Answer) -> dict[str, Any]:
    """Return point, ends of the interval, status and reason."""
    if isinstance(answer, Reason):
        status = "suppressed" if answer.code == HIDDEN.code else "not_estimable"
        none = dict.fromkeys(("point", "lower", "upper"))
        return {**none, "status": status, "reason": answer.words}
    found = {name: _rounded(getattr(answer, name)) for name in ("point", "lower", "upper")}
    return {**found, "status": "shown", "reason": None}


def naive_row(where: Mapping[str, Any], variant: str, difference: float | None) -> dict[str, Any]:
    """Row of a naive comparison; it has no honest interval, so none is given."""
    row = estimate_row(where, variant, FEW_ANSWERS)
    if difference is None or not np.isfinite(difference):
        return row
    shown = {"point": round(difference, NAIVE_DECIMALS) + 0.0, "status": "shown", "reason": None}
    return row | shown


def event_study_row(
    where: Mapping[str, Any], waves_since: int, answer: Answer, n_treated: int
) -> dict[str, Any]:
    """Row of the table ``event_study``."""
    shown = n_treated if isinstance(answer, Estimate) else 0
    return {**where, "waves_since": waves_since, **numbers(answer), "n_treated": _large(shown)}


def group_row(
    where: Mapping[str, Any], grouping: str, name: str, answer: Answer, n_treated: int = 0
) -> dict[str, Any]:
    """Row of the table ``group_effect``; no name is the mean over groups."""
    shown = n_treated if isinstance(answer, Estimate) else 0
    return {
        **where,
        "measure": MEASURE,
        "horizon_months": None,
        "cohort": name if grouping == "cohort" else "",
        "department": name if grouping == "department" else "",
        "grouping": grouping,
        **numbers(answer),
        "n_treated": _large(shown),
    }


def diagnostic_rows(
    where: Mapping[str, Any], study: PersonWave, effects: Mapping[str, EngagementEffect]
) -> Iterator[dict[str, Any]]:
    """Give what to look at before believing the estimates, by the assumption they rest on.

    None of it decides by itself: of sound companies of 4,000 people the test of earlier waves
    rejects one in ten, of 1,200 people more than one in four.
    """
    for number, (name, effect) in enumerate(effects.items()):
        check = f"_{name}" if number else ""
        p_value = effect.pre_trend_p_value
        earlier = [
            abs(answer.point)
            for time, answer in effect.event_study.items()
            if time < 0 and isinstance(answer, Estimate)
        ]
        known = None if isinstance(p_value, Reason) else p_value
        yield _note(where, f"pre_trend_p{check}", known, decimals=3)
        yield _note(where, f"largest_earlier_difference{check}", max(earlier, default=None))
    cells = next(iter(effects.values())).diagnostics.cells
    used = cells[cells["is_after"] & cells["reason"].isna()]
    answers = (used["n_treated"] + used["n_control"]).sum()
    cut = used["n_cut"].sum() / answers if answers else None
    yield _note(where, "share_of_weights_cut", cut, decimals=3)
    smallest = used["effective_control"].min() if len(used) else None
    yield _note(where, "effective_control", smallest, decimals=0)
    after = study.waves >= study.treated_from[:, None]
    for name, here in (("response_rate_treated", after), ("response_rate_control", ~after)):
        asked = (study.row >= 0) & here
        share = (~np.isnan(study.score[asked])).mean() if asked.sum() >= NAIVE_ANSWERS else None
        yield _note(where, name, share, decimals=3)
    always = study.n_always_treated
    yield _note(where, "n_always_treated", always if always == 0 else _large(always))


def small_effect_row(where: Mapping[str, Any], study: PersonWave) -> dict[str, Any]:
    """Give how many points are a small effect, by the spread of scores before joining."""
    before = study.score[study.waves < study.treated_from[:, None]]
    known = before[~np.isnan(before)]
    small = SMALL_EFFECT * float(known.std()) if len(known) >= NAIVE_ANSWERS else None
    return _note(where, "small_effect", small)


def _note(
    where: Mapping[str, Any], check_id: str, value: float | None, *, decimals: int = DECIMALS
) -> dict[str, Any]:
    shown = None if value is None or not np.isfinite(value) else round(float(value), decimals) + 0.0
    return {**where, "check_id": check_id, "value": shown, "threshold": None, "verdict": "note"}


def parts_to_withhold(whole: np.ndarray, parts: Mapping[str, np.ndarray]) -> set[str]:
    """Return the parts without which nothing small is left by subtracting them from the whole.

    Parameters
    ----------
    whole : ndarray of bool, shape (n_people, n_waves)
        Answers after joining that are compared in a published effect.
    parts : mapping of str to ndarray of bool
        The same of effects within it that shall be published.

    Returns
    -------
    set of str
        Smallest parts first, as many as it takes.
    """
    shown, withheld = dict(parts), set[str]()
    while shown and _gives_away(whole, list(shown.values())):
        smallest = min(shown, key=lambda name: (_people(shown[name]), name))
        withheld.add(smallest)
        del shown[smallest]
    return withheld


def _gives_away(whole: np.ndarray, parts: Sequence[np.ndarray]) -> bool:
    """Tell whether whole less parts, or parts less whole, leave a few people too precisely."""
    together = np.logical_or.reduce(list(parts))
    known = _people(whole) + sum(_people(part) for part in parts)
    return any(is_exposed(_people(rest), known) for rest in (whole & ~together, together & ~whole))


def is_exposed(rest: int, known: int) -> bool:
    """Tell whether rounded means over ``known`` people leave those of ``rest`` people too precise.

    Means are off by up to half a unit of their last decimal either way, which subtracting adds up:
    the mean of the rest is known to within ``known / rest`` times that unit.
    """
    if rest == 0 or rest >= COMPANY_PEOPLE:
        return False
    return known / rest * 10.0**-DECIMALS < RANGE_LEFT_OPEN


def _people(answers: np.ndarray) -> int:
    return int(answers.any(axis=1).sum())


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # no minus before a zero


def _large(count: int) -> int | None:
    return count if count >= MINIMUM_GROUP else None


def answers_of_many(study: PersonWave) -> tuple[pd.DataFrame, dict[str, int]]:
    """Answers of which there are enough in a wave, before, after or without joining; and counts."""
    answered = ~np.isnan(study.score)
    joins = np.isfinite(study.treated_from)[:, None]
    after = study.waves >= study.treated_from[:, None]
    kept, counts = np.zeros(answered.shape, dtype=bool), {}
    kinds = {"after": after, "before": joins & ~after, "never": ~joins & ~after}
    for name, kind in kinds.items():
        own = answered & kind
        own &= own.sum(axis=0) >= COMPANY_PEOPLE
        counts[name] = int(own.sum())
        kept |= own
    compared = (kept & after).any(axis=0)
    counts["others"] = int((kept & ~after & compared).sum())
    person, column = np.nonzero(kept)
    frame = pd.DataFrame({"person_id": person, "wave": study.waves[column]})
    first = study.treated_from[person]
    frame["first_treated_wave"] = np.where(np.isinf(first), np.nan, first)
    return frame.assign(score=study.score[person, column]), counts
