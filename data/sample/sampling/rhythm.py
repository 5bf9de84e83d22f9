"""Sessions: planned, held, cancelled by one side, and the silence that can follow.

The planted pattern: once the senior has cancelled twice or more in a row, nothing new is booked
after every second such cancellation; otherwise that happens after about one in fifty.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sampling.plan import LAST_DAY, Plan

SILENT_AFTER_PATTERN = 0.5
SILENT_OTHERWISE = 0.02
SILENT_AFTER_HELD = 0.005
REVIVED = 0.3
NEVER_STARTS = 0.06
STOPS_LOGGING = 0.035
MOST_STEPS = 120
HELD, CANCELLED, NO_SHOW, SCHEDULED = "held", "cancelled", "no_show", "planned"
NOBODY, SENIOR, JUNIOR, ORGANIZER = "", "mentee", "mentor", "organiser"


@dataclass
class _Course:
    """Where each pair stands while its sessions are drawn."""

    cursor: np.ndarray  # day of the next session
    stop: np.ndarray  # last day a session may lie on
    alive: np.ndarray
    in_a_row: np.ndarray  # cancellations by the senior since the last other event
    replaces: np.ndarray  # number of the session the next one replaces, -1 for none
    decided_on: np.ndarray  # day the next session was booked
    number: int = 0
    parts: list[pd.DataFrame] = field(default_factory=list)


def draw_sessions(pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Draw the sessions of all pairs, step by step for all pairs at once.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`sampling.matching.match` returns them.
    plan : Plan

    Returns
    -------
    DataFrame
        One row per session: pair (position), day, status, cancelled_by, in_a_row (senior
        cancellations in a row, this one included), silent (nothing booked after it), number,
        replaces, notice_hours, is_logged. Sessions after the last day are those booked by then.
    """
    rng = plan.stream("sessions")
    course = _start(pairs, rng)
    for _ in range(MOST_STEPS):
        active = np.flatnonzero(course.alive & (course.cursor <= course.stop))
        if len(active) == 0:
            break
        _step(pairs, course, active, rng)
    sessions = pd.concat(course.parts, ignore_index=True)
    return _stop_logging(pairs, sessions, rng)


def _days(values: pd.Series) -> np.ndarray:
    return values.to_numpy().astype("datetime64[D]")


def _start(pairs: pd.DataFrame, rng: np.random.Generator) -> _Course:
    count = len(pairs)
    accepted = _days(pairs["accepted_on"])
    ended = _days(pairs["ended_on"])
    stop = np.where(np.isnat(ended), LAST_DAY + 75, ended - 1).astype("datetime64[D]")
    starts = rng.random(count) >= NEVER_STARTS
    wait = 3 + rng.gamma(2.0, 5.0, count).astype(int)
    booked = accepted + np.minimum(rng.integers(0, 7, size=count), wait)
    return _Course(
        cursor=_workday(accepted + wait),
        stop=stop,
        alive=starts,
        in_a_row=np.zeros(count, dtype=int),
        replaces=np.full(count, -1),
        decided_on=booked,
    )


def _workday(day: np.ndarray) -> np.ndarray:
    return np.busday_offset(day.astype("datetime64[D]"), 0, roll="forward")


def _step(
    pairs: pd.DataFrame, course: _Course, active: np.ndarray, rng: np.random.Generator
) -> None:
    day = _out_of_pause(pairs, course.cursor[active], active, rng)
    fits = day <= course.stop[active]
    course.alive[active[~fits]] = False
    active, day = active[fits], day[fits]
    is_ahead = day > LAST_DAY
    booked = course.decided_on[active] <= LAST_DAY
    unknown = is_ahead & ~booked
    course.alive[active[is_ahead]] = False
    active, day, is_ahead = active[~unknown], day[~unknown], is_ahead[~unknown]
    status, by = _outcome(pairs, course, active, is_ahead, rng)
    senior = by == SENIOR
    in_a_row = np.where(senior, course.in_a_row[active] + 1, 0)
    chance = np.where(
        status == HELD,
        SILENT_AFTER_HELD,
        np.where(in_a_row >= 2, SILENT_AFTER_PATTERN, SILENT_OTHERWISE),
    )
    one_off = (pairs["kind"].to_numpy()[active] == "one-off") & (status == HELD)
    silent = ((rng.random(len(active)) < chance) | one_off) & ~is_ahead
    number = course.number + np.arange(len(active))
    course.number += len(active)
    course.parts.append(
        pd.DataFrame(
            {
                "pair": active,
                "day": day,
                "status": status,
                "cancelled_by": by,
                "in_a_row": in_a_row,
                "silent": silent,
                "number": number,
                "replaces": course.replaces[active],
                "notice_hours": np.round(2 + rng.gamma(1.2, 30.0, len(active)), 2),
            }
        )
    )
    _advance(pairs, course, (active, day, status, in_a_row, silent, number), rng)


