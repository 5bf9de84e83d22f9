"""Reads what the analyses of effects rest on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from models.analyses import Inputs
from models.people_facts import read_facts, read_pairs
from models.score_facts import read_score_facts
from warehouse.engine import Warehouse
from warehouse.voice import VoiceFacts


def read_inputs(warehouse: Warehouse, *, as_of: dt.date, voice: VoiceFacts | None = None) -> Inputs:
    """Read the facts known as of a day.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day the data speak about.
    voice : VoiceFacts, optional
        What surveys ask and which of their waves are final; without it no scores are analyzed.
    """
    found = Inputs(read_facts(warehouse, as_of), read_pairs(warehouse), None, as_of)
    return found if voice is None else with_scores(warehouse, found, voice)


def with_scores(warehouse: Warehouse, inputs: Inputs, voice: VoiceFacts) -> Inputs:
    """Return the facts with what surveys say besides."""
    return replace(inputs, scores=read_score_facts(warehouse, voice.asked, voice.quarters))
