"""Which reports speak of one session, and what follows from all of them together.

Everything here is decided from the set of reports alone, never from the order in which they came:
sort keys leave no ties, and a report is the same whether it is old or new.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NEAR = dt.timedelta(minutes=30)  # starts this close are one meeting, as are those that overlap
REACH = dt.timedelta(hours=2)  # how far on the same day a meeting may be from the plan it meets
_RANKS = {"attendance": 5, "self_report": 4, None: 3, "calendar": 2, "past_dated": 1}
# Where equally good reports differ, the fuller statement stands.
_FULLNESS = {"held": 4, "no_show": 3, "cancelled": 2, "planned": 1, "unknown": 0}
_PLANNING = (
    *("planned_zone", "planned_minutes", "mode", "place_is_neutral"),
    "rescheduled_from_session_id",
)


@dataclass(frozen=True)
class Claim:
    """What one source says of one session of a pair.

    Parameters
    ----------
    system, record
        Its key in the source.
    session_id
        The session by the id this source gives it.
    start
        Planned begin, UTC.
    facts
        The other columns of ``session``, by name; None where the source says nothing.
    """

    system: str
    record: str
    session_id: str
    start: dt.datetime
    facts: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Key of the row in its source."""
        return self.system, self.record

    @property
    def is_generated(self) -> bool:
        """True where no source named the session and its id was derived from the meeting."""
        pattern = rf"{re.escape(self.system)}-[0-9a-f]{{16}}"
        return re.fullmatch(pattern, self.session_id) is not None

    @property
    def is_cancelled(self) -> bool:
        """True where the source says that the session was called off."""
        return bool(self.facts["status"] == "cancelled")

    @property
    def is_witness(self) -> bool:
        """True where the row comes from people having met, not from a plan."""
        return bool(self.facts["status_basis"] == "attendance")

    @property
    def end(self) -> dt.datetime:
        """Planned end, or the actual one where no length was planned."""
        minutes = self.facts["planned_minutes"] or self.facts["actual_minutes"] or 0
        return self.start + dt.timedelta(minutes=minutes)

    @property
    def place(self) -> tuple[Any, ...]:
        """Where the claim stands among others that may name the session: plans come first."""
        return (self.is_witness, self.is_generated, self.start, self.session_id, *self.key)

    @property
    def rank(self) -> tuple[int, int]:
        """How much the claim weighs when several say how the session went.

        A plan by somebody's own word, and a status that is unknown, say nothing about that. An
        outcome whose basis is not declared was entered by somebody: it stands behind self-reports.
        """
        status, basis = self.facts["status"], self.facts["status_basis"]
        is_silent = status == "unknown" or (status == "planned" and basis != "calendar")
        return (0 if is_silent else _RANKS.get(basis, 0), _FULLNESS.get(status, 0))


@dataclass(frozen=True)
class Merged:
    """A session and the claims it follows from; ``lead`` gives it its id and key."""

    lead: Claim
    claims: tuple[Claim, ...]
    facts: dict[str, Any]


def group_claims(claims: Iterable[Claim], attended: Collection[str]) -> list[list[Claim]]:
    """Group the claims about one pair by session.

    Parameters
    ----------
    claims
        All claims about the sessions of one pair.
    attended
        Ids of sessions in which both sides of the pair were present.
    """
    named: dict[str, list[Claim]] = {}
    for claim in sorted(claims, key=lambda one: one.place):
        named.setdefault(claim.session_id, []).append(claim)
    blocks = sorted(named.values(), key=_block_place)
    groups: list[list[Claim]] = []
    for block in blocks:
        fitting = [group for group in groups if _are_one(group, block)]
        if fitting:
            min(fitting, key=lambda group: _distance(group, block)).extend(block)
        else:
            groups.append(list(block))
    return _meet_plans(groups, attended)


