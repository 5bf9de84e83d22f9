"""Everything that is simulated, together, before any of it is exported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.careers import Careers, check_calendar, draw_careers
from sampling.journeys import Journeys, run_journeys
from sampling.matching import draw_withdrawals, match
from sampling.names import invent
from sampling.office import Office, draw_office
from sampling.plan import Plan
from sampling.practice import Practice, draw_practice
from sampling.rhythm import close_silent_pairs, draw_sessions
from sampling.voices import draw_participant_survey
from sampling.workforce import Workforce, write_workforce


@dataclass(frozen=True)
class World:
    """One simulated company.

    Attributes
    ----------
    names, addresses : ndarray of str, shape (n,)
    withdrew : ndarray of datetime64[D], shape (n,)
    pairs : DataFrame
        As :func:`sampling.matching.match` returns them, in order of the match.
    all_sessions, sessions : DataFrame
        All, and those somebody logged; the latter in order of the planned day.
    participant_survey : DataFrame
    """

    plan: Plan
    careers: Careers
    journeys: Journeys
    workforce: Workforce
    names: np.ndarray
    addresses: np.ndarray
    withdrew: np.ndarray
    pairs: pd.DataFrame
    all_sessions: pd.DataFrame
    sessions: pd.DataFrame
    practice: Practice
    office: Office
    participant_survey: pd.DataFrame

    @property
    def employee_ids(self) -> np.ndarray:
        """Return the id HR gives each person."""
        return (100_001 + np.arange(self.careers.n)).astype(str)

    @property
    def user_ids(self) -> np.ndarray:
        """Return the id the mentoring platform would give each person."""
        shuffled = self.plan.stream("platform ids").permutation(self.careers.n)
        return np.char.add("u", (40_000 + shuffled).astype(str))

    @property
    def pair_ids(self) -> np.ndarray:
        """Return the id of each pair."""
        width = max(4, len(str(len(self.pairs))))
        return np.char.add("M", np.char.zfill((1 + np.arange(len(self.pairs))).astype(str), width))

    @property
    def session_ids(self) -> np.ndarray:
        """Return the id of each logged session."""
        count = len(self.sessions)
        width = max(5, len(str(count)))
        return np.char.add("S", np.char.zfill((1 + np.arange(count)).astype(str), width))


def build_world(plan: Plan) -> World:
    """Simulate a company.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    World
    """
    check_calendar(plan)
    careers = draw_careers(plan)
    journeys = run_journeys(careers, plan)
    workforce = write_workforce(careers, journeys, plan)
    names, addresses = invent(careers.n, plan.stream("names"))
    withdrew = draw_withdrawals(journeys, plan)
    pairs = match(careers, journeys, workforce, plan, withdrew)
    pairs = pairs.sort_values(["matched_on", "mentor"], kind="stable", ignore_index=True)
    everything = draw_sessions(pairs, plan)
    close_silent_pairs(pairs, everything, plan)
    everything = everything.sort_values(["day", "number"], kind="stable", ignore_index=True)
    logged = everything[everything["is_logged"]].reset_index(drop=True)
    return World(
        plan=plan,
        careers=careers,
        journeys=journeys,
        workforce=workforce,
        names=names,
        addresses=addresses,
        withdrew=withdrew,
        pairs=pairs,
        all_sessions=everything,
        sessions=logged,
        practice=draw_practice(pairs, logged, plan),
        office=draw_office(journeys, plan),
        participant_survey=draw_participant_survey(
            careers, journeys, (pairs, everything), plan, withdrew
        ),
    )
