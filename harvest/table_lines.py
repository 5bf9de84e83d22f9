"""A table with what is needed to read it: its labels, what was asked, and what may be known."""

from __future__ import annotations

from collections.abc import Callable

from harvest.asked import Asked
from harvest.figures import Figures, Known, Number
from harvest.found import FoundTable
from harvest.labels import Labels


class TableLines:
    """One table, line by line.

    Attributes
    ----------
    table : FoundTable
    labels : Labels
    asked : Asked
    known : Figures
    """

    def __init__(self, table: FoundTable, labels: Labels, asked: Asked, known: Figures) -> None:
        self.table, self.labels, self.asked, self.known = table, labels, asked, known
        self._read_line: tuple[int, dict[str, str]] = (-1, {})

    def head(self, row: int, column: int = 0) -> str:
        """Return a cell of the row as words."""
        cell = self.table.rows[row][column]
        return cell.text.strip() if cell.number is None else f"{cell.number:g}"

    def by_head(self, row: int, *heads: str) -> str:
        """Return the cell under the first of these heads that there is."""
        for head in heads:
            if head in self.table.heads:
                return self.head(row, self.table.heads.index(head))
        return ""

    def line(self, row: int) -> dict[str, str]:
        """Return a line of a tidy file by its heads; four columns in a row ask for the same."""
        if self._read_line[0] != row:
            texts = (cell.text for cell in self.table.rows[row])
            self._read_line = (row, dict(zip(self.table.heads, texts, strict=True)))
        return self._read_line[1]


Reader = Callable[[TableLines, int, int], "tuple[Known, str] | None"]


def bag_of(name: str, numbers: list[Number]) -> Known:
    """Return a row whose numbers may stand in any of its cells."""
    return Known(name, {str(i): number for i, number in enumerate(numbers)})
