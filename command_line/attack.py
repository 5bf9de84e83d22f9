"""What `outcomes check --attack` does and says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from command_line.terminal import console, progress_bar
from reports.release import Release
from warehouse.settings import Settings

if TYPE_CHECKING:
    from harvest.check import Harvested
    from harvest.judge import Finding

_LISTED = 30


def attack_release(settings: Settings, release: Release) -> bool:
    """Harvest and attack the current release; say what was found; return whether it passed."""
    from harvest.check import check_release
    from harvest.survey import read_answers

    answers = read_answers(settings.releases)
    with progress_bar() as progress:
        task = progress.add_task("Asking", total=1.0)

        def advance(words: str, share: float) -> None:
            progress.update(task, completed=share, description=f"Asking as {words}")

        found = check_release(settings.releases, release, answers, progress=advance)
    _say(found)
    return found.passed


def _say(found: Harvested) -> None:
    console.print(
        f"Read {found.numbers:,} numbers on {found.surfaces:,} surfaces "
        f"({found.requests:,} requests and files, every kind of viewer): {found.compared:,} "
        f"compared with the figure they claim to be, {found.explained:,} in text explained by "
        f"some figure, {found.unexplained:,} neither.",
        highlight=False,
    )
    if found.findings:
        console.print(_findings_table(found.findings))
        left = len(found.findings) - _LISTED
        if left > 0:
            console.print(f"and {left:,} more.", highlight=False)
    if found.attack_problem:
        console.print(f"The attack could not be made: {escape(found.attack_problem)}", style="red")
    if found.attack is not None:
        console.print(f"Attack on survey figures: {found.attack.in_words()}", highlight=False)
        for weakness in found.attack.worst:
            where = f"{weakness.item}, {weakness.where}"
            console.print(f"  {weakness.kind}: {escape(where)}", style="red", highlight=False)


def _findings_table(findings: tuple[Finding, ...]) -> Table:
    """Return the first findings: where and what, never what the release holds in its place."""
    table = Table(title="Findings", title_justify="left")
    for heading in ("Surface", "Seen as", "Place", "Printed", "Figure", "What is wrong"):
        table.add_column(heading, overflow="fold")
    for one in findings[:_LISTED]:
        words = (one.surface, one.viewer, one.place, one.number, one.figure, one.problem)
        table.add_row(*map(escape, words))
    return table
