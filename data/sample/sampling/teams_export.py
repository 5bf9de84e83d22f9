"""Attendance reports of Teams meetings: UTF-16, tab-separated, named .csv, numbered sections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sampling.rhythm import HELD
from sampling.session_export import session_times
from sampling.world import World

REPORTS = 24


def write_teams(world: World, folder: Path) -> int:
    """Write a report for some of the sessions held most recently.

    Returns
    -------
    int
        Number of files.
    """
    rng = world.plan.stream("teams")
    start, _, minutes = session_times(world)
    held = np.flatnonzero((world.sessions["status"] == HELD).to_numpy())
    chosen = np.sort(rng.choice(held[-3 * REPORTS :], REPORTS, replace=False))
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    for session in chosen:
        text, name = _report(world, int(session), (start[session], int(minutes[session])), rng)
        (folder / "teams" / name).write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    return REPORTS


def _report(
    world: World, session: int, when: tuple[pd.Timestamp, int], rng: np.random.Generator
) -> tuple[str, str]:
    start, minutes = when
    pair = world.pairs.iloc[int(world.sessions["pair"].iloc[session])]
    title = f"Reverse mentoring {world.session_ids[session]}"
    begin = start + pd.Timedelta(seconds=int(rng.integers(-240, 200)))
    stays = []
    for person, role in ((pair["mentor"], "Organizer"), (pair["mentee"], "Presenter")):
        join = begin + pd.Timedelta(seconds=int(rng.integers(0, 260)))
        leave = begin + pd.Timedelta(seconds=int(60 * minutes * rng.uniform(0.85, 1.08)))
        stays.append((int(person), role, join, max(leave, join + pd.Timedelta(minutes=6))))
    end = max(stay[3] for stay in stays)
    spans = [leave - join for _, _, join, leave in stays]
    lines = [
        "1. Summary",
        f"Meeting title\t{title}",
        f"Attended participants\t{len(stays)}",
        f"Start time\t{_moment(begin)}",
        f"End time\t{_moment(end)}",
        f"Meeting duration\t{_span(end - begin)}",
        f"Average attendance time\t{_span(sum(spans, pd.Timedelta(0)) / len(spans))}",
        "",
        "2. Participants",
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
    ]
    lines += [
        f"{world.names[p]}\t{_moment(a)}\t{_moment(b)}\t{_span(b - a)}\t{mail}\t{mail}\t{role}"
        for p, role, a, b in stays
        for mail in (world.addresses[p],)
    ]
    lines += [
        "",
        "3. In-Meeting Activities",
        "Name	Join Time	Leave Time	Duration	Email	Role",
    ]
    lines += [
        f"{world.names[p]}	{_moment(a)}	{_moment(b)}	{_span(b - a)}	{mail}	{role}"
        for p, role, a, b in stays
        for mail in (world.addresses[p],)
    ]
    name = f"{title} - Attendance report {begin.month}-{begin.day}-{begin:%y}.csv"
    return "\r\n".join(lines) + "\r\n", name


def _moment(at: pd.Timestamp) -> str:
    hour = at.hour % 12 or 12
    return f"{at.month}/{at.day}/{at:%y}, {hour}:{at:%M}:{at:%S} {at:%p}"


def _span(length: pd.Timedelta) -> str:
    seconds = int(length.total_seconds())
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return " ".join(f"{value}{unit}" for value, unit in parts if value)
