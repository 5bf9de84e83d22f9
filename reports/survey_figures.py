"""Figures about answers on their way into a release: audited, attacked, and never changed again.

What earlier releases showed and hid comes from the record and is published again as it was. What
is new is decided by exact suppression, printed with one decimal, and handed to the attacker. Any
doubt on the way withholds the whole release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from reports.answers_record import BLOCKS, CELL_KEYS, CELLS, Record
from reports.release import ReleaseError
from reports.survey_attack import Block, attack_blocks
from reports.survey_scope import Scope, scope_of
from warehouse.disclosure.attacker import HarvestDisagrees
from warehouse.disclosure.attacker.solver import Unsolved
from warehouse.disclosure.bounds import PrintedFiguresDisagree
from warehouse.disclosure.exact import Suppression, suppress_blocks, together
from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import FIGURE, AnswersBroken
from warehouse.disclosure.policy import Policy, PolicyChanged, check_policy_unchanged
from warehouse.disclosure.printed import WORKED_OUT_REASON, printed_figures
from warehouse.disclosure.program import NotSettled
from warehouse.disclosure.residues import NotSmallFractions
from warehouse.disclosure.search import CannotProtect
from warehouse.metrics import BY_ID
from warehouse.voice import VoiceFacts
from warehouse.voice.margins import around, spreads
from warehouse.voice.surveys import figure_sets, placed, survey_of

_FAULTS = (
    CannotProtect, AnswersBroken, PrintedFiguresDisagree, NotSmallFractions, HarvestDisagrees,
    Unsolved, NotSettled,
)  # fmt: skip


class AnswersNotProtected(ReleaseError):
    """Figures about answers would give a small group away, or nobody can prove that they do not."""


@dataclass(frozen=True)
class SurveyFigures:
    """Figures about answers, ready to publish.

    Attributes
    ----------
    cells : DataFrame
        Columns of ``metric_cell``, with ``bound`` and, where known, ``metric_version``.
    added : Record
        What this release adds to the record.
    blocks : DataFrame
        What the audits of everything in ``cells`` counted.
    """

    cells: pd.DataFrame
    added: Record
    blocks: pd.DataFrame


def survey_figures(
    facts: VoiceFacts, computed: pd.DataFrame, guarded: pd.DataFrame, *, record: Record,
    policy: Policy,
) -> SurveyFigures:  # fmt: skip
    """Decide about every figure on answers.

    Parameters
    ----------
    facts : VoiceFacts
    computed : DataFrame
        Cells of the voice family, before disclosure control.
    guarded : DataFrame
        The same cells, in the same order, after :func:`warehouse.disclosure.apply_policy`.
    record : Record
        What earlier releases showed.
    policy : Policy

    Raises
    ------
    AnswersNotProtected
        Nothing must be published; the message says why.
    """
    _check_rules(policy, record)
    scope = scope_of(facts, computed, guarded, record=record, policy=policy)
    work = _Work(scope, spreads(facts), record, policy)
    try:
        for metric_ids in scope.stages():
            work.decide(metric_ids)
        work.attack()
    except _FAULTS as fault:
        raise AnswersNotProtected(
            f"Nothing was published: survey figures cannot be proved to protect small groups "
            f"({type(fault).__name__}: {fault}). The release before stays valid."
        ) from fault
    return work.result()


def _check_rules(policy: Policy, record: Record) -> None:
    try:
        check_policy_unchanged(policy, earlier_minimum_group=record.minimum_group)
        if record.minimum_group and record.crosses_at_year_end != policy.crosses_at_year_end:
            raise PolicyChanged(
                "Earlier releases followed another rule about departments and cohorts together. "
                "It is fixed at installation."
            )
    except PolicyChanged as change:
        raise AnswersNotProtected(f"Nothing was published: {change}") from change


@dataclass
class _Work:
    """Figures decided so far."""

    scope: Scope
    spread: pd.DataFrame
    record: Record
    policy: Policy
    decided: list[pd.DataFrame] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    atoms: list[pd.DataFrame] = field(default_factory=list)
    items: dict[Block, Item] = field(default_factory=dict)

    def decide(self, metric_ids: Sequence[str]) -> None:
        """Audit and print what is new of metrics that do not depend on one another."""
        status = self._status()
        printed = [self._printed(metric_id, status) for metric_id in metric_ids]
        figures = [frame for frame in printed if frame is not None]
        if figures:
            self.decided.append(self._as_cells(placed(pd.concat(figures, ignore_index=True))))

    def _printed(self, metric_id: str, status: pd.DataFrame) -> pd.DataFrame | None:
        atoms = self.scope.atoms_to_audit(metric_id)
        if atoms.empty:
            return None
        withheld = self.scope.withheld(metric_id, status)
        years = self.scope.years.get(metric_id, [])
        survey = survey_of(atoms, closed_years=years, withheld=withheld)
        found = suppress_blocks(survey, policy=self.policy, earlier=self._earlier(metric_id))
        decision = together([part for _, part in found], self.policy)
        self.atoms.append(atoms)
        self.items |= {(metric_id, block): survey.items[0] for block, _ in found}
        self.blocks += [_counted(metric_id, block, part) for block, part in found]
        return printed_figures(survey, decision, policy=self.policy).assign(metric_id=metric_id)

    def attack(self) -> None:
        """Attack everything that is printed of the blocks audited now.

        Raises
        ------
        CannotProtect
            Something was learned.
        """
        if not self.blocks:
            return
        cells = pd.concat([self.scope.kept, *self.decided], ignore_index=True)
        atoms = pd.concat(self.atoms, ignore_index=True)
        minimum = self.policy.minimum_group
        found = attack_blocks(cells, atoms, self.items, minimum_group=minimum)
        if not found.passed:
            worst = f" {found.worst[0].where} ({found.worst[0].kind})." if found.worst else ""
            raise CannotProtect(f"the attack on what would be printed. {found.in_words()}{worst}")
        for block, own in zip(self.blocks, found.by_item, strict=True):
            block |= {
                "numbers": own.figures,
                "targets": own.targets,
                "tightest_attack": own.tightest_range,
            }

    def result(self) -> SurveyFigures:
        """Return everything decided, the earlier figures and those that were not judged."""
        new = self.scope.with_the_rest(pd.concat([_nothing(), *self.decided], ignore_index=True))
        version = new["metric_id"].map(lambda name: BY_ID[name].version).astype("int64")
        new = new.assign(metric_version=version, program="")
        decided = {(str(b["metric_id"]), str(b["block"])) for b in self.blocks}
        is_kept = self._is_decided(new, decided)
        added = Record(
            cells=new.loc[is_kept, CELLS],
            atoms=self._new_atoms(decided),
            blocks=pd.DataFrame(self.blocks, columns=BLOCKS),
            minimum_group=self.policy.minimum_group,
            crosses_at_year_end=self.policy.crosses_at_year_end,
        )
        cells = pd.concat([self.scope.kept.assign(program=""), new], ignore_index=True)
        cells = cells.assign(numerator=np.nan, denominator=np.nan)
        blocks = pd.concat([self.record.blocks, added.blocks], ignore_index=True)
        return SurveyFigures(cells, added, self.scope.in_force(blocks))

    def _is_decided(self, cells: pd.DataFrame, decided: set[tuple[str, str]]) -> np.ndarray:
        """Return which figures belong to a block that was audited now: they are final."""
        periods = zip(cells["metric_id"], cells["period"], strict=True)
        return np.array(
            [(m, p) in decided or (m, p[:4]) in decided for m, p in periods], dtype=bool
        )

    def _new_atoms(self, decided: set[tuple[str, str]]) -> pd.DataFrame:
        atoms = self.scope.fresh_atoms()
        return atoms[self._is_decided(atoms.assign(period=atoms["quarter"]), decided)]

    def _status(self) -> pd.DataFrame:
        """Return metric, slice, period and status of every figure decided so far.

        Of the whole company only: no other figure depends on others.
        """
        found = []
        for frame in (self.scope.kept, *self.decided):
            is_whole = (frame["department"] == "") & (frame["cohort"] == "")
            found.append(frame.loc[is_whole, [*CELL_KEYS, "status"]])
        return pd.concat(found, ignore_index=True)

    def _earlier(self, metric_id: str) -> pd.DataFrame | None:
        if self.record.cells.empty:
            return None
        cells = self.record.cells[self.record.cells["metric_id"] == metric_id]
        if BY_ID[metric_id].company_only:
            cells = cells[(cells["department"] == "") & (cells["cohort"] == "")]
        cells = cells[cells["status"].isin(["shown", "suppressed"])]
        return cells.assign(cohort=figure_sets(cells))[[*FIGURE, "status"]]

    def _as_cells(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Turn printed figures into cells: release units, the published n, a safe interval."""
        is_quarter = figures["period"].str.contains("Q").to_numpy(dtype=bool)
        figures = figures.assign(period_kind=np.where(is_quarter, "quarter", "year"))
        found = self.scope.cells.merge(
            figures[[*CELL_KEYS, "value", "bound", "status", "reason"]],
            on=CELL_KEYS,
            suffixes=("_known", ""),
        )
        found = found.sort_values("metric_id", kind="stable", ignore_index=True)
        is_share = found["metric_id"].map(lambda name: BY_ID[name].unit == "fraction").astype(bool)
        found["value"] = found["value"].where(~is_share, (found["value"] / 100).round(3))
        found = found.merge(self.spread, on=["metric_id", "period"], how="left")
        ends = around(found)
        digits = np.where(is_share, 1000.0, 10.0)
        for name in ("lower", "upper"):
            found[name] = np.floor(ends[name] * digits + 0.5) / digits
        few = found["reason"].str.startswith("Fewer than") & ~found["few"]
        found["reason"] = found["reason"].where(~few, WORKED_OUT_REASON)
        found["n"] = found["n"].where(found["status"] == "shown")
        return found[[*CELL_KEYS, "value", "lower", "upper", "bound", "n", "status", "reason"]]


def _counted(metric_id: str, block: str, part: Suppression) -> dict[str, Any]:
    """Return what the audit of a block counted."""
    report = part.report
    return {
        "metric_id": metric_id,
        "block": block,
        "figures": report.figures,
        "shown": report.shown,
        "few_answers": report.few_answers,
        "worked_out": report.worked_out,
        "respondents": report.respondents,
        "respondents_hidden": report.respondents_hidden,
        "groups": report.protected_groups,
        "tightest_range": report.tightest_range,
    }


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=[c for c in CELLS if c != "metric_version"])


def with_answers(cells: pd.DataFrame, answers: SurveyFigures) -> pd.DataFrame:
    """Return all figures of a release, those about answers among them."""
    numbers = ("value", "lower", "upper", "numerator", "denominator")
    whole = dict.fromkeys(numbers, "float64") | {"n": "Int64", "metric_version": "int64"}
    said = answers.cells.reindex(columns=[*cells.columns, "bound"])
    if said.empty:
        return cells.assign(bound="")
    return pd.concat([cells.assign(bound="").astype(whole), said.astype(whole)], ignore_index=True)
