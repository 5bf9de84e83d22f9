"""Whether the program pays for itself, at the costs the reader names."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from dashboard.content.effects import MAIN_OUTCOME, chosen_population, deciding_row
from dashboard.data import View
from reports import wording
from reports.value import Costs

PER_PERSON, PER_EXIT = "cost", "exit_cost"
_MOST = 1e9


def read_costs(params: Mapping[str, str]) -> tuple[Costs | None, str]:
    """Return the costs a link names, or None with a sentence on what is wrong; "" if none are."""
    asked = [params.get(name, "").strip().replace(",", "") for name in (PER_PERSON, PER_EXIT)]
    if not any(asked):
        return None, ""
    try:
        person, leaving = (float(text) for text in asked)
    except ValueError:
        return None, "Both costs are needed, as numbers."
    if not (0 < person <= _MOST and 0 < leaving <= _MOST):
        return None, "Costs are numbers above 0 and at most a billion."
    return Costs(person, leaving), ""


def worth_row(view: View) -> SimpleNamespace | None:
    """Return the estimate that costs are set against: staying after a year."""
    return deciding_row(view, outcome=MAIN_OUTCOME, population=chosen_population(view))


def worth_title(view: View, costs: Costs | None) -> str:
    """Return whether the program pays, as far as the interval tells."""
    row = worth_row(view)
    if costs is None:
        return "Does it pay for itself?"
    if row is None or row.status != "shown" or row.lower is None or row.upper is None:
        return "Whether it pays cannot be told yet"
    if row.lower > costs.break_even:
        return "It pays for itself: the whole interval lies above break-even"
    if row.upper < costs.break_even:
        return "It does not pay for itself: the whole interval lies below break-even"
    return "Whether it pays for itself cannot be told yet: break-even lies inside the interval"


def worth_words(view: View, costs: Costs) -> list[tuple[str, str]]:
    """Return break-even, effect and return at these costs, each with its name."""
    row, needed = worth_row(view), _of_hundred(costs.break_even)
    found = [("Must stay a year longer for it to pay", f"{needed} of 100 who join")]
    if row is None or row.status != "shown" or row.lower is None or row.upper is None:
        return found
    ends = " to ".join(_signed(end * 100, 1) for end in (row.lower, row.upper))
    found.append(("Do so because they joined", f"{_signed(row.point * 100, 1)} ({ends})"))
    point, low, high = (costs.return_on(value) for value in (row.point, row.lower, row.upper))
    interval = f"{_signed(low, 2)} to {_signed(high, 2)}"
    found.append(("Comes back beyond each 1.00 spent", f"{_signed(point, 2)} ({interval})"))
    return found


def _of_hundred(value: float) -> str:
    return wording.format_number(value * 100, 1)


def _signed(value: float, decimals: int) -> str:
    return wording.format_change(value, "ratio", decimals=decimals)
