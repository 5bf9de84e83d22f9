"""The command line of Program Outcomes: demo, inspect, load, publish, serve, report, check.

Exit codes: 0 all well; 1 something was refused and the message says what to do; 2 the command
itself was misspelt; 70 an error nobody foresaw, with an id that is also in the log.
"""

from __future__ import annotations

import datetime as dt
import logging
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dashboard.access import Role, Viewer
from dashboard.server import ServeError, check_host, check_port
from etl.problems import FileProblem
from reports.disclosure_gate import DisclosureBroken
from reports.release import ReleaseError
from warehouse.engine import Warehouse, WarehouseError, open_warehouse
from warehouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from etl.report import LoadReport

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
console = Console()
errors = Console(stderr=True)
log = logging.getLogger("outcomes")

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
        help="Last day the data speaks about; default: the last day the records cover.",
    ),
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")]


class Refused(Exception):
    """A request that cannot be fulfilled; the message says why and what to do."""


_FORESEEN = (Refused, FileProblem, WarehouseError, ReleaseError, DisclosureBroken, ServeError)


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
    with _explained() as settings:
        if serve_pages:
            check_port(port)
        with _progress() as progress:
            building = progress.add_task("Building the sample", total=None)
            exports = _sample_exports(settings)
            progress.update(building, completed=1, total=1)
            warehouse = open_warehouse(settings)
            try:
                report = _load(warehouse, [exports], None, progress)
                if report.rows_changed or not _has_release(settings):
                    _publish(warehouse, settings, None, progress, is_sample=True)
            finally:
                warehouse.close()
        _say_loaded(report)
        for path in _write_report(settings, _last_full_quarter(settings), out):
            console.print(f"Report: [bold]{path}[/bold]")
        if serve_pages:
            _serve(settings, port, demo_mode=True)


@app.command()
def inspect(files: Paths, mapping: MappingFile = None) -> None:
    """Say what a file is and how it would be understood, without loading anything.

    Shows the format, encoding, date order, columns, and what maps where; for a file no mapping
    fits, prints a draft mapping to complete.
    """
    from etl.inspect import describe, draft_mapping, inspect_file

    with _explained():
        for path in files:
            inspection = inspect_file(path, mapping=mapping)
            console.print(describe(inspection), highlight=False, markup=False)
            if inspection.mapping_name is None:
                console.print("\nDraft mapping, to complete and save beside the file:\n")
                console.print(draft_mapping(inspection), highlight=False, markup=False)


@app.command()
def load(
    paths: Paths,
    mapping: MappingFile = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Folder for rejected rows, one CSV per file, to correct."),
    ] = None,
) -> None:
    """Load exports into the warehouse: each file whole or not at all.

    The same file again changes nothing; a corrected file updates its rows. Rows that break a
    rule are set aside with the reason, never dropped.
    """
    with _explained() as settings:
        warehouse = open_warehouse(settings)
        try:
            with _progress() as progress:
                report = _load(warehouse, paths, mapping, progress)
            _say_loaded(report)
            if rejects is not None:
                _export_rejects(warehouse, report, rejects)
        finally:
            warehouse.close()
        if report.refused:
            raise typer.Exit(1)


@app.command()
def publish(
    as_of: AsOf = None,
    sample: Annotated[bool, typer.Option("--sample", hidden=True)] = False,
) -> None:
    """Compute all metrics and models and publish them as a new, numbered release.

    Pages and reports show the new release from then on; earlier releases stay as they were.
    """
    with _explained() as settings:
        warehouse = open_warehouse(settings)
        try:
            with _progress() as progress:
                day = as_of.date() if as_of else None
                number = _publish(warehouse, settings, day, progress, is_sample=sample)
        finally:
            warehouse.close()
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
    with _explained() as settings:
        check_host(host)
        check_port(port)
        _serve(settings, port, viewer=_viewer(settings, role, tuple(of or ())), workers=workers)


