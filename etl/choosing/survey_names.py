"""What a survey is called, from the name of its export: without dates, copies and counts."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "januar|februar|märz|mai|juni|juli|oktober|dezember"
)
_NOISE = (
    r"\(\d+(-\d+)?\)",  # (1-45) of Microsoft Forms, (1) of a second download
    r"\((responses|antworten|réponses|respuestas|risposte|reacties)\)",
    r"\b(form responses|formularantworten|sheet) ?\d*\b",
    r"- (kopie|copy|copie)\b",
    rf"(?<![^\W_])({_MONTHS})[ _]\d{{1,2}},?[ _]\d{{4}}",
    rf"(?<!\d)\d{{1,2}}[.]? ({_MONTHS}) \d{{4}}",
    r"(?<!\d)(19|20)\d\d[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)",
    r"(?<!\d)\d{1,2}[-_.]\d{1,2}[-_.](\d{4}|\d{2})(?!\d)",
    r"(?<!\d)(19|20)\d\d[-_.](0[1-9]|1[0-2])(?!\d)",
    r"(?<![^\W_])q[1-4][ _.-]*(19|20)\d\d(?!\d)",
    r"(?<!\d)(19|20)\d\d([ _.-]*q[1-4])?(?![^\W_])",
    r"(?<!\d)\d{1,2}[.:_h]\d{2}([.:]\d{2})?( [ap]m)?(?!\d)",
)


def survey_name(path: Path) -> str:
    """Return the words of a file's name that name the survey; blank where none are left."""
    name = path.stem.replace("+", " ")
    for noise in _NOISE:
        name = re.sub(noise, " ", name, flags=re.IGNORECASE)
    words = re.sub(r"[\s_,]+", " ", name)
    return re.sub(r"( [-–.]+)+( |$)|^[-–. ]+|[-–. ]+$", " ", words).strip()


def survey_id(name: str) -> str:
    """Return the name as an id: lower case letters and digits, single hyphens between."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "survey"
