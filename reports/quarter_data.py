"""The rows of a release that a quarter's report needs, read once and cut to its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from reports.codes import STATUSES
from reports.content import Value, Withheld
from reports.readable import hide_small_groups
from reports.release import Release, ReleaseError
from reports.wording import format_bounded, format_period, list_words

QUARTERS_BACK = 8
HR_LEADERSHIP = "hr_leadership"
DEPARTMENT_HEAD = "department_head"
BY_YEAR_ONLY = "Shown by year only outside HR leadership"
KEYS = ["metric_id", "program", "cohort", "department", "population", "period"]


class UnknownQuarter(ReleaseError):
    """The release has no such quarter; the message names those it has."""


class Reader(Protocol):
    """Who a report is for; ``dashboard.access.Viewer`` is one."""

    @property
    def role(self) -> str:
        """hr_leadership, program_manager, department_head or administrator."""

    @property
    def departments(self) -> tuple[str, ...]:
        """Departments of a department head."""


@dataclass(frozen=True)
class QuarterData:
    """Everything a section reads.

    Attributes
    ----------
    release : Release
    quarter, previous : str
        2026Q3 and the quarter before it, "" where the release does not reach back.
    quarters : tuple of str
        Up to eight, the last one is ``quarter``.
    is_complete : bool
        The data covers the quarter's last day.
    metrics : dict of str to row
        Rows of the table ``metric`` in the order of the registry.
    labels : dict of (kind, value) to str
        How programs, cohorts and departments are shown.
    departments : tuple of str
        Those the reader may see.
    cells : DataFrame
        Quarterly cells of ``quarters`` that the reader may see.
    sees_loads : bool
        Whether the reader may see what was loaded and what the checks of it found.
    group_effects : DataFrame
        Rows of the table of that name that the reader may see.
    """

    release: Release
    quarter: str
    previous: str
    quarters: tuple[str, ...]
    is_complete: bool
    metrics: dict[str, Any]
    labels: dict[tuple[str, str], str]
    departments: tuple[str, ...]
    cells: pd.DataFrame
    sees_loads: bool = True
    group_effects: pd.DataFrame = field(default_factory=pd.DataFrame)
    _by_key: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for row in self.cells.itertuples(index=False):
            key = tuple(getattr(row, name) for name in KEYS)
            self._by_key[key] = SimpleNamespace(**row._asdict())

    def cell(self, metric_id: str, period: str | None = None, **where: str) -> Any:
        """Return a published figure, None where there is none.

        ``where`` may name program, cohort, department and population; a metric that is published
        by population only is read for everyone.
        """
        slices = [where.get(name, "") for name in ("program", "cohort", "department")]
        populations = [where["population"]] if "population" in where else ["", "everyone"]
        for population in populations:
            key = (metric_id, *slices, population, period or self.quarter)
            if key in self._by_key:
                return self._by_key[key]
        return None

    def family(self, name: str) -> list[Any]:
        """Return a family's metrics in the order of the registry."""
        return [metric for metric in self.metrics.values() if metric.family == name]

    def label(self, kind: str, value: str) -> str:
        """Return how a slice is shown."""
        return self.labels.get((kind, value), value)


def read_quarter(release: Release, quarter: str, reader: Reader | None = None) -> QuarterData:
    """Read a quarter's rows.

    Raises
    ------
    UnknownQuarter
        The release has no figures for it.
    """
    dimension = release.frame("dimension")
    known = dimension[dimension["kind"] == "quarter"].sort_values("position")
    names = list(known["value"])
    wanted = re.sub(r"[\s-]", "", quarter).upper()
    if wanted not in names:
        raise UnknownQuarter(_unknown(quarter, names))
    position = names.index(wanted)
    quarters = tuple(names[max(0, position + 1 - QUARTERS_BACK) : position + 1])
    metrics = release.frame("metric").sort_values("position")
    cells = release.frame("metric_cell", period_kind="quarter", period=list(quarters))
    cells = hide_small_groups(cells, metrics, minimum_group=release.info.minimum_group)
    groups = release.frame("group_effect")
    departments = list(dimension.loc[dimension["kind"] == "department", "value"])
    is_head = reader is not None and str(reader.role) == DEPARTMENT_HEAD
    if reader is not None and str(reader.role) != HR_LEADERSHIP:
        cells = _by_year_only(cells, metrics)
    if reader is not None and is_head:
        departments = [name for name in departments if name in reader.departments]
        of_reader = cells["department"].isin(["", *departments])
        cells = cells[of_reader & (cells["cohort"] == "") & (cells["program"] == "")]
        groups = groups[groups["department"].isin(["", *departments]) & (groups["cohort"] == "")]
    return QuarterData(
        release=release,
        quarter=wanted,
        previous=names[position - 1] if position else "",
        quarters=quarters,
        is_complete=bool(known["is_complete"].iloc[position]),
        metrics={row.metric_id: row for row in metrics.itertuples(index=False)},
        labels={
            (str(row.kind), str(row.value)): str(row.label)
            for row in dimension.itertuples(index=False)
        },
        departments=tuple(departments),
        cells=cells,
        sees_loads=not is_head,
        group_effects=groups,
    )


def _by_year_only(cells: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """Withhold quarterly workforce figures of departments: too near to single people leaving."""
    workforce = metrics.loc[metrics["sensitivity"] == "workforce", "metric_id"]
    hidden = cells["metric_id"].isin(workforce) & (cells["department"] != "")
    cells = cells.copy()
    cells.loc[hidden, ["value", "lower", "upper", "numerator", "denominator", "n"]] = np.nan
    cells.loc[hidden, "status"] = "suppressed"
    cells.loc[hidden, "reason"] = BY_YEAR_ONLY
    return cells


def shown(cell: Any, name: str = "value") -> Value:
    """Return a number of a cell, why there is none, or None where the cell has no such part."""
    if cell is None:
        return Withheld("undefined", "Not published for this group and period")
    if cell.status != "shown":
        reason = cell.reason if isinstance(cell.reason, str) and cell.reason else ""
        return Withheld(cell.status, reason or STATUSES[cell.status])
    number = getattr(cell, name)
    return None if pd.isna(number) else float(number)


def bounded(cell: Any, unit: str) -> Value:
    """Return a figure about answers, in words where it is only a bound: "4.9 or higher"."""
    bound = getattr(cell, "bound", None)
    if cell.status == "shown" and isinstance(bound, str) and bound:
        return format_bounded(float(cell.value), unit, bound)
    return shown(cell)


def reasons(*values: Value) -> str:
    """Return why numbers of a row are missing, each reason once."""
    found = [value.reason for value in values if isinstance(value, Withheld)]
    return "; ".join(dict.fromkeys(found))


def _unknown(quarter: str, names: list[str]) -> str:
    if not names:
        return "The release has no quarterly figures. Load exports and run 'outcomes publish'."
    there = list_words([format_period(name) for name in names])
    if len(names) > 4:
        there = f"{format_period(names[0])} to {format_period(names[-1])}"
    return (
        f"There are no figures for '{quarter}'. The release has {there}; write it as {names[-1]}."
    )
