"""History derived in SQL equals a slow, plain second reading, and never looks ahead."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings, strategies

from tests.plain_history import History, Left, Said, Spell, counted, plain_history
from tests.told_history import Evidence, history_of_files, named, speaking
from warehouse.engine import Warehouse

SPEECH = strategies.sampled_from(
    [None] * 3
    + [
        frozenset(parts.split())
        for parts in ("department", "status type", "hired status", "", "hired")
    ]
)
LISTS = strategies.sampled_from(
    [None, frozenset({"hired", "department"}), frozenset({"hired", "department", "status"})]
)
DAYS = strategies.integers(0, 100)
HIRES = strategies.none() | strategies.integers(-20, 100)
RECORDS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("ab"),
        on=DAYS,
        hired=HIRES,
        status=strategies.sampled_from(["active", "active", "leave", "terminated", None]),
        kind=strategies.just("effective"),
        seq=strategies.sampled_from([None, 1, 2]),
        department=strategies.sampled_from(["x", "y", None]),
        type=strategies.sampled_from([None, None, "employee", "contingent"]),
    ),
    max_size=5,
)
SNAPSHOTS = strategies.lists(
    strategies.builds(
        Said,
        person=strategies.sampled_from("abc"),
        on=strategies.sampled_from([0, 30, 60, 90]),
        hired=strategies.sampled_from([None, None, -3, -3, 10, 40, 65, 95]),
        status=strategies.sampled_from(["active"] * 5 + ["leave", "terminated"]),
        kind=strategies.just("snapshot"),
        department=strategies.sampled_from(["x", "x", "y"]),
        source=strategies.sampled_from(["viva", "viva", "viva", "other"]),
        type=strategies.sampled_from([None, None, None, "employee", "contingent"]),
    ),
    max_size=9,
)
EXITS = strategies.lists(
    strategies.builds(
        Left,
        person=strategies.sampled_from("abcd"),
        on=DAYS,
        recorded=strategies.none() | DAYS,
        voluntary=strategies.sampled_from(["yes", "no", "unknown"]),
    ),
    max_size=3,
)


@strategies.composite
def lists(draw: Any) -> list[Said]:
    """Draw snapshots; each speaks of the same in all its rows, now and then of less or more."""
    said = named(draw(SNAPSHOTS))
    usual = {source: draw(LISTS) for source in ("viva", "other")}
    unusual = draw(strategies.sampled_from([None, None, 30, 60]))
    other = draw(LISTS)
    return [speaking(r, other if r.on == unusual else usual[r.source]) for r in said]


@strategies.composite
def evidence(draw: Any) -> Evidence:
    said = named([*draw(RECORDS), *draw(SNAPSHOTS)])
    if draw(strategies.booleans()):
        said = [speaking(r, draw(SPEECH)) for r in said]
    left = [replace(x, id=str(n)) for n, x in enumerate(draw(EXITS))]
    return said, left


# OUTCOMES_EXAMPLES=500 looks at more of them, and at new ones.
EXAMPLES = int(os.environ.get("OUTCOMES_EXAMPLES", "0"))
PROPERTY = settings(
    max_examples=EXAMPLES or 30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=not EXAMPLES,
)


@PROPERTY
@given(given_evidence=evidence())
def test_history_equals_a_plain_second_reading(
    warehouse: Warehouse, given_evidence: Evidence
) -> None:
    assert history_of_files(warehouse, [given_evidence]) == plain_history(*given_evidence)


@settings(PROPERTY, max_examples=EXAMPLES or 15)  # it derives history several times
@given(
    given_evidence=evidence(),
    choices=strategies.randoms(use_true_random=False),
    at_once=strategies.integers(1, 2),
)
def test_history_does_not_depend_on_order_or_splitting_of_files(
    warehouse: Warehouse, given_evidence: Evidence, choices: Any, at_once: int
) -> None:
    """Nor on deriving it once at the end or file by file, for the people each file changes."""
    files = split(given_evidence, choices)
    whole = history_of_files(warehouse, [given_evidence])
    assert history_of_files(warehouse, files, at_once=at_once) == whole


@settings(PROPERTY, max_examples=EXAMPLES or 15)
@given(said=lists(), left=EXITS, at_once=strategies.integers(1, 2))
def test_snapshots_loaded_month_by_month_give_the_history_of_all_at_once(
    warehouse: Warehouse, said: list[Said], left: list[Left], at_once: int
) -> None:
    left = [replace(x, id=str(n)) for n, x in enumerate(left)]
    places = sorted({(r.on, r.source) for r in said})
    months: list[Evidence] = [
        ([r for r in said if (r.on, r.source) == place], []) for place in places
    ]
    files: list[Evidence] = [([], left), *months]
    whole = history_of_files(warehouse, [(said, left)])
    assert history_of_files(warehouse, files, at_once=at_once) == whole


@strategies.composite
def a_company(draw: Any) -> tuple[list[Evidence], Evidence]:
    """Draw snapshots of people who mostly stay as they are, and what else is told in between."""
    said, days = list[Said](), (0, 30, 60, 90)
    for person in "abcd":
        one = Said(person, 0, hired=draw(HIRED), kind="snapshot", department="x", source="viva")
        for on in days:
            one = replace(one, on=on, **draw(MONTH)(on))
            if one.status != "gone":
                said.append(one)
    others = draw(strategies.lists(strategies.sampled_from(OTHERS), max_size=3))
    left = [replace(x, id=str(n)) for n, x in enumerate(others) if isinstance(x, Left)]
    usual, other = draw(LISTS), draw(LISTS)
    changed = draw(strategies.sampled_from([None, None, 30, 60]))
    said = [speaking(r, other if changed and r.on >= changed else usual) for r in said]
    said = named([*said, *(r for r in others if isinstance(r, Said))])
    places = sorted({(r.on, r.source) for r in said})
    files: list[Evidence] = [([r for r in said if (r.on, r.source) == at], []) for at in places]
    for one_left in left:
        files.insert(draw(strategies.integers(0, len(files))), ([], [one_left]))
    return files, (said, left)


HIRED = strategies.sampled_from([-3, -3, None])
MONTH = strategies.sampled_from(
    [
        *[lambda on: {}] * 8,
        *[lambda on: {"department": "y"}, lambda on: {"department": None}] * 2,
        lambda on: {"status": "leave"},
        *[lambda on: {"status": "gone"}, lambda on: {"status": "active"}] * 2,
        lambda on: {"status": "active", "hired": on - 5},
        lambda on: {"hired": on + 10},
        lambda on: {"hired": on},
        lambda on: {"status": "terminated"},
        lambda on: {"type": "contingent"},
    ]
)
OTHERS: list[Said | Left] = [
    *(Left("a", on, recorded=recorded) for on in (20, 59, 61, 95) for recorded in (None, 55)),
    *(Said("a", on, hired=-3, kind="snapshot", source="other") for on in (15, 60, 75)),
    *(Said("b", on, hired=on, kind="snapshot", source="other") for on in (45, 60)),
    Said("d", -9, status="leave", speaks=frozenset({"status"})),
    Said("d", -5, department="z", speaks=frozenset({"department"})),
    Said("d", 50, department="z", speaks=frozenset({"department"})),
    *(
        Said("c", on, hired=-3, department="z", status=s)
        for on in (-9, 70)
        for s in ("active", "terminated")
    ),
]


@settings(PROPERTY, max_examples=EXAMPLES or 12)
@given(told=a_company())
def test_what_a_snapshot_says_anew_is_what_a_rebuild_would_find(
    warehouse: Warehouse, told: tuple[list[Evidence], Evidence]
) -> None:
    files, everything = told
    assert history_of_files(warehouse, files, at_once=1) == plain_history(*everything)


def split(given_evidence: Evidence, choices: Any) -> list[Evidence]:
    said, left = given_evidence
    parts: list[tuple[list[Said], list[Left]]] = [([], []) for _ in range(3)]
    for record in said:
        choices.choice(parts)[0].append(record)
    for one in left:
        choices.choice(parts)[1].append(one)
    for records, exits in parts:
        choices.shuffle(records)
        choices.shuffle(exits)
    return list(parts)


# --- never looking ahead ---------------------------------------------------------------------


def known_by(given_evidence: Evidence, last: int) -> Evidence:
    """Return the evidence of a day: what was recorded, took place or was announced by then."""
    said, left = given_evidence
    return (
        [r for r in said if r.on <= last],
        [x for x in left if x.on <= last or (x.recorded is not None and x.recorded <= last)],
    )


def provisional(found: History) -> dict[str, int]:
    """Return the first day that is not settled yet, per person who is missing from a snapshot."""
    open_ends = [x for x in found.exits if x.is_inferred and x.settled is None]
    return {x.person: x.on + 1 for x in open_ends}


def begins(record: Said) -> int:
    return record.on if record.hired is None else max(record.on, record.hired)


def before(found: History, last: int, said: Sequence[Said], open_from: dict[str, int]) -> Any:
    """Return everything history says about the days up to one, for spells heard of by then.

    From the first day on that is not settled for a person, nothing is said about them.
    """

    def settled(person: str) -> int:
        return min(last + 1, open_from.get(person, last + 1))

    def is_heard_of(spell: Spell) -> bool:
        after = -(10**9) if spell.hired is None else spell.hired
        until = 10**9 if spell.end is None else spell.end
        if spell.hired is not None and spell.hired >= settled(spell.person):
            return False
        if spell.end is not None and spell.end <= last:
            return True
        return any(
            r.person == spell.person and after <= begins(r) <= last and begins(r) < until
            for r in said
        )

    spells = {s for s in found.spells if is_heard_of(s)}
    return {
        "employed": {
            (s.person, s.no, s.end if s.end is not None and s.end < settled(s.person) else None)
            for s in spells
        },
        "jobs": {
            (s.person, d, s.department, s.status)
            for s in found.stretches
            for d in range(s.start, settled(s.person) if s.end is None else s.end)
            if d < settled(s.person)
            and any(
                one.person == s.person
                and (one.hired is None or one.hired <= s.start)
                and (one.end is None or s.start < one.end)
                for one in spells
            )
        },
        "exits": {
            (x.person, x.on, x.is_inferred) for x in found.exits if x.on + 1 < settled(x.person)
        },
    }


@PROPERTY
@given(given_evidence=evidence(), last=strategies.integers(0, 100))
def test_what_comes_after_a_day_never_changes_what_was_before_it(
    warehouse: Warehouse, given_evidence: Evidence, last: int
) -> None:
    # The loader sets a record aside that says somebody left before the hire date it gives.
    gone = [r for r in given_evidence[0] if r.status == "terminated"]
    assume(all(r.hired is None or r.hired <= r.on for r in gone))
    whole = history_of_files(warehouse, [given_evidence])
    by_then = history_of_files(warehouse, [known_by(given_evidence, last)])
    assume(by_then.spells)
    open_from = provisional(by_then)
    known = counted(*known_by(given_evidence, last))
    assert before(whole, last, known, open_from) == before(by_then, last, known, open_from)
    hired = {(s.person, s.no): s.hired for s in whole.spells}
    for spell in by_then.spells:
        is_begun = spell.hired is not None and spell.hired <= last
        if is_begun and spell.hired < open_from.get(spell.person, last + 1):  # type: ignore[operator]
            assert hired[spell.person, spell.no] == spell.hired
