"""Goes through every surface of a release as every kind of viewer, and judges what is there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from dashboard.access import Role, Viewer
from dashboard.content.worklist import LARGEST_BLOCK
from dashboard.rows import ROWS
from harvest.asked import Asked, newest_quarter, read_asked
from harvest.asking import App, app_for
from harvest.figures import Figures, Place, ReleaseRows
from harvest.files import read_file
from harvest.found import UnknownContent
from harvest.judge import UNREAD, Finding, Judge, Tally
from harvest.labels import Labels
from harvest.machine import read_digest, read_rows, read_worklist
from harvest.page_reader import PageReader
from harvest.questions import Question, a_few, questions
from harvest.rights import every_viewer, name_of
from harvest.vocabulary import Vocabulary
from reports.digest import build_digest
from reports.quarterly import build_quarter
from reports.release import Release
from reports.report_files import write_files

Progress = Callable[[str, float], None]
_GIVEN, _FORBIDDEN, _REFUSED = 200, 403, 404
WORKLIST = "/api/v1/worklist"
_LAYOUT = "/_dash-layout"


@dataclass(frozen=True)
class Extent:
    """How much is asked.

    Attributes
    ----------
    few : int or None
        Questions for each viewer beside every page as it opens, chosen by ``seed``; None for all.
    seed : int
    """

    few: int | None = None
    seed: int = 0


class Collector:
    """Goes through the surfaces of one release and keeps the tally."""

    def __init__(self, releases_folder: Path, release: Release, extent: Extent) -> None:
        self._folder, self._extent = releases_folder, extent
        self.rows = ReleaseRows(release)
        self._labels, self._vocabulary = Labels(self.rows), Vocabulary(self.rows)
        self.tally, self.requests = Tally(), 0
        self._judging: tuple[Viewer, Judge] | None = None
        self.viewers = every_viewer(release)

    def collect(self, progress: Progress = lambda _, __: None) -> Tally:
        """Ask and judge everything.

        Parameters
        ----------
        progress : function of (words, share done)

        Raises
        ------
        UnknownContent
            The dashboard answers addresses or callbacks that nobody here asks.
        """
        with tempfile.TemporaryDirectory() as scratch:
            for number, viewer in enumerate(self.viewers):
                self.pages(viewer, _part_of(progress, name_of(viewer), number, len(self.viewers)))
                self.digest(viewer)
                self.reports(viewer, Path(scratch) / str(number))
        progress("All surfaces", 1.0)
        return self.tally

    def start_over(self) -> None:
        """Forget what was judged; what was read of the release stays."""
        self.tally, self.requests, self._judging = Tally(), 0, None

    def pages(self, viewer: Viewer, progress: Callable[[float], None] = lambda _: None) -> None:
        """Ask and judge every page and download for one viewer."""
        links: set[str] = set()
        asked = self._questions(viewer)
        with app_for(self._folder, viewer) as app:
            self._shell(app, viewer)
            self.machine(app, viewer)
            for number, question in enumerate(asked):
                progress(number / len(asked))
                links |= self.ask(app, viewer, question)
            for address in sorted(links | self._sheets()):
                with self._all_read(viewer, address):
                    self._download(app, viewer, address)

    def machine(self, app: App, viewer: Viewer) -> None:
        """Ask and judge the worklist for machines, whole."""
        self.requests += 1
        with self._all_read(viewer, WORKLIST):
            answer = app.get(f"{WORKLIST}?state=all&limit=1000")
            if answer.status == _FORBIDDEN:
                return
            if answer.status != _GIVEN:
                raise UnknownContent(f"{WORKLIST}: answered with status {answer.status}")
            found = read_worklist(json.loads(answer.body))
            self._judge(viewer).judge(read_asked(self.rows, viewer, WORKLIST, {}), found)

    def digest(self, viewer: Viewer) -> None:
        """Write and judge the weekly digest of a program's manager, with names and without."""
        for program in viewer.programs:
            for with_names in (False, True):
                self.requests += 1
                digest = build_digest(
                    self.rows.release, programs=[program], address="", week="2000-W01",
                    with_names=with_names,
                )  # fmt: skip
                asked = read_asked(self.rows, viewer, "digest", {"program": program})
                self._judge(viewer).judge(asked, read_digest(digest))

    def reports(self, viewer: Viewer, folder: Path) -> None:
        """Write and judge the reports viewers are given: HR leadership and department heads."""
        if viewer.role not in (Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD):
            return
        newest = newest_quarter(self.rows)
        is_whole = self._extent.few is None and viewer.role is Role.HR_LEADERSHIP
        for quarter in self.rows.values("quarter") if is_whole else [newest]:
            content = build_quarter(self.rows.release, quarter, viewer=viewer)
            for path in write_files(content, folder):
                self.file(viewer, path, quarter)

    def file(self, viewer: Viewer, path: Path, quarter: str) -> None:
        """Judge one file of a quarter's report."""
        self.requests += 1
        with self._all_read(viewer, path.name):
            found = read_file(path.name, path.read_bytes())
            self._judge(viewer).judge(Asked(path.name, Place(period=quarter)), found)

    def ask(self, app: App, viewer: Viewer, question: Question) -> set[str]:
        """Judge one page or download; return the downloads a page without choices leads to."""
        links: list[str] = []
        with self._all_read(viewer, question.address):
            if question.is_download:
                self._download(app, viewer, question.address)
            else:
                links = self._page(app, viewer, question)
        return {link for link in links if not question.query and link.startswith("/export/")}

    def _page(self, app: App, viewer: Viewer, question: Question) -> list[str]:
        self.requests += 1
        reader = PageReader()
        found = reader.read(app.page(question.path, question.search))
        asked = read_asked(self.rows, viewer, question.address, question.query)
        self._judge(viewer).judge(asked, found)
        for address in reader.links:
            if address.startswith(f"{ROWS}?"):
                self._rows(app, viewer, asked, address)
        return reader.links

    def _rows(self, app: App, viewer: Viewer, asked: Asked, address: str) -> None:
        """Judge the rows that the grid of a page asks for, all of them."""
        self.requests += 1
        answer = app.get(f"{address}&end={LARGEST_BLOCK}")
        if answer.status != _GIVEN:
            raise UnknownContent(f"{address}: answered with status {answer.status}")
        self._judge(viewer).judge(asked, read_rows(json.loads(answer.body)))

    def _judge(self, viewer: Viewer) -> Judge:
        """Return the judge of what a viewer is shown; one at a time, they remember much."""
        if self._judging is None or self._judging[0] != viewer:
            known = Figures(self.rows, viewer)
            judge = Judge(known, self._labels, self._vocabulary, self.tally)
            self._judging = (viewer, judge)
        return self._judging[1]

    @contextmanager
    def _all_read(self, viewer: Viewer, surface: str) -> Iterator[None]:
        """Count what nobody can read as a finding: it could hold anything."""
        try:
            yield
        except UnknownContent as error:
            finding = Finding(surface, name_of(viewer), str(error), "", "", UNREAD)
            self.tally.findings.append(finding)

    def _questions(self, viewer: Viewer) -> Sequence[Question]:
        """Return the questions: in pairs for the first viewer of a role, single for the others."""
        if self._extent.few is not None:
            every = questions(self.rows, in_pairs=False)
            return a_few(every, self._extent.few, seed=self._extent.seed)
        is_first = next(one for one in self.viewers if one.role is viewer.role) == viewer
        return questions(self.rows, in_pairs=is_first)

    def _download(self, app: App, viewer: Viewer, address: str) -> None:
        self.requests += 1
        answer = app.get(address)
        if answer.status == _REFUSED:
            return
        if answer.status != _GIVEN:
            raise UnknownContent(f"{address}: answered with status {answer.status}")
        path, _, search = address.partition("?")
        asked = read_asked(self.rows, viewer, address, dict(parse_qsl(search)))
        self._judge(viewer).judge(asked, read_file(path, answer.body))

    def _shell(self, app: App, viewer: Viewer) -> None:
        """Judge what stays while pages come and go."""
        self.requests += 1
        layout = PageReader().read(json.loads(app.get(_LAYOUT).body))
        self._judge(viewer).judge(read_asked(self.rows, viewer, _LAYOUT, {}), layout)

    def _sheets(self) -> set[str]:
        """Return the addresses of sheets to correct, for every file with rejected rows."""
        names = sorted(self.rows.frame("rejected")["file_name"].unique())
        return {f"/export/to-correct.csv?{urlencode({'file': name})}" for name in names}


def _part_of(progress: Progress, words: str, number: int, count: int) -> Callable[[float], None]:
    """Return how one viewer's progress is told as part of the whole."""
    return lambda part: progress(words, (number + part) / count)
