"""Which figure a cell of a table of metrics is, by the heads of its row and column.

Works for every surface that calls metrics, slices and periods by their names, so a new table of
metrics needs no line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harvest import figures
from harvest.asked import Asked, quarter_before
from harvest.figures import Figures, Known, Place
from harvest.found import FoundTable
from harvest.labels import FORM, METRIC, SHORT_NAMES, Labels

SUM_OF_STATES = "stalled_or_dormant"
_ROW_KINDS = {
    "Figure": METRIC, "Department": "department", "Row": "department", "Cohort": "cohort",
    "State": "state", "Quarter": "period",
}  # fmt: skip
_OWN_QUARTER = "Quarter"
_OF_REACH = {"Participants": figures.NUMERATOR, "Eligible": figures.DENOMINATOR,
             "Taking part, of eligible": "", "Reach": figures.VALUE,
             "From 0, dotted: all departments": ""}  # fmt: skip
_OF_STATES = {"Pairs": figures.NUMERATOR, "Share": figures.VALUE}
_OF_QUARTERS = {"On track": figures.VALUE, "Pairs": figures.N}
_CHANGED = {figures.LOWER: figures.CHANGE_LOWER, figures.UPPER: figures.CHANGE_UPPER}


@dataclass(frozen=True)
class Meaning:
    """What a column says; None and "" where that is left to the row or the table.

    Attributes
    ----------
    form : str
        Part of the figure; "" for any of them.
    metric_id, period : str
    population : str or None
    """

    form: str
    metric_id: str = ""
    period: str = ""
    population: str | None = None


class MetricTable:
    """One table of metrics, read by its heads."""

    def __init__(self, table: FoundTable, labels: Labels, asked: Asked, known: Figures) -> None:
        self._table, self._labels, self._asked, self._known = table, labels, asked, known
        self._row_kind = _ROW_KINDS[table.heads[0]]
        self._has_short_names = "Unit" in table.heads
        self._before = quarter_before(known.rows, asked.place.period)
        self._metric_id = table.metric_id or self._named_metric()
        self._columns = self._read_heads()

    @staticmethod
    def fits(table: FoundTable) -> bool:
        """Tell whether a table's first head is one this understands."""
        return bool(table.heads) and table.heads[0] in _ROW_KINDS

    def figure(self, row: int, column: int) -> tuple[Known, str] | None:
        """Return the figure of a cell and which part of it; None where it is none."""
        meaning = self._columns[column]
        if meaning is None:
            return None
        head = self._table.rows[row][0].text.strip()
        place, metric_id = self._asked.place, meaning.metric_id or self._metric_id
        named = self._name_of(head)
        if named is None:
            return None
        if self._row_kind in (METRIC, "state"):
            metric_id = named
        else:
            place = replace(place, **{self._row_kind: named})
        if period := meaning.period or self._period_of(row):
            place = replace(place, period=period)
        if meaning.population is not None:
            place = replace(place, population=meaning.population)
        if metric_id == "reach":  # people outside the program belong to no cohort
            place = replace(place, cohort="") if self._row_kind == "department" else place
        if not metric_id:
            return None
        return self._look_up(metric_id, place, meaning.form), meaning.form

    def _period_of(self, row: int) -> str:
        """Return the quarter that a row names in a column of its own; "" where there is none."""
        if _OWN_QUARTER not in self._table.heads[1:]:
            return ""
        said = self._table.rows[row][self._table.heads.index(_OWN_QUARTER)].text
        return self._labels.find(said, "period") or ""

    def _look_up(self, metric_id: str, place: Place, form: str) -> Known:
        if metric_id == SUM_OF_STATES:
            return sum_of_states(self._known, place, self._before)
        if form.startswith(figures.CHANGE):
            return self._known.change(metric_id, place, self._before)
        return self._known.published(metric_id, place)

    def _name_of(self, head: str) -> str | None:
        if self._has_short_names and head in SHORT_NAMES:
            return SHORT_NAMES[head]
        return self._labels.find(head, self._row_kind)

    def _named_metric(self) -> str:
        """Return the metric the title or subtitle begins with."""
        best = ""
        for metric_id, metric in self._known.rows.metrics.items():
            label = str(metric.label).replace(": ", " ", 1)
            for words in self._table.words:
                is_named = words.startswith((f"{label},", f"{label}:", f"{label} "))
                if is_named and len(label) > len(self._label(best)):
                    best = metric_id
        return best

    def _label(self, metric_id: str) -> str:
        metric = self._known.rows.metrics.get(metric_id)
        return str(metric.label) if metric else ""

    def _read_heads(self) -> list[Meaning | None]:
        found: list[Meaning | None] = [None]
        carried, is_change = Meaning(""), False
        own = self._own_forms()
        for head in self._table.heads[1:]:
            named = self._named(head)
            form = own.get(head, self._labels.find(head, FORM))
            if named is not None:
                carried, is_change = replace(carried, **named), False
                form = figures.VALUE
            if form is None:
                found.append(None)
                continue
            if head in ("This quarter", "Quarter before"):
                before = head == "Quarter before"
                carried = replace(
                    carried, period=self._before if before else self._asked.place.period
                )
            is_change = is_change or form == figures.CHANGE
            if is_change:
                carried = replace(carried, period=self._asked.place.period)
                form = _CHANGED.get(form, form)
            found.append(replace(carried, form=form))
        return found

    def _own_forms(self) -> dict[str, str]:
        if "Reach, %" in self._table.heads or "Taking part, of eligible" in self._table.heads:
            return _OF_REACH
        return {"state": _OF_STATES, "period": _OF_QUARTERS}.get(self._row_kind, {})

    def _named(self, head: str) -> dict[str, str] | None:
        """Return what a head names beside a part of a figure."""
        if head in self._own_forms():
            return None
        kinds: Sequence[str] = ("period", "population")
        if self._row_kind in ("department", "cohort"):
            kinds = ("period", METRIC)
        for kind in kinds:
            value = self._labels.find(head, kind)
            if value is not None:
                return {"metric_id" if kind == METRIC else kind: value}
        return None


def sum_of_states(known: Figures, place: Place, before: str) -> Known:
    """Return the number of pairs stalled or dormant: the sum of two published counts."""
    now = _summed(known, place)
    then = _summed(known, replace(place, period=before)) if before else None
    if now.withheld or then is None or then.withheld:
        return now
    difference = now.numbers[figures.VALUE][0] - then.numbers[figures.VALUE][0]
    return replace(now, numbers={**now.numbers, figures.CHANGE: (difference, "count")})


def _summed(known: Figures, place: Place) -> Known:
    parts = [known.published(f"pair_state_{state}", place) for state in ("stalled", "dormant")]
    name = f"{SUM_OF_STATES}, {place}"
    for part in parts:
        if part.withheld or figures.NUMERATOR not in part.numbers:
            return Known(name, withheld=part.withheld or figures.NOT_PUBLISHED)
    total = sum(part.numbers[figures.NUMERATOR][0] for part in parts)
    n = parts[0].numbers.get(figures.N)
    numbers = {figures.VALUE: (total, "count")} | ({figures.N: n} if n else {})
    return Known(name, numbers, place=place)
