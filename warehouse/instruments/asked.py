"""Which items of the loaded surveys are scored, and how: instruments meet declared items."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.instruments.instrument import (
    ENPS,
    MOST_ITEMS,
    Instrument,
    InstrumentError,
)
from warehouse.tables import item, survey


@dataclass(frozen=True)
class ScoredItem:
    """An item of a survey that counts for a construct.

    Attributes
    ----------
    survey, code : str
    is_reversed : bool
    """

    survey: str
    code: str
    is_reversed: bool


@dataclass(frozen=True)
class Construct:
    """A construct that some loaded survey asks.

    Attributes
    ----------
    instrument : Instrument
    items : tuple of ScoredItem
        Every survey's items, in order of code and survey.
    """

    instrument: Instrument
    items: tuple[ScoredItem, ...]

    @property
    def id(self) -> str:
        """The construct's name."""
        return self.instrument.construct

    @property
    def codes(self) -> tuple[str, ...]:
        """Item codes, each once."""
        return tuple(dict.fromkeys(one.code for one in self.items))

    @property
    def counts(self) -> dict[str, int]:
        """Number of items of each survey that asks any."""
        return dict(Counter(one.survey for one in self.items))

    def needed(self) -> dict[str, int]:
        """Return how many answers a score needs, by survey."""
        return {name: self.instrument.needed(count) for name, count in self.counts.items()}

    @property
    def units_per_point(self) -> int:
        """Units that make every person's score a whole number.

        A score is a mean of between the fewest answers needed and all of them.
        """
        answered = [
            range(self.instrument.needed(count), count + 1) for count in self.counts.values()
        ]
        return math.lcm(1, *(number for numbers in answered for number in numbers))

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest value of one answer as it is counted; -1 to 1 for eNPS."""
        return (-1, 1) if self.id == ENPS else self.instrument.scale


@dataclass(frozen=True)
class Asked:
    """What loaded surveys ask, as it is scored; constructs nobody asks are left out."""

    constructs: tuple[Construct, ...] = field(default=())

    def number(self, construct: str) -> int:
        """Return the position of a construct, -1 where nobody asks it."""
        ids = [one.id for one in self.constructs]
        return ids.index(construct) if construct in ids else -1


def read_asked(warehouse: Warehouse, instruments: Sequence[Instrument]) -> Asked:
    """Return the scored items of the loaded surveys.

    Raises
    ------
    InstrumentError
        A loaded survey declares an item otherwise than the instrument file does.
    """
    columns = (
        item.c.survey_id, item.c.item_code, item.c.construct, item.c.scale_min, item.c.scale_max,
        item.c.is_reversed,
    )  # fmt: skip
    declared = warehouse.read(sa.select(*columns).order_by(*columns))
    surveys = warehouse.read(sa.select(survey.c.survey_id).distinct())
    return resolve_items(instruments, declared, surveys["survey_id"])


def resolve_items(
    instruments: Sequence[Instrument], declared: pd.DataFrame, surveys: Iterable[str]
) -> Asked:
    """Match instruments with declared items.

    Parameters
    ----------
    instruments : sequence of Instrument
    declared : DataFrame
        Rows of the table item: survey_id, item_code, construct, scale_min, scale_max,
        is_reversed; what a survey does not say is missing.
    surveys : iterable of str
        Every survey; a listed item counts in a survey that has not declared it, too.

    Raises
    ------
    InstrumentError
        Both speak of an item and do not say the same.
    """
    by_construct = {one.construct: one for one in instruments}
    listed = _listed(instruments, {*surveys, *declared["survey_id"]})
    found: dict[str, dict[tuple[str, str], ScoredItem]] = defaultdict(dict)
    for (name, code), (one, is_reversed) in listed.items():
        found[one.construct][(code, name)] = ScoredItem(name, code, is_reversed)
    for row in declared.astype(object).where(declared.notna(), None).itertuples(index=False):
        key = (row.survey_id, row.item_code)
        if key in listed:
            _check_listed(row, *listed[key])
        elif row.construct in by_construct:
            one = by_construct[row.construct]
            _check_declared(row, one)
            scored = ScoredItem(*key, is_reversed=bool(row.is_reversed))
            first = found[one.construct].setdefault((row.item_code, row.survey_id), scored)
            if first != scored:
                raise _conflict(
                    row, one, "is declared both reversed and not", "Correct one of the mappings."
                )
    for one in instruments:
        if one.part_of:
            found[one.part_of] |= found[one.construct]
    constructs = (
        Construct(one, tuple(found[one.construct][key] for key in sorted(found[one.construct])))
        for one in instruments
    )
    return Asked(tuple(_checked(one) for one in constructs if one.items))


def _listed(
    instruments: Sequence[Instrument], surveys: set[str]
) -> dict[tuple[str, str], tuple[Instrument, bool]]:
    """Return the instrument and reversal of each listed item in each survey it is meant in."""
    found: dict[tuple[str, str], tuple[Instrument, bool]] = {}
    named = [(one, listed) for one in instruments for listed in one.items]
    named.sort(
        key=lambda pair: pair[1].survey is not None
    )  # one survey's item comes last, and wins
    for one, listed in named:
        for name in sorted(surveys) if listed.survey is None else (listed.survey,):
            found[(name, listed.code)] = (one, listed.is_reversed)
    return found


def _check_listed(row: Any, one: Instrument, is_reversed: bool) -> None:
    if row.construct is not None and row.construct != one.construct:
        problem = f'the survey declares it for "{row.construct}"'
        raise _conflict(row, one, problem, "Take it off the list, or correct the mapping.")
    _check_scale(row, one)
    if row.construct is not None and bool(row.is_reversed) != is_reversed:
        said = "reversed" if row.is_reversed else "not reversed"
        remedy = "Say the same in instrument file and mapping."
        raise _conflict(row, one, f"the survey declares it {said}", remedy)


def _check_declared(row: Any, one: Instrument) -> None:
    if one.items:
        remedy = "Add it to the items, or take the construct out of the mapping."
        raise _conflict(row, one, "the survey declares it, but it is not among the items", remedy)
    _check_scale(row, one)


def _check_scale(row: Any, one: Instrument) -> None:
    for said, meant in ((row.scale_min, one.scale[0]), (row.scale_max, one.scale[1])):
        if said is not None and said != meant:
            low, high = one.scale
            raise _conflict(
                row,
                one,
                f"the survey declares a scale of {row.scale_min:g} to {row.scale_max:g}, the "
                f"instrument {low} to {high}"
                if row.scale_min is not None and row.scale_max is not None
                else f"the survey's scale ends at {said:g}, the instrument's at {meant}",
                "Write the instrument with the survey's scale into instruments.toml, or correct "
                "the scale in the mapping and load it again.",
            )


def _checked(one: Construct) -> Construct:
    for name, count in one.counts.items():
        most = 1 if one.id == ENPS else MOST_ITEMS
        if count > most:
            problem = f'survey "{name}" has {count} items for it'
            remedy = f"At most {most} can be scored together; give the others another construct."
            place = f'instrument "{one.id}", items'
            raise InstrumentError(one.instrument.file, place, problem, remedy)
    return one


def _conflict(row: Any, one: Instrument, problem: str, remedy: str) -> InstrumentError:
    place = f'instrument "{one.construct}", item "{row.item_code}" of survey "{row.survey_id}"'
    return InstrumentError(one.file, place, problem, remedy)
