"""Who teaches whom: pairs by the departments of mentor and senior."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.cell import Cell
from dashboard.components.figure import Column, Figure, Table, cell_value, text_value
from dashboard.components.heat import HeatRow, withheld_note
from dashboard.content.departments import shown_departments
from dashboard.data import View
from reports import wording

_NO_PAIRS = Cell(value=0.0, n=0, status="shown", reason="")
_NOT_FILTERED = "Cohort and quarter do not apply here."


def is_mostly_hidden(view: View) -> bool:
    """Return whether a matrix would be mostly dashes, so that a list says more."""
    found = _counts(view)
    shown = [row for row in found if row.status == "shown"]
    return len(shown) < len(found) / 2


def matrix(view: View) -> tuple[list[str], list[HeatRow]]:
    """Return the columns and rows of who teaches whom.

    All departments against all; where the viewer or the filter is limited to some, two rows for
    each of them instead: whom it teaches, and from whom it learns.
    """
    cells = {(row.mentor_department, row.mentee_department): _cell(row) for row in _counts(view)}
    every = [row.value for row in view.snapshot.dimensions.get("department", ())]
    names = [view.label("department", name) for name in every]
    own = shown_departments(view)
    rows = []
    for one in own if cells else ():
        taught = [cells.get((one, other), _NO_PAIRS) for other in every]
        if len(own) == len(every):
            rows.append(HeatRow(view.label("department", one), taught))
            continue
        rows.append(HeatRow(f"{view.label('department', one)} teaches", taught))
        learned = [cells.get((other, one), _NO_PAIRS) for other in every]
        rows.append(HeatRow(f"{view.label('department', one)} learns from", learned))
    return names, rows


def shown_counts(view: View) -> list[tuple[str, str, int]]:
    """Return mentor's department, senior's department and pairs, most first, where shown."""
    found = [
        (
            view.label("department", row.mentor_department),
            view.label("department", row.mentee_department),
            int(row.pairs),
        )
        for row in _counts(view)
        if row.status == "shown"
    ]
    return sorted(found, key=lambda count: (-count[2], *count[:2]))


def figure(view: View) -> Figure:
    """Return the matrix, or the list of what can be shown of it where most of it is hidden."""
    return _list_figure(view) if is_mostly_hidden(view) else _matrix_figure(view)


def figures(view: View) -> list[Figure]:
    """Return the figures about who teaches whom."""
    return [figure(view)]


def _list_figure(view: View) -> Figure:
    columns = (
        Column("Department of the mentor"),
        Column("Department of the senior"),
        Column("Pairs", is_number=True),
    )
    shown = shown_counts(view)
    lines = tuple(
        (
            text_value(mentor),
            text_value(senior),
            cell_value(Cell(value=float(pairs), n=pairs, status="shown", reason=""), "count"),
        )
        for mentor, senior, pairs in shown
    )
    title = "Who teaches whom: too few pairs between most departments to show them"
    if shown:
        mentor, senior, _ = shown[0]
        title = f"Most pairs that can be shown: {mentor} teaches {senior}"
    return Figure(
        figure_id="who-teaches-whom",
        title=title,
        subtitle="Pairs by department of the mentor and of the senior, all quarters",
        table=Table(columns, lines),
        notes=(_hidden_words(view), _NOT_FILTERED),
    )


def _hidden_words(view: View) -> str:
    """Return how many counts are hidden, and why."""
    found = _counts(view)
    n_hidden = sum(row.status != "shown" for row in found)
    return (
        f"{wording.format_number(n_hidden)} of {wording.format_count(len(found), 'pairing')} of "
        f"departments {'is' if n_hidden == 1 else 'are'} hidden: fewer than "
        f"{view.info.minimum_group} pairs, or a smaller one could be worked out from them."
    )


def _matrix_figure(view: View) -> Figure:
    names, rows = matrix(view)
    columns = (Column("Department"), *(Column(name, is_number=True) for name in names))
    lines = tuple(
        (text_value(row.label), *(cell_value(cell, "count") for cell in row.cells)) for row in rows
    )
    every = [cell for row in rows for cell in row.cells]
    return Figure(
        figure_id="who-teaches-whom",
        title=_matrix_title(names, rows),
        subtitle="Pairs by department of the mentor (rows) and the senior (columns), all quarters",
        table=Table(columns, lines),
        notes=tuple(note for note in (withheld_note(every), _NOT_FILTERED) if note),
    )


def _matrix_title(names: list[str], rows: list[HeatRow]) -> str:
    shown = [
        (row.label, name, cell.value or 0.0)
        for row in rows
        for name, cell in zip(names, row.cells, strict=True)
        if cell.is_shown
    ]
    total = sum(value for _, _, value in shown)
    if len(rows) != len(names) or not total:
        return "Who teaches whom"
    across = sum(value for row, name, value in shown if row != name)
    share = wording.format_value(across / total, "fraction", decimals=0)
    return f"{share} of the pairs shown cross a department border"


def _counts(view: View) -> list[SimpleNamespace]:
    """Return the counts of the chosen program that touch a department this viewer compares."""
    own = set(shown_departments(view))
    return [
        row
        for row in view.rows("flow")
        if row.program == view.filters.program
        and not own.isdisjoint((row.mentor_department, row.mentee_department))
    ]


def _cell(row: SimpleNamespace) -> Cell:
    if row.status != "shown" or row.pairs is None:
        return Cell(status="suppressed", reason=row.reason or "Withheld")
    return Cell(value=float(row.pairs), n=int(row.pairs), status="shown", reason="")
