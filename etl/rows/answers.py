"""One wide survey row becomes a response and one answer per item.

An answer that is no number, or off its scale, is set aside by itself; the rest of the response
stays. Blank cells and the codes of survey tools for "not answered" become answers without a
number, so that non-response can be counted. A question that takes several answers becomes an answer
per option; see :mod:`etl.rows.choices`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from etl.ledger import EntityCounts
from etl.mapping.mapping import Source
from etl.reading.row_staging import literal, quoted
from etl.rows.choices import answer_struct, choices_sql
from etl.rows.entity import Loaded, Task
from etl.rows.known import ANY
from etl.rows.parsing import cell_sql, typed_sql
from etl.rows.plain_answers import plain_answers_sql
from etl.sources.surveys import MISSING
from warehouse.engine import Writer
from warehouse.tables import answer, facts, item, loaded_file, response, wave

_LARGE = 200_000  # answers from which it pays to let threads store them in any order


def load_answers(writer: Writer, task: Task, responses: Loaded) -> EntityCounts:
    """Check and merge the answers of the responses that were accepted.

    ``rows_read`` counts answers (cells), blank ones included.
    """
    staging, cells = writer.staging, _cells(task)
    total = len(cells) * responses.rows
    are_new, is_large = _are_new(writer, task, responses), total >= _LARGE
    plain = None
    if are_new and is_large:
        plain = plain_answers_sql(staging, task, responses, _scales_sql(writer))
    checked = plain or _checked_sql(writer, task, responses, cells)
    if are_new:  # nothing to compare them with, so that they need not be kept on the way
        name = staging.view(checked, "answers")
    else:
        name = staging.fresh("answers")
        staging.run(f"CREATE TEMP TABLE {name} AS {checked}")
    columns = ", ".join(quoted(fact) for fact in facts(answer))
    provenance = task.provenance.columns("source_record_id", "source_row")
    good = name if plain else f"{name} WHERE rule IS NULL"
    relation = staging.view(f"SELECT {columns}, {provenance} FROM {good}", "merge")
    system, within = task.provenance.source_system, "false" if are_new else ANY
    merged = writer.merge(answer, relation, source_system=system, within=within, is_large=is_large)
    if total > merged.rows:
        task.rejects.add_worded(answer.name, staging.view(_worded_sql(name), "worded"))
    return EntityCounts(
        answer.name,
        total,
        merged.inserted,
        merged.updated,
        merged.unchanged,
        rows_rejected=total - merged.rows,
    )


def _are_new(writer: Writer, task: Task, responses: Loaded) -> bool:
    """Tell whether no answer can be stored yet: their responses came just now, as all before."""
    counts, f = responses.counts, loaded_file.c
    if counts.rows_updated or counts.rows_unchanged:
        return False
    mine = (f.source_system == task.provenance.source_system,)
    with_responses = sa.select(f.file_sha256).where(*mine, f.entity == response.name)
    alone = sa.select(f.entity).where(
        *mine, f.entity == answer.name, f.file_sha256.not_in(with_responses)
    )
    return writer.execute(alone.limit(1)).first() is None


def _cells(task: Task) -> list[str]:
    """Return the cells of a row that are answers, as SQL structs."""
    nulls, how = task.given.mapping.nulls, task.given.conventions
    structs = [
        answer_struct(code, column, cell_sql(Source(column), "number", nulls, how))
        for column, code in task.load.items.items()
    ]
    return structs + [sql for one in task.load.choices for sql in choices_sql(one, nulls)]


def _checked_sql(writer: Writer, task: Task, responses: Loaded, cells: Sequence[str]) -> str:
    raw = task.given.raw.relation
    asked = (
        "SELECT q.response_id, q.source_row, q.source_record_id AS record_id, q.wave_id, "
        f"coalesce(q.is_finished, true) AS is_finished, "
        f"unnest([{', '.join(cells)}], recursive := true) "
        f"FROM {responses.relation} q JOIN {raw} r ON r.source_row = q.source_row"
    )
    codes = " ".join(
        f"WHEN raw_text = '{code}' AND NOT coalesce({code} BETWEEN lowest AND highest, false) "
        f"THEN '{word}'"
        for code, word in MISSING.items()
    )
    number = typed_sql("raw_text", Source("raw_text"), "number", task.given.conventions)
    number = _pointed_sql("raw_text", number, task.load.points)
    typed = f"CASE WHEN chosen IS NULL THEN {number} ELSE chosen::INTEGER::DOUBLE END"
    known = (
        f"SELECT a.*, {typed} AS typed, "
        "i.lowest, i.highest, CASE WHEN chosen IS NOT NULL THEN NULL "
        "WHEN raw_text IS NULL AND is_finished THEN 'skipped' "
        f"WHEN raw_text IS NULL THEN 'unseen' {codes} END AS missing_code "
        f"FROM ({asked}) a LEFT JOIN ({_scales_sql(writer)}) i "
        "ON i.wave_id = a.wave_id AND i.item_code = a.item_code"
    )
    return (
        "SELECT response_id, item_code, raw_text, missing_code, source_row, cell, lowest, highest, "
        "record_id || '|' || item_code AS source_record_id, "
        "CASE WHEN missing_code IS NULL THEN typed END AS number, "
        "CASE WHEN missing_code IS NOT NULL OR lowest IS NULL AND highest IS NULL THEN NULL "
        "WHEN typed IS NULL THEN 'not_a_number' "
        "WHEN typed < lowest OR typed > highest THEN 'off_scale' END AS rule "
        f"FROM ({known})"
    )


def _pointed_sql(text: str, number: str, points: Mapping[str, float]) -> str:
    """Return the points of an answer in words, or else the number it is."""
    if not points:
        return number
    words = {answer.lower(): value for answer, value in points.items()}
    cases = " ".join(f"WHEN {literal(word)} THEN {value!r}" for word, value in words.items())
    return f"(CASE lower({text}) {cases} ELSE {number} END)"


def _scales_sql(writer: Writer) -> str:
    """Return the scale of every item in every wave of its survey."""
    waves, items = writer.staging.reference(wave), writer.staging.reference(item)
    return (
        "SELECT w.wave_id, i.item_code, min(i.scale_min) AS lowest, max(i.scale_max) AS highest "
        f"FROM {items} i JOIN (SELECT DISTINCT wave_id, survey_id FROM {waves}) w "
        "ON w.survey_id = i.survey_id GROUP BY w.wave_id, i.item_code"
    )


def _worded_sql(name: str) -> str:
    scale = "regexp_replace({}::VARCHAR, '[.]0$', '')"
    lowest, highest = scale.format("lowest"), scale.format("highest")
    return (
        "SELECT source_row, rule, cell AS column_name, raw_text AS value, "
        "'Column \"' || cell || '\" holds \"' || raw_text || '\": ' || "
        "CASE rule WHEN 'not_a_number' THEN 'that is not a number. Export the answers as numbers "
        "(in Qualtrics: use numeric values).' "
        f"ELSE 'the answer is off its scale of ' || {lowest} || ' to ' || {highest} || "
        "'. Export the answers on that scale, or correct the scale of the item.' END AS message "
        f"FROM {name} WHERE rule IS NOT NULL"
    )
