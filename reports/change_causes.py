"""Why a figure differs between two releases, as far as the two releases can tell.

A figure of a period that the older release could not know whole has new data. Where both know the
same days of it, rows about these days came later, or rows that were there were updated; the counts
of ``fact_rows`` say which of both happened among the facts the figure is computed from. Rows about
the period itself go before rows about days before it, which may add something (a pair matched last
year meets this year). Where both kinds of rows speak about the period, nobody can tell them apart
afterwards, and the cause says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import pandas as pd

from reports.release import Release
from warehouse.periods import parse_period


class Cause(StrEnum):
    """Why a figure changed; in the order in which one goes before another."""

    DISCLOSURE = "disclosure"
    DEFINITION = "definition"
    NEW_DATA = "new_data"
    FEWER_DAYS = "fewer_days"
    LATE_DATA = "late_data"
    CORRECTION = "correction"
    LATE_OR_CORRECTION = "late_data_or_correction"
    PROGRAM = "program"
    NOT_TOLD = "not_told"


MEANINGS: Mapping[Cause, str] = {
    Cause.DISCLOSURE: "shown before and withheld now, or the other way round",
    Cause.DEFINITION: "the metric is new, gone, or defined differently",
    Cause.NEW_DATA: "the period went on, or rows about days after it came in",
    Cause.FEWER_DAYS: "the newer release was published as of an earlier day",
    Cause.LATE_DATA: "rows about days already published came in later",
    Cause.CORRECTION: "rows about days already published were updated",
    Cause.LATE_OR_CORRECTION: "late rows and updated rows; two releases cannot tell them apart",
    Cause.PROGRAM: "no facts changed, but the version of the program did",
    Cause.NOT_TOLD: "the releases do not hold enough to tell",
}


@dataclass(frozen=True)
class Moves:
    """What happened to the facts behind some figures, as names of entities.

    Attributes
    ----------
    late, updated : tuple of str
        New rows about days of the period, and updated or removed ones.
    late_before, updated_before : tuple of str
        The same of rows about earlier days, or about none.
    after : tuple of str
        New rows about days after the period.
    """

    late: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    late_before: tuple[str, ...] = ()
    updated_before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class FactMoves:
    """Rows that came or were updated between two releases, by entity and month."""

    def __init__(self, older: Release, newer: Release) -> None:
        self.is_known = older.holds("fact_rows") and newer.holds("fact_rows")
        sources = newer.frame("figure_source")
        self._entities = sources.groupby("figures")["entity"].agg(list).to_dict()
        self._rows = moved_rows(older.frame("fact_rows"), newer.frame("fact_rows"))
        self._found: dict[tuple[tuple[str, ...], str, str], Moves] = {}

    def knows(self, figures: str) -> bool:
        """Tell whether it is known what happened to the facts behind these figures."""
        return self.is_known and figures in self._entities

    def about(self, figures: str, first_on: dt.date, last_on: dt.date) -> Moves:
        """Return what happened to the facts behind some figures of a stretch of days."""
        entities = tuple(self._entities.get(figures, ()))
        key = (entities, f"{first_on:%Y-%m}", f"{last_on:%Y-%m}")
        if key not in self._found:
            self._found[key] = self._look(*key)
        return self._found[key]

    def _look(self, entities: tuple[str, ...], first: str, last: str) -> Moves:
        rows = self._rows[self._rows["entity"].isin(entities)]
        month = rows["month"]
        is_within, is_before = (month >= first) & (month <= last), month < first
        return Moves(
            late=_names(rows, is_within & rows["is_new"]),
            updated=_names(rows, is_within & rows["is_updated"]),
            late_before=_names(rows, is_before & rows["is_new"]),
            updated_before=_names(rows, is_before & rows["is_updated"]),
            after=_names(rows, (month > last) & rows["is_new"]),
        )


def moved_rows(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two tables ``fact_rows``.

    A load takes over every row it updates, so that rows missing under the loads of old were
    updated (or removed), and rows under new loads beyond those are new. Updates that move rows to
    another month would pass for new rows there; where an entity has more such rows than it can
    have new ones, its months count as both.

    Returns
    -------
    DataFrame
        entity, month, is_new, is_updated; months in which anything happened.
    """
    keys = ["entity", "month", "batch_id"]
    both = before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"))
    moved = both["rows_after"].fillna(0) - both["rows_before"].fillna(0)
    moved = both[keys].assign(written=moved.clip(lower=0), gone=(-moved).clip(lower=0))
    months = moved.groupby(["entity", "month"], as_index=False)[["written", "gone"]].sum()
    beyond = (months["written"] - months["gone"]).clip(lower=0)
    sums = months.assign(beyond=beyond).groupby("entity")[["written", "gone", "beyond"]].sum()
    new = (sums["written"] - sums["gone"]).clip(lower=0)
    is_moved = months["entity"].map(sums["beyond"] > new).to_numpy(dtype=bool)
    can_be_new = months["entity"].map(new > 0).to_numpy(dtype=bool)
    months["is_new"] = (beyond > 0) & can_be_new
    months["is_updated"] = (months["gone"] > 0) | (is_moved & (beyond > 0))
    happened = months["is_new"] | months["is_updated"]
    return months.loc[happened, ["entity", "month", "is_new", "is_updated"]]