@app.command()
def report(
    quarter: Annotated[str, typer.Argument(help="Quarter, for example 2026Q3.")],
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path("out"),
) -> None:
    """Write a quarter's report (XLSX workbook and tidy CSV) from the current release."""
    with _explained() as settings:
        for path in _write_report(settings, quarter, to):
            console.print(f"Wrote [bold]{path}[/bold]")


@app.command()
def check() -> None:
    """Check the current release: files reconciled, rows rejected, freshness, small groups."""
    with _explained() as settings:
        from reports.release import open_release

        release = open_release(settings.releases)
        checks = release.frame("check")
        table = Table(title=f"Release {release.info.release_id}", title_justify="left")
        for heading in ("", "Check", "What was found"):
            table.add_column(heading)
        marks = {"passed": "[green]passed[/green]", "note": "[yellow]note[/yellow]"}
        for row in checks.itertuples():
            table.add_row(marks.get(row.verdict, "[red]failed[/red]"), row.title, row.detail)
        console.print(table)
        if (checks["verdict"] == "failed").any():
            raise typer.Exit(1)


def _load(
    warehouse: Warehouse, paths: list[Path], mapping: Path | None, progress: Progress
) -> LoadReport:
    from etl.load import load_paths

    task = progress.add_task("Loading", total=None)

    def advance(done: int, total: int, name: str) -> None:
        progress.update(task, completed=done, total=total, description=f"Loading {name}")

    found = load_paths(warehouse, paths, mapping=mapping, now=_now(), progress=advance)
    progress.update(task, description="Loaded", completed=1, total=1)
    return found


def _export_rejects(warehouse: Warehouse, report: LoadReport, folder: Path) -> None:
    from etl.rejects import export_rejects

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in dict.fromkeys(one.path.name for one in report.files if one.rejected):
            path = folder / f"rejected-{Path(name).stem}.csv"
            count = export_rejects(warehouse, path, file_name=name)
            console.print(f"{count:,} rejected rows: [bold]{path}[/bold]", highlight=False)
    except OSError as error:
        raise Refused(
            f"Cannot write rejected rows to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to with --rejects."
        ) from error


def _publish(
    warehouse: Warehouse,
    settings: Settings,
    as_of: dt.date | None,
    progress: Progress,
    *,
    is_sample: bool,
) -> int:
    from reports.publish import publish as publish_release

    task = progress.add_task("Publishing: metrics, models, disclosure", total=None)
    number = publish_release(
        warehouse, settings.releases, as_of=as_of, now=_now(), is_sample=is_sample
    )
    progress.update(task, description=f"Published release {number}", completed=1, total=1)
    return number


def _write_report(settings: Settings, quarter: str, folder: Path) -> list[Path]:
    from reports.quarterly import build_quarter
    from reports.release import open_release
    from reports.writers.tidy import write_tidy
    from reports.writers.workbook import write_workbook

    content = build_quarter(open_release(settings.releases), quarter)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / f"program-outcomes-{content.quarter}"
        paths = [stem.with_suffix(".xlsx"), stem.with_suffix(".csv")]
        write_workbook(content, paths[0])
        write_tidy(content, paths[1])
    except OSError as error:
        raise Refused(
            f"Cannot write the report to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to with --to."
        ) from error
    return paths


def _last_full_quarter(settings: Settings) -> str:
    from reports.release import open_release

    periods = open_release(settings.releases).frame("dimension", kind="quarter")
    complete = periods[periods["is_complete"].astype(bool)]
    if complete.empty:
        raise Refused("The data does not cover a full quarter yet, so there is none to report.")
    return str(complete.sort_values("value")["value"].iloc[-1])


def _viewer(settings: Settings, role: Role, of: tuple[str, ...]) -> Viewer:
    """Return who looks; a manager must say of which program, a head of which department."""
    kinds = {Role.PROGRAM_MANAGER: "program", Role.DEPARTMENT_HEAD: "department"}
    if role not in kinds:
        return Viewer(role)
    from reports.release import open_release

    kind = kinds[role]
    known = open_release(settings.releases).frame("dimension", kind=kind)["value"].tolist()
    if not of or set(of) - set(known):
        raise Refused(
            f"Say which {kind} with --of, repeated for several. There are: {', '.join(known)}."
        )
    return Viewer(role, programs=of) if kind == "program" else Viewer(role, departments=of)


