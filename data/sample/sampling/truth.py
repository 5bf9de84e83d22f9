"""What was planted, and how much of everything was written: the contents of truth.json."""

from __future__ import annotations

from typing import Any

import numpy as np

from sampling import effects, rhythm
from sampling.effects import HORIZONS, NEVER, retention_truth
from sampling.matching import cross_department_share
from sampling.plan import HORIZON, LAST_DAY
from sampling.slips import Ledger
from sampling.workforce import is_above
from sampling.world import World


def tell_truth(world: World, ledger: Ledger, *, teams_files: int) -> dict[str, Any]:
    """Return what an analysis of the exports should find.

    Parameters
    ----------
    world : World
    ledger : Ledger
        Rows that are wrong on purpose.
    teams_files : int

    Returns
    -------
    dict
        Ready for JSON.
    """
    plan, journeys, careers = world.plan, world.journeys, world.careers
    retention = retention_truth(careers, plan, journeys.enrolled)
    engagement = effects.MORE_ENGAGEMENT if plan.effect == "planted" else 0.0
    return {
        "seed": plan.seed,
        "size": plan.size,
        "effect": plan.effect,
        "first_day": str(plan.first_day(0)),
        "last_day": str(LAST_DAY),
        "parameters": {
            "monthly_resignation_base": effects.MONTHLY_RESIGNATION,
            "share_of_resignations_prevented": effects.kept_share(plan.effect),
            "ramp_months": effects.RAMP_MONTHS,
            "horizons": list(HORIZONS),
            "follow_up_beyond_the_last_day_months": HORIZON,
        },
        "retention": {
            "estimand": "people who joined, compared with the same people had they never joined; "
            "voluntary exits, nobody leaves otherwise (in an analysis: involuntary exits censor)",
            "meaning": "'expected' over all draws; 'realized' with the draws of this world",
            **retention,
        },
        "engagement": {
            "points_on_the_0_to_6_scale": engagement,
            "ramp_months": effects.RAMP_MONTHS,
        },
        "promotion": {"effect": 0.0},
        "stalling": rhythm.pattern_truth(world.sessions),
        "counts": _counts(world) | {"teams_files": teams_files},
        "rejected_rows": {"total": ledger.total, "by_file": ledger.counts},
    }


def _counts(world: World) -> dict[str, Any]:
    plan, journeys, careers, pairs = world.plan, world.journeys, world.careers, world.pairs
    employed = [int(journeys.is_employed(careers, m).sum()) for m in range(plan.months)]
    joined = journeys.enrolled < NEVER
    left = journeys.reason
    survey = world.participant_survey
    return {
        "people": careers.n,
        "employed_at_start_of_month": employed,
        "exits": int((left >= 0).sum()),
        "voluntary_exits": int((left == 0).sum()),
        "voluntary_exits_per_employed_year": round(
            12 * float((left == 0).sum()) / sum(employed), 4
        ),
        "rehired": int((~np.isnat(journeys.rehired_on)).sum()),
        "worker_rows": len(world.workforce.rows),
        "joined": int(joined.sum()),
        "joined_by_cohort": {
            cohort.cohort_id: int((journeys.cohort == at).sum())
            for at, cohort in enumerate(plan.cohorts)
        },
        "withdrew": int((~np.isnat(world.withdrew)).sum()),
        "pairs": len(pairs),
        "rematched_pairs": int(pairs["is_rematch"].sum()),
        "pairs_active_on_the_last_day": int(pairs["ended_on"].isna().sum()),
        "cross_department_share": round(cross_department_share(pairs, careers, plan), 4),
        "direct_report_conflicts_at_match": int(_conflicts(world).sum()),
        "sessions": len(world.sessions),
        "sessions_by_status": _tally(world.sessions["status"]),
        "cancelled_by": _tally(
            world.sessions.loc[world.sessions["status"] == rhythm.CANCELLED, "cancelled_by"]
        ),
        "pulse_invitations": sum(len(frame) for frame in journeys.pulses),
        "pulse_responses": sum(int(frame["answered"].sum()) for frame in journeys.pulses),
        "participant_invitations": len(survey),
        "participant_responses": int(survey["answered"].sum()),
    }


def _tally(values: Any) -> dict[str, int]:
    return {str(key): int(count) for key, count in values.value_counts().sort_index().items()}


def _conflicts(world: World) -> np.ndarray:
    pairs = world.pairs
    matched = pairs["matched_on"].to_numpy().astype("datetime64[M]")
    month = (matched - world.plan.first_month).astype(int)
    found = np.zeros(len(pairs), dtype=bool)
    for one in np.unique(month):
        at = np.flatnonzero(month == one)
        found[at] = is_above(
            world.workforce.manager[:, one],
            pairs["mentee"].to_numpy()[at],
            pairs["mentor"].to_numpy()[at],
        )
    return found
