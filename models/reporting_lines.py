"""Who stands above whom on a day, up to the top, for many questions about few people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd


class ReportingLines:
    """Everybody's direct manager, walked up when somebody is asked about.

    Parameters
    ----------
    manager : mapping of person to person
        Direct managers; who has none is left out.
    """

    def __init__(self, manager: Mapping[str, str]) -> None:
        self._manager = manager
        self._above: dict[str, frozenset[str]] = {}

    def above(self, person: str) -> frozenset[str]:
        """Return all managers of a person, at any depth; a line that goes in a circle ends there.

        In a circle a person stands above themselves, too.
        """
        if person not in self._above:
            found: set[str] = set()
            reached = self._manager.get(person)
            while reached is not None and reached not in found:
                found.add(reached)
                reached = self._manager.get(reached)
            self._above[person] = frozenset(found)
        return self._above[person]

    def join(self, one: str, other: str) -> bool:
        """Tell whether one of two people reports to the other, at any depth."""
        return other in self.above(one) or one in self.above(other)


def lines_on(history: pd.DataFrame, *, as_of: dt.date) -> ReportingLines:
    """Return the reporting lines of a day.

    Parameters
    ----------
    history : DataFrame
        person_id, manager_person_id, valid_from, valid_to (missing while valid; datetime64); of
        several rows that hold on the day the last one counts.
    as_of : date
    """
    day = pd.Timestamp(as_of)
    valid = history[(history["valid_from"] <= day) & ~(history["valid_to"] <= day)]
    return ReportingLines(dict(zip(valid["person_id"], valid["manager_person_id"], strict=True)))
