"""The filter bar as a value: read from the URL, written back to it, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

NAMES = ("program", "cohort", "department", "quarter")
# what one page is asked
PAGE_NAMES = ("metric", "state", "pair", "population", "outcome", "cost", "exit_cost", "q")


@dataclass(frozen=True)
class Filters:
    """What the viewer chose; an empty string means all (for the quarter: the newest).

    Attributes
    ----------
    program, cohort, department, quarter : str
        Values as in the release's ``dimension`` table.
    """

    program: str = ""
    cohort: str = ""
    department: str = ""
    quarter: str = ""

    def search(self, **changes: str) -> str:
        """Return the query string of these filters after ``changes``.

        Names that are not filters (a metric, a state, a pair) are added after them. Choosing
        another program drops the cohort, which belongs to one program.
        """
        chosen = {name: getattr(self, name) for name in NAMES}
        if "program" in changes and changes["program"] != self.program:
            chosen["cohort"] = ""
        chosen |= changes
        pairs = [(name, value) for name, value in chosen.items() if value]
        return f"?{urlencode(pairs)}" if pairs else ""

    def with_quarter(self, quarter: str) -> Filters:
        """Return the same filters for another quarter."""
        return replace(self, quarter=quarter)


def read_query(search: str) -> dict[str, str]:
    """Return the parameters of a query string; the first of a repeated name stands."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(search.lstrip("?"), max_num_fields=40):
        found.setdefault(name, value)
    return found


def read_filters(query: Mapping[str, str]) -> Filters:
    """Return the filters a link asks for, not yet checked against a release."""
    return Filters(**{name: query.get(name, "") for name in NAMES})
