"""How long the engagement estimate of a large company takes, beside moderndid on a smaller one.

Both get the same people (everybody answers, so that both weigh them alike), the same covariates
and not-yet-treated controls; the points must agree. Then ours alone, at full size, with a fifth to
a half of the people silent in each wave and the response model fitted to all of them.

Run: python -m benchmarks.engagement_large [--people 500000] [--beside 20000]
"""

from __future__ import annotations

import argparse
import resource
import time
import warnings

import moderndid
import numpy as np
import pandas as pd

from models.engagement import estimate_engagement
from models.engagement_effects import EngagementEffect

WAVES = 8
DEPARTMENTS = 12
COVARIATES = ("department", "level", "tenure")
EFFECT = 0.3


def main() -> None:
    """Print seconds and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--beside", type=int, default=20_000)
    chosen = parser.parse_args()
    small = survey(chosen.beside, silent=False)
    ours, our_seconds = measure(small)
    start = time.perf_counter()
    theirs = beside(small)
    their_seconds = time.perf_counter() - start
    print(f"{chosen.beside:,} people, {WAVES} waves, everybody answers")
    print(f"  ours      {our_seconds:8.2f} s   {ours.simple.point:.6f}")
    print(
        f"  moderndid {their_seconds:8.2f} s   {theirs:.6f}   x {their_seconds / our_seconds:.1f}"
    )
    effect, seconds = measure(survey(chosen.people, silent=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{chosen.people:,} people, {WAVES} waves, weighted for non-response")
    print(f"  ours      {seconds:8.2f} s   {effect.simple.point:.6f}   {peak:.2f} GB at most")


def measure(rows: pd.DataFrame) -> tuple[EngagementEffect, float]:
    """Estimate and seconds."""
    start = time.perf_counter()
    effect = estimate_engagement(rows, covariates=COVARIATES)
    return effect, time.perf_counter() - start


def beside(rows: pd.DataFrame) -> float:
    """Run the same through moderndid."""
    levels = pd.get_dummies(rows["department"], drop_first=True, dtype=float)
    frame = rows.assign(first=rows["first_treated_wave"].fillna(0).astype(int)).join(levels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = moderndid.att_gt(
            data=frame.drop(columns=["first_treated_wave", "department"]),
            yname="score",
            tname="wave",
            idname="person_id",
            gname="first",
            xformla=f"~ {' + '.join(levels.columns)} + level + tenure",
            control_group="notyettreated",
            est_method="dr",
            boot=False,
        )
        return float(moderndid.aggte(found, type="simple").overall_att)


def survey(people: int, *, silent: bool, seed: int = 0) -> pd.DataFrame:
    """People in waves 1 to 8, an eighth of them treated from one of the later waves on."""
    random = np.random.default_rng(seed)
    department, level = random.integers(0, DEPARTMENTS, people), random.integers(0, 5, people)
    tenure, trait = random.exponential(6.0, people), random.normal(size=people)
    joins = random.random(people) < 0.06 * (1.0 + 0.5 * level)
    first = np.where(joins, random.integers(2, WAVES + 1, people), 0)
    person, wave = np.repeat(np.arange(people), WAVES), np.tile(np.arange(1, WAVES + 1), people)
    treated = (first[person] > 0) & (wave >= first[person])
    score = trait[person] + 0.1 * wave + 0.003 * tenure[person] * wave + EFFECT * treated
    score += random.normal(0.0, 0.5, len(person))
    if silent:
        log_odds = 0.8 + 0.1 * (level[person] - 2) + 0.5 * treated
        answers = random.random(len(person)) < 1.0 / (1.0 + np.exp(-log_odds))
        score = np.where(answers, score, np.nan)
    names = np.array([f"D{number:02d}" for number in range(DEPARTMENTS)])
    return pd.DataFrame(
        {
            "person_id": person,
            "wave": wave,
            "first_treated_wave": pd.Series(first[person], dtype="Int64").mask(first[person] == 0),
            "score": score,
            "department": names[department[person]],
            "level": level[person],
            "tenure": tenure[person],
        }
    )


if __name__ == "__main__":
    main()
