"""The figures of a release as one viewer may see them, looked up by what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pandas as pd

from dashboard.access import Viewer
from harvest import rights
from reports.changes import compare
from reports.readable import hide_small_groups
from reports.release import Release

VALUE, LOWER, UPPER, N = "value", "lower", "upper", "n"
NUMERATOR, DENOMINATOR = "numerator", "denominator"
CHANGE, CHANGE_LOWER, CHANGE_UPPER = "change", "change_lower", "change_upper"
NOT_PUBLISHED = "is not in the release"
_COUNTS = (N, NUMERATOR, DENOMINATOR)
_SHOWN_PERIODS = ("quarter", "year")  # no surface shows months; a number of one is then unknown
Number = tuple[float, str]  # value and unit


@dataclass(frozen=True)
class Place:
    """Whom a figure is about, and when; "" for all."""

    program: str = ""
    cohort: str = ""
    department: str = ""
    population: str = ""
    period: str = ""

    def __str__(self) -> str:
        words = (self.program, self.cohort, self.department, self.population, self.period)
        return ", ".join(word for word in words if word)


@dataclass(frozen=True)
class Known:
    """One figure of the release.

    Attributes
    ----------
    name : str
        What it is about, in words and ids; never its value.
    numbers : dict of form to (value, unit)
        Empty where nothing may be shown.
    withheld : str
        Why not; empty where it may be shown.
    metric_id : str
        Of a metric's figure.
    place : Place
    bound : str
        or lower, or higher, where the value is only a bound.
    is_verbatim : bool
        A text that was found whole in the release, digits included.
    is_name : bool
        The cell names people: where it is withheld, the name is a finding without any number.
    """

    name: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    withheld: str = ""
    metric_id: str = ""
    place: Place = Place()
    bound: str = ""
    is_verbatim: bool = False
    is_name: bool = False


class ReleaseRows:
    """The release's figures by what they are about; shared by all viewers, cut to none."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.metrics: dict[str, Any] = {
            row.metric_id: row
            for row in release.frame("metric").sort_values("position").itertuples(index=False)
        }
        self._cells: dict[tuple[str, bool], dict[Place, SimpleNamespace]] = {}

    @cached_property
    def dimensions(self) -> dict[str, list[Any]]:
        """Programs, cohorts, departments and periods in order."""
        found: dict[str, list[Any]] = {}
        frame = self.release.frame("dimension").sort_values("position")
        for row in frame.itertuples(index=False):
            found.setdefault(str(row.kind), []).append(row)
        return found

    def values(self, kind: str) -> list[str]:
        """Return the values of a dimension in order."""
        return [str(row.value) for row in self.dimensions.get(kind, ())]

    @cached_property
    def parents(self) -> dict[str, str]:
        """The program of every cohort."""
        return {str(row.value): str(row.parent or "") for row in self.dimensions.get("cohort", ())}

    def frame(self, table: str) -> pd.DataFrame:
        """Return a whole table, read once."""
        if table not in self._frames:
            self._frames[table] = self.release.frame(table)
        return self._frames[table]

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return {}

    def find(self, table: str, **equals: object) -> list[Any]:
        """Return the rows of a table in which every column has the value given, by an index."""
        names = tuple(sorted(equals))
        if (table, names) not in self._indexes:
            index: dict[tuple[object, ...], list[Any]] = {}
            for row in self.frame(table).itertuples(index=False):
                key = tuple(_plain(getattr(row, name)) for name in names)
                index.setdefault(key, []).append(row)
            self._indexes[(table, names)] = index
        return self._indexes[(table, names)].get(tuple(equals[name] for name in names), [])

    @cached_property
    def _indexes(self) -> dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], list[Any]]]:
        return {}

    def cells(self, metric_id: str, *, small_groups: bool) -> dict[Place, SimpleNamespace]:
        """Return a metric's cells, small groups as their managers see them or as everybody does."""
        key = (metric_id, small_groups)
        if key not in self._cells:
            frame = self.release.frame(
                "metric_cell", metric_id=metric_id, period_kind=list(_SHOWN_PERIODS)
            )
            if not small_groups:
                metric = self.release.frame("metric", metric_id=metric_id)
                minimum = self.release.info.minimum_group
                frame = hide_small_groups(frame, metric, minimum_group=minimum)
            names = ("program", "cohort", "department", "population", "period")
            self._cells[key] = {
                Place(*(record[name] for name in names)): SimpleNamespace(**record)
                for record in frame.to_dict("records")
            }
        return self._cells[key]


