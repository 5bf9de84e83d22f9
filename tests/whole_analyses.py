"""Reading and analyzing in one go, as publishing does in two processes."""

from __future__ import annotations

import datetime as dt

from models.analyses import Analyses, analyze
from models.inputs import read_inputs
from warehouse.engine import Warehouse
from warehouse.voice import VoiceFacts


def run_analyses(
    warehouse: Warehouse, *, as_of: dt.date, voice: VoiceFacts | None = None, seed: int = 0
) -> Analyses:
    """Read and analyze in one go."""
    return analyze(read_inputs(warehouse, as_of=as_of, voice=voice), seed=seed)
