"""Words with digits that are no figures: days, periods, names, and the program's own phrases.

What stays in a text after these are taken out has to be a figure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from harvest.figures import ReleaseRows
from harvest.numbers import Printed, numbers_in
from harvest.people import people_words
from reports import codes, diagnostics
from reports.wording import MONTHS

_MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS)
_DAYS = (
    rf"\b\d{{1,2}} (?:{_MONTH}) \d{{4}}(?:, \d{{2}}:\d{{2}} UTC)?",
    r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z?)?\b",
)
_PERIODS = (
    rf"\b(?:{_MONTH}) \d{{4}}\b",
    r"\b\d{4} ?Q[1-4]\b",
    r"\b\d{2} Q[1-4]\b",
    r"\bQ[1-4]\b",
    r"\b(?:19|20)\d{2}\b(?![.,]\d)",
)
# How intervals, hundreds of people, limits and scales are spoken of; none is about anybody.
_PHRASES = (
    r"\b95[\s\u202f]?%(?= (?:intervals?|bands?|from|to\b))",
    r"\b95[\s\u202f]?%(?=\))",
    r"\bpower 80[\s\u202f]?%",
    r"\b[Oo]f (?:every )?100\b",
    r"\b0 is alike, 0\.1 the usual limit\b",
    r"\babove the limit of 0\.1\b",
    r"\bno difference above 0\.1\b",
    r"\babove 0\.1\b",
    r"\blimit 0\.1\b",
    r"\bunder 0\.01\b",
    r"\(0 is the first\)",
    r"\bOf the \d+ compared here, about \d+ would be called one by chance alone\b",
    r"\bFrom 0, dotted\b",
    r"\bof 5\b(?=;|$)",
    r"\bSHA-256\b",
    r"\bmonth \d+(?=: )",
    r"^months? \d+$",
    r"\b[Vv]ersion \d+(?:\.\d+)*",
    r"\b[Rr]elease \d+\b",
    r"\bMinimum group\b",
)


class Vocabulary:
    """The words of one release."""

    def __init__(self, rows: ReleaseRows) -> None:
        self._whole = frozenset(text for text in _release_words(rows) if text)
        parts = sorted({re.escape(text) for text in _names(rows) if _has_digit(text)})
        parts.sort(key=len, reverse=True)
        names = [rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"] if parts else []
        reasons = [re.escape(text) for text in _reasons(rows)]
        patterns = (*reasons, *names, *_PHRASES, *_DAYS, *_PERIODS)
        self._taken = re.compile("|".join(patterns))
        self.figures_of = lru_cache(maxsize=200_000)(self._figures_of)

    def _figures_of(self, text: str) -> tuple[Printed, ...]:
        """Return the numbers in a text that must be figures."""
        if not _has_digit(text) or text.strip() in self._whole:
            return ()
        return numbers_in(self._taken.sub("\u00b6", text))


def _release_words(rows: ReleaseRows) -> list[str]:
    """Return texts of the release that are shown as they are: declarations, checks, rules."""
    info = rows.release.info
    metric = rows.frame("metric")
    found = [info.disclosure_policy, info.code_version, info.metric_versions_sha256]
    found += [info.metric_versions_sha256[:12], str(info.release_id)]
    for column in ("definition", "formula", "label", "source", "owner"):
        found += [str(text) for text in metric[column].dropna()]
    found += [f"{row.label}: {row.definition}" for row in metric.itertuples()]
    found += [str(text) for text in rows.frame("metric_change")["what"].dropna()]
    check = rows.frame("check")
    found += [*check["title"], *check["detail"].dropna()]
    found += [*codes.STATE_MEANINGS.values(), *codes.VARIANTS.values()]
    found += [*diagnostics.DIAGNOSTIC_TITLES.values()]
    return [text.strip() for text in found]


def _names(rows: ReleaseRows) -> list[str]:
    """Return names that may stand inside a sentence: slices, metrics, variants, meanings."""
    found = [str(row.label) for kind in ("program", "cohort", "department")
             for row in rows.dimensions.get(kind, ())]  # fmt: skip
    found += [value for kind in ("program", "cohort", "department") for value in rows.values(kind)]
    found += [str(row.label) for row in rows.metrics.values()]
    found += [str(row.label).replace(": ", " ", 1) for row in rows.metrics.values()]
    found += [*codes.VARIANTS.values(), *codes.STATE_MEANINGS.values(), *rows.metrics]
    found += [rows.release.info.disclosure_policy, rows.release.info.metric_versions_sha256]
    found += [str(name) for name in rows.frame("load_summary")["file_name"].unique()]
    board = rows.frame("pair_board")
    found += [str(name) for side in ("mentor_name", "mentee_name") for name in board[side].unique()]
    found += people_words(rows)
    return found


def _reasons(rows: ReleaseRows) -> list[str]:
    """Return the sentences that stand in place of a figure."""
    minimum = rows.release.info.minimum_group
    found = {f"Fewer than {minimum} pairs or people", f"Fewer than {minimum} people"}
    found |= {
        f"fewer than {minimum} pairs",
        f"withheld under {minimum} people",
        f"{minimum} people",
    }
    for table in ("metric_cell", "flow", "estimate", "group_effect", "event_study"):
        found |= set(rows.release.tally(table, "reason"))
    return sorted((text for text in found if _has_digit(text)), key=len, reverse=True)


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
