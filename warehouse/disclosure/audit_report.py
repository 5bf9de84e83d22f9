"""What exact suppression did, in numbers and in words, to be stored with a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class AuditReport:
    """Counts of figures and groups; no names, no values.

    Attributes
    ----------
    minimum_group : int
        Smallest group that need not be protected.
    figures, shown, few_answers, worked_out : int
        Figures of the closed set: all, shown, hidden for having few answers, hidden so that a
        smaller group cannot be worked out.
    earlier : int
        Figures whose state was decided by an earlier release, among all.
    respondents, respondents_hidden : int
        Respondents by department and quarter: all, and where that figure is not shown.
    protected_groups : int
        Cells of the lattice with few answers to some item, and further small groups found.
    tightest_range : float or None
        Narrowest range the mean of any protected group is known to lie in, in scale points, over
        the blocks audited now; None where there was nothing to protect.
    """

    minimum_group: int
    figures: int
    shown: int
    few_answers: int
    worked_out: int
    earlier: int
    respondents: int
    respondents_hidden: int
    protected_groups: int
    tightest_range: float | None

    @property
    def department_quarter_hidden(self) -> float:
        """Share of respondents whose department is not shown in their quarter, 0 to 1."""
        return self.respondents_hidden / self.respondents if self.respondents else 0.0

    def in_words(self) -> str:
        """Say it in a few sentences."""
        hidden = self.few_answers + self.worked_out
        words = (
            f"Of {_count(self.figures, 'figure')} {self.shown:,} are shown and {hidden:,} hidden: "
            f"{self.few_answers:,} for fewer than {self.minimum_group} answers, "
            f"{self.worked_out:,} so that a smaller group cannot be worked out. "
            f"{100 * self.department_quarter_hidden:.1f} % of respondents are in a department "
            "that is hidden in their quarter."
        )
        if self.earlier:
            words += f" {_count(self.earlier, 'figure')} had been decided by earlier releases."
        if self.tightest_range is None:
            return f"{words} No small group needed protection in what was audited now."
        return (
            f"{words} {_count(self.protected_groups, 'small group')} protected; whoever pools all "
            "figures can narrow the mean of none of them down to less than "
            f"{self.tightest_range:.2f} scale points."
        )


def merge(reports: Sequence[AuditReport]) -> AuditReport:
    """Put the reports of several blocks, at least one, together."""
    ranges = [r.tightest_range for r in reports if r.tightest_range is not None]
    return AuditReport(
        minimum_group=reports[0].minimum_group,
        figures=sum(r.figures for r in reports),
        shown=sum(r.shown for r in reports),
        few_answers=sum(r.few_answers for r in reports),
        worked_out=sum(r.worked_out for r in reports),
        earlier=sum(r.earlier for r in reports),
        respondents=sum(r.respondents for r in reports),
        respondents_hidden=sum(r.respondents_hidden for r in reports),
        protected_groups=sum(r.protected_groups for r in reports),
        tightest_range=min(ranges, default=None),
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
