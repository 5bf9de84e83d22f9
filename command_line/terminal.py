"""What a command says to the person at the terminal: progress, tables, and errors with an id."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from warehouse.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from etl.ledger import EntityCounts
    from etl.report import FileOutcome, LoadReport

console = Console()
errors = Console(stderr=True)
log = logging.getLogger("outcomes")
_FEW_FILES = 15  # up to so many files each is told apart


class Refused(Exception):
    """A request that cannot be fulfilled; the message says why and what to do."""


@contextmanager
def explained() -> Iterator[Settings]:
    """Run a command with its settings; turn errors into words, an exit code, and a log line."""
    try:
        settings = read_settings()
    except SettingsError as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    try:
        _open_log(settings)
        yield settings
    except typer.Exit:
        raise
    except Exception as error:
        if _is_foreseen(error):
            log.warning("refused: %s", type(error).__name__)
            errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
            raise typer.Exit(1) from error
        error_id = uuid.uuid4().hex[:8]
        log.error("error %s: %s\n%s", error_id, type(error).__name__, _where(error))
        errors.print(
            f"[red]Something went wrong that nobody foresaw (error {error_id}).[/red] "
            f"Nothing half-done was kept. Details are in {settings.log_file}; please report the "
            "error with its id.",
            highlight=False,
        )
        raise typer.Exit(70) from error


def _is_foreseen(error: Exception) -> bool:
    """Tell whether an error's message says what to do."""
    # imported when something went wrong: they bring half of the program with them
    from app_state.errors import StoreError
    from dashboard.server import ServeError
    from digests.settings import DigestSettingsError
    from etl.problems import FileProblem
    from reports.disclosure_gate import DisclosureBroken
    from reports.release import ReleaseError
    from warehouse.engine import WarehouseError

    foreseen = Refused | FileProblem | WarehouseError | ReleaseError | DisclosureBroken
    return isinstance(error, foreseen | ServeError | StoreError | DigestSettingsError)


def _where(error: Exception) -> str:
    """Return the call stack without the message, which could quote a cell of a file."""
    return "".join(traceback.format_tb(error.__traceback__))


def _open_log(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(settings.log_file, encoding="utf-8")
    except OSError as error:
        log.addHandler(logging.NullHandler())  # or its last words would stand on the screen
        raise Refused(
            f"Cannot write to {error.filename or settings.home}: {error.strerror}. "
            "Set OUTCOMES_HOME to a folder you may write to."
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # of libraries only what went wrong: what they tell besides helps nobody and may quote a cell
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(logging.INFO)


def progress_bar() -> Progress:
    """Return a bar that leaves no trace once the work is done."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True)


def now() -> dt.datetime:
    """Return the present moment, UTC without zone; the only clock of the program."""
    return dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0)


def say_loaded(report: LoadReport) -> None:
    """Say what became of every row and file."""
    if len(report.files) <= _FEW_FILES:
        for outcome in report.files:
            _say_file(outcome)
    else:
        console.print(_by_content(report))
    if report.rejected_by_rule:
        reasons = ", ".join(f"{n:,} {rule}" for rule, n in report.rejected_by_rule.items())
        console.print(f"Rows set aside, by reason: {reasons}", highlight=False)
    for outcome in report.files:
        for column, count in outcome.unresolved.items():
            words = f'{outcome.name}: "{column}" names nobody known in {count:,} rows; left blank'
            console.print(words, highlight=False, markup=False)
    for outcome in report.refused:
        say_refused(outcome)


def say_refused(outcome: FileOutcome) -> None:
    """Say why nothing of a file was loaded."""
    words = f"Not loaded: {outcome.problem}"
    errors.print(words, style="red", highlight=False, markup=False, soft_wrap=True)


def _say_file(outcome: FileOutcome) -> None:
    """Say what a file was taken for, and what became of its rows."""
    if outcome.problem is not None:
        return
    known = ", known already" if outcome.is_known else ""
    taken_for = f"{outcome.format.replace('_', ' ')}, {outcome.mapping_name}{known}"
    console.print(f"[bold]{escape(outcome.name)}[/bold]: {escape(taken_for)}", highlight=False)
    for one in outcome.counts:
        parts = (
            (one.rows_inserted, "new"),
            (one.rows_updated, "updated"),
            (one.rows_unchanged, "unchanged"),
            (one.rows_rejected, "set aside"),
        )
        words = " + ".join(f"{count:,} {word}" for count, word in parts if count) or "nothing"
        name = one.entity.replace("_", " ")
        console.print(f"  {name}: {one.rows_read:,} read = {words}", highlight=False)


def _by_content(report: LoadReport) -> Table:
    """Return a table of what became of the rows of all files, by their content."""
    table = Table(title="What became of every row", title_justify="left")
    table.add_column("Content")
    for heading in ("files", "read", "new", "updated", "unchanged", "set aside"):
        table.add_column(heading, justify="right", no_wrap=True)
    counts = [one for outcome in report.files for one in outcome.counts]
    for entity in dict.fromkeys(one.entity for one in counts):
        of_entity = [one for one in counts if one.entity == entity]
        name = entity.replace("_", " ")
        table.add_row(name, f"{len(of_entity):,}", *_numbers(of_entity))
    return table


def _numbers(counts: Sequence[EntityCounts]) -> list[str]:
    names = ("rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected")
    return [f"{sum(getattr(one, name) for one in counts):,}" for name in names]
