"""Exact suppression of survey figures: the public door.

:func:`suppress` decides which figures of the closed set are shown, and says what it did;
:func:`warehouse.disclosure.printed.printed_figures` turns the decision into numbers to publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from warehouse.disclosure.audit_report import AuditReport, merge
from warehouse.disclosure.checkpoint import Checkpoint, fingerprint
from warehouse.disclosure.lattice import FIGURE, Lattice, Survey, lattices
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.search import Search, State

FEW_ANSWERS = "few answers"
WORKED_OUT = "worked out"
SHOWN, HIDDEN = "shown", "suppressed"


@dataclass(frozen=True)
class Suppression:
    """Which figures are shown.

    Attributes
    ----------
    figures : DataFrame
        One row per figure of the closed set: department, cohort, period ("" where it covers all),
        respondents (int), status (shown, suppressed), why ("", few answers, worked out). Kept
        with a release it is what later releases take as ``earlier``.
    report : AuditReport
    lattices : tuple of Lattice
        The problems that were decided, in the order of their figures.
    """

    figures: pd.DataFrame
    report: AuditReport
    lattices: tuple[Lattice, ...] = field(default=(), repr=False)


def suppress(
    survey: Survey,
    *,
    policy: Policy,
    earlier: pd.DataFrame | None = None,
    checkpoint: Path | None = None,
) -> Suppression:
    """Decide which figures can be shown without giving a small group away.

    Parts of the survey whose figures were all decided earlier are not audited again.

    Parameters
    ----------
    survey : Survey
    policy : Policy
    earlier : DataFrame, optional
        ``figures`` of earlier releases: shown stays shown, hidden stays hidden.
    checkpoint : Path, optional
        File in which a long search keeps its state; given again with the same input, an
        interrupted one goes on from there.

    Returns
    -------
    Suppression

    Raises
    ------
    CannotProtect
        What earlier releases show gives a small group away; nothing must be published.
    AnswersBroken
        The sums contradict themselves.
    """
    found = suppress_blocks(survey, policy=policy, earlier=earlier, checkpoint=checkpoint)
    return together([part for _, part in found], policy)


def suppress_blocks(
    survey: Survey,
    *,
    policy: Policy,
    earlier: pd.DataFrame | None = None,
    checkpoint: Path | None = None,
) -> list[tuple[str, Suppression]]:
    """Decide as :func:`suppress` does, and return each block apart, with its name."""
    kept, known = Checkpoint(checkpoint), _decided(earlier)
    with _libraries().limit(limits=1):
        return [
            (name, _suppress_block(lattice, policy.minimum_group, known, kept))
            for name, lattice in lattices(survey, policy)
        ]


@cache
def _libraries() -> ThreadpoolController:
    """Return what limits the threads of linear algebra; looking for its libraries takes long."""
    return ThreadpoolController()


def together(parts: Sequence[Suppression], policy: Policy) -> Suppression:
    """Put the decisions about several blocks together."""
    if not parts:
        nothing = AuditReport(policy.minimum_group, 0, 0, 0, 0, 0, 0, 0, 0, None)
        return Suppression(pd.DataFrame(columns=[*FIGURE, "respondents", "status", "why"]), nothing)
    figures = pd.concat([part.figures for part in parts], ignore_index=True)
    report = merge([part.report for part in parts])
    return Suppression(figures, report, tuple(one for part in parts for one in part.lattices))


def _decided(earlier: pd.DataFrame | None) -> dict[tuple[str, ...], bool]:
    if earlier is None or earlier.empty:
        return {}
    if earlier.duplicated(FIGURE).any():
        raise ValueError("A figure was decided twice by earlier releases.")
    shown = (earlier["status"] == SHOWN).tolist()
    keys = earlier[FIGURE].astype(object).itertuples(index=False, name=None)
    return dict(zip(keys, shown, strict=True))


def _suppress_block(
    lattice: Lattice, minimum: int, known: dict[tuple[str, ...], bool], kept: Checkpoint
) -> Suppression:
    frozen = np.array([int(known.get(key, -1)) for key in lattice.figure_keys()])
    if (frozen != -1).all():
        return _result(lattice, np.flatnonzero(frozen == 1), frozen, minimum)
    search = Search(lattice, minimum=minimum, frozen=frozen)
    mark = fingerprint(lattice, minimum=minimum, frozen=frozen) if kept.is_kept else ""
    state = kept.state_of(mark)
    for step in search.steps(state):
        kept.keep(mark, step)
        state = step
    found = _result(lattice, np.array(state.shown, dtype=int), frozen, minimum)
    return replace(found, report=_with_groups(found.report, search, state))


def _result(lattice: Lattice, shown: np.ndarray, frozen: np.ndarray, minimum: int) -> Suppression:
    is_shown = np.zeros(len(frozen), dtype=bool)
    is_shown[shown] = True
    people, respondents = lattice.figure_people, lattice.respondents
    is_few = ((people > 0) & (people < minimum)).any(axis=0) | lattice.withheld
    why = np.where(is_shown, "", np.where(is_few, FEW_ANSWERS, WORKED_OUT))
    status = np.where(is_shown, SHOWN, HIDDEN)
    columns = dict(zip(FIGURE, lattice.names, strict=True))
    columns |= {"respondents": respondents, "status": status, "why": why}
    is_cell = _is_department_in_quarter(lattice)
    report = AuditReport(
        minimum_group=minimum,
        figures=len(frozen),
        shown=int(is_shown.sum()),
        few_answers=int((~is_shown & is_few).sum()),
        worked_out=int((~is_shown & ~is_few).sum()),
        earlier=int((frozen != -1).sum()),
        respondents=int(respondents[is_cell].sum()),
        respondents_hidden=int(respondents[is_cell & ~is_shown].sum()),
        protected_groups=0,
        tightest_range=None,
    )
    return Suppression(pd.DataFrame(columns), report, (lattice,))


def _is_department_in_quarter(lattice: Lattice) -> np.ndarray:
    department, cohort, period = lattice.names
    is_quarter = np.array(["Q" in name for name in period], dtype=bool)
    found: np.ndarray = (department != "") & (cohort == "") & is_quarter
    return found


def _with_groups(report: AuditReport, search: Search, state: State) -> AuditReport:
    tightest = search.tightest(state)
    return replace(
        report,
        protected_groups=search.protected_groups(state),
        tightest_range=None if tightest is None else tightest.mean_range,
    )
