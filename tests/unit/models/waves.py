"""Person-wave frames of made-up companies, as the analyses of scores read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.engagement import EngagementStudy, open_engagement
from models.simulate import Simulation
from models.wave_panel import WavePanel


def study_of(score: np.ndarray, first: np.ndarray) -> EngagementStudy:
    """Study of a grid of scores, waves from 1; ``first`` is NaN for those who never joined."""
    people, waves = score.shape
    person = np.repeat(np.arange(people), waves)
    frame = pd.DataFrame({"person_id": person, "wave": np.tile(np.arange(1, waves + 1), people)})
    frame["first_treated_wave"], frame["score"] = first[person], score.ravel()
    return open_engagement(frame)


def panel_of(simulation: Simulation, *, construct: str = "engagement") -> WavePanel:
    """The waves of a simulated company; the upper levels are mentees, cohorts start together."""
    rows = simulation.person_wave.reset_index(drop=True)
    joins = rows["first_treated_wave"].notna()
    rows["role"] = pd.Series(np.where(rows["level"] >= 2, "mentee", "mentor")).where(joins)
    names = "C" + rows["first_treated_wave"].astype("Int64").astype(str)
    rows["cohort"] = names.where(joins)
    rows["home"] = rows.groupby("person_id")["department"].transform("first").astype(str)
    rows["grade"], rows["grade_squared"] = rows["level"], (rows["level"] - 1.5) ** 2
    for name in ("log_tenure", "tenure_curve_1", "tenure_curve_2"):
        rows[name] = 0.0
    return WavePanel(construct, "both", rows.assign(function_type="F", location="L"))
