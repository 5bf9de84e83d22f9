"""What a surface was asked: the address of a page, or the quarter of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.access import Role, Viewer
from harvest.figures import Place, ReleaseRows


@dataclass(frozen=True)
class Asked:
    """A question and what of it holds.

    Attributes
    ----------
    surface : str
        Path with its query, or the name of a file.
    place : Place
        Program, cohort, department and quarter that hold.
    params : mapping
        What one page was asked beside: metric, state, pair, population, outcome.
    """

    surface: str
    place: Place
    params: Mapping[str, str] = field(default_factory=dict, hash=False)


def read_asked(rows: ReleaseRows, viewer: Viewer, surface: str, query: Mapping[str, str]) -> Asked:
    """Return what a reader of a page is shown: choices that do not hold are those for all."""
    chosen = {}
    for kind in ("program", "cohort", "department"):
        value = query.get(kind, "")
        chosen[kind] = value if value in rows.values(kind) else ""
    if viewer.role is Role.DEPARTMENT_HEAD:
        chosen["program"] = chosen["cohort"] = ""
        if chosen["department"] not in viewer.departments:
            chosen["department"] = ""
    quarter = query.get("quarter", "")
    if quarter not in rows.values("quarter"):
        quarter = newest_quarter(rows)
    params = {name: query.get(name, "") for name in ("metric", "state", "pair", "population",
                                                     "outcome")}  # fmt: skip
    return Asked(surface, Place(**chosen, period=quarter), params)


def newest_quarter(rows: ReleaseRows) -> str:
    """Return the last quarter the data covers whole, else the last one."""
    quarters = rows.dimensions.get("quarter", [])
    complete = [str(row.value) for row in quarters if row.is_complete is not False]
    return (complete or [str(row.value) for row in quarters] or [""])[-1]


def quarter_before(rows: ReleaseRows, quarter: str) -> str:
    """Return the quarter before in the release; empty where there is none."""
    every = rows.values("quarter")
    at = every.index(quarter) if quarter in every else 0
    return every[at - 1] if at > 0 else ""


def quarters_to(rows: ReleaseRows, quarter: str, count: int = 8) -> list[str]:
    """Return up to ``count`` quarters that end with this one."""
    every = rows.values("quarter")
    end = every.index(quarter) + 1 if quarter in every else 0
    return every[max(end - count, 0) : end]
