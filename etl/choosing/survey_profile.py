"""What the columns of a staged survey export hold, counted over all of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.mapping.mapping import Source
from etl.reading.row_staging import literal, quoted
from etl.rows.parsing import cell_sql
from etl.sources.surveys import MISSING

_KEPT = 60  # different values kept per column; more make no closed question
_WHOLE = r"^[+-]?\d+([.,]0+)?$"
_DAY = r"^(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2})([T ].*)?$"
_MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


@dataclass(frozen=True)
class Part:
    """What stands between separators: in how many cells, alone in how many, in how many values."""

    text: str
    cells: int
    alone: int
    values: int


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds; blanks and the codes for "not answered" do not count.

    Parameters
    ----------
    label
        What was asked, where the file says more than the name.
    filled, distinct
        Cells with a value, and how many values differ.
    whole, days, mails
        Cells with a whole number, a date, an e-mail address.
    lowest, highest
        Ends of the whole numbers; None where there are none.
    longest
        Characters of the longest value.
    ended
        Cells that end with the separator.
    values
        Value to cells, the most frequent first; empty where too many differ.
    parts
        What the separator cuts the cells into; empty where it cuts none or into too much.
    """

    name: str
    label: str = ""
    filled: int = 0
    distinct: int = 0
    whole: int = 0
    days: int = 0
    mails: int = 0
    lowest: int | None = None
    highest: int | None = None
    longest: int = 0
    ended: int = 0
    values: tuple[tuple[str, int], ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def is_whole(self) -> bool:
        """True where every value is a whole number."""
        return 0 < self.filled == self.whole


def profile_columns(
    staging: Any, relation: str, labels: dict[str, str], separator: str | None
) -> dict[str, ColumnProfile]:
    """Return the profile of every column.

    Parameters
    ----------
    relation
        The staged rows.
    labels
        Columns to look at, and what was asked there.
    separator
        What the tool writes between several answers in one cell; None where it does not.
    """
    found = {}
    for name, label in labels.items():
        # Closed questions have few answers: patterns are matched once per answer, not per row.
        answers = staging.fresh("answers")
        staging.run(
            f"CREATE TEMP TABLE {answers} AS SELECT {answers_sql(name)} AS v, n FROM "
            f"(SELECT {quoted(name)}, count(*) AS n FROM {relation} "
            f"WHERE {quoted(name)} IS NOT NULL GROUP BY 1)"
        )
        counts = _counts(staging, answers, separator)
        has_parts = counts.pop("has_parts")
        values = _values(staging, answers) if counts["distinct"] <= _KEPT else ()
        parts = _parts(staging, answers, separator) if separator and has_parts else ()
        found[name] = ColumnProfile(name, label, values=values, parts=parts, **counts)
    return found


def answers_sql(column: str) -> str:
    """Return the answers in a column as SQL, NULL where there is none."""
    text = cell_sql(Source(column), "text")
    return f"(CASE WHEN {text} NOT IN ({', '.join(map(literal, MISSING))}) THEN {text} END)"


def _counts(staging: Any, answers: str, separator: str | None) -> dict[str, Any]:
    """Return what is counted in a column, and whether the separator cuts its cells."""
    whole = f"regexp_matches(v, '{_WHOLE}')"
    number = "try_cast(regexp_extract(v, '^[+-]?\\d+') AS BIGINT)"
    cut = literal(separator) if separator else "NULL"
    asked = {
        "filled": "coalesce(sum(n), 0)::BIGINT",
        "distinct": "count(DISTINCT v)",
        "whole": f"coalesce(sum(n) FILTER ({whole}), 0)::BIGINT",
        "days": f"coalesce(sum(n) FILTER (regexp_matches(v, '{_DAY}')), 0)::BIGINT",
        "mails": f"coalesce(sum(n) FILTER (regexp_matches(v, '{_MAIL}')), 0)::BIGINT",
        "lowest": f"min({number}) FILTER ({whole})",
        "highest": f"max({number}) FILTER ({whole})",
        "longest": "coalesce(max(length(v)), 0)",
        "ended": f"coalesce(sum(n) FILTER (ends_with(v, {cut})), 0)::BIGINT",
        "has_parts": f"coalesce(bool_or(contains(v, {cut})), false)",
    }
    sql = f"SELECT {', '.join(asked.values())} FROM {answers} WHERE v IS NOT NULL"
    return dict(zip(asked, staging.rows(sql)[0], strict=True))


def _values(staging: Any, answers: str) -> tuple[tuple[str, int], ...]:
    rows = staging.rows(
        f"SELECT v, sum(n)::BIGINT AS cells FROM {answers} WHERE v IS NOT NULL GROUP BY v "
        "ORDER BY cells DESC, v"
    )
    return tuple((str(value), int(count)) for value, count in rows)


def _parts(staging: Any, answers: str, separator: str) -> tuple[Part, ...]:
    rows = staging.rows(
        "SELECT part, sum(n)::BIGINT AS cells, "
        "coalesce(sum(n) FILTER (rtrim(v, $1) = part), 0)::BIGINT, count(DISTINCT v) FROM ("
        f"SELECT v, n, trim(unnest(list_distinct(string_split(v, $1)))) AS part FROM {answers}) "
        "WHERE part <> '' GROUP BY part ORDER BY cells DESC, part "
        f"LIMIT {_KEPT * _KEPT}",
        [separator],
    )
    return tuple(Part(str(text), *counts) for text, *counts in rows)
