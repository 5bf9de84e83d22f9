"""Exports of the mentoring platform and of the program office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from sampling import practice_export
from sampling.effects import NEVER
from sampling.journeys import MENTOR
from sampling.plan import LAST_DAY, PROGRAMS, Plan
from sampling.platform_slips import break_lines, platform_slips
from sampling.session_export import session_rows
from sampling.slips import Ledger
from sampling.text import US, day, write_csv
from sampling.world import World

PAIR_STATUS = {
    "active": "Active",
    "paused": "On hold",
    "completed": "Completed",
    "withdrawn": "Withdrawn",
    "ended": "Closed",
}
END_STATUS = {
    "Program completed": "completed",
    "Participant withdrew": "withdrawn",
    "Participant left the company": "ended",
    "No contact for a long time": "ended",
}


def write_platform(world: World, folder: Path, ledger: Ledger) -> None:
    """Write all files of the platform."""
    files: dict[str, Callable[[World], pd.DataFrame]] = {
        "program.csv": lambda w: _programs(),
        "cohort.csv": lambda w: _cohorts(w.plan),
        "participants.csv": _participants,
        "matches.csv": _matches,
        "match_status_log.csv": _status_log,
        "sessions.csv": session_rows,
        "session_topics.csv": practice_export.topics,
        "session_feedback.csv": practice_export.feedback,
        "goals.csv": practice_export.goals,
        "milestones.csv": practice_export.milestones,
        "actions.csv": practice_export.actions,
        "ground_rules.csv": practice_export.ground_rules,
        "recognition.csv": practice_export.recognition,
        "training.csv": practice_export.training,
        "needs_forms.csv": practice_export.needs,
        "event_attendance.csv": practice_export.events,
        "success_stories.csv": practice_export.stories,
    }
    slips = platform_slips(world)
    for name, build in files.items():
        file = f"platform/{name}"
        frame = ledger.plant(build(world), file, slips.get(name, ()))
        write_csv(frame, folder / file)
    break_lines(folder, "platform/actions.csv", ledger)


def _programs() -> pd.DataFrame:
    starts = {"RM": "2024-02-01", "DX": "2025-05-01"}
    return pd.DataFrame(
        {
            "program_id": list(PROGRAMS),
            "name": list(PROGRAMS.values()),
            "starts_on": [starts[program] for program in PROGRAMS],
            "ends_on": "",
        }
    )


def _cohorts(plan: Plan) -> pd.DataFrame:
    start = np.array([np.datetime64(c.opens, "M") for c in plan.cohorts])
    length = np.array([c.months + len(c.intake) for c in plan.cohorts])
    return pd.DataFrame(
        {
            "cohort_id": [c.cohort_id for c in plan.cohorts],
            "program_id": [c.program_id for c in plan.cohorts],
            "name": [c.name for c in plan.cohorts],
            "starts_on": day(start.astype("datetime64[D]")),
            "ends_on": day((start + length).astype("datetime64[D]")),
        }
    )


def _participants(world: World) -> pd.DataFrame:
    journeys, rng = world.journeys, world.plan.stream("participants")
    joined = np.flatnonzero(journeys.enrolled < NEVER)
    enrolled_on = journeys.enrolled_on[joined]
    placed = pd.DataFrame(
        {
            "person": joined,
            "role": journeys.role[joined],
            "cohort": journeys.cohort[joined],
            "applied_on": enrolled_on - rng.integers(3, 40, size=len(joined)),
            "enrolled_on": enrolled_on,
            "withdrew_on": world.withdrew[joined],
        }
    )
    waiting = pd.concat(journeys.applications, ignore_index=True)
    waiting = waiting.drop_duplicates(["person", "cohort"])
    # Who gets a place a little later in the same cohort applied once.
    waiting = waiting[journeys.cohort[waiting["person"]] != waiting["cohort"].to_numpy()]
    waiting["enrolled_on"] = waiting["withdrew_on"] = np.datetime64("NaT", "s")
    people = pd.concat([placed, waiting], ignore_index=True)
    people = people.sort_values(["applied_on", "person"], kind="stable", ignore_index=True)
    person, cohort = people["person"].to_numpy(), people["cohort"].to_numpy()
    cohorts = world.plan.cohorts
    opens = np.array([np.datetime64(c.opens, "D") for c in cohorts])[cohort]
    long_enough = world.careers.hired_on[person] + 183
    eligible = np.minimum(
        np.maximum(opens - 60, long_enough), people["applied_on"].to_numpy().astype("datetime64[D]")
    )
    has_place = people["enrolled_on"].notna().to_numpy()
    return pd.DataFrame(
        {
            "Participation ID": [f"P{number:05d}" for number in range(1, len(people) + 1)],
            "User ID": world.user_ids[person],
            "Email": world.addresses[person],
            "Program": np.array([c.program_id for c in cohorts])[cohort],
            "Cohort": np.where(has_place, np.array([c.cohort_id for c in cohorts])[cohort], ""),
            "Role": np.where(people["role"] == MENTOR, "Mentor", "Mentee"),
            "Eligible since": day(eligible, US),
            "Applied": day(people["applied_on"], US),
            "Enrolled": day(people["enrolled_on"], US),
            "Withdrawn": day(people["withdrew_on"], US),
        }
    )


def _pair_status(pairs: pd.DataFrame) -> np.ndarray:
    last = pd.Timestamp(LAST_DAY)
    paused = (pairs["paused_from"] <= last) & (pairs["paused_to"] > last)
    status = np.where(paused, "paused", "active")
    return np.where(pairs["ended_on"].notna(), pairs["end_reason"].map(END_STATUS), status)


def _matches(world: World) -> pd.DataFrame:
    pairs = world.pairs
    cohorts = world.plan.cohorts
    cohort = pairs["cohort"].to_numpy()
    status = pd.Series(_pair_status(pairs)).map(PAIR_STATUS).to_numpy()
    return pd.DataFrame(
        {
            "Match ID": world.pair_ids,
            "Program": np.array([c.program_id for c in cohorts])[cohort],
            "Cohort": np.array([c.cohort_id for c in cohorts])[cohort],
            "Mentor email": world.addresses[pairs["mentor"]],
            "Mentee email": world.addresses[pairs["mentee"]],
            "Type": pairs["kind"].str.capitalize().to_numpy(),
            "Matched": day(pairs["matched_on"], US),
            "Accepted": day(pairs["accepted_on"], US),
            "Ended": day(pairs["ended_on"], US),
            "Status": status,
            "End reason": pairs["end_reason"].to_numpy(),
            "Meet every (days)": pairs["cadence"].astype(str).to_numpy(),
            "Match score": pairs["match_score"].map("{:.2f}".format).to_numpy(),
        }
    )


def _status_log(world: World) -> pd.DataFrame:
    pairs = world.pairs
    ended = pairs["ended_on"].notna()
    paused = pairs["paused_from"].notna() & ~(ended & (pairs["ended_on"] <= pairs["paused_from"]))
    back = paused & (pairs["paused_to"] <= pd.Timestamp(LAST_DAY))
    back &= ~(ended & (pairs["ended_on"] <= pairs["paused_to"]))
    parts = [
        _changes(pairs.index, pairs["matched_on"], "active"),
        _changes(pairs.index[paused], pairs["paused_from"][paused], "paused"),
        _changes(pairs.index[back], pairs["paused_to"][back], "active"),
        _changes(
            pairs.index[ended], pairs["ended_on"][ended], pairs["end_reason"][ended].map(END_STATUS)
        ),
    ]
    log = pd.concat(parts).sort_values(["changed_on", "pair"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "Match ID": world.pair_ids[log["pair"]],
            "Date": day(log["changed_on"], US),
            "New status": log["status"].map(PAIR_STATUS).to_numpy(),
        }
    )


def _changes(pair: pd.Index, changed_on: pd.Series, status: object) -> pd.DataFrame:
    return pd.DataFrame({"pair": pair, "changed_on": changed_on.to_numpy(), "status": status})
