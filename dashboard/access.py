"""Who may read what: the one place where a viewer's rights are decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles a viewer can have; each sees what its work needs and no more."""

    HR_LEADERSHIP = "hr_leadership"
    PROGRAM_MANAGER = "program_manager"
    DEPARTMENT_HEAD = "department_head"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: Mapping[Role, str] = {
    Role.HR_LEADERSHIP: "HR leadership",
    Role.PROGRAM_MANAGER: "Program manager",
    Role.DEPARTMENT_HEAD: "Department head",
    Role.ADMINISTRATOR: "Administrator",
}


@dataclass(frozen=True)
class Viewer:
    """Someone looking at the dashboard.

    Attributes
    ----------
    role : Role
        What the viewer does here.
    programs : tuple of str
        Programs a program manager runs; without meaning for other roles.
    departments : tuple of str
        Departments a department head leads; without meaning for other roles.
    """

    role: Role
    programs: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The role as people call it."""
        return ROLE_NAMES[self.role]


@dataclass(frozen=True)
class Rights:
    """What a viewer may read of one release table.

    Attributes
    ----------
    allowed : bool
        False when no row of the table may be read.
    reason : str
        The sentence shown in place of the rows when nothing may be read.
    only : mapping of column to allowed values
        Rows outside these values are never returned.
    either : tuple of column names
        With this, ``only`` holds when any one of the named columns fits (who teaches whom).
    """

    allowed: bool
    reason: str = ""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    either: tuple[str, ...] = ()


_EVERYTHING = Rights(allowed=True)
_ABOUT_THE_RELEASE = frozenset(
    {"release", "dimension", "metric", "metric_change", "figure_source", "survey_audit"}
)
_ABOUT_LOADS = frozenset({"load_summary", "check", "rejected", "refused", "fact_rows"})
_PEOPLE = frozenset({"waiting_person", "cancelling_senior", "ended_pair", "rematch"})
_PAIR_BY_PAIR = frozenset({"pair_event", "pair_fact", "pair_item", "pair_topic"})
_NAMED = frozenset({"pair_board", "former_pair"}) | _PAIR_BY_PAIR | _PEOPLE
_NAMES_REASON = (
    "Names of pairs are shown to the program's own managers only. "
    "You see how many pairs are in each state."
)
_PEOPLE_REASON = (
    "Names of people who wait, cancel, or could be matched are shown to the program's own managers "
    "only. You see how many there are where that is published."
)
_FIGURES_REASON = (
    "Administrators look after loads and releases. Figures about people are for HR leadership, "
    "program managers, and department heads."
)
_REJECTED_REASON = (
    "Rejected rows hold what the source system wrote, names included. "
    "They are shown to administrators only."
)
_ROWS_REASON = "Counts of loaded rows by month are shown to administrators only."
_LOADS_REASON = (
    "Loads are for administrators, program managers, and HR leadership. "
    "The line at the bottom of the menu says whether all files reconciled."
)


def rights(viewer: Viewer, table: str) -> Rights:
    """Decide what ``viewer`` may read of the release table ``table``.

    Parameters
    ----------
    viewer : Viewer
        Who asks.
    table : str
        Name of a table of ``reports.release_tables``.

    Returns
    -------
    Rights
        Whether, and which rows. Roles only ever remove rows; nothing is computed anew for a role,
        so that two roles together never learn more than the release holds.
    """
    if table in _ABOUT_THE_RELEASE:
        return _EVERYTHING
    if table in _ABOUT_LOADS:
        return _load_rights(viewer, table)
    if table in _NAMED:
        return _named_rights(viewer, table)
    return _figure_rights(viewer, table)


def _load_rights(viewer: Viewer, table: str) -> Rights:
    if table == "rejected" and viewer.role is not Role.ADMINISTRATOR:
        return Rights(allowed=False, reason=_REJECTED_REASON)
    if table == "fact_rows" and viewer.role is not Role.ADMINISTRATOR:
        return Rights(allowed=False, reason=_ROWS_REASON)
    if viewer.role is Role.DEPARTMENT_HEAD:
        return Rights(allowed=False, reason=_LOADS_REASON)
    return _EVERYTHING


def _figure_rights(viewer: Viewer, table: str) -> Rights:
    if viewer.role is Role.ADMINISTRATOR:
        return Rights(allowed=False, reason=_FIGURES_REASON)
    if viewer.role is Role.DEPARTMENT_HEAD:
        return _department_rights(viewer, table)
    return _EVERYTHING


def _named_rights(viewer: Viewer, table: str) -> Rights:
    if viewer.role is not Role.PROGRAM_MANAGER:
        reason = _PEOPLE_REASON if table in _PEOPLE else _NAMES_REASON
        return Rights(allowed=False, reason=reason)
    if table in _PAIR_BY_PAIR:  # they carry no program: read them through a pair of the board
        return _EVERYTHING
    return Rights(allowed=True, only={"program": viewer.programs})


def _department_rights(viewer: Viewer, table: str) -> Rights:
    if table == "metric_cell":
        return Rights(
            allowed=True,
            only={"department": ("", *viewer.departments), "cohort": ("",), "program": ("",)},
        )
    if table == "flow":
        sides = ("mentor_department", "mentee_department")
        return Rights(allowed=True, only=dict.fromkeys(sides, viewer.departments), either=sides)
    if table == "group_effect":
        return Rights(allowed=True, only={"department": ("", *viewer.departments), "cohort": ("",)})
    return _EVERYTHING  # other effects, curves, and checks exist for the whole company only


def may_read_workforce(viewer: Viewer, *, department: str, period_kind: str) -> bool:
    """Return whether a workforce figure (headcount, turnover) may be read by ``viewer``.

    Outside HR leadership a department's workforce figures are shown by year only: quarters and
    months of one department come too close to single people leaving.
    """
    if viewer.role is Role.HR_LEADERSHIP or not department:
        return True
    return period_kind == "year"


def runs_program(viewer: Viewer, program: str, every_program: tuple[str, ...]) -> bool:
    """Return whether ``viewer`` manages what an operational figure is about.

    Managers see their own programs whole, small groups too; everyone else sees groups of the
    minimum size only. An empty ``program`` means all of them.
    """
    if viewer.role is not Role.PROGRAM_MANAGER:
        return False
    return program in viewer.programs or (
        not program and set(every_program) <= set(viewer.programs)
    )
