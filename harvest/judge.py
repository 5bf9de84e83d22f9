"""Every number of a surface against the release: equal, allowed, and known to somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from harvest import figures
from harvest.asked import Asked, quarters_to
from harvest.explained import MayBeSaid
from harvest.figures import Figures, Known
from harvest.found import Course, Found, FoundCell, FoundChart, FoundRecord, FoundTable
from harvest.labels import SHORT_NAMES, Labels
from harvest.metric_tables import MetricTable, sum_of_states
from harvest.numbers import Printed, drawn, only_number, stored
from harvest.other_tables import OtherTable, other_table
from harvest.pair_board import pair_known
from harvest.rights import name_of
from harvest.vocabulary import Vocabulary

_DIGIT = re.compile(r"\d")
UNKNOWN = "nobody knows what this number is"
UNEXPLAINED = "is no figure this viewer may see here"
DIFFERS = "differs from the release"
UNREAD = "cannot be read"
_SPARK_HIGH, _SPARK_LOW = 3.0, 23.0  # heights of the largest and smallest value of a small line
_SPARK_MARGIN = 0.06
_LABEL_SHIFT = 4.0  # points of a hundred that a label may stand beside its curve


@dataclass(frozen=True)
class Finding:
    """Something a reader can reach that the release does not say, or not to them.

    Attributes
    ----------
    surface, viewer, place : str
    number : str
        As printed there.
    figure : str
        What it claims to be; empty for numbers in text.
    problem : str
    """

    surface: str
    viewer: str
    place: str
    number: str
    figure: str
    problem: str


@dataclass(frozen=True)
class Located:
    """A number that is known to be one part of one metric's figure."""

    known: Known
    form: str
    printed: Printed


@dataclass
class Tally:
    """What was judged so far.

    Attributes
    ----------
    surfaces : int
    compared : int
        Numbers that claim to be one figure, and were compared with it.
    explained : int
        Numbers in text that some figure explains.
    findings : list of Finding
    survey : dict
        Printed figures about answers, each once, for the attacker.
    """

    surfaces: int = 0
    compared: int = 0
    explained: int = 0
    findings: list[Finding] = field(default_factory=list)
    survey: dict[tuple[Any, ...], Located] = field(default_factory=dict)

    @property
    def numbers(self) -> int:
        """Every number read."""
        return self.compared + self.explained + len(self.findings)


