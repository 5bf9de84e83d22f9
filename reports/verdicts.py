"""The verdict on an effect in plain words, with what decided it; models.verdict has the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reports.codes import VARIANTS
from reports.content import Sentence
from reports.diagnostics import failed_words
from reports.effects import PER, people_per_hundred
from reports.score_effects import format_points
from reports.wording import capitalized, list_words

NO_SIGN = "no_sign"
VERDICT_WORDS = {
    "works": "Works",
    "works_against": "Works against you",
    NO_SIGN: "No sign of an effect",
    "too_early": "Too early to tell",
    "do_not_trust": "Do not trust this number",
}
SCORES = "engagement"  # the analysis whose effects are points, not people


def verdict_sentence(verdict: str, reasons: str, *, analysis: str) -> Sentence:
    """Return the verdict with what decided it.

    Parameters
    ----------
    verdict, reasons, analysis : str
        As in the release table ``verdict``; reasons is a JSON list.
    """
    found: list[dict[str, Any]] = json.loads(reasons)
    words = VERDICT_WORDS.get(verdict, verdict.replace("_", " ").capitalize())
    told = [text for text in (_reason(one, analysis) for one in found) if text]
    if verdict == "do_not_trust":
        return Sentence("", words, f" because {list_words(told)}." if told else ".")
    return Sentence("", f"{words}.", f" {' '.join(f'{capitalized(t)}.' for t in told)}".rstrip())


def _reason(reason: Mapping[str, Any], analysis: str) -> str:
    code = reason["code"]
    if code == "failed_check":
        return failed_words(reason["check_id"], reason["value"])
    if code == "contradicted":
        return f"another way of computing it says the opposite ({_variant(reason)})"
    if code == "less_sure":
        return f"less sure by another way of computing it ({_variant(reason)})"
    if code == "not_estimable":
        return str(reason["words"] or "").rstrip(".")
    if code in ("would_have_been_seen", "could_have_been_missed"):
        return _power(reason, analysis)
    return ""  # the interval stands in the sentence about the effect


def _power(reason: Mapping[str, Any], analysis: str) -> str:
    smallest, worthwhile = float(reason["smallest"]), float(reason["worthwhile"])
    if reason["code"] == "would_have_been_seen":
        return f"had it been {_amount(worthwhile, analysis)} or more, it would probably show"
    return (
        f"even {_amount(worthwhile, analysis)} could have been missed: only from "
        f"{_amount(smallest, analysis)} on would it probably show"
    )


def _amount(value: float, analysis: str) -> str:
    if analysis == SCORES:
        return format_points(value)
    return f"{people_per_hundred(value)} of {PER} people"


def _variant(reason: Mapping[str, Any]) -> str:
    name = VARIANTS.get(reason["variant"], str(reason["variant"]).replace("_", " "))
    return name[:1].lower() + name[1:]
