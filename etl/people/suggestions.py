"""Who an unknown identifier may belong to: suggestions for a human, never a decision.

Exact likenesses are looked up; names are compared with rapidfuzz, all unknown ones with all people
in compiled code, a block of unknown ones at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz, process

from etl.people.identity import ADDRESSES

MOST = 3  # suggestions for one identifier
_ALIKE = 84  # of 100, from which two spellings may mean one name
_BLOCK = 200  # unknown names compared at once; bounds the memory
_SHORTEST_ID = 3  # signs that two ids must share


@dataclass(frozen=True)
class Unknown:
    """An identifier nobody is known by.

    Parameters
    ----------
    names
        Names that stand beside it in the rows that wait.
    """

    kind: str
    value: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A person who may be meant, why, and how much alike (0 to 100)."""

    person_id: str
    reason: str
    score: int


@dataclass
class Known:
    """What is known of people, indexed by what identifiers can be compared by."""

    people: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    by_address: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_local: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_core: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_initials: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(
        cls, people: Iterable[tuple[str, str | None]], identifiers: Iterable[tuple[str, str, str]]
    ) -> Known:
        """Index people.

        Parameters
        ----------
        people
            Id and name of each; the name may be missing.
        identifiers
            Person, kind and value.
        """
        known = cls()
        for person, name in people:
            known.by_core[_core(person)].add(person)
            words = _words(name or "")
            if words:
                known.people.append(person)
                known.names.append(" ".join(sorted(words)))
                for short in _shortened(words):
                    known.by_initials[short].add(person)
        for person, kind, value in identifiers:
            if kind in ADDRESSES:
                known.by_address[value.lower()].add(person)
                known.by_local[_local(value)].add(person)
            else:
                known.by_core[_core(value)].add(person)
        return known


def suggest(unknown: Sequence[Unknown], known: Known) -> list[list[Suggestion]]:
    """Return up to three people for each identifier, best first; nobody where nothing is alike."""
    found = [_looked_up(one, known) for one in unknown]
    asked = [
        (number, name, reason)
        for number, one in enumerate(unknown)
        for name, reason in _spellings(one)
    ]
    for number, suggestion in _compared(asked, known):
        found[number].append(suggestion)
    return [_best(suggestions) for suggestions in found]


def _looked_up(one: Unknown, known: Known) -> list[Suggestion]:
    """Return people with an identifier that is the same but for how it is written."""
    ways: list[tuple[set[str], str, int]] = []
    if one.kind in ADDRESSES or "@" in one.value:
        local = _local(one.value)
        ways = [
            (known.by_address.get(one.value.lower(), set()), "has this very address", 100),
            (known.by_local.get(local, set()), "same address before the @", 95),
            (known.by_initials.get(_letters(local), set()), "name shortened as in the address", 85),
        ]
    else:
        core = _core(one.value)
        if len(core) >= _SHORTEST_ID:
            same = known.by_core.get(core, set())
            ways = [(same, "same id but for zeros, letters or signs around it", 95)]
    return [
        Suggestion(person, reason, score)
        for people, reason, score in ways
        for person in sorted(people)[:MOST]
    ]


def _spellings(one: Unknown) -> list[tuple[str, str]]:
    """Return names an identifier may spell, each with the reason it would be."""
    found = []
    words = _words(re.sub(r"[0-9]+", " ", one.value.partition("@")[0]))
    if len(words) > 1:
        what = "the address spells" if "@" in one.value else "the identifier spells"
        found.append((" ".join(sorted(words)), f"{what} a name like this one"))
    for name in one.names:
        words = _words(name)
        if len(words) > 1:
            found.append((" ".join(sorted(words)), "the row has a name like this one"))
    return list(dict.fromkeys(found))


def _compared(
    asked: Sequence[tuple[int, str, str]], known: Known
) -> Iterable[tuple[int, Suggestion]]:
    """Yield people whose names are alike, for the place of each unknown identifier."""
    if not known.names:
        return
    for start in range(0, len(asked), _BLOCK):
        block = asked[start : start + _BLOCK]
        scores = process.cdist(
            [name for _, name, _ in block],
            known.names,
            scorer=fuzz.ratio,
            score_cutoff=_ALIKE,
            dtype=np.uint8,
            workers=-1,
        )
        for (number, _, reason), row in zip(block, scores, strict=True):
            alike = np.flatnonzero(row)
            best = alike[np.argsort(-row[alike].astype(int), kind="stable")][:MOST]
            for place in best:
                # A name alone is never as good as an id.
                score = round(int(row[place]) * 0.9)
                yield number, Suggestion(known.people[place], reason, score)


def _best(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for one in sorted(suggestions, key=lambda s: (-s.score, s.person_id)):
        found.setdefault(one.person_id, one)
    return list(found.values())[:MOST]


def _words(text: str) -> list[str]:
    """Return the words of a name as they compare: without case, accents and doubled vowels."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    for long, short in (("ae", "a"), ("oe", "o"), ("ue", "u")):  # Müller is also Mueller
        bare = bare.replace(long, short)
    return re.findall(r"[^\W\d_]+", bare)


def _letters(text: str) -> str:
    return "".join(_words(text))


def _shortened(words: Sequence[str]) -> set[str]:
    """Return how addresses shorten a name: aone, adao, oneada, onea."""
    first, last = words[0], words[-1]
    if len(words) < 2:
        return set()
    return {first + last, last + first, first[0] + last, first + last[0], last + first[0]}


def _local(address: str) -> str:
    return address.lower().partition("@")[0].partition("+")[0]


def _core(value: str) -> str:
    """Return an id without signs, leading letters and zeros: E-00123 is 123."""
    signs = re.sub(r"[^0-9a-z]", "", value.casefold())
    digits = re.sub(r"^[a-z]*0*", "", signs)
    return digits if len(digits) >= _SHORTEST_ID else signs
