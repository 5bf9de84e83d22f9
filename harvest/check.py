"""The whole check: every surface against the release, then the attack on what was printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harvest.collect import Collector, Extent, Progress
from harvest.figures import NOT_PUBLISHED
from harvest.found import UnknownContent
from harvest.judge import DIFFERS, UNREAD, Finding
from harvest.survey import Answers, HarvestDisagrees, attack_figures, printed_figures
from reports.release import Release
from warehouse.disclosure.attacker import AttackResult


@dataclass(frozen=True)
class Harvested:
    """What the check found.

    Attributes
    ----------
    surfaces, requests, numbers, compared, explained : int
        Surfaces read; requests made and files written; numbers read; those that claim to be one
        figure and were compared with it; those in running text that some figure explains.
    findings : tuple of Finding
    attack : AttackResult or None
        None where it could not be made; ``attack_problem`` then says why.
    attack_problem : str
    """

    surfaces: int
    requests: int
    numbers: int
    compared: int
    explained: int
    findings: tuple[Finding, ...]
    attack: AttackResult | None = None
    attack_problem: str = ""

    @property
    def unexplained(self) -> int:
        """Numbers that nobody could explain, or that are not the release's."""
        return len(self.findings)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        is_safe = self.attack is not None and self.attack.passed
        return not self.findings and is_safe and not self.attack_problem


def check_release(
    releases_folder: Path,
    release: Release,
    answers: Answers,
    *,
    extent: Extent | None = None,
    progress: Progress = lambda _, __: None,
) -> Harvested:
    """Harvest a release from every surface and attack what was printed.

    Parameters
    ----------
    releases_folder : Path
    release : Release
        The valid one: pages show no other.
    answers : Answers
        From :func:`harvest.survey.read_answers`.
    extent : Extent, optional
        Everything by default.
    progress : function of (words, share done)
    """
    collector = Collector(releases_folder, release, extent or Extent())
    problem: tuple[Finding, ...] = ()
    try:
        collector.collect(progress)
    except UnknownContent as error:  # what nobody can read could hold anything
        problem = (Finding("surfaces", "anyone", str(error), "", "", UNREAD),)
    return judged(collector, answers, problem)


def judged(collector: Collector, answers: Answers, problem: tuple[Finding, ...] = ()) -> Harvested:
    """Attack what a collector found printed, and put all together."""
    tally = collector.tally
    printed = printed_figures(tally.survey.values())
    wrong = sum(one.problem in (DIFFERS, NOT_PUBLISHED) for one in tally.findings)
    attack, said = None, ""
    try:
        attack = attack_figures(
            printed,
            answers,
            minimum_group=collector.rows.release.info.minimum_group,
            not_in_release=wrong,
        )
    except HarvestDisagrees as error:
        said = str(error)
    return Harvested(
        surfaces=tally.surfaces,
        requests=collector.requests,
        numbers=tally.numbers,
        compared=tally.compared,
        explained=tally.explained,
        findings=(*problem, *tally.findings),
        attack=attack,
        attack_problem=said,
    )
