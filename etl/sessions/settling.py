"""Keep ``session`` what follows from all reports about it, whoever came first.

A session only one source speaks of stands in ``session`` as that source wrote it. As soon as
several sources speak of it, or attendance confirms it, each of their rows moves to
``session_report``, and ``session`` holds what follows from them (:mod:`etl.sessions.claims`). A row
that arrives again is compared with what its own source said before, so loading twice changes
nothing, and what was overruled can always be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.people.identity import Provenance
from etl.reading.presence import Stay, present_minutes
from etl.sessions.claims import Claim, Merged, group_claims, merge_claims
from warehouse.engine import Writer
from warehouse.tables import (
    facts,
    pair,
    session,
    session_attendance,
    session_feedback,
    session_report,
    session_topic,
)

_AT_ONCE = 500  # pairs settled together; bounds what is held in memory
_OWN = [name for name in facts(session) if name != "session_id"]
_FOLLOWERS = (session_topic, session_feedback)  # they name sessions as their source does
_KINDS: dict[type, pa.DataType] = {
    sa.String: pa.string(),
    sa.DateTime: pa.timestamp("us"),
    sa.Double: pa.float64(),
    sa.Integer: pa.int32(),
    sa.Boolean: pa.bool_(),
}
Row = dict[str, Any]
Key = tuple[str, str]


def settle_sessions(writer: Writer, files: Sequence[Provenance]) -> None:
    """Work out anew the sessions of which the files just merged speak.

    Parameters
    ----------
    files
        Provenance of those files, all of one batch: rows they wrote or changed are told by it.
    """
    pairs = [str(row[0]) for row in writer.execute(_pairs_to_settle(files))]
    for some in _some(pairs):
        _Settling.read(writer, some).settle(writer, files[0])


def _pairs_to_settle(files: Sequence[Provenance]) -> sa.Select[Any]:
    """Select pairs with new statements of which several may be about one session."""
    s, r, a = session.c, session_report.c, session_attendance.c
    contents = [one.file_sha256 for one in files]

    def mine(table: sa.Table) -> sa.ColumnElement[bool]:
        is_file = table.c.source_file_sha256.in_(contents)
        return sa.and_(is_file, table.c.batch_id == files[0].batch_id)

    told_of = sa.select(s.pair_id).join(session_report, r.session_id == s.session_id)
    seen = [
        sa.select(s.pair_id)
        .join(session_attendance, a.session_id == s.session_id)
        .where(mine(session_attendance)),
        sa.select(r.pair_id)
        .join(session_attendance, a.reported_session_id == r.reported_session_id)
        .where(mine(session_attendance)),
    ]
    told = [sa.select(r.pair_id).where(mine(session_report)), told_of.where(mine(session_report))]
    changed = sa.union(sa.select(s.pair_id).where(mine(session)), *told, *seen).cte("changed")
    of_changed = sa.select(changed.c.pair_id)
    several = [
        *(_close(hours, of_changed) for hours in (0, 12)),
        sa.select(r.pair_id).where(r.pair_id.in_(of_changed)),
        sa.select(s.pair_id).where(s.pair_id.in_(of_changed), s.status_basis == "attendance"),
    ]
    found = sa.union(*several, *told, *seen).subquery()
    query = sa.select(found.c.pair_id).where(found.c.pair_id.is_not(None))
    return query.distinct().order_by(found.c.pair_id)


def _close(hours: int, pairs: sa.Select[Any]) -> sa.Select[Any]:
    """Select pairs with two sessions within a day that begins so many hours before midnight.

    Sessions closer than half a day share a day in one of two such rasters. Counting is several
    times faster than lining up sessions; which of those found are one is decided one by one.
    """
    later = sa.literal_column(f"INTERVAL '{hours} hours'", sa.Interval)
    day = sa.cast(session.c.planned_start_at + later, sa.Date).label("day")
    counted = (
        sa.select(session.c.pair_id, day)
        .where(session.c.pair_id.in_(pairs))
        .group_by(session.c.pair_id, day)
        .having(sa.func.count() > 1)
    )
    return sa.select(counted.subquery().c.pair_id)


@dataclass
class _Settling:
    """Everything known about the sessions of some pairs.

    Parameters
    ----------
    sessions, reports
        Stored rows by source key.
    sides
        Pair to the ids of its mentor and mentee.
    stays
        Session, by the id its report used, to person to stays.
    """

    sessions: dict[Key, Row]
    reports: dict[Key, Row]
    sides: dict[str, tuple[str, str]]
    stays: dict[str, dict[str, list[Stay]]]
    standing: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, writer: Writer, pairs: Sequence[str]) -> _Settling:
        """Read what is stored about some pairs."""
        s, r, a = session.c, session_report.c, session_attendance.c
        told = _keyed(_read(writer, sa.select(session_report).where(r.pair_id.in_(pairs))))
        known = _read(writer, sa.select(pair).where(pair.c.pair_id.in_(pairs)))
        # A corrected row may have gone to another pair: the session it led is still where it was.
        led = sorted({row["session_id"] for row in told.values()})
        stored = _keyed(_read(writer, sa.select(session).where(s.pair_id.in_(pairs))))
        for some in _some(led):
            found = _keyed(_read(writer, sa.select(session).where(s.session_id.in_(some))))
            stored |= {key: row for key, row in found.items() if key in told}
        for some in _some(sorted({row["session_id"] for row in stored.values()})):
            linked = _read(writer, sa.select(session_report).where(r.session_id.in_(some)))
            for key in _keyed(linked).keys() - told.keys():
                stored.pop(key, None)
        ids = {row["session_id"] for row in [*stored.values(), *told.values()]}
        ids |= {row["reported_session_id"] for row in told.values()}
        stays: dict[str, dict[str, list[Stay]]] = {}
        for some in _some(sorted(ids)):
            named = sa.func.coalesce(a.reported_session_id, a.session_id)
            for row in _read(writer, sa.select(session_attendance).where(named.in_(some))):
                stay = Stay(row["joined_at"], row["left_at"], row["present_minutes"])
                own = row["reported_session_id"] or row["session_id"]
                stays.setdefault(own, {}).setdefault(row["person_id"], []).append(stay)
        sides = {p["pair_id"]: (p["mentor_person_id"], p["mentee_person_id"]) for p in known}
        return cls(stored, told, sides, stays)

    def settle(self, writer: Writer, provenance: Provenance) -> None:
        """Write the sessions that follow, and what each source said of those in question."""
        wanted: dict[Key, Row] = {}
        told: dict[Key, Row] = {}
        for claims in self._claims_by_pair().values():
            attended = {one.session_id for one in claims if self._attended([one])[0]}
            for group in group_claims(claims, attended):
                is_attended, minutes = self._attended(group)
                merged = merge_claims(group, minutes, is_attended)
                self._add(merged, is_attended, wanted, told)
        stamp = {"batch_id": provenance.batch_id, "loaded_at": provenance.now}
        _write(writer, session, self.sessions, wanted, stamp)
        _write(writer, session_report, self.reports, told, {})
        self._rename(writer)

    def _claims_by_pair(self) -> dict[str, list[Claim]]:
        alone = [row for key, row in self.sessions.items() if key not in self.reports]
        rows = [*self.reports.values(), *alone]
        found: dict[str, list[Claim]] = {}
        for row in rows:
            own = row.get("reported_session_id", row["session_id"])
            claim = Claim(
                row["source_system"],
                row["source_record_id"],
                own,
                row["planned_start_at"],
                {name: row[name] for name in _OWN},
            )
            found.setdefault(row["pair_id"], []).append(claim)
        return found

    def _attended(self, group: Sequence[Claim]) -> tuple[bool, float | None]:
        """Tell whether both sides were there, and for how long at least both."""
        mentor, mentee = self.sides.get(group[0].facts["pair_id"], ("", ""))
        minutes = []
        for person in (mentor, mentee):
            names = {one.session_id for one in group}
            stays = [stay for own in names for stay in self.stays.get(own, {}).get(person, [])]
            if not stays:
                return False, None
            minutes.append(present_minutes(stays))
        known = [one for one in minutes if one is not None]
        return True, min(known) if len(known) == len(minutes) else None

    def _add(
        self, merged: Merged, is_attended: bool, wanted: dict[Key, Row], told: dict[Key, Row]
    ) -> None:
        lead = merged.lead
        wanted[lead.key] = self._row(lead) | merged.facts | {"session_id": lead.session_id}
        if len(merged.claims) > 1 or is_attended:
            for claim in merged.claims:
                names = {"session_id": lead.session_id, "reported_session_id": claim.session_id}
                told[claim.key] = self._row(claim) | dict(claim.facts) | names
        self.standing |= {claim.session_id: lead.session_id for claim in merged.claims}

    def _row(self, claim: Claim) -> Row:
        """Return what is stored of a claim: its provenance counts."""
        return self.reports.get(claim.key) or self.sessions[claim.key]

    def _rename(self, writer: Writer) -> None:
        """Let attendance, topics and feedback follow the sessions they speak of."""
        before = {r["reported_session_id"]: r["session_id"] for r in self.reports.values()}
        for own, standing in sorted(self.standing.items()):
            if before.get(own, own) == standing:
                continue
            a = session_attendance.c
            writer.execute(
                sa.update(session_attendance)
                .where(a.reported_session_id == own, a.session_id != standing)
                .values(session_id=standing)
            )
            for table in _FOLLOWERS:
                is_own = table.c.session_id == own
                writer.execute(sa.update(table).where(is_own).values(session_id=standing))
            writer.staging.forget(session_attendance)


def _write(
    writer: Writer,
    table: sa.Table,
    stored: Mapping[Key, Row],
    wanted: Mapping[Key, Row],
    stamp: Mapping[str, Any],
) -> None:
    """Make the stored rows of some pairs those that are wanted; equal ones stay untouched."""
    compared = [*facts(table), "source_file_sha256", "source_row"]

    def says(row: Row) -> list[Any]:
        return [row.get(name) for name in compared]

    changed = {
        key: row
        for key, row in wanted.items()
        if key not in stored or says(stored[key]) != says(row)
    }
    gone = [key for key in stored if key not in wanted or key in changed]
    for system in sorted({key[0] for key in gone}):
        for some in _some([record for own, record in gone if own == system]):
            c = table.c
            is_gone = sa.and_(c.source_system == system, c.source_record_id.in_(some))
            writer.execute(sa.delete(table).where(is_gone))
    rows = [dict(row) | dict(stamp) for row in changed.values()]
    if rows:
        arrays = [
            pa.array([row[c.name] for row in rows], _KINDS[type(c.type)], from_pandas=True)
            for c in table.columns
        ]
        names = [c.name for c in table.columns]
        staged = writer.staging.load(pa.Table.from_arrays(arrays, names=names), "settled")
        writer.append(table, staged)
    writer.staging.forget(table)


def _keyed(rows: Iterable[Row]) -> dict[Key, Row]:
    return {(row["source_system"], row["source_record_id"]): row for row in rows}


def _read(writer: Writer, query: sa.Select[Any]) -> list[Row]:
    """Return rows with plain values: None where nothing is stored."""
    frame = writer.read(query)
    counts = {c.name for c in query.selected_columns if isinstance(c.type, sa.Integer)}
    return [
        {str(name): _plain(value, name in counts) for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _plain(value: Any, is_count: bool) -> Any:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return int(value) if is_count else value


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
