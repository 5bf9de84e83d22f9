"""SQL that turns cells of text into typed values; nothing here touches a row.

Expressions are built to be fast on clean columns: the plain ISO form is tried first, the costly
forms only where that fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from etl.mapping.mapping import Scale, Source
from etl.reading.raw_table import SPACES
from etl.reading.row_staging import literal, quoted

_TRUE = ("true", "yes", "y", "t", "1", "1.0", "on", "ja", "wahr", "oui", "vrai")
_FALSE = ("false", "no", "n", "f", "0", "0.0", "off", "nein", "falsch", "non", "faux")
_NO_DAY = (  # open ends and stand-ins for unknown, in any order of day and month
    "^[ \\t]*((9999|4712)[-/.]?12[-/.]?31|(31[-/.]12|12[-/.]31)[-/.](9999|4712)"
    "|(1900|0001)[-/.]?0?1[-/.]?0?1|0?1[-/.]0?1[-/.](1900|0001))([^0-9]|$)"
)
_NO_ISO_DAY = "'9999-12-31', '4712-12-31', '1900-01-01', '0001-01-01'"
_ZONE = "([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
_ZONED_MOMENT = f":[0-9]{{2}}([.][0-9]+)? ?{_ZONE}"
_ISO_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONED_DAY = f"^({_ISO_DAY}){_ZONE}"
_CLOCKS = ("%I:%M:%S %p", "%I:%M %p")
_NAMED_MONTHS = ("%d-%b-%Y", "%d-%B-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")

Days = tuple[str | None, str | None]


@dataclass(frozen=True)
class Conventions:
    """How a file writes dates and numbers, decided once for all of its rows.

    Parameters
    ----------
    date_order
        ymd, dmy or mdy: how dates are read that do not begin with a four-digit year.
    decimal
        "." or ",".
    time_zone
        IANA name; moments without an offset are in it.
    iso_days
        Columns of the file in which every cell is blank or a day such as 2026-03-31, which spares
        looking for all other ways to write one; each with its first and last day as they are
        written, None without any.
    digits
        Columns in which every cell is blank or a whole number as the engine writes it.
    spaces
        White space that may stand at an end of a cell; see :class:`etl.reading.raw_table.RawTable`.
    """

    date_order: str = "ymd"
    decimal: str = "."
    time_zone: str = "UTC"
    iso_days: Mapping[str, Days] = field(default_factory=dict, hash=False)
    digits: frozenset[str] = frozenset()
    spaces: str = SPACES

    def of(self, source: Source) -> Conventions:
        """Return the conventions of a column that declares its own."""
        return replace(
            self,
            date_order=source.date_order or self.date_order,
            decimal=source.decimal or self.decimal,
            time_zone=source.time_zone or self.time_zone,
        )


_UNKNOWN = Conventions()


def cell_sql(
    source: Source,
    kind: str,
    nulls: Sequence[str] = (),
    conventions: Conventions = _UNKNOWN,
) -> str:
    """Return the cell as trimmed text, or the constant.

    NULL where it is blank or one of ``nulls``, and in date and moment columns also where it is an
    open end (9999-12-31, 4712-12-31) or stands for unknown (1900-01-01, 0001-01-01). Value maps and
    identifiers are not applied.

    Parameters
    ----------
    source
        Where the values come from; its columns are written as SQL identifiers.
    kind
        text, date, moment, flag, integer or number: see :func:`etl.mapping.mapping.column_kind`.
    conventions
        Of the file: cells known to need no trimming, or less, are not looked at in vain.
    """
    is_day = kind in ("date", "moment") or source.cast == "year"
    if source.column is None:
        text = literal(source.value) if source.value else "NULL::VARCHAR"
    else:
        text = _trimmed_sql(source.column, nulls, conventions, is_day)
    if source.followed_by:
        more = _trimmed_sql(source.followed_by, nulls, conventions)
        text = f"nullif(concat_ws(' ', {text}, {more}), '')"
    if source.instead:
        other = _trimmed_sql(source.instead.column, nulls, conventions, is_day)
        text = f"(CASE WHEN {where_sql(source.instead.where)} THEN {other} ELSE {text} END)"
    if source.cast == "integer_text":
        text = f"regexp_replace({text}, '^([+-]?[0-9]+)[.,]0+$', '\\1')"
    return f"lower({text})" if source.cast == "lower" else text


def where_sql(where: Mapping[str, Sequence[str]]) -> str:
    """Return the condition that every column holds one of its values; "" stands for a blank."""
    conditions = []
    for column, values in where.items():
        text = _trimmed_sql(column)
        listed = ", ".join(literal(value) for value in values if value)
        options = [f"coalesce({text} IN ({listed}), false)"] if listed else []
        options += [f"{text} IS NULL"] if "" in values else []
        conditions.append(f"({' OR '.join(options) or 'false'})")
    return " AND ".join(conditions) or "true"


def _trimmed_sql(
    column: str,
    nulls: Sequence[str] = (),
    conventions: Conventions = _UNKNOWN,
    is_day: bool = False,
) -> str:
    """Return the trimmed cell, NULL where it says nothing."""
    name, is_iso = quoted(column), column in conventions.iso_days
    text = name
    if not is_iso and column not in conventions.digits:
        is_spaced = _is_spaced(name, conventions.spaces)
        text = f"CASE WHEN {is_spaced} THEN {_trim(name)} ELSE {name} END"
    no_day = f"{name} IN ({_NO_ISO_DAY})" if is_iso else f"regexp_matches({name}, '{_NO_DAY}')"
    if nulls:
        words = ", ".join(literal(word) for word in nulls)
        text = f"CASE WHEN ({text}) IN ({words}) THEN NULL ELSE {text} END"
    return f"(CASE WHEN {no_day} THEN NULL ELSE {text} END)" if is_day else f"({text})"


def _trim(name: str) -> str:
    return f"nullif(trim({name}, {literal(SPACES)}), '')"


def _is_spaced(name: str, spaces: str) -> str:
    """Return the condition that a cell is empty or has space around it.

    Trimming costs several times what looking at both ends does, and few cells need it. What sorts
    before "!" is empty or begins with a space or a control character.
    """
    ends = [f"{name} LIKE {literal('%' + space)}" for space in spaces if space.isascii()]
    wide = [
        f"{name} LIKE '{space}%' OR {name} LIKE '%{space}'"
        for space in spaces
        if not space.isascii()
    ]
    rare = [f"(strlen({name}) <> length({name}) AND ({' OR '.join(wide)}))"] if wide else []
    return " OR ".join([f"{name} < '!'", *ends, *rare])


def typed_sql(cell: str, source: Source, kind: str, conventions: Conventions) -> str:
    """Return the value a cell stands for, NULL where it cannot be read.

    A row is faulty where the cell is not NULL and the value is.

    Parameters
    ----------
    cell
        SQL of the trimmed cell. It is written several times, so let it be the name of a column
        that an inner SELECT filled with :func:`cell_sql`.
    source
        Where the value comes from: its own conventions win, and ``cast`` is applied.
    conventions
        Of the file. Constants follow none: they are ISO dates and numbers with a point.
    """
    own = conventions.of(source) if source.column else Conventions()
    if source.cast == "year":
        return f"year({_local_sql(cell, own.date_order)})::INTEGER"
    if kind == "date" and source.is_bare and source.column in own.iso_days:
        return f"try_cast({cell} AS DATE)"
    if kind == "integer" and source.is_bare and source.column in own.digits:
        return f"try_cast({cell} AS INTEGER)"
    readers = {
        "date": lambda: f"{_local_sql(cell, own.date_order)}::DATE",
        "moment": lambda: _moment_sql(cell, own),
        "flag": lambda: _flag_sql(cell),
        "number": lambda: _scaled_sql(_number_sql(cell, own.decimal), source.scale),
        "integer": lambda: _integer_sql(cell, own.decimal),
        "text": lambda: cell,
    }
    return readers[kind]()


def _scaled_sql(number: str, scale: Scale | None) -> str:
    """Return a number moved from the file's scale to ours."""
    if scale is None:
        return number
    share = f"({number} - {scale.lowest}) / {scale.highest - scale.lowest}"
    return f"({share} * {scale.new_highest - scale.new_lowest} + {scale.new_lowest})"