def _serve(
    settings: Settings,
    port: int,
    *,
    demo_mode: bool = False,
    viewer: Viewer | None = None,
    workers: int = 1,
) -> None:
    from dashboard.server import serve as serve_pages

    console.print(f"Dashboard: [bold]http://127.0.0.1:{port}[/bold] (Ctrl-C to stop)")
    serve_pages(settings.releases, port=port, demo=demo_mode, workers=workers, viewer=viewer)


def _sample_exports(settings: Settings) -> Path:
    """Build the sample once into the home folder; the same bytes as in data/sample."""
    maker = Path(__file__).parent / "data" / "sample" / "make_sample.py"
    if not maker.exists():
        raise Refused(
            "The sample comes with the source code. Clone the repository and run `make demo` "
            "there, or load your own files with `outcomes load`."
        )
    folder = settings.home / "sample"
    if not (folder / "truth.json").exists():
        import subprocess
        import sys

        command = [sys.executable, str(maker), "--out", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our script
    return folder / "exports"


def _say_loaded(report: LoadReport) -> None:
    table = Table(title="What became of every row", title_justify="left")
    table.add_column("Content")
    for heading in ("files", "read", "new", "updated", "unchanged", "set aside"):
        table.add_column(heading, justify="right", no_wrap=True)
    counts = [one for outcome in report.files for one in outcome.counts]
    for entity in dict.fromkeys(one.entity for one in counts):
        of_entity = [one for one in counts if one.entity == entity]
        numbers = (
            len(of_entity),
            sum(one.rows_read for one in of_entity),
            sum(one.rows_inserted for one in of_entity),
            sum(one.rows_updated for one in of_entity),
            sum(one.rows_unchanged for one in of_entity),
            sum(one.rows_rejected for one in of_entity),
        )
        table.add_row(entity.replace("_", " "), *(f"{number:,}" for number in numbers))
    if table.row_count:
        console.print(table)
    if report.rejected_by_rule:
        reasons = ", ".join(f"{n:,} {rule}" for rule, n in report.rejected_by_rule.items())
        console.print(f"Rows set aside, by reason: {reasons}", highlight=False)
    for outcome in report.refused:
        words = f"Not loaded: {outcome.problem}"
        errors.print(words, style="red", highlight=False, markup=False)


def _has_release(settings: Settings) -> bool:
    from reports.release import NoRelease, current_release_id

    try:
        current_release_id(settings.releases)
    except NoRelease:
        return False
    return True


def _now() -> dt.datetime:
    """Return the present moment, UTC without zone; the only clock of the program."""
    return dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True)


@contextmanager
def _explained() -> Iterator[Settings]:
    """Run a command with its settings; turn errors into words, an exit code, and a log line."""
    settings = read_settings()
    try:
        _open_log(settings)
        yield settings
    except _FORESEEN as error:
        log.warning("refused: %s", type(error).__name__)
        errors.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from error
    except typer.Exit:
        raise
    except Exception as error:
        error_id = uuid.uuid4().hex[:8]
        log.error("error %s: %s\n%s", error_id, type(error).__name__, _where(error))
        errors.print(
            f"[red]Something went wrong that nobody foresaw (error {error_id}).[/red] "
            f"Nothing half-done was kept. Details are in {settings.log_file}; please report the "
            "error with its id.",
            highlight=False,
        )
        raise typer.Exit(70) from error


def _where(error: Exception) -> str:
    """Return the call stack without the message, which could quote a cell of a file."""
    return "".join(traceback.format_tb(error.__traceback__))


def _open_log(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(settings.log_file, encoding="utf-8")
    except OSError as error:
        raise Refused(
            f"Cannot write to {settings.home}: {error.strerror}. "
            "Set OUTCOMES_HOME to a folder you may write to."
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
