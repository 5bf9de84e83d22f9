"""Who answered: by which column of a survey export a person is known, if by any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.choosing.survey_profile import ColumnProfile
from etl.mapping.mapping import Source
from etl.problems import FileProblem
from etl.reading.survey_words import EMAIL, REFERENCE, RESPONDENT

PERSON = "load.columns.person_id"
_SHARE = 0.9  # of cells that must be addresses
_NOBODY = frozenset({"anonymous", "anonym", "anonyme", "anoniem", "anónimo", "anonimo"})
_NUMBER = re.compile(
    r"(employee|staff|personnel|worker) ?(id|no|number|nr)\b"
    r"|(personal|mitarbeiter)(nummer|nr|-nr|-id)"
    r"|matricule|personeelsnummer|número de empleado|matricola",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Respondent:
    """How a response names its person.

    Parameters
    ----------
    source
        None where responses are anonymous, or where it is not known by what.
    nulls
        Words that stand for nobody.
    columns
        Columns that say who answered and are therefore no questions.
    doubts
        Place in the mapping file to the problem there.
    """

    source: Source | None = None
    nulls: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    doubts: dict[str, FileProblem] = field(default_factory=dict)


def find_respondent(
    path: Path, roles: dict[str, list[str]], profiles: Sequence[ColumnProfile]
) -> Respondent:
    """Return by what people are known: an address, the reference, or a number they were asked for.

    Names are never enough.
    """
    by_name = {one.name: one for one in profiles}
    for role in (EMAIL, REFERENCE):
        for name in roles.get(role, []):
            if _somebody(by_name[name]):
                return _by_own_column(path, by_name[name], role)
    beside = {name for names in roles.values() for name in names}
    asked = [one for one in profiles if one.name not in beside]
    mails = [one for one in asked if one.filled and one.mails >= _SHARE * one.filled]
    numbers = [one for one in asked if _NUMBER.search(one.name) and one.distinct == one.filled > 0]
    found = mails or numbers
    names = tuple(one.name for one in found)
    if len(found) > 1:
        return Respondent(columns=names, doubts={PERSON: _several(path, names)})
    if found:
        source = Source(names[0], identifier="email" if mails else "hr_id")
        return Respondent(source, columns=names)
    named = next((n for n in roles.get(RESPONDENT, []) if _somebody(by_name[n])), None)
    return Respondent(doubts={PERSON: _names_only(path, named)} if named else {})


def _by_own_column(path: Path, column: ColumnProfile, role: str) -> Respondent:
    nobody = tuple(value for value, _ in column.values if value.casefold() in _NOBODY)
    people = _somebody(column)
    if column.mails >= _SHARE * people:
        return Respondent(Source(column.name, identifier="email"), nobody)
    if role == REFERENCE:
        # Whoever sends the survey fills it: HR puts in what HR knows people by.
        return Respondent(Source(column.name, identifier="hr_id"), nobody)
    return Respondent(doubts={PERSON: _no_addresses(path, column.name)})


def _somebody(column: ColumnProfile) -> int:
    """Count the cells that stand for a person."""
    return column.filled - sum(n for value, n in column.values if value.casefold() in _NOBODY)


def _several(path: Path, names: Sequence[str]) -> FileProblem:
    return _doubt(path, names[0], f"Several columns say who answered: {', '.join(names)}.")


def _names_only(path: Path, name: str) -> FileProblem:
    return _doubt(path, name, "It names who answered, but by name only, and names are not unique.")


def _no_addresses(path: Path, name: str) -> FileProblem:
    return _doubt(
        path, name, "It should hold e-mail addresses, but most cells hold something else."
    )


def _doubt(path: Path, column: str, problem: str) -> FileProblem:
    return FileProblem(
        "ambiguous_person",
        path,
        problem,
        "Say in a mapping by which column people are known (person_id), or leave person_id out if "
        "the answers are to stay anonymous; outcomes inspect drafts one.",
        column=column,
    )