def _outcome(
    pairs: pd.DataFrame,
    course: _Course,
    active: np.ndarray,
    is_ahead: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    busy = pairs["busyness"].to_numpy()[active]
    again = np.where(course.in_a_row[active] > 0, 2.4, 1.0)
    by_senior = np.clip(0.085 * np.exp(0.55 * busy) * again, 0, 0.6)
    others = np.array([[0.04], [0.012], [0.028]])
    edges = np.vstack([by_senior, by_senior + np.cumsum(others, axis=0)])
    draw = rng.random(len(active))
    kind = (draw > edges).sum(axis=0)  # 0 senior, 1 junior, 2 organizer, 3 no show, 4 held
    status = np.array([CANCELLED, CANCELLED, CANCELLED, NO_SHOW, HELD])[kind]
    by = np.array([SENIOR, JUNIOR, ORGANIZER, NOBODY, NOBODY])[kind]
    return np.where(is_ahead, SCHEDULED, status), np.where(is_ahead, NOBODY, by)


def _advance(
    pairs: pd.DataFrame,
    course: _Course,
    step: tuple[np.ndarray, ...],
    rng: np.random.Generator,
) -> None:
    active, day, status, in_a_row, silent, number = step
    count = len(active)
    cadence = pairs["cadence"].to_numpy()[active]
    quality = pairs["quality"].to_numpy()[active]
    gap = cadence * np.exp(rng.normal(0.02 - 0.05 * quality, 0.2, count))
    slips = rng.random(count) < 0.06
    gap = np.where(slips, gap * rng.uniform(1.5, 2.3, size=count), gap)
    soon = rng.integers(3, 13, size=count)
    wait = np.where(status == HELD, np.maximum(gap, 4), soon).astype(int)
    revived = rng.random(count) < REVIVED
    wait = np.where(silent, rng.integers(55, 150, size=count), wait)
    over = silent & (~revived | (pairs["kind"].to_numpy()[active] == "one-off"))
    course.alive[active[over]] = False
    course.cursor[active] = _workday(day + wait)
    # Three in four book the next session at once, the others a week ahead.
    at_once = (rng.random(count) < 0.75) & ~silent & ~slips
    booked = np.where(at_once | (wait < 8), day, day + wait - 7)
    course.decided_on[active] = booked.astype("datetime64[D]")
    course.in_a_row[active] = np.where(silent, 0, in_a_row)
    is_replaced = (status == CANCELLED) & ~silent
    course.replaces[active] = np.where(is_replaced, number, -1)


def _out_of_pause(
    pairs: pd.DataFrame, day: np.ndarray, active: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    start, stop = _days(pairs["paused_from"])[active], _days(pairs["paused_to"])[active]
    inside = (day >= start) & (day < stop)
    later = np.where(inside, stop + rng.integers(1, 12, size=len(day)), day)
    return _workday(later)


def _stop_logging(
    pairs: pd.DataFrame, sessions: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Mark what a few pairs do without writing it down; they go on meeting."""
    count = len(pairs)
    stops = rng.random(count) < STOPS_LOGGING
    after = _days(pairs["matched_on"]) + rng.integers(60, 220, size=count)
    until = np.where(stops, after, LAST_DAY + 1000).astype("datetime64[D]")
    return sessions.assign(is_logged=_days(sessions["day"]) <= until[sessions["pair"]])


def close_silent_pairs(pairs: pd.DataFrame, sessions: pd.DataFrame, plan: Plan) -> None:
    """Let the program office end some of the pairs that have been silent for long, in place."""
    rng = plan.stream("office")
    last = sessions.groupby("pair")["day"].max().reindex(range(len(pairs)))
    last_day = _days(last.fillna(pairs["matched_on"]))
    ended = _days(pairs["ended_on"])
    until = np.where(np.isnat(ended), LAST_DAY + 1, ended).astype("datetime64[D]")
    closed = last_day + rng.integers(75, 130, size=len(pairs))
    ends = (closed < until) & (rng.random(len(pairs)) < 0.85)
    paused = ~np.isnat(_days(pairs["paused_from"])) & (_days(pairs["paused_to"]) > last_day)
    ends &= ~paused & (pairs["kind"] != "one-off").to_numpy()
    pairs["ended_on"] = np.where(ends, closed, ended)
    pairs.loc[ends, "end_reason"] = "No contact for a long time"


def pattern_truth(sessions: pd.DataFrame) -> dict[str, object]:
    """Return how often silence followed the planted pattern, and how often otherwise."""
    past = sessions[(sessions["status"] != SCHEDULED) & sessions["is_logged"]]
    pattern = past["in_a_row"] >= 2
    other = ~pattern & (past["status"] != HELD)
    return {
        "planted_chance_after_two_senior_cancellations": SILENT_AFTER_PATTERN,
        "planted_chance_after_other_missed_sessions": SILENT_OTHERWISE,
        "times_two_senior_cancellations": int(pattern.sum()),
        "share_silent_after_two_senior_cancellations": round(
            float(past.loc[pattern, "silent"].mean()), 4
        ),
        "times_other_missed_sessions": int(other.sum()),
        "share_silent_after_other_missed_sessions": round(
            float(past.loc[other, "silent"].mean()), 4
        ),
    }
