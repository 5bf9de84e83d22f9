"""What a metric is: one declaration that pages, exports and METRICS.md are drawn from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from warehouse.facts.grain import Grain

OPERATIONAL, CONFIDENTIAL, WORKFORCE = "operational", "confidential", "workforce"

# How a value is made of its rows, and where its interval comes from.
KINDS = {
    "count": "sum of the numerator; a full count, so without an interval",
    "people": "number of different people or pairs; a full count, so without an interval",
    "share": "numerator / denominator; 95 % interval by Wilson (1927)",
    "clustered_share": "numerator / denominator; 95 % interval by Wilson (1927) on the effective "
    "number of cases, because cases of one pair or person resemble each other (Korn and Graubard "
    "1998)",
    "rate": "numerator / denominator; exact 95 % Poisson interval (Garwood 1936)",
    "ratio": "numerator / denominator; 95 % t interval of a ratio estimated over pairs "
    "(Cochran 1977, 6.13)",
    "median": "exact median; shown without an interval",
    "entropy": "entropy of the shares in the numerator; shown without an interval",
    "survival": "Kaplan-Meier product over the days; 95 % interval by Greenwood's formula on the "
    "log(-log) scale",
    "relative": "ratio of two shares; 95 % interval log-normal (Katz 1978)",
    "mean": "mean of scores; 95 % t interval over people (over pairs for a gap), several scores of "
    "one in a period taken together (Cochran 1977, 6.13), never beyond the scale; published with "
    "the spread of the whole company, rounded up, in place of the slice's own",
    "net_share": "difference of two shares of the same answers; 95 % interval of 1.96 standard "
    "errors sqrt((p + d - (p - d)^2) / n); published with p and d of the whole company, rounded up",
}


@dataclass(frozen=True)
class Change:
    """A change of what a metric computes, and the version it led to.

    Attributes
    ----------
    version : int
        2 for the first change; the version a metric was first declared under needs none.
    changed_on : date
    what : str
        What is computed differently and why, in a sentence for readers of the figure.
    """

    version: int
    changed_on: dt.date
    what: str


@dataclass(frozen=True, eq=False)
class Metric:
    """A figure that can be computed for any slice and period of its grain.

    Attributes
    ----------
    id : str
        Stable name, never reused for something else.
    label, definition, formula : str
        As shown; the definition says who counts, the formula how.
    unit : str
        fraction, count, days, hours, grades, bits, points or ratio.
    family : str
        reach, rhythm, practice, voice or workforce.
    kind : str
        A key of ``KINDS``.
    grain : Grain
        Table of facts the expressions refer to.
    numerator, denominator : ColumnElement or None
        What one row contributes; the cube adds them up. The median takes the numerator's rows.
    people : ColumnElement or None
        Number of people or pairs one row stands for in n; by default the rows with a positive
        denominator (numerator where there is none).
    unknown : ColumnElement or None
        Rows that may belong to the numerator: where there are some and the numerator is 0, the
        value is undefined, as nobody can claim that it is 0.
    protected : tuple of ColumnElement
        Groups of people whose sums must not be between 1 and the minimum group in a small slice.
    per : int
        The rate is given for so many of the denominator.
    additive : bool
        Departments add up to the company, populations to everyone and quarters to the year:
        disclosure control must see that a hidden cell cannot be worked out by subtraction.
    tells_of : str
        Metric that could be worked out from this one; hidden wherever that one is.
    sensitivity : str
        operational, confidential or workforce.
    company_only : bool
        Published for the whole company only, since what departments or cohorts would give away
        together with other figures is not audited.
    minimum_group : int
    higher_is_better : bool or None
        None where neither direction is better.
    undefined_reason : str
        Sentence shown where the denominator is empty.
    computed_by : str
        cube (by its expressions), cells (from other cells) or models (counted from their states).
    default_population : str
        Population shown where none is chosen.
    owner, source, version, reviewed_on
        Who answers for it, where it comes from, and which version of the formula this is.
    changes : tuple of Change
        One per version after the first, in order. ``warehouse.metrics.versions`` holds that no
        declaration changes without one.
    """

    id: str
    label: str
    definition: str
    formula: str
    unit: str
    family: str
    kind: str
    grain: Grain
    numerator: sa.ColumnElement[Any] | None = None
    denominator: sa.ColumnElement[Any] | None = None
    people: sa.ColumnElement[Any] | None = None
    unknown: sa.ColumnElement[Any] | None = None
    protected: tuple[sa.ColumnElement[Any], ...] = ()
    per: int = 1
    additive: bool = False
    tells_of: str = ""
    sensitivity: str = OPERATIONAL
    company_only: bool = False
    minimum_group: int = 5
    higher_is_better: bool | None = None
    undefined_reason: str = "Nothing to count in this period"
    computed_by: str = "cube"
    default_population: str = ""
    owner: str = "People Analytics"
    source: str = "Program monitoring"
    version: int = 1
    reviewed_on: dt.date = dt.date(2026, 11, 23)
    changes: tuple[Change, ...] = ()
