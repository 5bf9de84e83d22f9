"""Pairs, loads, definitions, rejected rows and tidy files: which row of the release a cell is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pandas as pd

from harvest import rights
from harvest.effect_tables import estimate_known, group_known
from harvest.figures import NOT_PUBLISHED, Known, Number, Place, ReleaseRows
from harvest.pair_board import board_of, pair_known
from harvest.table_lines import TableLines, bag_of

_DAY_ZERO = pd.Timestamp("1899-12-30")  # of spreadsheets
_LOADS = {
    "Read": "rows_read", "Rows read": "rows_read", "Inserted": "rows_inserted",
    "New": "rows_inserted", "Updated": "rows_updated", "Unchanged": "rows_unchanged",
    "Set aside": "rows_rejected", "Files": "files", "Share set aside": "share",
}  # fmt: skip


def flow(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many pairs have their mentor here and their senior there."""
    head = lines.table.heads[column]
    if column == 0:
        return None
    mentor, mentee = _both_departments(lines, row, head)
    if mentor is None or mentee is None:
        return None
    name = f"who teaches whom, {mentor} to {mentee}"
    if not rights.may_see_flow(lines.known.viewer, mentor, mentee):
        return Known(name, withheld=rights.NOT_YOURS), "pairs"
    is_page = lines.table.heads[0] in ("Department", "Row", "Department of the mentor")
    program = lines.asked.place.program if is_page else ""
    found = lines.known.rows.find(
        "flow", program=program, mentor_department=mentor, mentee_department=mentee
    )
    if not found:
        return Known(name, {"pairs": (0.0, "count")}), "pairs"
    if found[0].status != "shown":
        return Known(name, withheld=f"is {found[0].status} in the release"), "pairs"
    return Known(name, {"pairs": (float(found[0].pairs), "count")}), "pairs"