def _flag_sql(cell: str) -> str:
    yes, no = (", ".join(map(literal, words)) for words in (_TRUE, _FALSE))
    # The engine turns a long IN into a join, which takes longer and milliseconds to prepare.
    is_yes, is_no = (f"list_contains([{words}], lower({cell}))" for words in (yes, no))
    return f"(CASE WHEN {is_yes} THEN true WHEN {is_no} THEN false END)"


def _integer_sql(cell: str, decimal: str) -> str:
    """Return a whole number, written with or without zeros behind a decimal sign."""
    fraction = f"[{decimal}]0*[1-9]|[eE]"
    whole = f"try_cast({_any_number_sql(cell, decimal)} AS INTEGER)"
    other = f"WHEN NOT regexp_matches({cell}, '{fraction}') THEN {whole}"
    return f"(CASE WHEN {is_digits(cell)} THEN try_cast({cell} AS INTEGER) {other} END)"


def is_digits(text: str) -> str:
    """Return the condition that a text is an integer as the engine itself writes it.

    Nearly all numbers of an export are, and this costs a fraction of one regular expression.
    """
    return f"try_cast({text} AS INTEGER)::VARCHAR = {text}"


def _local_sql(text: str, date_order: str) -> str:
    """Return the moment as written, without its zone: a day with a zone stays that day.

    The engine computes an expression that occurs twice for every row, wherever it stands. So
    nothing costly but ``text`` is written twice here, and rare forms cost only where they occur.
    """
    is_iso = f"substr({text}, 5, 1) IN ('-', '/')"
    attempts = [
        f"CASE WHEN {is_iso} THEN try_cast({text} AS TIMESTAMP) END",
        f"try_cast(regexp_extract({text}, '{_ZONED_DAY}', 1) AS TIMESTAMP)",
        _rewritten(text, f"^({_ISO_DAY}[T ][0-9:.]+) ?{_ZONE}", "\\1"),
        _rewritten(text, "^([0-9]{4})([0-9]{2})([0-9]{2})$", "\\1-\\2-\\3"),
        _rewritten(text, *_turn(date_order, "(,? +([0-9:.]+)|)$", " \\5")),
        _clocked(text, *_turn(date_order, ",? +(.+)$", " \\4")),
    ]
    return f"coalesce({', '.join(attempts)})"