def merge_claims(claims: Sequence[Claim], attended: float | None, is_attended: bool) -> Merged:
    """Return the session that follows from all claims about it.

    Parameters
    ----------
    attended
        Minutes both sides were present; None where unknown.
    is_attended
        True where attendance shows that both sides were there.
    """
    planners = sorted(claims, key=lambda one: one.place)
    lead = planners[0]
    witnesses = sorted(planners, key=lambda one: one.rank, reverse=True)
    facts = dict(lead.facts)
    for name in _PLANNING:
        facts[name] = _first(planners, name)
    facts["actual_minutes"] = _first(witnesses, "actual_minutes")
    best = witnesses[0]
    for name in ("status", "status_basis"):
        facts[name] = best.facts[name]
    if is_attended:
        facts |= {"status": "held", "status_basis": "attendance"}
        facts["actual_minutes"] = facts["actual_minutes"] if attended is None else attended
    cancelled = [one for one in witnesses if one.is_cancelled]
    for name in ("cancelled_by", "cancelled_at"):
        facts[name] = _first(cancelled, name) if facts["status"] == "cancelled" else None
    return Merged(lead, tuple(planners), facts)


def _first(claims: Sequence[Claim], name: str) -> Any:
    return next((one.facts[name] for one in claims if one.facts[name] is not None), None)


def _block_place(block: Sequence[Claim]) -> tuple[Any, ...]:
    """Sort cancelled sessions last: they must not take the place of what was held instead."""
    first = block[0]
    return (all(one.is_cancelled for one in block), first.start, *first.place)


def _are_one(group: Sequence[Claim], block: Sequence[Claim]) -> bool:
    is_near = any(_is_near(one, other) for one in group for other in block)
    return is_near and not any(_excludes(one, other) for one in group for other in block)


def _is_near(one: Claim, other: Claim) -> bool:
    if abs(one.start - other.start) <= NEAR:
        return True
    return one.start < other.end and other.start < one.end


def _excludes(one: Claim, other: Claim) -> bool:
    """Tell whether two claims cannot be about one session.

    A session and the one it was moved to are two; and so are two rows of one system of which one
    is cancelled and the other is not.
    """
    if one.facts["rescheduled_from_session_id"] == other.session_id:
        return True
    if other.facts["rescheduled_from_session_id"] == one.session_id:
        return True
    return one.system == other.system and one.is_cancelled != other.is_cancelled


def _distance(group: Sequence[Claim], block: Sequence[Claim]) -> tuple[Any, ...]:
    gap = min(abs(one.start - other.start) for one in group for other in block)
    return (gap, *group[0].place)


def _meet_plans(groups: list[list[Claim]], attended: Collection[str]) -> list[list[Claim]]:
    """Join meetings nobody planned with the one open plan of their day that is within reach."""
    met = [group for group in groups if all(one.is_witness for one in group)]
    plans = [group for group in groups if _is_open(group, attended)]
    joined: list[list[Claim]] = []
    for meeting in met:
        candidates = [plan for plan in plans if _is_in_reach(plan, meeting)]
        if len(candidates) == 1 and sum(_is_in_reach(candidates[0], one) for one in met) == 1:
            candidates[0].extend(meeting)
            joined.append(meeting)
    return [group for group in groups if not any(group is one for one in joined)]


def _is_open(group: Sequence[Claim], attended: Collection[str]) -> bool:
    """Tell whether a session is planned, or said to be held, and nobody saw it yet."""
    is_seen = any(one.is_witness or one.session_id in attended for one in group)
    is_off = any(one.facts["status"] in ("cancelled", "no_show") for one in group)
    return not is_seen and not is_off


def _is_in_reach(plan: Sequence[Claim], meeting: Sequence[Claim]) -> bool:
    zone = _first(plan, "planned_zone")
    one, other = plan[0].start, meeting[0].start
    return abs(one - other) <= REACH and _local_day(one, zone) == _local_day(other, zone)


def _local_day(moment: dt.datetime, zone: str | None) -> dt.date:
    try:
        known = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment.date()
    return moment.replace(tzinfo=dt.UTC).astimezone(known).date()
