"""One published figure, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

Slice = tuple[str, str, str, str]  # program, cohort, department, population


@dataclass(frozen=True)
class Cell:
    """One published figure, or the reason why there is none.

    Attributes
    ----------
    value, lower, upper : float or None
        The figure and its 95 % interval, in the metric's unit (rates are fractions).
    numerator, denominator : float or None
        What a rate was computed from.
    n : int or None
        People or pairs behind it.
    status : str
        shown, suppressed, undefined, not_estimable, or not_published.
    reason : str
        The sentence to show in place of the value.
    metric_version : int or None
        Version of the definition the figure was computed under.
    bound : str
        "or lower", "or higher" where the value is a bound, else "".
    """

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    status: str = "not_published"
    reason: str = "This combination of filters is not published"
    metric_version: int | None = None
    bound: str = ""

    @property
    def is_shown(self) -> bool:
        """True when there is a value that may be read."""
        return self.status == "shown" and self.value is not None


NOT_PUBLISHED = Cell()
NOTHING_TO_COUNT = Cell(reason="Nothing to count in this period")
NOT_COMPUTED = Cell(reason="Not computed in this release")
BY_YEAR_ONLY = Cell(status="suppressed", reason="Shown by year only outside HR leadership")


def read_slice(row: SimpleNamespace) -> Slice:
    """Return whom a row of ``metric_cell`` is about."""
    return (row.program, row.cohort, row.department, row.population)


def read_cell(row: SimpleNamespace) -> Cell:
    """Return a row of ``metric_cell`` as a figure."""
    return Cell(
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        numerator=row.numerator,
        denominator=row.denominator,
        n=None if row.n is None else int(row.n),
        status=row.status,
        reason=row.reason or "",
        metric_version=None if row.metric_version is None else int(row.metric_version),
        bound=row.bound or "",
    )


def estimate_cell(row: SimpleNamespace | None) -> Cell:
    """Return an estimate as a figure that can be drawn on a line."""
    if row is None:
        return Cell()
    return Cell(
        value=row.point,
        lower=row.lower,
        upper=row.upper,
        n=row.n_treated,
        status=row.status,
        reason=row.reason or "",
    )