def _turn(date_order: str, end: str, end_turned: str) -> tuple[str, str]:
    """Return pattern and replacement that put year, month, and day in ISO order."""
    one, four, cut = "([0-9]{1,2})", "([0-9]{4})", "[./-]"
    pattern, turned = {
        "ymd": (f"^{four}[./-]{one}[./-]{one}[.]?", "\\1-\\2-\\3"),
        "dmy": (f"^{one}{cut}{one}{cut}{four}", "\\3-\\2-\\1"),
        "mdy": (f"^{one}{cut}{one}{cut}{four}", "\\3-\\1-\\2"),
    }[date_order]
    return pattern + end, turned + end_turned


def _rewritten(text: str, pattern: str, turned: str) -> str:
    iso = f"try_cast(trim(regexp_replace({text}, '{pattern}', '{turned}')) AS TIMESTAMP)"
    return f"CASE WHEN regexp_matches({text}, '{pattern}') THEN {iso} END"


def _clocked(text: str, pattern: str, turned: str) -> str:
    """Return dates with a clock of 12 hours or with the month's name."""
    days = ("%Y-%m-%d", *_NAMED_MONTHS)
    clocks = [f"{day} {clock}" for day in days for clock in _CLOCKS]
    named = [f"{day}{end}" for day in _NAMED_MONTHS for end in ("", " %H:%M", " %H:%M:%S")]
    formats = ", ".join(literal(one) for one in [*clocks, *named])
    iso = f"regexp_replace({text}, '{pattern}', '{turned}')"
    return f"try_strptime(replace({iso}, '\u202f', ' '), [{formats}])"


def _moment_sql(text: str, conventions: Conventions) -> str:
    """Return the moment in UTC, from its own offset or else from the file's zone."""
    local = _local_sql(text, conventions.date_order)
    if conventions.time_zone != "UTC":
        local = f"timezone('UTC', timezone({literal(conventions.time_zone)}, {local}))"
    # The engine reads offsets only right behind the seconds, and none with minutes alone.
    filled = f"regexp_replace({text}, '([T ][0-9]{{1,2}}:[0-9]{{2}}) ?{_ZONE}', '\\1:00\\2')"
    tight = f"regexp_replace({filled}, ' {_ZONE}', '\\1')"
    zoned = f"timezone('UTC', try_cast({tight} AS TIMESTAMPTZ))"
    return f"(CASE WHEN regexp_matches({text}, '{_ZONED_MOMENT}') THEN {zoned} ELSE {local} END)"


def _number_sql(text: str, decimal: str) -> str:
    """Return a finite number, plain whole ones the short way."""
    digits = f"try_cast({text} AS INTEGER)::DOUBLE"
    return f"(CASE WHEN {is_digits(text)} THEN {digits} ELSE {_any_number_sql(text, decimal)} END)"


def _any_number_sql(text: str, decimal: str) -> str:
    """Return a finite number; marks between thousands must stand where they belong."""
    other = "." if decimal == "," else ","
    point, mark = ("[,]", "[.]") if decimal == "," else ("[.]", "[,]")
    plain = f"^[+-]?([0-9]+({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]+)?$"
    grouped = f"^[+-]?[0-9]{{1,3}}(({mark}|[ '\u00a0\u202f\u2019])[0-9]{{3}})+({point}[0-9]+)?$"
    unmarked = f"regexp_replace({text}, '[{other} ''\u00a0\u202f\u2019]', '', 'g')"
    value, bare = text, unmarked
    if decimal == ",":
        value, bare = f"replace({text}, ',', '.')", f"replace({unmarked}, ',', '.')"
    quoted_group = grouped.replace("'", "''")
    return (
        f"(CASE WHEN regexp_matches({text}, '{plain}') THEN try_cast({value} AS DOUBLE) "
        f"WHEN regexp_matches({text}, '{quoted_group}') THEN try_cast({bare} AS DOUBLE) END)"
    )
