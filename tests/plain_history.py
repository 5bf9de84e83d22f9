"""History a second time: the rules of etl/history/derive.py person by person, slow and plain.

Days are numbers. Nothing here is shared with the SQL it is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

PARTS = ("hired", "status", "type", "department")
STILL_LISTED = 31  # days a snapshot may go on listing a leaver


@dataclass(frozen=True)
class Said:
    """A worker record."""

    person: str
    on: int
    hired: int | None = None
    status: str | None = "active"
    kind: str = "effective"
    seq: int | None = None
    department: str | None = None
    source: str = "hr"
    id: str = ""
    type: str | None = None
    speaks: frozenset[str] | None = None  # of which of PARTS it speaks; None of all

    @property
    def works(self) -> bool:
        return self.status != "terminated"


@dataclass(frozen=True)
class Left:
    """A known exit."""

    person: str
    on: int
    recorded: int | None = None
    voluntary: str = "unknown"
    id: str = ""


@dataclass(frozen=True)
class Spell:
    person: str
    no: int
    hired: int | None
    end: int | None
    type: str | None = None


@dataclass(frozen=True)
class Stretch:
    person: str
    start: int
    end: int | None
    department: str | None
    status: str
    is_snapshot: bool


@dataclass(frozen=True)
class Gone:
    """A derived exit; settled is the day it stopped being provisional."""

    person: str
    on: int
    is_inferred: bool
    settled: int | None
    voluntary: str


@dataclass(frozen=True)
class History:
    spells: frozenset[Spell]
    stretches: frozenset[Stretch]
    exits: frozenset[Gone]


@dataclass(frozen=True)
class Absence:
    on: int
    settled: int | None


@dataclass(frozen=True)
class Event:
    """Something that happens to a person on a day; ``word`` where a record says it."""

    on: int
    what: str  # works, exit, terminated or absent
    word: Said | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        said_on = -(10**9) if self.word is None else self.word.on
        return self.on, said_on, ("works", "exit", "terminated", "absent").index(self.what)


def plain_history(said: Sequence[Said], left: Sequence[Left]) -> History:
    """Return what follows from all records and known exits."""
    said = completed(said)
    days = _snapshot_days(said)
    spells, stretches, exits = set[Spell](), set[Stretch](), set[Gone]()
    for person in {r.person for r in said} | {x.person for x in left}:
        mine = [r for r in said if r.person == person]
        known = [x for x in left if x.person == person]
        one = _Person(person, mine, known, days)
        one.read()
        spells |= one.spells
        stretches |= one.stretches
        exits |= one.exits
    return History(frozenset(spells), frozenset(stretches), frozenset(exits))


def counted(said: Sequence[Said], left: Sequence[Left]) -> list[Said]:
    """Return the records that count."""
    said = completed(said)
    days = _snapshot_days(said)
    found = list[Said]()
    for person in {r.person for r in said}:
        mine = [r for r in said if r.person == person]
        known = [x for x in left if x.person == person]
        found += _Person(person, mine, known, days).words()
    return found


def completed(said: Sequence[Said]) -> list[Said]:
    """Return the records with what was last said of what they do not speak of."""
    found = list[Said]()
    for person in {r.person for r in said}:
        known: dict[str, Any] = dict.fromkeys(PARTS)
        terminated: int | None = None  # day of the last word on status, if that was terminated
        for record in sorted((r for r in said if r.person == person), key=_in_order):
            for part in PARTS:
                if record.speaks is None or part in record.speaks:
                    known[part] = getattr(record, part)
            full = replace(record, speaks=None, **known)
            if record.speaks is None or "status" in record.speaks:
                terminated = None if record.works else record.on
            elif terminated is not None:
                is_hired = full.hired is not None and full.hired > terminated
                if not is_hired and record.kind == "effective":
                    continue
                full = replace(full, status="active")
            found.append(full)
    return found


def _in_order(record: Said) -> tuple[Any, ...]:
    return record.on, _rank(record), [-ord(letter) for letter in record.source]


def _snapshot_days(said: Sequence[Said]) -> dict[str, list[int]]:
    days: dict[str, set[int]] = defaultdict(set)
    for record in said:
        if record.kind == "snapshot" and record.works:
            days[record.source].add(record.on)
    return {source: sorted(found) for source, found in days.items()}


def _next(days: list[int], day: int, count: int = 1) -> int | None:
    later = [d for d in days if d > day]
    return later[count - 1] if len(later) >= count else None


class _Person:
    def __init__(
        self, person: str, mine: list[Said], known: list[Left], days: dict[str, list[int]]
    ) -> None:
        self.person, self.mine, self.known, self.days = person, mine, known, days
        self.spells: set[Spell] = set()
        self.stretches: set[Stretch] = set()
        self.exits: set[Gone] = set()

    def read(self) -> None:
        absences = self.absences()
        groups = self.groups(absences)
        previous_end: int | None = None
        number = 0
        for place, group in enumerate(groups):
            end, why = closing(group)
            if end is None and place + 1 < len(groups):
                end, why = groups[place + 1][0].on, "converted"
            start = begin(group, previous_end)
            previous_end = end
            if end is not None and start is not None and start >= end:
                continue
            number += 1
            types = [e.word.type for e in group if e.word and e.word.type]
            spell = Spell(self.person, number, start, end, types[0] if types else None)
            self.spells.add(spell)
            self.add_stretches(spell, group)
            if why in ("terminated", "absent") and end is not None:
                settled = absences[end].settled if why == "absent" else None
                reason = self.reason(group)
                self.exits.add(Gone(self.person, end - 1, why == "absent", settled, reason))

    def words(self) -> list[Said]:
        """Return the records that count: one a day, none that an exit or a snapshot overrules."""
        by_day: dict[int, list[Said]] = defaultdict(list)
        for record in self.mine:
            by_day[record.on].append(record)
        last = [max(records, key=_rank) for records in by_day.values()]
        return [record for record in last if not self.is_passed_over(record)]

    def is_passed_over(self, record: Said) -> bool:
        still_listed = any(
            x.on < record.on <= x.on + STILL_LISTED
            and (record.hired is None or record.hired <= x.on)
            for x in self.known
        )
        if record.kind == "snapshot" and record.works and still_listed:
            return True
        dated = any(x.recorded == record.on and x.on >= record.on for x in self.known)
        if not record.works and dated:
            return True
        if record.kind == "snapshot" and record.hired is not None and record.hired > record.on:
            days = self.days.get(record.source, [])
            following = _next(days, record.on) if record.on in days else None
            return following is not None and following <= record.hired
        return False

    def absences(self) -> dict[int, Absence]:
        found: dict[int, Absence] = {}
        for source, days in self.days.items():
            lists = [
                r for r in self.mine if r.kind == "snapshot" and r.works and r.source == source
            ]
            for seen in sorted({r.on for r in lists}):
                missed, settled = _next(days, seen), _next(days, seen, 2)
                if missed is None or missed in {r.on for r in lists}:
                    continue
                # of several rows of a day the plain reading cannot know which one counts
                if all(r.hired is not None and r.hired >= missed for r in lists if r.on == seen):
                    continue
                if self.was_there(seen, missed, settled):
                    continue
                before = found.get(missed)
                if before and before.settled is not None:
                    settled = min(before.settled, settled or before.settled)
                found[missed] = Absence(missed, settled)
        return found

    def was_there(self, seen: int, missed: int, settled: int | None) -> bool:
        if any(r.kind == "effective" and r.on <= missed for r in self.mine):
            return True
        until = 10**9 if settled is None else settled
        if any(
            r.works and missed <= r.on <= until and (r.hired is None or r.hired <= seen)
            for r in self.mine
        ):
            return True
        return any(
            x.on >= missed and min(x.on, x.on if x.recorded is None else x.recorded) < until
            for x in self.known
        )

    def groups(self, absences: dict[int, Absence]) -> list[list[Event]]:
        """Return what belongs to one spell each, in order."""
        events = [Event(x + 1, "exit") for x in {x.on for x in self.known}]
        events += [Event(day, "absent") for day in absences]
        for word in self.words():
            begins = word.on if word.hired is None else max(word.on, word.hired)
            events.append(Event(begins, "works" if word.works else "terminated", word))
        groups: list[list[Event]] = []
        worker_type: str | None = None
        for event in sorted(events, key=lambda e: e.order):
            is_closed = bool(groups) and groups[-1][-1].what != "works"
            own = event.word.type if event.word else None
            turns = own is not None and worker_type is not None and own != worker_type
            if not groups or (event.what == "works" and (is_closed or turns)):
                groups.append([])
            groups[-1].append(event)
            worker_type = own or worker_type
        return groups

    def add_stretches(self, spell: Spell, group: list[Event]) -> None:
        by_day: dict[int, Said] = {}
        for event in group:
            is_within = spell.end is None or event.on < spell.end
            if event.what == "works" and event.word and is_within:
                by_day[event.on] = event.word
        first = min((e.on for e in group if e.what == "works"), default=None)
        found: list[Stretch] = []
        for day in sorted(by_day):
            word = by_day[day]
            start = day
            is_first = word.kind == "snapshot" and day == first
            if is_first and spell.hired is not None and word.hired == spell.hired:
                earlier = [d for d in self.days[word.source] if d < word.on]
                if spell.hired < day and earlier and spell.hired > earlier[-1]:
                    start = spell.hired
            status = word.status or "active"
            if found and (found[-1].department, found[-1].status) == (word.department, status):
                continue
            if found:
                found[-1] = replace(found[-1], end=start)
            found.append(
                Stretch(
                    self.person, start, spell.end, word.department, status, word.kind == "snapshot"
                )
            )
        self.stretches |= set(found)

    def reason(self, group: list[Event]) -> str:
        """Return what the next known exit says of its reason."""
        told = [e.on - 1 for e in group if e.what == "exit"]
        same = [x for x in self.known if told and x.on == min(told)]
        same.sort(key=lambda x: (x.voluntary == "unknown", x.id))
        return same[0].voluntary if same else "unknown"


def _rank(record: Said) -> tuple[bool, bool, int, int, str]:
    has_seq = record.seq is not None
    return record.kind == "effective", has_seq, record.seq or 0, len(record.id), record.id


def closing(group: list[Event]) -> tuple[int | None, str | None]:
    """Return the day a spell closes, and what closes it."""
    first = {
        what: min((e.on for e in group if e.what == what), default=10**9)
        for what in ("exit", "terminated", "absent")
    }
    # An exit on the day of a terminated record is the same departure, told to the day.
    if first["exit"] <= min(first["terminated"] + 1, first["absent"]) and first["exit"] < 10**9:
        return first["exit"], "exit"
    if first["terminated"] <= first["absent"] and first["terminated"] < 10**9:
        return first["terminated"], "terminated"
    if first["absent"] < 10**9:
        return first["absent"], "absent"
    return None, None


def begin(group: list[Event], previous_end: int | None) -> int | None:
    """Return the first day of a spell."""
    first = min((e.on for e in group if e.what == "works"), default=None)
    if previous_end is not None:
        word = group[0].word
        hired = word.hired if word else None
        if hired is not None and first is not None and previous_end <= hired < first:
            return hired
        return first
    for event in group:
        hired = event.word.hired if event.word else None
        if hired is not None and (first is None or hired <= first):
            return hired
        if event.what != "works":
            break
    return None
