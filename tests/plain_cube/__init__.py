"""A second implementation of the cube: plain loops over rows, slow and easy to read.

It shares nothing with the queries but the meaning of the metrics. Values, numerators,
denominators and n are compared; intervals have tests of their own.
"""

from __future__ import annotations

import datetime as dt

from tests.plain_cube.conversations import Conversations
from tests.plain_cube.office import Office
from tests.plain_cube.practice import Practice
from tests.plain_cube.rhythm import Rhythm
from tests.plain_cube.workforce import Workforce
from tests.warehouse_rows import Rows
from warehouse.periods import periods_between

__all__ = ["PlainCube"]


class PlainCube(Rhythm, Practice, Conversations, Office, Workforce):
    """All cells of a small company: metric, program, cohort, department, population, period."""

    def __init__(self, rows: Rows, *, first_on: dt.date, as_of: dt.date) -> None:
        super().__init__(rows, first_on=first_on, as_of=as_of)
        for period in periods_between(first_on, as_of):
            last = min(period.ends_on, as_of)
            self._reach(period, last)
            self._rhythm(period, last)
            self._practice(period, last)
            self._conversations(period, last)
            self._office(period, last)
            if period.kind != "month":
                self._workforce(period, last)
                self._retention(period, last)
        self._representation()
