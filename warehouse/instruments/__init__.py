"""How survey answers become scores: instruments, and the items of loaded surveys they apply to.

The instrument file says how a construct is scored (scale, items needed, role). Which item measures
it is said once: by the mapping a survey was loaded with, or by a list in the instrument file where
the mapping is silent. Where both speak they must agree.
"""

from warehouse.instruments.asked import Asked, Construct, ScoredItem, read_asked, resolve_items
from warehouse.instruments.instrument import Instrument, InstrumentError, ListedItem
from warehouse.instruments.reading import DEFAULT_FILE, read_instruments

__all__ = [
    "DEFAULT_FILE",
    "Asked",
    "Construct",
    "Instrument",
    "InstrumentError",
    "ListedItem",
    "ScoredItem",
    "read_asked",
    "read_instruments",
    "resolve_items",
]
