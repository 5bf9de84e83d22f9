"""Answers that are all whole numbers on their scales, which one look at each column tells.

Judging every answer by itself costs several times what it costs to take it; most surveys hold
nothing that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from etl.reading.row_staging import literal, quoted
from etl.rows.entity import Loaded, Task
from etl.rows.parsing import is_digits
from etl.sources.surveys import MISSING
from warehouse.engine import Staging

_DEALT_OUT = 250_000  # rows of a file; with more of them threads have enough to do


def plain_answers_sql(staging: Staging, task: Task, responses: Loaded, scales: str) -> str | None:
    """Return the query of the answers, None where some of them need to be judged one by one.

    The query has the facts of ``answer``, ``source_row`` and ``source_record_id``.

    Parameters
    ----------
    scales
        Query of ``lowest`` and ``highest`` by ``wave_id`` and ``item_code``.
    """
    items, raw = task.load.items, task.given.raw.relation
    if task.load.choices or task.load.points or not items:
        return None
    looks = ", ".join(_look_sql(quoted(column)) for column in items)
    found = iter(staging.rows(f"SELECT {looks} FROM {raw}")[0])
    seen = list(zip(items.values(), found, found, found, strict=False))
    allowed = _allowed(staging, responses, scales)
    special = [*MISSING, *task.given.mapping.nulls]
    is_plain = all(
        is_whole and (least is None or _fits(least, most, allowed.get(code), special))
        for code, is_whole, least, most in seen
    )
    return _unpivoted_sql(task, responses) if is_plain else None


def _look_sql(name: str) -> str:
    """Return whether all cells of a column are blank or digits, and the least and the largest."""
    number = f"try_cast({name} AS INTEGER)"
    return f"bool_and(coalesce({is_digits(name)}, {name} IS NULL)), min({number}), max({number})"


def _allowed(
    staging: Staging, responses: Loaded, scales: str
) -> dict[str, tuple[float | None, float | None]]:
    """Return what is on the scale of an item in every wave that was answered."""
    waves = f"SELECT wave_id FROM {responses.relation}"
    found = staging.rows(
        f"SELECT item_code, max(lowest), min(highest) FROM ({scales}) "
        f"WHERE wave_id IN ({waves}) GROUP BY item_code"
    )
    return {code: (lowest, highest) for code, lowest, highest in found}


def _fits(
    least: int,
    most: int,
    scale: tuple[float | None, float | None] | None,
    special: Iterable[str],
) -> bool:
    """Tell whether numbers are on a scale and none of them is a word with a meaning of its own."""
    lowest, highest = scale or (None, None)
    is_on_scale = (lowest is None or lowest <= least) and (highest is None or most <= highest)
    codes = (int(word) for word in special if re.fullmatch("-?[0-9]{1,10}", word))
    return is_on_scale and not any(least <= code <= most for code in codes)


def _unpivoted_sql(task: Task, responses: Loaded) -> str:
    """Return the query of the answers, a row for every cell."""
    cells = {f"cell_{n}": quoted(column) for n, column in enumerate(task.load.items)}
    # The engine deals out rows to its threads by the hundred thousand, and a survey has fewer, with
    # millions of answers. A pass that looks for rows there twice, of which there are none, has them
    # dealt out anew.
    again = "DISTINCT" if responses.rows < _DEALT_OUT else ""
    joined = (
        f"SELECT {again} q.response_id, q.source_row, q.source_record_id AS record_id, "
        "coalesce(q.is_finished, true) AS is_finished, "
        f"{', '.join(f'r.{column} AS {name}' for name, column in cells.items())} "
        f"FROM {responses.relation} q JOIN {task.given.raw.relation} r "
        "ON r.source_row = q.source_row"
    )
    codes = ", ".join(literal(code) for code in task.load.items.values())
    asked = (
        "SELECT response_id, source_row, record_id, is_finished, "
        f"unnest([{codes}]) AS item_code, unnest([{', '.join(cells)}]) AS raw_text FROM ({joined})"
    )
    return (
        "SELECT response_id, item_code, raw_text, try_cast(raw_text AS INTEGER)::DOUBLE AS number, "
        "CASE WHEN raw_text IS NULL AND is_finished THEN 'skipped' "
        "WHEN raw_text IS NULL THEN 'unseen' END AS missing_code, "
        f"source_row, record_id || '|' || item_code AS source_record_id FROM ({asked})"
    )
