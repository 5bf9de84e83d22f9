"""What is wrong on purpose in the exports of the platform and the program office."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sampling.slips import Change, Ledger, Slip, new_key, to
from sampling.world import World

NO_MATCH = ("M99998", "M99999")
BROKEN_AFTER = (40, 200, 350)  # lines of the file


def platform_slips(world: World) -> dict[str, tuple[Slip, ...]]:
    """Return the mistakes of each file."""
    return {
        "participants.csv": _slips(
            "participant",
            ("unknown_cohort", 0.002, new_key("Participation ID", "PX", Cohort="RM-2019-1")),
            ("not_in_list", 0.003, new_key("Participation ID", "PY", Role="Mentro")),
            ("not_a_date", 0.003, new_key("Participation ID", "PZ", Applied="02/31/2024")),
        ),
        "matches.csv": _slips(
            "pair",
            ("same_person_pair", 0.004, _all(new_key("Match ID", "MX"), _with_oneself)),
            ("unknown_person", 0.003, _all(new_key("Match ID", "MY"), _nobody("Mentor email"))),
        ),
        "sessions.csv": _session_slips(world),
        "session_topics.csv": _slips(
            "session_topic", ("unknown_session", 0.003, new_key("Session ID", "S2"))
        ),
        "session_feedback.csv": _slips(
            "session_feedback",
            ("unknown_session", 0.003, new_key("Session ID", "S2")),
            ("unknown_person", 0.002, new_key("User ID", "u9")),
            ("not_in_list", 0.002, _all(_other_user, to("Who advised", "mentr", "both of us"))),
        ),
        "goals.csv": _slips(
            "goal",
            ("unknown_pair", 0.005, _all(new_key("Goal ID", "GX"), to("Match ID", *NO_MATCH))),
            ("not_a_date", 0.004, new_key("Goal ID", "GY", Due="13/45/2025")),
        ),
        "event_attendance.csv": _slips(
            "event_attendance",
            ("unknown_person", 0.004, _nobody("Email")),
            ("not_a_flag", 0.003, _all(to("Event", "E0"), to("Attended", "maybe"))),
        ),
    }


def _slips(entity: str, *kinds: tuple[str, float, Change]) -> tuple[Slip, ...]:
    return tuple(Slip(rule, entity, share, change) for rule, share, change in kinds)


def _session_slips(world: World) -> tuple[Slip, ...]:
    matched_on = dict(zip(world.pair_ids, world.pairs["matched_on"], strict=True))

    def too_early(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        early = pd.Series([matched_on[pair] for pair in rows["Match ID"]]) - pd.Timedelta(days=9)
        start = early.dt.strftime("%Y-%m-%dT").to_numpy() + rows["Planned start"].str[11:]
        return {"Planned start": start, "Cancelled at": "", "Replaces": ""}

    def longer(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        return {"Planned minutes": np.where(rows["Planned minutes"] == "60", "45", "60")}

    def keyed(prefix: str, **spoilt: str) -> Change:
        columns = {name.replace("_", " "): value for name, value in spoilt.items()}
        return new_key("Session ID", prefix, **columns)

    return _slips(
        "session",
        ("session_before_pair", 0.002, _all(keyed("S8"), too_early)),
        ("duplicate_key", 0.0025, longer),
        ("unknown_pair", 0.0015, _all(keyed("S7"), to("Match ID", *NO_MATCH))),
        ("not_in_list", 0.0015, keyed("S6", Status="Complted")),
        ("not_a_number", 0.001, keyed("S5", Planned_minutes="an hour")),
        ("missing_value", 0.001, keyed("S4", Match_ID="")),
        ("not_a_date", 0.0015, keyed("S3", Planned_start="2025-02-30T10:00+01:00")),
    )


def _with_oneself(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    return {"Mentor email": rows["Mentee email"]}


def _nobody(column: str) -> Change:
    """Return a change that names somebody HR never had."""

    def change(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        numbers = rng.choice(90_000, len(rows), replace=False)
        return {column: [f"former.employee{number}@example.com" for number in numbers]}

    return change


def _other_user(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    """Give a copied feedback row a key of its own: somebody else's."""
    return {"User ID": np.roll(rows["User ID"], 1)}


def _all(*changes: Change) -> Change:
    """Return a change that makes several changes at once."""

    def change(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        found: dict[str, object] = {}
        for one in changes:
            found |= one(rows, rng)
        return found

    return change


def break_lines(folder: Path, file: str, ledger: Ledger) -> None:
    """Write a few lines into the actions whose comma nobody quoted."""
    path = folder / file
    lines = path.read_text(encoding="utf-8").splitlines()
    for place in BROKEN_AFTER:
        if place < len(lines):
            cells = lines[place].split(",")
            broken = [f"AX{place}", cells[1], "Mentee, later Mentor", *cells[3:]]
            lines.insert(place + 1, ",".join(broken))
            ledger.note(file, "action_item", "too_many_cells", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
