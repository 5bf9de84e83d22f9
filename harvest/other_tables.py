"""Which reader a table has that is not made of metrics: by its heads, one line each."""

from __future__ import annotations

from harvest import effect_tables, pair_page, people, record_tables
from harvest.asked import Asked
from harvest.figures import Figures, Known
from harvest.found import FoundTable
from harvest.labels import Labels
from harvest.pair_board import warning
from harvest.table_lines import Reader, TableLines

BOARD = ("State", "Pairs", "Meaning")
_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"metric", "value", "status"}), record_tables.tidy),
    (frozenset({"Horizon, months"}), effect_tables.estimate),
    (frozenset({"Within", "Estimate"}), effect_tables.estimate),
    (frozenset({"Pooled effect"}), effect_tables.group),
    (frozenset({"Group", "Interval", "Effect"}), effect_tables.group),
    (frozenset({"Waves since joining", "Effect on the score"}), effect_tables.event),
    (frozenset({"Variant", "Lower", "Upper"}), effect_tables.estimate),
    (frozenset({"When", "Interval", "Effect"}), effect_tables.estimate),
    (frozenset({"By method", "Interval", "Effect"}), effect_tables.estimate),
    (frozenset({"Months since joining"}), effect_tables.curve),
    (frozenset({"Before weighting", "After weighting"}), effect_tables.balance),
    (frozenset({"Verdict", "Limit", "Who"}), effect_tables.diagnostic),
    (frozenset({"Mentors from"}), record_tables.flow),
    (frozenset({"Department of the mentor"}), record_tables.flow),
    (frozenset({"Pair", "Days since last"}), record_tables.pair),
    (frozenset({"Way to warn", "Days ahead"}), warning),
    (frozenset({"Person", "Waiting, days"}), people.person("waiting_person")),
    (frozenset({"Senior", "Sessions due"}), people.person("cancelling_senior")),
    (frozenset({"Person", "Could meet"}), people.person("rematch")),
    (frozenset({"Pair", "Together, days"}), people.ended),
    (frozenset({"Reason", "Pairs ended"}), people.ended_count),
    (frozenset({"Pair", "To talk about"}), people.talked),
    (frozenset({"Invited", "Not answered"}), people.not_answered),
    (frozenset({"Session held", "Counted", "Days"}), pair_page.sessions),
    (frozenset({"Topic", "Sessions"}), pair_page.topics),
    (frozenset({"Set aside"}), record_tables.loads),
    (frozenset({"Rule", "Rows", "For example"}), record_tables.rules),
    (frozenset({"Holds", "Whole row"}), record_tables.rejected),
    (frozenset({"rejected_row"}), record_tables.rejected),
    (frozenset({"Survey figures", "Count"}), record_tables.audit),
    (frozenset({"Definition", "Formula"}), record_tables.definition),
)


class OtherTable:
    """One table that is not made of metrics."""

    def __init__(self, lines: TableLines, reader: Reader) -> None:
        self._lines, self._read = lines, reader

    def figure(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return the figure of a cell and which part of it; None where it is none."""
        return self._read(self._lines, row, column)


def other_table(
    table: FoundTable, labels: Labels, asked: Asked, known: Figures
) -> OtherTable | None:
    """Return the reader of a table; None where its heads belong to none of these."""
    reader = _reader(table, labels, known)
    return OtherTable(TableLines(table, labels, asked, known), reader) if reader else None


def _reader(table: FoundTable, labels: Labels, known: Figures) -> Reader | None:
    departments = [labels.find(head, "department") for head in table.heads[1:]]
    if len(departments) > 1 and all(departments):
        return record_tables.flow  # a matrix of departments by departments
    if table.heads == BOARD and known.viewer.programs:
        return record_tables.board_count  # counted from the board by those who see it
    return next((reader for heads, reader in _READERS if heads <= set(table.heads)), None)
