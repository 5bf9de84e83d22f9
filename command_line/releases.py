"""`outcomes releases`: list, show, compare, remove and choose published releases.

Exit codes are those of the other commands: 0 all well, 1 refused with what to do, 2 misspelt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from command_line.terminal import Refused, console, explained

if TYPE_CHECKING:
    from reports.release_diff import Difference

log = logging.getLogger("outcomes")
_FIRST = 30  # differences told on the terminal; --csv has all of them

releases = typer.Typer(
    no_args_is_help=True,
    help="List, compare, choose and remove published releases.\n\n"
    "Every [bold]outcomes publish[/bold] adds a numbered release that never changes. Pages and "
    "reports read the current one.",
)
Number = Annotated[int, typer.Argument(min=1, help="Number of a release.")]


@releases.command("list")
def list_() -> None:
    """List the kept releases: when, as of which day, figures shown and hidden, size."""
    with explained() as settings:
        from command_line.release_words import kept_table
        from reports.release_shelf import list_releases

        kept = list_releases(settings.releases)
        console.print(kept_table(kept))
        for one in kept:
            if one.problem:
                console.print(one.problem, style="red", highlight=False, markup=False)


@releases.command()
def show(number: Number) -> None:
    """Show everything a release says about itself, its checks, and what its tables hold."""
    with explained() as settings:
        from command_line.release_words import checks_table, facts_of, tables_table
        from reports.release import current_release_id, open_release

        release = open_release(settings.releases, number)
        is_current = number == current_release_id(settings.releases)
        for name, words in facts_of(release, is_current=is_current):
            console.print(f"[bold]{name}[/bold]: ", end="", highlight=False)
            console.print(words, highlight=False, markup=False)
        console.print(checks_table(release))
        console.print(tables_table(release))


@releases.command()
def diff(
    before: Annotated[int, typer.Argument(min=1, help="Number of the release to compare from.")],
    after: Annotated[int, typer.Argument(min=1, help="Number of the release to compare with.")],
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write every difference to this file.")
    ] = None,
) -> None:
    """Say which figures differ between two releases, and why.

    Causes: new data, late data, corrections, definitions, disclosure (shown or hidden). Where two
    releases do not hold enough to tell, the answer says so. Hidden figures stay hidden.
    """
    with explained() as settings, console.status("Comparing"):
        from command_line.release_words import causes_table, differences_table, telling_first
        from reports.release import open_release
        from reports.release_diff import compare_releases

        older, newer = (open_release(settings.releases, number) for number in (before, after))
        found = compare_releases(older, newer)
        in_one = sum(one.is_in_one_only for one in found)
        console.print(
            f"Release {before} to {after}: {len(found):,} figures differ, {in_one:,} of them are "
            "in one of the two only.",
            highlight=False,
        )
        if found:
            console.print(causes_table(found))
            first = telling_first(found)[:_FIRST]
            console.print(differences_table(first, total=len(found)))
        if csv is not None:
            _write(found, csv, (before, after))


@releases.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Keep so many of the newest releases.")] = 10,
    keep_quarter_ends: Annotated[
        bool,
        typer.Option(
            "--keep-quarter-ends/--no-keep-quarter-ends",
            help="Keep the last release of every quarter as well.",
        ),
    ] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed and remove nothing.")
    ] = False,
) -> None:
    """Remove old releases; never the current one.

    A removed release cannot be brought back. Whoever reads it at that moment is not disturbed.
    """
    with explained() as settings:
        from command_line.release_words import verdicts_table
        from reports.release_shelf import Retention, list_releases, plan_prune, prune_releases

        retention = Retention(keep, keep_quarter_ends)
        if dry_run:
            verdicts = plan_prune(list_releases(settings.releases), retention)
        else:
            verdicts = prune_releases(settings.releases, retention)
        removed = [one.kept for one in verdicts if one.is_removed]
        console.print(verdicts_table(verdicts, is_trial=dry_run))
        freed = sum(one.size_bytes for one in removed) / 1e6
        verb = "Would remove" if dry_run else "Removed"
        log.info("%s releases: %s", verb.lower(), [one.release_id for one in removed])
        console.print(f"{verb} {len(removed)} of {len(verdicts)} releases ({freed:,.1f} MB).")


@releases.command()
def use(number: Number) -> None:
    """Make an earlier release the current one, or go forward again.

    Pages and reports show it at once; nothing is removed. The next publish takes a new number.
    """
    with explained() as settings:
        from reports.release_shelf import use_release

        if use_release(settings.releases, number):
            log.info("release %s is current", number)
            console.print(f"Release [bold]{number}[/bold] is current now.")
        else:
            console.print(f"Release [bold]{number}[/bold] was current already.")


def _write(found: Sequence[Difference], path: Path, numbers: tuple[int, int]) -> None:
    from command_line.release_words import write_differences

    try:
        write_differences(found, path, numbers)
    except OSError as error:
        raise Refused(
            f"Cannot write {path}: {error.strerror or error}. Choose a file with --csv."
        ) from error
    console.print(f"Differences: [bold]{path}[/bold]", highlight=False)
