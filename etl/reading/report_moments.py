"""Moments and lengths as meeting tools write them, in the words of several languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path

from etl.problems import FileProblem

# White space is made one plain space before these patterns are tried.
_NUMBERED = re.compile(
    r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})\.?(?:,? |T)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"(?:\.\d+)?(?: ?([AaPp])\.? ?[Mm]\.?)?"
)
_NAMED = re.compile(
    r"([A-Za-z]{3})[a-z]* (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AaPp])[Mm])?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AMERICAN = re.compile(r" [AP]M$")
_LENGTH = re.compile(r"(\d+) ?([^\W\d_]+)\.?")
_LENGTHS = re.compile(rf"(?:{_LENGTH.pattern}[ ,]*)+")
_CLOCK = re.compile(r"(\d{1,3}):(\d{2}):(\d{2})")
_HOURS, _MINUTES, _SECONDS = 60.0, 1.0, 1 / 60
# First letters of units: h, hr, hora, heure, ora / Std., Stunde / uur; m, min; s, sec, Sek., seg.
_UNITS = (
    ("h", _HOURS),
    ("st", _HOURS),
    ("u", _HOURS),
    ("o", _HOURS),
    ("m", _MINUTES),
    ("s", _SECONDS),
)


def is_moment(text: str) -> bool:
    """Tell whether a cell holds a day with a time."""
    plain = _plain(text)
    return bool(_NUMBERED.fullmatch(plain) or _NAMED.fullmatch(plain))


def find_date_order(path: Path, texts: Iterable[str]) -> str:
    """Decide the order of day and month once, from all moments of a report.

    Returns
    -------
    str
        ymd, dmy or mdy.

    Raises
    ------
    FileProblem
        ambiguous_dates, asking for ``date_order``.
    """
    plain = list(map(_plain, texts))
    found = [match for text in plain if (match := _NUMBERED.fullmatch(text))]
    if all(len(match[1]) == 4 for match in found):
        return "ymd"
    # AM and PM in capitals are written by American English only.
    if any(int(match[2]) > 12 or _AMERICAN.search(match[0]) for match in found):
        return "mdy"
    if any(int(match[1]) > 12 for match in found):
        return "dmy"
    raise FileProblem(
        "ambiguous_dates",
        path,
        f'Day and month cannot be told apart in this report, e.g. "{found[0][0]}".',
        'Say which comes first in the mapping: date_order = "dmy" or "mdy".',
        value=found[0][0],
    )


def read_moment(text: str, order: str) -> dt.datetime | None:
    """Return the moment a cell holds, without zone; None where it holds none.

    Parameters
    ----------
    order
        ymd, dmy or mdy, for moments that do not begin with a year of four digits.
    """
    plain = _plain(text)
    if match := _NUMBERED.fullmatch(plain):
        order = "ymd" if len(match[1]) == 4 else order
        parts = dict(zip(order, map(int, match.groups()[:3]), strict=True))
        year = parts["y"] + (2000 if parts["y"] < 100 else 0)
        return _moment((year, parts["m"], parts["d"]), match.groups()[3:])
    if (match := _NAMED.fullmatch(plain)) and match[1].lower() in _MONTHS:
        month = _MONTHS.index(match[1].lower()) + 1
        return _moment((int(match[3]), month, int(match[2])), match.groups()[3:])
    return None


def iso_moment(text: str, order: str) -> str:
    """Return a moment as ISO text without zone; other text stays as it is."""
    moment = read_moment(text, order)
    return text if moment is None else moment.isoformat(sep=" ")


def read_minutes(text: str) -> float | None:
    """Return a length such as ``1h 42m``, ``11s``, ``1 Std. 5 Min.`` or ``01:42:00`` in minutes."""
    plain = _plain(text).lower()
    if clock := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 60 + minutes + seconds / 60
    if not _LENGTHS.fullmatch(plain):
        return None
    total = 0.0
    for amount, unit in _LENGTH.findall(plain):
        size = next((size for start, size in _UNITS if unit.startswith(start)), None)
        if size is None:
            return None
        total += int(amount) * size
    return total


def minutes_text(minutes: float) -> str:
    """Return minutes as the reports' columns hold them."""
    return repr(round(minutes, 4))


def _moment(day: tuple[int, int, int], clock: tuple[str | None, ...]) -> dt.datetime | None:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    if clock[3]:
        hour = hour % 12 + (12 if clock[3] in "Pp" else 0)
    try:
        return dt.datetime(*day, hour, minute, second)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return " ".join(text.split())
