"""Who may see what, said a second time: the harvester must not borrow the rule it tests.

Source: the design of the surfaces. HR leadership sees aggregates everywhere and no names; a
program's manager sees names and small groups of the own programs; a department head the own
department and the company; an administrator loads, and no figures about people. Workforce figures
of a department are by year outside HR leadership.
"""

from __future__ import annotations

from dashboard.access import Role, Viewer
from reports.release import Release

NOT_YOURS = "is not for this role"


def every_viewer(release: Release) -> list[Viewer]:
    """Return one viewer of each kind: of every program a manager, of every department a head."""
    dimension = release.frame("dimension")
    programs = dimension.loc[dimension["kind"] == "program", "value"]
    departments = dimension.loc[dimension["kind"] == "department", "value"]
    return [
        Viewer(Role.HR_LEADERSHIP),
        *(Viewer(Role.PROGRAM_MANAGER, programs=(one,)) for one in programs),
        *(Viewer(Role.DEPARTMENT_HEAD, departments=(one,)) for one in departments),
        Viewer(Role.ADMINISTRATOR),
    ]


def name_of(viewer: Viewer) -> str:
    """Return who looks, in words: "Program manager of RM"."""
    of = (*viewer.programs, *viewer.departments)
    return f"{viewer.name} of {', '.join(of)}" if of else viewer.name


def may_see_figure(
    viewer: Viewer, sensitivity: str, place: tuple[str, str, str], period_kind: str
) -> bool:
    """Tell whether a figure may be seen at all.

    Parameters
    ----------
    viewer : Viewer
    sensitivity : str
        operational, confidential or workforce.
    place : (program, cohort, department)
    period_kind : str
        month, quarter or year.
    """
    program, cohort, department = place
    if viewer.role is Role.HR_LEADERSHIP:
        return True
    if viewer.role is Role.ADMINISTRATOR:
        return False
    if sensitivity == "workforce" and department and period_kind != "year":
        return False
    if viewer.role is Role.PROGRAM_MANAGER:
        return True
    return department in ("", *viewer.departments) and not program and not cohort


def may_see_small_groups(viewer: Viewer, program: str, every_program: frozenset[str]) -> bool:
    """Tell whether operational figures about few people are shown: to their managers."""
    if viewer.role is not Role.PROGRAM_MANAGER:
        return False
    return program in viewer.programs or (not program and every_program <= set(viewer.programs))


def may_see_flow(viewer: Viewer, mentor_department: str, mentee_department: str) -> bool:
    """Tell whether a count of who teaches whom may be seen."""
    if viewer.role is Role.DEPARTMENT_HEAD:
        return bool({mentor_department, mentee_department} & set(viewer.departments))
    return viewer.role is not Role.ADMINISTRATOR


def may_see_effects(viewer: Viewer) -> bool:
    """Tell whether estimates, curves and their checks may be seen: company-wide figures."""
    return viewer.role is not Role.ADMINISTRATOR


def may_see_group_effect(viewer: Viewer, cohort: str, department: str) -> bool:
    """Tell whether the effect in one cohort or department may be seen."""
    if viewer.role is Role.DEPARTMENT_HEAD:
        return not cohort and department in ("", *viewer.departments)
    return may_see_effects(viewer)


def may_see_pairs(viewer: Viewer, program: str) -> bool:
    """Tell whether a pair may be seen by name."""
    return viewer.role is Role.PROGRAM_MANAGER and program in viewer.programs


def may_see_loads(viewer: Viewer) -> bool:
    """Tell whether what came in may be seen."""
    return viewer.role is not Role.DEPARTMENT_HEAD


def may_see_rejected(viewer: Viewer) -> bool:
    """Tell whether rejected rows may be seen: they hold what the source wrote, names included."""
    return viewer.role is Role.ADMINISTRATOR
