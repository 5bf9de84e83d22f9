"""The command line of Program Outcomes: what it can do, and which words each command takes.

Exit codes: 0 all well; 1 something was refused and the message says what to do; 2 the command
itself was misspelt; 70 an error nobody foresaw, with an id that is also in the log.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Annotated

import typer

from command_line.pipeline import (
    analyses_ahead,
    create_inbox,
    inspect_files,
    last_full_quarter,
    load_files,
    load_options,
    opened,
    publish_release,
    sample_exports,
    serve_dashboard,
    take_in,
    take_in_sample,
    viewer_of,
    write_identities,
    write_rejects,
    write_report,
)
from command_line.releases import releases
from command_line.terminal import console, explained, progress_bar, say_loaded
from dashboard.access import Role

__version__ = "0.1.0"

app = typer.Typer(
    name="outcomes",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Does your reverse mentoring program work, where does it stall, and what did it do?\n\n"
    "Start with [bold]outcomes demo[/bold] to look around. With your own exports: "
    "[bold]inspect[/bold] a file, [bold]load[/bold] it, [bold]publish[/bold] a release, then "
    "[bold]serve[/bold] the dashboard or write a [bold]report[/bold].\n\n"
    "Data lies in the folder OUTCOMES_HOME (default ~/.outcomes).",
)

app.add_typer(releases, name="releases")

Paths = Annotated[list[Path], typer.Argument(help="Files or folders with exports.")]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="Mapping file (TOML) to use instead of the one that fits."),
]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Last day the release speaks about, for example 2026-09-30; what happened later "
        "stays out. Default: the last day the records cover.",
    ),
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")]


@app.command()
def demo(
    port: Port = 8050,
    out: Annotated[Path, typer.Option(help="Folder for the sample's report.")] = Path("out"),
    serve_pages: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the dashboard at the end.")
    ] = True,
) -> None:
    """Load the sample, publish it, write last quarter's report, and serve the dashboard.

    The numbers take the same path as yours would: exports, warehouse, metrics and models,
    release, pages and report.
    """
    with explained() as settings:
        if serve_pages:
            from dashboard.server import check_port

            check_port(port)
        with progress_bar() as progress:
            building = progress.add_task("Building the sample", total=None)
            exports = sample_exports(settings)
            progress.update(building, completed=1, total=1)
            with opened(settings) as warehouse:
                report = take_in_sample(warehouse, settings, exports, progress)
        say_loaded(report)
        for path in write_report(settings, last_full_quarter(settings), out):
            console.print(f"Report: [bold]{path}[/bold]")
        if serve_pages:
            serve_dashboard(settings, port, demo_mode=True)


@app.command()
def inspect(
    files: Paths,
    mapping: MappingFile = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", help="Folder for drafted mappings, one per file."),
    ] = None,
) -> None:
    """Say what a file is and how it would be understood, without loading anything.

    Shows the format, encoding, date order, columns, and what maps where. For a file no mapping
    fits it drafts one, with a remark wherever you have to decide.
    """
    with explained():
        if not inspect_files(files, mapping, draft):
            raise typer.Exit(1)


@app.command()
def load(
    paths: Paths,
    mapping: MappingFile = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Folder for rejected rows, one CSV per file, to correct and load again."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")
    ] = False,
    allow_shrink: Annotated[
        bool,
        typer.Option(
            "--allow-shrink", help="Load an export that lost many rows since the last one."
        ),
    ] = False,
) -> None:
    """Load exports into the warehouse: each file whole or not at all.

    The same file again changes nothing; a corrected file updates its rows. Rows that break a
    rule are set aside with the reason, never dropped. Known errors of a source are mended by
    *.corrections.toml files beside the exports or in OUTCOMES_HOME/corrections.
    """
    with explained() as settings, opened(settings) as warehouse:
        options = load_options(settings, dry_run=dry_run, allow_shrink=allow_shrink)
        with progress_bar() as progress:
            report = load_files(warehouse, paths, progress, options, mapping)
        if dry_run:
            console.print("A trial: nothing was kept. This is what a load would do.")
        say_loaded(report)
        if rejects is not None and not dry_run:
            write_rejects(warehouse, report, rejects)
        if report.refused:
            raise typer.Exit(1)


@app.command()
def watch(
    folder: Annotated[
        Path | None, typer.Argument(help="Inbox; default: OUTCOMES_HOME/inbox.")
    ] = None,
    every: Annotated[
        float, typer.Option(min=1, help="Seconds between two looks at the folder.")
    ] = 10,
    once: Annotated[
        bool, typer.Option("--once", help="Take what lies there now and stop.")
    ] = False,
) -> None:
    """Load what lands in a folder, and publish when something changed.

    A file is taken once nobody has written to it between two looks. It then moves to the folder
    "loaded", or to "refused" with a text beside it that says why.
    """
    with explained() as settings:
        from etl.inbox import Inbox

        inbox = Inbox(folder or settings.home / "inbox")
        create_inbox(inbox)
        console.print(f"Watching [bold]{inbox.folder}[/bold] (Ctrl-C to stop)")
        while True:
            take_in(settings, inbox, at_once=once)
            if once:
                return
            time.sleep(every)


@app.command()
def identities(
    to: Annotated[Path, typer.Option("--to", help="CSV file to write.")] = Path("identities.csv"),
) -> None:
    """List the ids and addresses nobody is known by, with suggestions for you to confirm.

    Fill in whom each belongs to and load the file: the rows that waited for them come in when
    their exports are loaded again. Nothing is merged by name alone.
    """
    with explained() as settings, opened(settings) as warehouse:
        count = write_identities(warehouse, to)
        console.print(f"{count:,} unknown ids: [bold]{to}[/bold]", highlight=False)


@app.command()
def publish(
    as_of: AsOf = None,
    sample: Annotated[bool, typer.Option("--sample", hidden=True)] = False,
) -> None:
    """Compute all metrics and models and publish them as a new, numbered release.

    Pages and reports show the new release from then on; earlier releases stay as they were.
    """
    with explained() as settings:
        day = as_of.date() if as_of else None
        with (
            analyses_ahead(settings) as place,
            opened(settings) as warehouse,
            progress_bar() as progress,
        ):
            number = publish_release(
                warehouse, settings, day, progress, is_sample=sample, place=place
            )
        console.print(f"Published release [bold]{number}[/bold].")


@app.command()
def serve(
    port: Port = 8050,
    host: Annotated[
        str, typer.Option(help="Only this machine (127.0.0.1) until sign-in exists.")
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Web server processes.")] = 1,
    role: Annotated[
        Role, typer.Option(help="Whose rights apply; names of pairs are for program managers.")
    ] = Role.HR_LEADERSHIP,
    of: Annotated[
        list[str] | None,
        typer.Option(help="Program a manager runs, or department a head leads; repeatable."),
    ] = None,
) -> None:
    """Serve the dashboard on this machine."""
    with explained() as settings:
        from dashboard.server import check_host, check_port

        check_host(host)
        check_port(port)
        serve_dashboard(
            settings, port, viewer=viewer_of(settings, role, tuple(of or ())), workers=workers
        )


@app.command()
def report(
    quarter: Annotated[str, typer.Argument(help="Quarter, for example 2026Q3.")],
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path("out"),
) -> None:
    """Write a quarter's report (XLSX workbook and tidy CSV) from the current release."""
    with explained() as settings:
        for path in write_report(settings, quarter, to):
            console.print(f"Wrote [bold]{path}[/bold]")


@app.command()
def digest(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, send nothing.")
    ] = False,
) -> None:
    """Send this week's digests to the program managers in digests.toml, each at most once.

    Run it every Monday, for example from cron; running it again sends only what did not arrive.
    """
    with explained() as settings:
        from command_line.digesting import print_digests, send_all

        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        if dry_run:
            print_digests(settings, now)
        elif not send_all(settings, now):
            raise typer.Exit(1)


@app.command()
def check(
    attack: Annotated[
        bool,
        typer.Option(
            "--attack",
            help="Also read every number on every page and in every file as every kind of viewer, "
            "compare each with the release, and try to work out small groups from them.",
        ),
    ] = False,
) -> None:
    """Check the current release: its file, rows read and rejected, freshness, small groups."""
    with explained() as settings:
        from command_line.release_words import checks_table
        from reports.release import open_release
        from reports.release_shelf import check_whole

        release = open_release(settings.releases)
        check_whole(release)
        console.print(checks_table(release))
        console.print("Its file is exactly as it was published.")
        has_failed = bool((release.frame("check")["verdict"] == "failed").any())
        if attack:
            from command_line.attack import attack_release

            has_failed = not attack_release(settings, release) or has_failed
        if has_failed:
            raise typer.Exit(1)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
