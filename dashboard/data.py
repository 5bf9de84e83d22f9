"""The only door to numbers: rows of the current release, cut to what the viewer may read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pandas as pd

from dashboard.access import Rights, Role, Viewer, may_read_workforce, rights, runs_program
from dashboard.cell import (
    BY_YEAR_ONLY,
    NOT_COMPUTED,
    NOT_PUBLISHED,
    NOTHING_TO_COUNT,
    Cell,
    Slice,
    read_cell,
    read_slice,
)
from dashboard.filters import PAGE_NAMES, Filters, read_filters
from dashboard.followed_up import FollowedUp
from reports.readable import hide_small_groups
from reports.release import Release, ReleaseInfo, current_release_id, open_release

T = TypeVar("T")


class Snapshot:
    """One release with what was read of it so far; shared by all viewers, never cut to one."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._rows: dict[tuple[Any, ...], tuple[SimpleNamespace, ...]] = {}
        self._cells: dict[tuple[str, str, bool], dict[Slice, dict[str, Cell]]] = {}
        self._made: dict[tuple[object, ...], Any] = {}

    def rows(self, table: str, **equals: str) -> tuple[SimpleNamespace, ...]:
        """Return rows of a table, missing values as None."""
        key = (table, *sorted(equals.items()))
        if key not in self._rows:
            self._rows[key] = _records(self.release.frame(table, **equals))
        return self._rows[key]

    def cells(
        self, metric_id: str, period_kind: str, *, for_manager: bool
    ) -> dict[Slice, dict[str, Cell]]:
        """Return every cell of a metric for one kind of period, by slice and period.

        ``for_manager`` gives the figures as the managers of their program read them, small groups
        included.
        """
        key = (metric_id, period_kind, for_manager)
        if key not in self._cells:
            frame = self.release.frame("metric_cell", metric_id=metric_id, period_kind=period_kind)
            if not for_manager:
                minimum = self.release.info.minimum_group
                metric = self.release.frame("metric", metric_id=metric_id)
                frame = hide_small_groups(frame, metric, minimum_group=minimum)
            found: dict[Slice, dict[str, Cell]] = {}
            for row in _records(frame):
                found.setdefault(read_slice(row), {})[row.period] = read_cell(row)
            self._cells[key] = found
        return self._cells[key]

    def made(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what was made of this release under ``key``; made once, of the release alone."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    @cached_property
    def dimensions(self) -> dict[str, tuple[SimpleNamespace, ...]]:
        """Programs, cohorts, departments, and periods in the order of showing."""
        found: dict[str, list[SimpleNamespace]] = {}
        for row in sorted(self.rows("dimension"), key=lambda row: row.position):
            found.setdefault(row.kind, []).append(row)
        return {kind: tuple(rows) for kind, rows in found.items()}

    @cached_property
    def metrics(self) -> dict[str, SimpleNamespace]:
        """Every metric of the release by its id, in the order of the registry."""
        return {row.metric_id: row for row in sorted(self.rows("metric"), key=lambda r: r.position)}


@dataclass(frozen=True)
class View:
    """What one viewer sees of one release with one set of filters.

    Attributes
    ----------
    snapshot : Snapshot
        The release read from.
    viewer : Viewer
        Whose rights apply to every row.
    filters : Filters
        The choices that hold; choices that do not exist were replaced and are in ``notices``.
    params : mapping of str to str
        What the URL says beyond the filters (a metric, a state, a pair).
    scheme : str
        light or dark, for the colors of charts.
    notices : tuple of str
        Sentences about choices that could not be followed.
    done : FollowedUp or None
        Follow-ups; None where this viewer sees no pairs by name, or they are not there.
    done_problem : str
        Why follow-ups are not there; empty where they are, or nobody asked for them.
    """

    snapshot: Snapshot
    viewer: Viewer
    filters: Filters
    params: Mapping[str, str] = field(default_factory=dict)
    scheme: str = "light"
    notices: tuple[str, ...] = ()
    done: FollowedUp | None = None
    done_problem: str = ""

    @property
    def info(self) -> ReleaseInfo:
        """What the release says about itself."""
        return self.snapshot.release.info

    @property
    def metrics(self) -> dict[str, SimpleNamespace]:
        """Every metric of the release by its id."""
        return self.snapshot.metrics

    def rights(self, table: str) -> Rights:
        """Return what this viewer may read of a table."""
        return rights(self.viewer, table)

    def rows(self, table: str, **equals: str) -> tuple[SimpleNamespace, ...]:
        """Return the rows of ``table`` that this viewer may read; none where nothing may be."""
        granted = self.rights(table)
        if not granted.allowed or table == "metric_cell":
            return ()
        found = self.snapshot.rows(table, **equals)
        return tuple(row for row in found if _fits(row, granted))

    def choices(self, kind: str) -> tuple[SimpleNamespace, ...]:
        """Return the programs, cohorts, departments, or quarters this viewer can choose."""
        found = self.snapshot.dimensions.get(kind, ())
        limits = self.rights("metric_cell").only.get(kind)
        if limits is not None:
            found = tuple(row for row in found if row.value in limits)
        if kind == "cohort" and self.filters.program:
            found = tuple(row for row in found if row.parent == self.filters.program)
        return found

    def label(self, kind: str, value: str) -> str:
        """Return how a program, cohort, department, or period is called."""
        for row in self.snapshot.dimensions.get(kind, ()):
            if row.value == value:
                return str(row.label)
        return value

    def quarters(self, count: int) -> tuple[str, ...]:
        """Return up to ``count`` quarters ending with the chosen one, oldest first."""
        every = [row.value for row in self.snapshot.dimensions.get("quarter", ())]
        if self.filters.quarter not in every:
            return ()
        end = every.index(self.filters.quarter) + 1
        return tuple(every[max(end - count, 0) : end])

    def cell(self, metric_id: str, period: str | None = None, **changes: str) -> Cell:
        """Return one figure of the chosen slice.

        Parameters
        ----------
        metric_id : str
            The metric.
        period : str, optional
            Month, quarter, or year; the chosen quarter by default.
        **changes : str
            department, cohort, program, or population in place of the chosen one.
        """
        if metric_id not in self.metrics:
            return NOT_COMPUTED
        when = period or self.filters.quarter
        place = {name: getattr(self.filters, name) for name in ("program", "cohort", "department")}
        place |= {"population": ""} | changes
        if not self._may_read(metric_id, place, when):
            return BY_YEAR_ONLY if self.rights("metric_cell").allowed else NOT_PUBLISHED
        for key in self._keys(place):
            runs_it = runs_program(self.viewer, key[0], self._program_ids())
            readable = self.snapshot.cells(metric_id, _period_kind(when), for_manager=runs_it)
            if key in readable:
                return readable[key].get(when, NOTHING_TO_COUNT)
        return NOT_PUBLISHED

    def _keys(self, place: Mapping[str, str]) -> list[Slice]:
        """Return the slices that can hold a figure, as published: a cohort with its program."""
        programs = [place["program"]]
        if place["cohort"]:  # which belongs to one program, so that all programs mean this one
            programs = list(dict.fromkeys((*programs, self._parent(place["cohort"]), "")))
        return [
            (program, place["cohort"], place["department"], population)
            for program in programs
            for population in (place["population"], place["population"] or "everyone")
        ]

    def _program_ids(self) -> tuple[str, ...]:
        return tuple(row.value for row in self.snapshot.dimensions.get("program", ()))

    def first_metric(self, *metric_ids: str) -> str:
        """Return the first of these metrics that the release has; empty when it has none."""
        return next((metric_id for metric_id in metric_ids if metric_id in self.metrics), "")

    def series(self, metric_id: str, periods: tuple[str, ...], **changes: str) -> list[Cell]:
        """Return one figure per period for the chosen slice."""
        return [self.cell(metric_id, period, **changes) for period in periods]

    def _parent(self, cohort: str) -> str:
        for row in self.snapshot.dimensions.get("cohort", ()):
            if row.value == cohort:
                return str(row.parent or "")
        return ""

    def _may_read(self, metric_id: str, place: Mapping[str, str], period: str) -> bool:
        granted = self.rights("metric_cell")
        if not granted.allowed:
            return False
        if any(place[name] not in granted.only[name] for name in granted.only):
            return False
        if self.metrics[metric_id].sensitivity != "workforce":
            return True
        return may_read_workforce(
            self.viewer, department=place["department"], period_kind=_period_kind(period)
        )


class ReleaseData:
    """The current release of a folder; takes a new one without a restart.

    Raises
    ------
    NoRelease, ReleaseVanished
        From every method, with the remedy in the message.
    """

    def __init__(self, releases_folder: Path) -> None:
        self.folder = releases_folder
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def snapshot(self) -> Snapshot:
        """Return the current release; asks CURRENT each time, opens only when it moved."""
        wanted = current_release_id(self.folder)
        held = self._snapshot
        if held is None or held.release.info.release_id != wanted or not held.release.path.exists():
            with self._lock:
                held = Snapshot(open_release(self.folder))
                self._snapshot = held
        return held

    def view(self, viewer: Viewer, query: Mapping[str, str], *, scheme: str = "light") -> View:
        """Return the view of ``viewer`` on what a link asks for."""
        snapshot = self.snapshot()
        filters, notices = _check_filters(snapshot, viewer, read_filters(query))
        params = {name: query[name] for name in PAGE_NAMES if query.get(name)}
        return View(snapshot, viewer, filters, params, scheme, tuple(notices))

    def demo_viewer(self, role: Role) -> Viewer:
        """Return a viewer of ``role`` for the demo: the first program, the first department."""
        dimensions = self.snapshot().dimensions
        first = {kind: tuple(row.value for row in rows[:1]) for kind, rows in dimensions.items()}
        if role is Role.PROGRAM_MANAGER:
            return Viewer(role, programs=first.get("program", ()))
        if role is Role.DEPARTMENT_HEAD:
            return Viewer(role, departments=first.get("department", ()))
        return Viewer(role)


def _check_filters(snapshot: Snapshot, viewer: Viewer, asked: Filters) -> tuple[Filters, list[str]]:
    """Replace choices that do not exist or may not be read, and say so in words."""
    limits = rights(viewer, "metric_cell").only
    chosen: dict[str, str] = {}
    notices = []
    for name in ("program", "cohort", "department"):
        value = getattr(asked, name)
        known = {row.value for row in snapshot.dimensions.get(name, ())}
        if value and value not in known:
            notices.append(f"There is no {name} “{value}” in this release; all are shown.")
            value = ""
        elif value and name in limits and value not in limits[name]:
            notices.append(f"Your role does not show this {name} on its own; all are shown.")
            value = ""
        chosen[name] = value
    quarters = snapshot.dimensions.get("quarter", ())
    complete = [row.value for row in quarters if row.is_complete is not False]
    newest = (complete or [row.value for row in quarters] or [""])[-1]
    chosen["quarter"] = asked.quarter or newest
    if asked.quarter and asked.quarter not in {row.value for row in quarters}:
        notices.append(f"There is no quarter “{asked.quarter}” in this release; {newest} is shown.")
        chosen["quarter"] = newest
    return Filters(**chosen), notices


def _fits(row: SimpleNamespace, granted: Rights) -> bool:
    checks = {name: getattr(row, name) in allowed for name, allowed in granted.only.items()}
    if granted.either:
        return any(checks[name] for name in granted.either)
    return all(checks.values())


def _period_kind(period: str) -> str:
    if "Q" in period:
        return "quarter"
    return "month" if "-" in period else "year"


def _records(frame: pd.DataFrame) -> tuple[SimpleNamespace, ...]:
    plain = frame.astype(object).where(frame.notna(), None)
    return tuple(SimpleNamespace(**row) for row in plain.to_dict("records"))
