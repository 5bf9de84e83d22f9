"""The weekly digest of a program manager: whom to call, under the manager's own rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from reports.codes import STATES, reason_words
from reports.findings import pairs_title
from reports.release import Release
from reports.wording import format_count, format_day, format_value

MOST = 10  # pairs told one by one; the rest is a number with a link
_NEEDING = ("stalled", "dormant", "never_started", "drifting", "unlogged")


@dataclass(frozen=True)
class Line:
    """One pair that needs someone.

    Attributes
    ----------
    pair_id : str
    who : str
        Names where the recipient wants them in mail, else the pair's id.
    where : str
        Departments of the junior and the senior.
    state, why, since : str
        In words.
    href : str
        The pair in the worklist.
    """

    pair_id: str
    who: str
    where: str
    state: str
    why: str
    since: str
    href: str


@dataclass(frozen=True)
class Digest:
    """What is sent to one recipient in one week, free of any format.

    Attributes
    ----------
    week : str
        ISO week, 2026-W49.
    subject, headline, day : str
        ``day`` says up to when the data speak.
    counts : tuple of (words, count, href)
        Pairs by state that needs someone.
    lines : tuple of Line
        Most in need first, at most :data:`MOST`.
    more : int
        Pairs in need that are not in ``lines``.
    href : str
        The whole worklist, filtered to the recipient's programs.
    foot : tuple of str
        Where the numbers are from, and why there are no names.
    """

    week: str
    subject: str
    headline: str
    day: str
    counts: tuple[tuple[str, int, str], ...]
    lines: tuple[Line, ...]
    more: int
    href: str
    foot: tuple[str, ...]


def week_of(day: dt.date) -> str:
    """Return the ISO week of a day: 2026-W49."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def build_digest(
    release: Release,
    *,
    programs: Sequence[str],
    address: str,
    week: str,
    with_names: bool = False,
    set_aside: Collection[str] = (),
) -> Digest:
    """Return a manager's digest from a release and nothing else.

    Parameters
    ----------
    release : Release
    programs : sequence of str
        The recipient's own programs; pairs of others are never told.
    address : str
        Where the dashboard answers, for the links: https://outcomes.example.
    week : str
        ISO week.
    with_names : bool
        Names in the message; off by default, mail travels further than a page.
    set_aside : collection of pair ids
        Pairs that somebody snoozed, paused or ended: they are not told of.
    """
    board = release.frame("pair_board", program=list(programs)).sort_values("need_rank")
    needing = board[board["needs_attention"].astype(bool) & ~board["pair_id"].isin(set_aside)]
    search = {"program": programs[0]} if len(programs) == 1 else {}
    title = pairs_title(len(needing), _after_cancellations(needing))
    info = release.info
    foot = [f"Release {info.release_id}. Each pair against its own agreed cadence."]
    if not with_names:
        foot.append("Names are left out of messages; the links show them to those who may see.")
    if info.is_sample:
        foot.append("Sample data, invented.")
    return Digest(
        week=week,
        subject=f"{title} (reverse mentoring, week {int(week[-2:])})",
        headline=f"{title}.",
        day=f"Data up to {format_day(info.data_as_of)}.",
        counts=tuple(
            (STATES[state], int(count), _link(address, search | {"state": state}))
            for state in _NEEDING
            if (count := (needing["state"] == state).sum())
        ),
        lines=tuple(
            _line(row, address, search, with_names=with_names)
            for row in needing.head(MOST).itertuples(index=False)
        ),
        more=max(len(needing) - MOST, 0),
        href=_link(address, search),
        foot=tuple(foot),
    )


def more_words(count: int) -> str:
    """Return "and 27 pairs more"."""
    return f"and {format_count(count, 'pair')} more"


def _after_cancellations(board: pd.DataFrame) -> int:
    return int(board["reasons"].fillna("").str.contains('"senior_cancelled"').sum())


def _line(row: Any, address: str, search: dict[str, str], *, with_names: bool) -> Line:
    who = f"{row.mentor_name} → {row.mentee_name}" if with_names else f"Pair {row.pair_id}"
    since = "days since the last session" if not pd.isna(row.last_held_on) else "days since match"
    days = format_value(row.days_since_last, "count")
    return Line(
        pair_id=str(row.pair_id),
        who=who,
        where=f"{row.mentor_department or '?'} → {row.mentee_department or '?'}",
        state=STATES.get(row.state, row.state),
        why=reason_words(row.reasons or "[]"),
        since=f"{days} {since}",
        href=_link(address, search | {"pair": row.pair_id, "state": "all"}),
    )


def _link(address: str, search: dict[str, str]) -> str:
    query = f"?{urlencode(search)}" if search else ""
    return f"{address.rstrip('/')}/pairs{query}"