class Figures:
    """What one viewer may see of a release, by the harvester's own rules."""

    def __init__(self, rows: ReleaseRows, viewer: Viewer) -> None:
        self.rows, self.viewer = rows, viewer
        self._known: dict[tuple[str, Place], Known] = {}
        self._every_program = frozenset(rows.values("program"))

    def cell(self, metric_id: str, place: Place) -> Known:
        """Return the figure of exactly this slice and period."""
        key = (metric_id, place)
        if key not in self._known:
            self._known[key] = self._read(metric_id, place)
        return self._known[key]

    def published(self, metric_id: str, place: Place) -> Known:
        """Return the figure a reader means: a cohort with its program, everyone where split.

        A metric that is published by population only is read for everyone.
        """
        programs = [place.program]
        if place.cohort:
            programs += [self.rows.parents.get(place.cohort, ""), ""]
        populations = [place.population] if place.population else ["", "everyone"]
        known = [
            self.cell(metric_id, Place(program, place.cohort, place.department, who, place.period))
            for program in dict.fromkeys(programs)
            for who in populations
        ]
        return next((one for one in known if one.withheld != NOT_PUBLISHED), known[0])

    def change(self, metric_id: str, now: Place, before: str) -> Known:
        """Return the difference of a figure to an earlier period, with its interval."""
        earlier = Place(now.program, now.cohort, now.department, now.population, before)
        pair = [self.published(metric_id, place) for place in (now, earlier)]
        name = f"{metric_id}, {now} against {before}"
        if any(one.withheld for one in pair):
            return Known(name, withheld=next(one.withheld for one in pair if one.withheld))
        versions = [self._version(metric_id, one.place) for one in pair]
        found = compare(*(_figure(one, v) for one, v in zip(pair, versions, strict=True)))
        if found is None:
            return Known(name, withheld="compares two definitions, or a bound")
        unit = str(self.rows.metrics[metric_id].unit)
        ends = (
            (CHANGE, found.difference),
            (CHANGE_LOWER, found.lower),
            (CHANGE_UPPER, found.upper),
        )
        numbers = {form: (end, unit) for form, end in ends if end is not None}
        return Known(name, numbers, metric_id=metric_id, place=now)

    def _version(self, metric_id: str, place: Place) -> float | None:
        row = self.rows.cells(metric_id, small_groups=True).get(place)
        return None if row is None or pd.isna(row.metric_version) else float(row.metric_version)

    def _read(self, metric_id: str, place: Place) -> Known:
        name = f"{metric_id}, {place}"
        metric = self.rows.metrics.get(metric_id)
        if metric is None:
            return Known(name, withheld=NOT_PUBLISHED)
        where = (place.program, place.cohort, place.department)
        period_kind = "quarter" if "Q" in place.period else "year"
        if not rights.may_see_figure(self.viewer, metric.sensitivity, where, period_kind):
            return Known(name, withheld=rights.NOT_YOURS)
        small = rights.may_see_small_groups(self.viewer, place.program, self._every_program)
        row = self.rows.cells(metric_id, small_groups=small).get(place)
        if row is None:
            return Known(name, withheld=NOT_PUBLISHED)
        few = 0 < (0 if pd.isna(row.n) else row.n) < self.rows.release.info.minimum_group
        if row.status != "shown":
            is_counted = row.status == "undefined" and not pd.isna(row.n) and not few
            counted = {N: (float(row.n), "count")} if is_counted else {}
            return Known(name, counted, f"is {row.status} in the release")
        if few and not (small and metric.sensitivity == "operational"):
            return Known(name, withheld="is about fewer people than may be shown")
        numbers = {
            form: (float(getattr(row, form)), "count" if form in _COUNTS else str(metric.unit))
            for form in (VALUE, LOWER, UPPER, *_COUNTS)
            if not pd.isna(getattr(row, form))
        }
        bound = row.bound if isinstance(row.bound, str) else ""
        return Known(name, numbers, metric_id=metric_id, place=place, bound=bound)


def _figure(known: Known, version: float | None) -> Any:
    numbers = {form: known.numbers.get(form, (None, ""))[0] for form in (VALUE, LOWER, UPPER)}
    return SimpleNamespace(**numbers, status="shown", metric_version=version, bound=known.bound)


def _plain(value: object) -> object:
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