def pair(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a named pair: every number of its row of the board."""
    form = {"Days since last": "days_since_last", "Agreed cadence, days": "agreed_cadence_days"}
    head, known = lines.table.heads[column], pair_known(lines.known, lines.head(row))
    if column == 0 and not known.withheld:
        known = replace(known, is_verbatim=True)
    return known, form.get(head, "")


def board_count(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many pairs are in a state, for those who see them by name."""
    state = lines.labels.find(lines.head(row), "state")
    if lines.table.heads[column] != "Pairs" or state is None:
        return None
    board = board_of(lines.known, lines.asked)
    count = (board["state"] == state.removeprefix("pair_state_")).sum()
    return bag_of(f"pairs {state}", [(float(count), "count")]), ""


def loads(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return what became of the rows of a file, or of all files of a content and source."""
    head = lines.table.heads[column]
    if head not in _LOADS:
        return None
    name = f"loads of {lines.head(row)}"
    if not rights.may_see_loads(lines.known.viewer):
        return Known(name, withheld=rights.NOT_YOURS), ""
    return bag_of(name, list(_load_numbers(lines.known.rows, _LOADS[head]))), ""


def rules(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how many rows a rule set aside, or an example as the release words it."""
    if lines.table.heads[column] == "For example":
        return rejected(lines, row, column)
    if lines.table.heads[column] != "Rows":
        return None
    if not rights.may_see_rejected(lines.known.viewer):
        return Known("rejected rows", withheld=rights.NOT_YOURS), ""
    counts = lines.known.rows.frame("rejected")["rule"].value_counts()
    rule = lines.head(row).lower().replace(" ", "_")
    return bag_of(f"rejected by {rule}", [(float(counts.get(rule, -1)), "count")]), ""


def audit(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return what the audit of survey figures counted, by its title."""
    if lines.table.heads[column] not in ("Count", "Value"):
        return None
    title = lines.head(row)
    counts = lines.known.rows.find("survey_audit", title=title)
    if not counts or counts[0].value is None:
        return Known(f"audit, {title}", withheld=NOT_PUBLISHED), ""
    unit = "fraction" if counts[0].measure == "respondents_hidden" else "count"
    return bag_of(f"audit, {title}", [(float(counts[0].value), unit)]), ""


def definition(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return what is declared of a metric in numbers."""
    if lines.table.heads[column] not in ("Minimum group", "Version", "Reviewed"):
        return None
    head = lines.head(row)
    metric_id = lines.labels.find(head, "metric")
    metric = lines.known.rows.metrics.get(str(metric_id))
    if metric is None:
        return Known(f"definition of {head}", withheld=NOT_PUBLISHED), ""
    days = float((pd.Timestamp(metric.reviewed_on) - _DAY_ZERO).days)
    numbers = [float(metric.minimum_group), float(metric.version), days]
    return bag_of(f"definition of {metric_id}", [(n, "count") for n in numbers]), ""


def rejected(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a rejected row: whoever may see it may see all that its source wrote."""
    if not rights.may_see_rejected(lines.known.viewer):
        return Known("a rejected row", withheld=rights.NOT_YOURS), ""
    text = lines.table.rows[row][column].text
    words = _rejected_words(lines.known.rows)
    if text in words or text.removeprefix("'") in words:  # kept from being taken for a formula
        return Known("a rejected row", is_verbatim=True), ""
    return Known("a rejected row", withheld=NOT_PUBLISHED), ""


def tidy(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return the figure a line of a tidy file names by its ids."""
    form = lines.table.heads[column]
    if form == "release_id":
        return bag_of("the release", [(lines.known.rows.release.info.release_id, "count")]), ""
    line = lines.line(row)
    metric_id = line["metric"]
    if form == "metric_version":
        return _versions(lines, metric_id)
    if form not in ("value", "lower", "upper", "n"):
        return None
    if metric_id in lines.known.rows.metrics:
        names = ("program", "cohort", "department", "population", "period")
        return lines.known.cell(metric_id, Place(*(line[name] for name in names))), form
    return _tidy_effect(lines, line), {"value": "point", "n": "n_treated"}.get(form, form)


def _tidy_effect(lines: TableLines, line: Mapping[str, str]) -> Known:
    """Return the effect that a line's name spells: analysis, outcome, variant, measure, months."""
    parts = line["metric"].split(".")
    if len(parts) not in (4, 5):
        return Known(line["metric"], withheld=NOT_PUBLISHED)
    wanted: dict[str, object] = {
        "outcome": parts[1],
        "measure": parts[3],
        "population": line["population"],
        "horizon_months": int(parts[4].removesuffix("m")) if parts[4:] else None,
    }
    if not parts[2].startswith("pooled_by_"):
        return estimate_known(lines.known, wanted | {"variant": parts[2]})
    wanted |= {name: line[name] for name in ("cohort", "department")}
    return group_known(lines.known, wanted | {"grouping": parts[2].removeprefix("pooled_by_")})


def _versions(lines: TableLines, metric_id: str) -> tuple[Known, str] | None:
    """Return the versions a definition has had: figures kept from earlier ones carry theirs."""
    metric = lines.known.rows.metrics.get(metric_id)
    if metric is None:
        return None
    return bag_of("a version", [(float(v), "count") for v in range(1, int(metric.version) + 1)]), ""


def _both_departments(lines: TableLines, row: int, head: str) -> tuple[str | None, str | None]:
    first = lines.head(row)
    if head == "Pairs":
        names = (first, lines.head(row, 1))
    elif first.endswith(" learns from"):
        names = (head, first.removesuffix(" learns from"))
    else:
        names = (first.removesuffix(" teaches"), head)
    mentor, mentee = (lines.labels.find(name, "department") for name in names)
    return mentor, mentee


@cache
def _rejected_words(rows: ReleaseRows) -> frozenset[str]:
    """Return every word of every rejected row: as listed, and cell by cell of its source."""
    found: set[str] = set()
    for row in rows.frame("rejected").itertuples(index=False):
        found |= {str(value) for value in row if not pd.isna(value)}
        found.add(f"{row.source_row:g}" if not pd.isna(row.source_row) else "")
        for value in json.loads(row.row_json or "{}").values():
            found.add(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return frozenset(found)


@cache
def _load_numbers(rows: ReleaseRows, column: str) -> tuple[Number, ...]:
    """Return a count of rows of every file, content and source, and of all together."""
    frame = rows.frame("load_summary")
    bag = {_load_number(frame, column)}
    for keys in (["source_system", "entity"], ["entity", "source_system", "format"],
                 ["file_name", "entity"]):  # fmt: skip
        bag |= {_load_number(part, column) for _, part in frame.groupby(keys)}
    return tuple(sorted(bag))


def _load_number(part: pd.DataFrame, column: str) -> Number:
    if column == "files":
        return float(part["file_name"].nunique()), "count"
    if column == "share":
        read = float(part["rows_read"].sum())
        return (float(part["rows_rejected"].sum()) / read if read else 0.0, "fraction")
    return float(part[column].sum()), "count"
