"""Which row of the release a row of another table is: effects, curves, balance, pairs, loads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from harvest import rights
from harvest.asked import Asked
from harvest.figures import NOT_PUBLISHED, Figures, Known, Number, Place, ReleaseRows
from harvest.found import FoundTable
from harvest.labels import Labels
from harvest.pair_board import board_of, pair_known
from reports import codes
from reports.diagnostics import diagnostic_title
from reports.wording import format_horizon

Row = Mapping[str, str]
_ESTIMATES = {
    "Effect": "point", "Estimate": "point", "Points more still employed": "point",
    "Lower": "lower", "Upper": "upper", "95 % from": "lower", "95 % to": "upper",
    "n joined": "n_treated", "Joined": "n_treated", "n compared": "n_control",
    "Colleagues": "n_control", "Smallest effect that could be seen": "minimum_detectable_effect",
    "Smallest effect to be seen": "minimum_detectable_effect",
    "Colleagues after weighting": "effective_sample_size",
}  # fmt: skip
_HORIZONS = {format_horizon(months): months for months in (6, 12, 24)}
_HORIZONS |= {f"after {words}": months for words, months in list(_HORIZONS.items())}
_VARIANTS = {words: code for code, words in codes.VARIANTS.items()} | {
    "This analysis": "main", "Naive, from joining": "naive_enrollment",
    "Naive, from hire": "naive_hire",
}  # fmt: skip
_POPULATIONS = {codes.POPULATIONS[code]: code for code in ("all", "mentor", "mentee")}
_OUTCOMES = {words.capitalize(): code for code, words in codes.OUTCOMES.items()}
_MEASURES = {words: code for code, words in codes.MEASURES.items()} | {
    "More still employed, of 100": "risk_difference",
}
_DAY_ZERO = pd.Timestamp("1899-12-30")  # of spreadsheets


class OtherTable:
    """One table that is not made of metrics."""

    def __init__(self, table: FoundTable, labels: Labels, asked: Asked, known: Figures) -> None:
        self._table, self._labels, self._asked, self._known = table, labels, asked, known
        self._find = _reader(table.heads)

    @staticmethod
    def fits(table: FoundTable) -> bool:
        """Tell whether there is a reader for a table with these heads."""
        return _reader(table.heads) is not None

    @classmethod
    def of_flow(
        cls, table: FoundTable, labels: Labels, asked: Asked, known: Figures
    ) -> OtherTable:
        """Return the reader of a matrix of departments by departments."""
        found = cls(table, labels, asked, known)
        found._find = OtherTable.flow
        return found

    @classmethod
    def of_board(
        cls, table: FoundTable, labels: Labels, asked: Asked, known: Figures
    ) -> OtherTable:
        """Return the reader of pairs by state, as those count them who see them by name."""
        found = cls(table, labels, asked, known)
        found._find = OtherTable.board_count
        return found

    def figure(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return the figure of a cell and which part of it; None where it is none."""
        assert self._find is not None  # noqa: S101 - who calls asked whether it fits
        return self._find(self, row, column)

    def head(self, row: int, column: int = 0) -> str:
        """Return a cell of the row as words."""
        cell = self._table.rows[row][column]
        return cell.text.strip() if cell.number is None else f"{cell.number:g}"

    def by_head(self, row: int, *heads: str) -> str:
        """Return the cell under the first of these heads that there is."""
        for head in heads:
            if head in self._table.heads:
                return self.head(row, self._table.heads.index(head))
        return ""

    def estimate(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return an estimate by who, which exits, how computed, what and how soon."""
        words = [self.head(row, i) for i in range(min(4, len(self._table.heads)))]
        every = [*words, *self._table.words]
        wanted = {
            "population": _named(every, _POPULATIONS, self._population()),
            "outcome": _named(words, _OUTCOMES, self._outcome()),
            "variant": _named(words, _VARIANTS, "main"),
            "measure": _named(every, _MEASURES, "risk_difference"),
            "horizon_months": _named(words, _HORIZONS, self._horizon(row)),
        }
        head = self._table.heads[column]
        is_forest = self._table.heads[0] == "When"
        if head == "Horizon, months":
            return bag_of("a horizon", [(float(h), "count") for h in _HORIZONS.values()]), ""
        if head not in _ESTIMATES and not is_forest:
            return None
        if "Analysis" in self._table.heads:
            wanted |= {"population": "all", "outcome": "voluntary_exit"}
        return self._estimate(wanted), "" if is_forest else _ESTIMATES[head]

    def _horizon(self, row: int) -> int:
        said = self.by_head(row, "Horizon, months")
        return int(said) if said.isdigit() else 12

    def _population(self) -> str:
        asked = self._asked.params.get("population", "")
        return asked if asked in _POPULATIONS.values() else "all"

    def _outcome(self) -> str:
        asked = self._asked.params.get("outcome", "")
        return asked if asked in codes.OUTCOMES else "voluntary_exit"

    def _estimate(self, wanted: Mapping[str, Any]) -> Known:
        found = self._known.rows.find("estimate", **wanted)
        unit = codes.MEASURE_UNITS[str(wanted["measure"])]
        units = {"n_treated": "count", "n_control": "count", "effective_sample_size": "count"}
        name = ", ".join(str(value) for value in wanted.values())
        return self._row_known(name, found, list(dict.fromkeys(_ESTIMATES.values())), unit, units)

    def _row_known(
        self, name: str, rows: list[Any], columns: list[str], unit: str,
        units: Mapping[str, str],
    ) -> Known:  # fmt: skip
        if not rights.may_see_effects(self._known.viewer):
            return Known(name, withheld=rights.NOT_YOURS)
        if len(rows) != 1:
            return Known(name, withheld=NOT_PUBLISHED)
        status = getattr(rows[0], "status", "shown")
        if status != "shown":
            return Known(name, withheld=f"is {status} in the release")
        values = {column: getattr(rows[0], column) for column in columns}
        numbers = {column: (float(value), units.get(column, unit))
                   for column, value in values.items() if not pd.isna(value)}  # fmt: skip
        return Known(name, numbers)

    def curve(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return a month of a curve; its columns come arm by arm."""
        if column == 0:
            return None
        arm = "joined" if column <= 4 else "not_joined"
        form = ("survival", "lower", "upper", "at_risk")[(column - 1) % 4]
        month = int(float(self.head(row)))
        is_page = "Joined: still employed" in self._table.heads
        population = self._population() if is_page else "all"
        outcome = self._outcome() if is_page else "voluntary_exit"
        found = self._known.rows.find(
            "curve", arm=arm, month=month, population=population, outcome=outcome
        )
        name = f"curve {arm}, {population}, {outcome}, month {month}"
        columns = ["survival", "lower", "upper", "at_risk"]
        return self._row_known(name, found, columns, "fraction", {"at_risk": "count"}), form

    def balance(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return how alike the groups are in one characteristic."""
        form = {"Before weighting": "before", "After weighting": "after"}.get(
            self._table.heads[column]
        )
        if form is None:
            return None
        who = _POPULATIONS.get(self.by_head(row, "Who"), self._population())
        words = self.by_head(row, "Characteristic", "Known before joining")
        every = self._known.rows.find("balance", population=who)
        found = [one for one in every if words in _covariates(one.covariate)]
        name = f"balance {who}, {words}"
        return self._row_known(name, found, ["before", "after"], "ratio", {}), form

    def diagnostic(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return a check of an analysis: any of those called so about these people."""
        if self._table.heads[column] not in ("Value", "Limit"):
            return None
        who, title = _POPULATIONS.get(self.by_head(row, "Who"), ""), self.by_head(row, "Check")
        frame = self._known.rows.frame("diagnostic")
        frame = frame[frame["population"] == who]
        frame = frame[frame["check_id"].map(diagnostic_title) == title]
        bag = [(float(v), "number") for name in ("value", "threshold") for v in frame[name].dropna()]
        return bag_of(f"check {who}, {title}", bag), ""

    def flow(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return how many pairs have their mentor here and their senior there."""
        head = self._table.heads[column]
        if column == 0:
            return None
        mentor, mentee = self._both_departments(row, head)
        if mentor is None or mentee is None:
            return None
        name = f"who teaches whom, {mentor} to {mentee}"
        if not rights.may_see_flow(self._known.viewer, mentor, mentee):
            return Known(name, withheld=rights.NOT_YOURS), "pairs"
        is_page = self._table.heads[0] in ("Department", "Row", "Department of the mentor")
        program = self._asked.place.program if is_page else ""
        found = self._known.rows.find(
            "flow", program=program, mentor_department=mentor, mentee_department=mentee
        )
        if not found:
            return Known(name, {"pairs": (0.0, "count")}), "pairs"
        if found[0].status != "shown":
            return Known(name, withheld=f"is {found[0].status} in the release"), "pairs"
        return Known(name, {"pairs": (float(found[0].pairs), "count")}), "pairs"

    def _both_departments(self, row: int, head: str) -> tuple[str | None, str | None]:
        first = self.head(row)
        if head == "Pairs":
            names = (first, self.head(row, 1))
        elif first.endswith(" learns from"):
            names = (head, first.removesuffix(" learns from"))
        else:
            names = (first.removesuffix(" teaches"), head)
        mentor, mentee = (self._labels.find(name, "department") for name in names)
        return mentor, mentee

    def pair(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return a named pair: every number of its row of the board."""
        form = {"Days since last": "days_since_last", "Agreed cadence, days": "agreed_cadence_days"}
        head, known = self._table.heads[column], pair_known(self._known, self.head(row))
        if column == 0 and not known.withheld:
            known = replace(known, is_verbatim=True)
        return known, form.get(head, "")

    def board_count(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return how many pairs are in a state, for those who see them by name."""
        state = self._labels.find(self.head(row), "state")
        if self._table.heads[column] != "Pairs" or state is None:
            return None
        board = board_of(self._known, self._asked)
        count = (board["state"] == state.removeprefix("pair_state_")).sum()
        return bag_of(f"pairs {state}", [(float(count), "count")]), ""

    def loads(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return what became of the rows of a file, or of all files of a content and source."""
        head = self._table.heads[column]
        if head not in _LOADS:
            return None
        name = f"loads of {self.head(row)}"
        if not rights.may_see_loads(self._known.viewer):
            return Known(name, withheld=rights.NOT_YOURS), ""
        return bag_of(name, list(_load_numbers(self._known.rows, _LOADS[head]))), ""

    def rules(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return how many rows a rule set aside, or an example as the release words it."""
        if self._table.heads[column] == "For example":
            return self.rejected(row, column)
        if self._table.heads[column] != "Rows":
            return None
        if not rights.may_see_rejected(self._known.viewer):
            return Known("rejected rows", withheld=rights.NOT_YOURS), ""
        counts = self._known.rows.frame("rejected")["rule"].value_counts()
        rule = self.head(row).lower().replace(" ", "_")
        return bag_of(f"rejected by {rule}", [(float(counts.get(rule, -1)), "count")]), ""

    def definition(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return what is declared of a metric in numbers."""
        if self._table.heads[column] not in ("Minimum group", "Version", "Reviewed"):
            return None
        head = self.head(row)
        metric_id = self._labels.find(head, "metric")
        metric = self._known.rows.metrics.get(str(metric_id))
        if metric is None:
            return Known(f"definition of {head}", withheld=NOT_PUBLISHED), ""
        days = float((pd.Timestamp(metric.reviewed_on) - _DAY_ZERO).days)
        numbers = [float(metric.minimum_group), float(metric.version), days]
        return bag_of(f"definition of {metric_id}", [(n, "count") for n in numbers]), ""

    def rejected(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return a rejected row: whoever may see it may see all that its source wrote."""
        if not rights.may_see_rejected(self._known.viewer):
            return Known("a rejected row", withheld=rights.NOT_YOURS), ""
        text = self._table.rows[row][column].text.removeprefix("'")
        if text in _rejected_words(self._known.rows):
            return Known("a rejected row", is_verbatim=True), ""
        return Known("a rejected row", withheld=NOT_PUBLISHED), ""

    def tidy(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return the figure a line of a tidy file names by its ids."""
        form = self._table.heads[column]
        if form == "release_id":
            return bag_of("the release", [(self._known.rows.release.info.release_id, "count")]), ""
        if form not in ("value", "lower", "upper", "n"):
            return None
        line = dict(zip(self._table.heads, (c.text for c in self._table.rows[row]), strict=True))
        metric_id = line["metric"]
        if metric_id in self._known.rows.metrics:
            place = Place(*(line[k] for k in ("program", "cohort", "department", "population",
                                              "period")))  # fmt: skip
            return self._known.cell(metric_id, place), form
        parts = metric_id.split(".")
        if len(parts) != 5:
            return Known(metric_id, withheld=NOT_PUBLISHED), form
        wanted = {"outcome": parts[1], "variant": parts[2], "measure": parts[3],
                  "horizon_months": int(parts[4].removesuffix("m")),
                  "population": line["population"]}  # fmt: skip
        return self._estimate(wanted), {"value": "point", "n": "n_treated"}.get(form, form)


Reader = Callable[[OtherTable, int, int], "tuple[Known, str] | None"]
_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"metric", "value", "status"}), OtherTable.tidy),
    (frozenset({"Horizon, months"}), OtherTable.estimate),
    (frozenset({"Within", "Estimate"}), OtherTable.estimate),
    (frozenset({"Variant", "Points more still employed"}), OtherTable.estimate),
    (frozenset({"When", "Interval", "Effect"}), OtherTable.estimate),
    (frozenset({"Months since joining"}), OtherTable.curve),
    (frozenset({"Before weighting", "After weighting"}), OtherTable.balance),
    (frozenset({"Verdict", "Limit", "Who"}), OtherTable.diagnostic),
    (frozenset({"Mentors from"}), OtherTable.flow),
    (frozenset({"Department of the mentor"}), OtherTable.flow),
    (frozenset({"Pair", "Days since last"}), OtherTable.pair),
    (frozenset({"Set aside"}), OtherTable.loads),
    (frozenset({"Rule", "Rows", "For example"}), OtherTable.rules),
    (frozenset({"Holds", "Whole row"}), OtherTable.rejected),
    (frozenset({"rejected_row"}), OtherTable.rejected),
    (frozenset({"Definition", "Formula"}), OtherTable.definition),
)
_LOADS = {
    "Read": "rows_read", "Rows read": "rows_read", "Inserted": "rows_inserted",
    "New": "rows_inserted", "Updated": "rows_updated", "Unchanged": "rows_unchanged",
    "Set aside": "rows_rejected", "Files": "files", "Share set aside": "share",
}  # fmt: skip


def _reader(heads: tuple[str, ...]) -> Reader | None:
    return next((reader for known, reader in _READERS if known <= set(heads)), None)


def bag_of(name: str, numbers: list[Number]) -> Known:
    """Return a row whose numbers may stand in any of its cells."""
    return Known(name, {str(i): number for i, number in enumerate(numbers)})


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


def _named(words: list[str], names: Mapping[str, Any], usual: Any) -> Any:
    return next((names[word] for word in words if word in names), usual)


def _covariates(covariate: str) -> frozenset[str]:
    plain = covariate.replace(" = ", ": ").replace("_", " ")
    return frozenset({codes.covariate_words(covariate), plain[:1].upper() + plain[1:]})


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