@dataclass(frozen=True)
class Why:
    """The cause of a change.

    Attributes
    ----------
    cause : Cause
        What certainly, or alone, explains it.
    also : tuple of Cause
        What may have added to it and cannot be told apart from it.
    entities : tuple of str
        Facts that moved, where the cause is in the data; never counts, which could tell more
        about a small group than the figures do.
    """

    cause: Cause
    also: tuple[Cause, ...] = ()
    entities: tuple[str, ...] = ()


class Causes:
    """Decides for figures of two releases why they differ."""

    def __init__(self, older: Release, newer: Release) -> None:
        self._older, self._newer = older, newer
        self._moves = FactMoves(older, newer)
        self._is_other_program = older.info.code_version != newer.info.code_version
        self._by_data: dict[tuple[str, str], Why] = {}

    @cached_property
    def redefined(self) -> frozenset[str]:
        """Metrics that are in one release only, or declared differently in the two."""
        return frozenset(_redefined(self._older.frame("metric"), self._newer.frame("metric")))

    def by_data(self, figures: str, period: str) -> Why:
        """Return what in the data explains a change.

        Parameters
        ----------
        figures : str
            A metric, or an analysis.
        period : str
            Month, quarter or year; "" for figures about all days.
        """
        key = (figures, period)
        if key not in self._by_data:
            self._by_data[key] = self._decide(figures, period)
        return self._by_data[key]

    def _decide(self, figures: str, period: str) -> Why:
        earlier, later = (one.info.data_as_of for one in (self._older, self._newer))
        before, now = (_last_day(as_of, period) for as_of in (earlier, later))
        moves = self._moves.about(figures, _first_day(period), min(before, now))
        in_data, entities = _in_data(moves)
        program = (Cause.PROGRAM,) if self._is_other_program else ()
        if now != before:
            both = tuple(sorted({*entities, *moves.after}))
            return Why(_of_days(before, now), (*in_data, *program), both)
        if in_data:
            return Why(in_data[0], (*in_data[1:], *program), entities)
        if later != earlier:  # some figures look beyond their period: days to a first session
            return Why(_of_days(earlier, later), program, moves.after)
        if moves.after:
            return Why(Cause.NEW_DATA, program, moves.after)
        is_program = self._moves.knows(figures) and self._is_other_program
        return Why(Cause.PROGRAM if is_program else Cause.NOT_TOLD)

    def with_definition(self, why: Why) -> Why:
        """Return the cause of a figure that is computed under another definition."""
        others = () if why.cause in (Cause.PROGRAM, Cause.NOT_TOLD) else (why.cause, *why.also)
        return Why(Cause.DEFINITION, others, why.entities)


def _of_days(before: dt.date, now: dt.date) -> Cause:
    return Cause.NEW_DATA if now > before else Cause.FEWER_DAYS


def _in_data(moves: Moves) -> tuple[tuple[Cause, ...], tuple[str, ...]]:
    """Return what rows explain a change, what they may add, and whose rows they are."""
    nearest = _kind(moves.late, moves.updated)
    farther = _kind(moves.late_before, moves.updated_before)
    if nearest is None:
        names = {*moves.late_before, *moves.updated_before}
        return (() if farther is None else (farther,)), tuple(sorted(names))
    adds = farther if nearest is not Cause.LATE_OR_CORRECTION else None
    names = {*moves.late, *moves.updated}
    return tuple(c for c in dict.fromkeys((nearest, adds)) if c), tuple(sorted(names))


def _kind(late: tuple[str, ...], updated: tuple[str, ...]) -> Cause | None:
    if late and updated:
        return Cause.LATE_OR_CORRECTION
    if late:
        return Cause.LATE_DATA
    return Cause.CORRECTION if updated else None


def _redefined(before: pd.DataFrame, now: pd.DataFrame) -> Iterable[str]:
    names = ["version", "definition", "formula", "unit", "declaration_sha256"]
    both = before.merge(now, on="metric_id", how="outer", suffixes=("_before", "_now"))
    for row in both.itertuples():
        for name in names:
            old, new = getattr(row, f"{name}_before"), getattr(row, f"{name}_now")
            is_unknown = name == "declaration_sha256" and (pd.isna(old) or pd.isna(new))
            if not is_unknown and old != new:  # a metric of one release only differs in all
                yield str(row.metric_id)
                break


def _last_day(as_of: dt.date, period: str) -> dt.date:
    return min(parse_period(period).ends_on, as_of) if period else as_of


def _first_day(period: str) -> dt.date:
    return parse_period(period).starts_on if period else dt.date.min


def _names(rows: pd.DataFrame, chosen: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(set(rows.loc[chosen, "entity"])))
