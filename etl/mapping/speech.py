"""What rows speak of: a load tells the columns it maps, and does not say the others are blank."""

from __future__ import annotations

from etl.mapping.mapping import Load, Source
from warehouse.tables import mappable, worker_record

_ALWAYS = ("person_id", "record_kind", "recorded_on", "seq_no")
SPOKEN = tuple(name for name in mappable(worker_record) if name not in _ALWAYS)
Speech = str | None  # as worker_record.speaks_of has it


def speech_of(load: Load) -> Speech:
    """Return what the worker records of a load speak of, as ``speaks_of`` notes it."""
    columns = load.columns
    told = [name for name in SPOKEN if name in columns and _says_something(columns[name])]
    return None if len(told) == len(SPOKEN) else " ".join(told) or "nothing"


def told_by(speech: Speech) -> frozenset[str]:
    """Return the columns that worker records with this ``speaks_of`` speak of."""
    return frozenset(SPOKEN) if speech is None else frozenset(speech.split()) & set(SPOKEN)


def _says_something(source: Source) -> bool:
    """Tell whether a source is more than a constant blank."""
    return bool(source.column or source.instead or source.value)
