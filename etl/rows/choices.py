"""Questions that take several answers: an answer per option, 1 where chosen and 0 where not.

An option nobody mentions is an answer, too: a share needs those who saw the question and chose
something else. Only where the question as a whole was left blank is there no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from etl.mapping.mapping import Choices, Source
from etl.reading.row_staging import literal
from etl.rows.parsing import cell_sql
from etl.sources.surveys import MISSING

_NO_CHOICE = ("0", *MISSING)


def choices_sql(choices: Choices, nulls: Sequence[str]) -> Iterator[str]:
    """Yield a struct per option: item_code, cell, raw_text and chosen (NULL without answer)."""
    if choices.column is not None:
        yield from _joint(choices, choices.column, nulls)
    else:
        yield from _apart(choices, nulls)


def answer_struct(code: str, column: str, raw_text: str, chosen: str = "NULL::BOOLEAN") -> str:
    """Return the struct of one answer as SQL."""
    return (
        f"{{'item_code': {literal(code)}, 'cell': {literal(column)}, "
        f"'raw_text': {raw_text}, 'chosen': {chosen}}}"
    )


def _joint(choices: Choices, column: str, nulls: Sequence[str]) -> Iterator[str]:
    """Yield the options of a cell that holds all that were chosen."""
    cell = cell_sql(Source(column), "text", nulls)
    cut, seen = choices.separator, f"{cell} NOT IN ({', '.join(map(literal, MISSING))})"
    # Every answer gets a separator on both sides for itself: ";A;;B;".
    whole = f"({literal(cut)} || {_doubled_sql(cell, cut)} || {literal(cut)})"
    marks = {option: f"{cut}{option.replace(cut, cut * 2)}{cut}" for option in choices.options}
    for option, mark in marks.items():
        # An option may itself hold the separator and another option.
        longer = [other for other in marks.values() if mark in other and other != mark]
        is_there = f"contains({_without_sql(whole, longer)}, {literal(mark)})"
        raw_text = f"CASE WHEN NOT ({seen}) THEN {cell} WHEN {is_there} THEN {literal(option)} END"
        chosen = f"CASE WHEN {seen} THEN {is_there} END"
        yield answer_struct(choices.options[option], column, raw_text, chosen)
    rest = f"trim({_without_sql(whole, marks.values())}, {literal(cut + ' ')}) <> ''"
    raw_text = f"CASE WHEN NOT ({seen}) THEN {cell} END"
    yield answer_struct(choices.other, column, raw_text, f"CASE WHEN {seen} THEN {rest} END")


def _doubled_sql(text: str, cut: str) -> str:
    return f"replace({text}, {literal(cut)}, {literal(cut * 2)})"


def _without_sql(text: str, marks: Iterable[str]) -> str:
    for mark in sorted(marks, key=len, reverse=True):
        text = f"replace({text}, {literal(mark)}, '')"
    return text


def _apart(choices: Choices, nulls: Sequence[str]) -> Iterator[str]:
    """Yield the options that have a column each; what stands in the cells is not read."""
    cells = {name: cell_sql(Source(name), "text", nulls) for name in choices.columns}
    codes = ", ".join(map(literal, MISSING))
    seen = " OR ".join(f"coalesce({cell} NOT IN ({codes}), false)" for cell in cells.values())
    raw_text = f"CASE WHEN NOT ({seen}) THEN coalesce({', '.join(cells.values())}) END"
    for name, cell in cells.items():
        chosen = f"coalesce({cell} NOT IN ({', '.join(map(literal, _NO_CHOICE))}), false)"
        code = choices.columns[name]
        yield answer_struct(code, name, raw_text, f"CASE WHEN {seen} THEN {chosen} END")
