"""The session log: planned on the mentee's clock, held or not, cancelled by whom."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampling import company
from sampling.matching import zone_of
from sampling.plan import LAST_DAY
from sampling.rhythm import CANCELLED, HELD, SCHEDULED
from sampling.text import local_moment, with_offset
from sampling.world import World

STATUS = {
    "held": "Completed",
    "cancelled": "Cancelled",
    "no_show": "No show",
    "planned": "Scheduled",
}
BY = {"mentee": "Mentee", "mentor": "Mentor", "organiser": "Program office", "": ""}
MODES = ("Video", "In person", "Phone", "Chat")


def session_times(world: World) -> tuple[pd.Series, np.ndarray, np.ndarray]:
    """Return planned start (UTC), zone and planned minutes of every logged session."""
    sessions, rng = world.sessions, world.plan.stream("session times")
    site = zone_of(world.pairs, world.careers, world.plan)[sessions["pair"]]
    zones = np.array(company.ZONES)[site]
    quarter_hours = rng.integers(8 * 4, 17 * 4, size=len(sessions))
    days = sessions["day"].to_numpy().astype("datetime64[D]")
    minutes = rng.choice([30, 45, 60], len(sessions), p=[0.25, 0.45, 0.3])
    return local_moment(days, quarter_hours * 15, zones), zones, minutes


def session_rows(world: World) -> pd.DataFrame:
    """Return the session log of the platform, every cell a text."""
    sessions, rng = world.sessions, world.plan.stream("session details")
    start, zones, minutes = session_times(world)
    count = len(sessions)
    status = sessions["status"].to_numpy()
    held, cancelled = status == HELD, status == CANCELLED
    actual = np.clip(np.rint(minutes * rng.normal(0.97, 0.15, count)), 8, 120).astype(int)
    cancelled_at = start - pd.to_timedelta(np.rint(sessions["notice_hours"] * 60), unit="min")
    before = pd.Series(np.arange(count), index=sessions["number"])
    replaces = before.reindex(sessions["replaces"]).fillna(-1).astype(int).to_numpy()
    mode = rng.choice(MODES, count, p=[0.66, 0.25, 0.07, 0.02])
    in_person = mode == "In person"
    neutral = np.where(rng.random(count) < 0.46, "Yes", "No")
    # Now and then nobody says afterwards whether a session took place, more often at first.
    days_ago = (LAST_DAY - sessions["day"].to_numpy().astype("datetime64[D]")).astype(int)
    forgotten = (rng.random(count) < np.where(days_ago < 11, 0.2, 0.01)) & held
    shown = pd.Series(status).map(STATUS).to_numpy()
    source = np.where(rng.random(count) < 0.3, "Calendar", "Logged")
    return pd.DataFrame(
        {
            "Session ID": world.session_ids,
            "Match ID": world.pair_ids[sessions["pair"]],
            "Planned start": with_offset(start, zones),
            "Time zone": zones,
            "Planned minutes": minutes.astype(str),
            "Actual minutes": np.where(held & ~forgotten, actual.astype(str), ""),
            "Status": np.where(forgotten, STATUS[SCHEDULED], shown),
            "Cancelled by": sessions["cancelled_by"].map(BY).to_numpy(),
            "Cancelled at": np.where(cancelled, with_offset(cancelled_at, zones), ""),
            "Replaces": np.where(replaces >= 0, world.session_ids[replaces], ""),
            "Mode": mode,
            "Neutral place": np.where(in_person & held, neutral, ""),
            "Source": np.where(held & ~forgotten, source, ""),
        }
    )
