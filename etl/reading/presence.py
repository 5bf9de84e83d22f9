"""How long somebody was there, from stays that may overlap: rejoins, two devices, two reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Interval = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Stay:
    """One person's presence as one line of a report tells it.

    Parameters
    ----------
    joined, left
        First join and last leave; None where the report does not say.
    minutes
        Time present between the two, gaps left out; None where the report does not say.
    """

    joined: dt.datetime | None = None
    left: dt.datetime | None = None
    minutes: float | None = None


def covered_minutes(intervals: Iterable[Interval]) -> float:
    """Return the minutes that lie in at least one of several intervals."""
    total, reached = dt.timedelta(0), None
    for start, end in sorted(intervals):
        if reached is None or end > reached:
            total += end - max(start, reached or start)
            reached = end
    return total.total_seconds() / 60


def present_minutes(stays: Sequence[Stay]) -> float | None:
    """Return how long somebody was there; None where no stay says.

    Stays that do not touch add up. Of stays that overlap (the same meeting told twice) the longer
    one counts where it contains the other, and never more than the time they cover together.
    """
    timed = sorted(
        (stay.joined, stay.left, stay.minutes)
        for stay in stays
        if stay.joined and stay.left and stay.minutes is not None
    )
    known = [minutes for _, _, minutes in timed]
    known += [s.minutes for s in stays if s.minutes is not None and not (s.joined and s.left)]
    if not known:
        return None
    if len(timed) < len(known):  # without both moments nobody can tell what overlaps
        return max([*known, *([_total(timed)] if timed else [])])
    return _total(timed)


def _total(timed: list[tuple[dt.datetime, dt.datetime, float]]) -> float:
    """Return the presence of stays, sorted by join: groups that overlap count by themselves."""
    groups: list[list[tuple[dt.datetime, dt.datetime, float]]] = []
    reached = None
    for stay in timed:
        if reached is None or stay[0] >= reached:
            groups.append([])
        groups[-1].append(stay)
        reached = stay[1] if len(groups[-1]) == 1 or reached is None else max(reached, stay[1])
    return sum(map(_together, groups))


def _together(group: list[tuple[dt.datetime, dt.datetime, float]]) -> float:
    """Return the presence of stays that overlap one another."""
    longest = max(minutes for _, _, minutes in group)
    start, end = group[0][0], max(left for _, left, _ in group)
    if any(joined <= start and left >= end for joined, left, _ in group):
        return longest
    covered = covered_minutes((joined, left) for joined, left, _ in group)
    return max(longest, min(sum(minutes for _, _, minutes in group), covered))
