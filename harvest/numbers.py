"""Numbers as they are printed: found in text, and compared with a figure at printed precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

EXACT_DECIMALS = 9  # a release has 12 significant digits, and fractions are below 1
_NUMBER = re.compile(
    r"(?P<sign>(?<!\w)[+−±-])?(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<rest>\.\d+)?"
    r"(?:(?P<range>\s?–\s?|\sto\s)(?=[+−]?\d))?"
    r"[\s\u202f]?(?P<unit>%|pts?\b|points?\b|days?\b|hours?\b|months?\b|grades?\b|bits?\b)?"
)
_UNITS = {
    "%": "fraction", "pt": "fraction", "pts": "fraction", "point": "points", "points": "points",
    "day": "days", "days": "days", "hour": "hours", "hours": "hours", "month": "months",
    "months": "months", "grade": "grades", "grades": "grades", "bit": "bits", "bits": "bits",
}  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A number as printed.

    Attributes
    ----------
    text : str
        As it stands there.
    value : float
        Signed; of percent the number before the sign.
    decimals : int
        Digits after the point.
    unit : str
        fraction (printed as percent or percentage points), days, ..., or "" where none is said.
    is_signed : bool
        Whether a sign is printed, so that it counts.
    is_stored : bool
        Stored as a number, with all its digits, rather than printed.
    """

    text: str
    value: float
    decimals: int
    unit: str = ""
    is_signed: bool = False
    is_stored: bool = False

    def agrees(self, value: float, unit: str) -> bool:
        """Tell whether this prints ``value``, a figure in ``unit`` (fractions as 0-1)."""
        if self.unit and self.unit != unit and {self.unit, unit} != {"fraction", "points"}:
            return False
        return any(self._is_near(scaled) for scaled in self._scales(value, unit))

    def _scales(self, value: float, unit: str) -> tuple[float, ...]:
        if unit != "fraction":
            return (value,)
        if self.unit:
            return (value * 100,)
        may_be_fraction = self.is_stored or self.decimals > 2 or value in (0.0, 1.0)
        return (value * 100, value) if may_be_fraction else (value * 100,)

    def _is_near(self, wanted: float) -> bool:
        if not self.is_signed and self.value >= 0:
            wanted = abs(wanted)
        margin = 0.5 * 10.0**-self.decimals
        return abs(self.value - wanted) <= margin * (1 + 1e-6) + 1e-9 * abs(wanted)


def stored(number: float) -> Printed:
    """Return a number that is stored with all its digits."""
    text = repr(int(number)) if float(number).is_integer() else repr(number)
    return Printed(text, float(number), EXACT_DECIMALS, is_signed=number < 0, is_stored=True)


def drawn(number: float) -> Printed:
    """Return a number of a chart, rounded to the decimals it is written with."""
    decimals = 0 if float(number).is_integer() else len(repr(float(number)).partition(".")[2])
    return Printed(repr(number), float(number), decimals, is_signed=number < 0)


@lru_cache(maxsize=200_000)
def numbers_in(text: str) -> tuple[Printed, ...]:
    """Return every number in a text; both ends of "69–73 %" have its unit."""
    found: list[Printed] = []
    pending: list[int] = []
    for match in _NUMBER.finditer(text):
        printed = _read(match)
        found.append(printed)
        if match["range"]:
            pending.append(len(found) - 1)
        else:
            for place in pending:
                if not found[place].unit:
                    found[place] = _with_unit(found[place], printed.unit)
            pending = []
    return tuple(found)


def only_number(text: str) -> Printed | None:
    """Return the number a text consists of; None where it says more."""
    match = _NUMBER.fullmatch(text.strip().removesuffix("*"))
    return _read(match) if match and not match["range"] else None


def _read(match: re.Match[str]) -> Printed:
    sign, rest = match["sign"] or "", match["rest"] or ""
    value = float(match["whole"].replace(",", "") + rest)
    text = match[0].strip()
    decimals = max(len(rest) - 1, 0)
    signed = -value if sign in ("−", "-") else value
    return Printed(text, signed, decimals, _UNITS.get(match["unit"] or "", ""), bool(sign))


def _with_unit(printed: Printed, unit: str) -> Printed:
    return Printed(printed.text, printed.value, printed.decimals, unit, printed.is_signed)
