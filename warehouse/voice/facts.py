"""The sums over answers that everything published about them is made of, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.coverage import read_span
from warehouse.engine import Warehouse
from warehouse.facts.invitations import invitation_query
from warehouse.facts.voice_atoms import ITEM, NUMBERS, atom_columns, atom_query
from warehouse.facts.waves import Quarters, read_quarters
from warehouse.instruments import Asked, Instrument, read_asked, read_instruments
from warehouse.metrics import voice as metrics


@dataclass(frozen=True)
class VoiceFacts:
    """What closed waves say, added up.

    Attributes
    ----------
    asked : Asked
        Constructs and items.
    quarters : Quarters
        Which quarters are final.
    atoms : DataFrame
        Rows of :func:`warehouse.facts.voice_atoms.atom_query`; a number that a row does not have
        is -1.
    invitations : DataFrame
        Rows of :func:`warehouse.facts.invitations.invitation_query`.
    years : frozenset of int
        Years that are over.
    """

    asked: Asked
    quarters: Quarters
    atoms: pd.DataFrame
    invitations: pd.DataFrame
    years: frozenset[int]

    @property
    def changing(self) -> list[int]:
        """Numbers of the constructs whose changes are published."""
        constructs = enumerate(self.asked.constructs)
        return [number for number, one in constructs if one.id in metrics.CHANGING]

    @property
    def labels(self) -> dict[str, str]:
        """What the instruments call their metrics, by metric."""
        names = {one.id: one.instrument.label for one in self.asked.constructs}
        changes = {
            name + metrics.CHANGE: f"{label}, change"
            for name, label in names.items()
            if name in metrics.CHANGING
        }
        return names | changes

    def part(self, name: str) -> pd.DataFrame:
        """Return the rows of one part of the atoms."""
        return self.atoms[self.atoms["part"] == name]

    def items(self) -> pd.DataFrame:
        """Return answers by item and atom, by quarter."""
        return self.part(ITEM)


def read_voice(
    warehouse: Warehouse, *, as_of: dt.date, instruments: Sequence[Instrument] | None = None
) -> VoiceFacts:
    """Read what closed waves say as of a day: two queries.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Nothing recorded after it is used; a wave that closes later gives nothing.
    instruments : sequence of Instrument, optional
        By default those shipped.

    Raises
    ------
    InstrumentError
        A loaded survey declares an item otherwise than the instruments do.
    """
    quarters = read_quarters(warehouse, read_span(warehouse, as_of=as_of))
    asked = read_asked(warehouse, read_instruments() if instruments is None else instruments)
    kinds = atom_columns()
    atoms = pd.DataFrame(columns=list(kinds)).astype(kinds)
    if asked.constructs:
        atoms = warehouse.read(atom_query(asked, quarters))
        numbers = list(NUMBERS)
        atoms[numbers] = atoms[numbers].fillna(-1).astype(np.int64)
    invitations = warehouse.read(invitation_query(quarters))
    return VoiceFacts(asked, quarters, atoms, invitations, _full_years(quarters))


def _full_years(quarters: Quarters) -> frozenset[int]:
    """Return the years that are over."""
    years = {period.starts_on.year for period in quarters.periods}
    return frozenset(year for year in years if dt.date(year, 12, 31) <= quarters.as_of)