class Judge:
    """Judges what one viewer is shown."""

    def __init__(
        self, known: Figures, labels: Labels, vocabulary: Vocabulary, tally: Tally
    ) -> None:
        self._known, self._labels, self._vocabulary = known, labels, vocabulary
        self._tally = tally
        self._may_be_said = MayBeSaid(known)
        self._confidential = {
            metric_id
            for metric_id, metric in known.rows.metrics.items()
            if metric.sensitivity == "confidential"
        }

    def judge(self, asked: Asked, found: Found) -> None:
        """Judge everything a surface holds."""
        self._tally.surfaces += 1
        self._tally.compared += found.copies
        numbers_by_card: dict[str, dict[str, list[Known]]] = {}
        for table in found.tables:
            rows = self._table(asked, table)
            card = numbers_by_card.setdefault(table.name, {})
            for head, knowns in rows.items():
                card.setdefault(head, []).extend(knowns)
        for one in found.loose:
            self._find(asked, one.place, one.number, "", one.problem)
        for text in found.texts:
            self._text(asked, text.place, text.text)
        for chart in found.charts:
            self._chart(asked, chart, numbers_by_card.get(chart.name, {}))
        for record in found.records:
            self._record(asked, record)
        for course in found.courses:
            self._course(asked, course)

    def _table(self, asked: Asked, table: FoundTable) -> dict[str, list[Known]]:
        """Judge a table; return the figures of each row by its head, for the chart beside it."""
        reader = self._reader(asked, table)
        rows: dict[str, list[Known]] = {}
        for i, row in enumerate(table.rows):
            head = row[0].text.strip() if row and row[0].number is None else ""
            if row and row[0].number is not None:
                head = f"{row[0].number:g}"
            for j, cell in enumerate(row):
                figure = reader.figure(i, j) if reader and j < len(table.heads) else None
                column = table.heads[j] if j < len(table.heads) else f"column {j + 1}"
                place = f"{table.name}, row {head or i + 1}, column {column}"
                if figure is None:
                    self._plain_cell(asked, place, cell)
                    continue
                rows.setdefault(head, []).append(figure[0])
                self._cell(asked, place, cell, *figure)
        return rows

    def _reader(self, asked: Asked, table: FoundTable) -> MetricTable | OtherTable | None:
        other = other_table(table, self._labels, asked, self._known)
        if other is not None:
            return other
        if MetricTable.fits(table):
            return MetricTable(table, self._labels, asked, self._known)
        return None

    def _cell(self, asked: Asked, place: str, cell: FoundCell, known: Known, form: str) -> None:
        if known.is_verbatim:
            self._tally.compared += 1
            return
        alone = stored(cell.number) if cell.number is not None else only_number(cell.text)
        strict = [alone] if alone is not None else []
        inside = () if strict else self._vocabulary.figures_of(cell.text)
        around = [n for text in cell.more for n in self._vocabulary.figures_of(text)]
        if cell.is_drawn and known.withheld:
            self._find(asked, place, "a mark", known.name, known.withheld)
        if known.is_name and known.withheld:
            self._find(asked, place, "a name", known.name, known.withheld)
        for printed in strict:
            self._compare(asked, place, printed, known, form)
        for printed in (*inside, *around):
            self._compare(asked, place, printed, known, "")

    def _compare(self, asked: Asked, place: str, printed: Printed, known: Known, form: str) -> None:
        wanted = [known.numbers[form]] if form in known.numbers else []
        if not form:
            wanted = list(known.numbers.values())
        if known.withheld and not wanted:
            self._find(asked, place, printed.text, known.name, known.withheld)
            return
        if not any(printed.agrees(value, unit) for value, unit in wanted):
            self._find(asked, place, printed.text, known.name, DIFFERS)
            return
        self._tally.compared += 1
        if known.metric_id in self._confidential:
            key = (known.metric_id, known.place, form, printed.text)
            self._tally.survey.setdefault(key, Located(known, form, printed))

    def _plain_cell(self, asked: Asked, place: str, cell: FoundCell) -> None:
        """Judge a cell that is no figure: words, or the name of a row."""
        if cell.number is None and not any(map(_DIGIT.search, (cell.text, *cell.more))):
            return
        is_number = only_number(cell.text) is not None and not self._labels.names(cell.text)
        if cell.number is not None or is_number:
            self._find(asked, place, cell.text or f"{cell.number:g}", "", UNKNOWN)
        else:
            self._text(asked, place, cell.text)
        for text in cell.more:
            self._text(asked, place, text)

    def _text(self, asked: Asked, place: str, text: str) -> None:
        numbers = self._vocabulary.figures_of(text)
        if not numbers:
            return
        for printed in numbers:
            if self._may_be_said.has(printed, asked):
                self._tally.explained += 1
            else:
                self._find(asked, f"{place}: “{text[:80]}”", printed.text, "", UNEXPLAINED)

    def _chart(self, asked: Asked, chart: FoundChart, rows: dict[str, list[Known]]) -> None:
        """Judge a chart's points by the table that says the same in words."""
        for place, key, numbers in chart.points:
            known = rows.get(key, [])
            for number in numbers:
                spot = f"{chart.name}, {place}, at {key}"
                self._one_of(asked, spot, drawn(number), known, margin=0.0)
        for place, key, number in chart.moved:
            self._one_of(asked, f"{chart.name}, {place}", drawn(number), rows.get(key, []),
                         margin=_LABEL_SHIFT)  # fmt: skip

    def _one_of(
        self, asked: Asked, place: str, printed: Printed, known: Iterable[Known], *, margin: float
    ) -> None:
        numbers = [number for one in known for number in one.numbers.values()]
        near = any(printed.agrees(*number) for number in numbers)
        if margin and not near:
            near = any(abs(_shown(*number) - printed.value) <= margin for number in numbers)
        if near:
            self._tally.compared += 1
        else:
            self._find(asked, place, printed.text, "", DIFFERS)

    def _record(self, asked: Asked, record: FoundRecord) -> None:
        """Judge a row of a grid by the pair it names."""
        pair_id = str(record.values.get("pair_id", ""))
        known = pair_known(self._known, pair_id)
        if known.withheld:
            self._find(asked, record.place, pair_id, known.name, known.withheld)
            return
        for column, value in record.values.items():
            spot = f"{record.place}, column {column}"
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._compare(asked, spot, drawn(float(value)), known, "")
            elif isinstance(value, str) and column not in ("href", "pair_id"):
                for printed in self._vocabulary.figures_of(value.removesuffix("*")):
                    self._compare(asked, spot, printed, known, "")

    def _course(self, asked: Asked, course: Course) -> None:
        """Judge the heights of a small line: they must be those of the figures that are shown."""
        values = list(self._past(asked, course.label))
        shown = [value for value in values if value is not None]
        low, spread = min(shown, default=0.0), (max(shown, default=0.0) - min(shown, default=0.0))
        scale = _SPARK_LOW - _SPARK_HIGH
        wanted = [
            None if value is None else _SPARK_LOW - (value - low) / (spread or 1.0) * scale
            for value in values
        ]
        for number, (height, expected) in enumerate(zip(course.heights, wanted, strict=False), 1):
            if height is None or expected is None:
                is_same = height is expected
            else:
                is_same = abs(height - expected) <= _SPARK_MARGIN
            if is_same:
                self._tally.compared += height is not None
            else:
                spot = f"{course.place}, small line, point {number}"
                self._find(asked, spot, "a point", course.label, DIFFERS)

    def _past(self, asked: Asked, label: str) -> Iterator[float | None]:
        metric_id = SHORT_NAMES.get(label) or self._labels.find(label, "metric") or ""
        for quarter in quarters_to(self._known.rows, asked.place.period):
            place = replace(asked.place, period=quarter)
            if metric_id == "stalled_or_dormant":
                known = sum_of_states(self._known, place, "")
            else:
                known = self._known.published(metric_id, place)
            yield known.numbers.get(figures.VALUE, (None, ""))[0]

    def _find(self, asked: Asked, place: str, number: str, figure: str, problem: str) -> None:
        viewer = name_of(self._known.viewer)
        finding = Finding(asked.surface, viewer, place, number, figure, problem)
        self._tally.findings.append(finding)


def _shown(value: float, unit: str) -> float:
    return value * 100 if unit == "fraction" else value
