"""What the commands are made of: load, publish, report, serve, each with its progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress

from command_line.terminal import (
    Refused,
    console,
    errors,
    now,
    progress_bar,
    say_loaded,
    say_refused,
)
from dashboard.access import Role, Viewer
from reports.apart import Apart, place_beside
from warehouse.settings import Settings

if TYPE_CHECKING:
    from etl.inbox import Inbox
    from etl.load import LoadOptions
    from etl.report import LoadReport
    from warehouse.engine import Warehouse

_LARGE = 8 << 20  # bytes of a warehouse whose analyses are worth a process of their own


@contextmanager
def opened(settings: Settings) -> Iterator[Warehouse]:
    """Open the warehouse and close it at the end."""
    from warehouse.engine import open_warehouse

    warehouse = open_warehouse(settings)
    try:
        yield warehouse
    finally:
        warehouse.close()


@contextmanager
def analyses_ahead(settings: Settings) -> Iterator[Apart | None]:
    """Let the process of the analyses get ready while this one does; None where that may be vain.

    Of a warehouse on a server nothing is known before it is asked.
    """
    path = settings.warehouse_file
    if path is None or not path.is_file() or path.stat().st_size < _LARGE:
        yield None
        return
    with place_beside() as place:
        yield place


def inspect_files(paths: list[Path], mapping: Path | None, drafts: Path | None) -> bool:
    """Describe files, those in archives and folders too; returns whether all could be read."""
    from etl.inspect import describe, draft_mapping, inspect_file
    from etl.planning import exports_in, may_be_export
    from etl.reading.archives import Archives
    from etl.report import FileOutcome

    is_all = True
    with Archives(may_be_export) as archives:
        for found in exports_in(paths, archives):
            if isinstance(found, FileOutcome):
                say_refused(found)
                is_all = False
                continue
            inspection = inspect_file(found.path, mapping=mapping)
            console.print(describe(inspection), highlight=False, markup=False)
            if inspection.mapping_name is None:
                _offer_draft(draft_mapping(inspection), found.path.stem, drafts)
    return is_all


def _offer_draft(text: str, stem: str, folder: Path | None) -> None:
    if folder is None:
        console.print("\nDraft mapping, to complete and save beside the file:\n")
        console.print(text, highlight=False, markup=False, soft_wrap=True)
        return
    path = folder / f"{stem}.mapping.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(
            f"Cannot write the draft to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to with --draft."
        ) from error
    console.print(f"Draft mapping: [bold]{path}[/bold]", highlight=False)


def load_files(
    warehouse: Warehouse,
    paths: list[Path],
    progress: Progress,
    options: LoadOptions,
    mapping: Path | None = None,
) -> LoadReport:
    """Load files and folders and return what became of them."""
    from etl.load import load_paths

    task = progress.add_task("Loading", total=None)

    def advance(done: int, total: int, name: str) -> None:
        progress.update(task, completed=done, total=total, description=f"Loading {name}")

    found = load_paths(
        warehouse, paths, mapping=mapping, now=now(), progress=advance, options=options
    )
    progress.update(task, description="Loaded", completed=1, total=1)
    return found


def load_options(
    settings: Settings, *, dry_run: bool = False, allow_shrink: bool = False
) -> LoadOptions:
    """Return what a load is told by settings and options."""
    from etl.load import LoadOptions

    largest = 1.0 if allow_shrink else settings.largest_shrink
    return LoadOptions((settings.home / "corrections",), largest, dry_run)


def create_inbox(inbox: Inbox) -> None:
    """Create the inbox; refuse a place that cannot be written."""
    try:
        inbox.create()
    except OSError as error:
        raise Refused(
            f"Cannot use {inbox.folder} as an inbox: {error.strerror or error}. "
            "Name a folder you may write to."
        ) from error


def take_in(settings: Settings, inbox: Inbox, *, at_once: bool) -> None:
    """Load what is ready in the inbox and publish it; wait where another process is writing."""
    ready = inbox.ready(at_once=at_once)
    if not ready:
        return
    from reports.beside import place_for
    from reports.release import ReleaseError
    from warehouse.engine import WarehouseBusy

    try:
        with opened(settings) as warehouse, place_for(warehouse) as place, progress_bar() as shown:
            report = load_files(warehouse, ready, shown, load_options(settings))
            inbox.clear(ready, report, now())
            say_loaded(report)
            if report.rows_changed:
                number = publish_release(
                    warehouse, settings, None, shown, is_sample=False, place=place
                )
                console.print(f"Published release [bold]{number}[/bold].")
    except WarehouseBusy as error:
        errors.print(f"{error} The files stay in the inbox.", style="yellow", highlight=False)
    except ReleaseError as error:
        errors.print(f"Loaded, but not published: {error}", style="yellow", highlight=False)


def take_in_sample(
    warehouse: Warehouse, settings: Settings, exports: Path, progress: Progress
) -> LoadReport:
    """Load the sample and publish it, unless that was done before."""
    is_first = not has_release(settings)
    ahead = place_beside() if is_first else nullcontext()  # gets ready meanwhile
    with ahead as begun:
        report = load_files(warehouse, [exports], progress, load_options(settings))
        if report.rows_changed or is_first:
            publish_release(warehouse, settings, None, progress, is_sample=True, place=begun)
    return report


def write_rejects(warehouse: Warehouse, report: LoadReport, folder: Path) -> None:
    """Write one sheet of rejected rows per file, to correct and load again."""
    from etl.rows.rejects import export_rejects

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in dict.fromkeys(one.name for one in report.files if one.rejected):
            path = folder / f"rejected-{Path(name.replace('/', '-')).stem}.csv"
            count = export_rejects(warehouse, path, file_name=name)
            console.print(f"{count:,} rejected rows: [bold]{path}[/bold]", highlight=False)
    except OSError as error:
        raise Refused(
            f"Cannot write rejected rows to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to with --rejects."
        ) from error


def write_identities(warehouse: Warehouse, path: Path) -> int:
    """Write the list of unknown ids for a person to confirm; returns how many there are."""
    from etl.people.review import write_review

    try:
        return write_review(warehouse, path)
    except OSError as error:
        raise Refused(
            f"Cannot write {path}: {error.strerror or error}. Choose a place with --to."
        ) from error


def publish_release(
    warehouse: Warehouse,
    settings: Settings,
    as_of: dt.date | None,
    progress: Progress,
    *,
    is_sample: bool,
    place: Apart | None = None,
) -> int:
    """Publish a release and return its number."""
    from reports.publish import publish

    task = progress.add_task("Publishing: metrics, models, disclosure", total=None)
    number = publish(
        warehouse, settings.releases, as_of=as_of, now=now(), is_sample=is_sample, place=place
    )
    progress.update(task, description=f"Published release {number}", completed=1, total=1)
    return number


def write_report(settings: Settings, quarter: str, folder: Path) -> list[Path]:
    """Write the report of a quarter; returns the files."""
    from reports.quarterly import build_quarter
    from reports.release import open_release
    from reports.report_files import write_files

    content = build_quarter(open_release(settings.releases), quarter)
    try:
        return write_files(content, folder)
    except OSError as error:
        raise Refused(
            f"Cannot write the report to {folder}: {error.strerror or error}. "
            "Choose a folder you may write to with --to."
        ) from error


def last_full_quarter(settings: Settings) -> str:
    """Return the last quarter the data covers whole."""
    from reports.release import open_release

    periods = open_release(settings.releases).frame("dimension", kind="quarter")
    complete = periods[periods["is_complete"].astype(bool)]
    if complete.empty:
        raise Refused("The data does not cover a full quarter yet, so there is none to report.")
    return str(complete.sort_values("value")["value"].iloc[-1])


def viewer_of(settings: Settings, role: Role, of: tuple[str, ...]) -> Viewer:
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


def serve_dashboard(
    settings: Settings,
    port: int,
    *,
    demo_mode: bool = False,
    viewer: Viewer | None = None,
    workers: int = 1,
) -> None:
    """Serve the dashboard until it is stopped."""
    from dashboard.server import serve

    console.print(f"Dashboard: [bold]http://127.0.0.1:{port}[/bold] (Ctrl-C to stop)")
    serve(settings.releases, port=port, demo=demo_mode, workers=workers, viewer=viewer)


def sample_exports(settings: Settings) -> Path:
    """Build the sample once into the home folder; the same bytes as in data/sample."""
    maker = Path(__file__).parent.parent / "data" / "sample" / "make_sample.py"
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


def has_release(settings: Settings) -> bool:
    """Tell whether anything was published."""
    from reports.release import NoRelease, current_release_id

    try:
        current_release_id(settings.releases)
    except NoRelease:
        return False
    return True
