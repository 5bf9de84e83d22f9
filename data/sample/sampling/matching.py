"""Who is matched with whom, for how long, and why pairs end before their time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampling import company
from sampling.careers import Careers
from sampling.effects import NEVER
from sampling.journeys import MENTEE, MENTOR, Journeys
from sampling.plan import LAST_DAY, Plan
from sampling.workforce import Workforce, is_above

KINDS = ("formal", "informal", "one-off", "project")
CADENCES = (7, 14, 21, 28)
NAT = np.datetime64("NaT", "D")


def draw_withdrawals(journeys: Journeys, plan: Plan) -> np.ndarray:
    """Return the day each person withdraws from the program, NaT for nearly all.

    Withdrawing does not undo the effect of having joined: the truth is about joining.
    """
    rng = plan.stream("withdrawals")
    n = len(journeys.enrolled)
    withdraws = (rng.random(n) < 0.07) & (journeys.enrolled < NEVER)
    day = journeys.enrolled_on + rng.integers(35, 230, size=n)
    still_there = np.isnat(journeys.exit_on) | (day < journeys.exit_on - 14)
    return np.where(withdraws & still_there & (day <= LAST_DAY), day, NAT)


def match(
    careers: Careers, journeys: Journeys, workforce: Workforce, plan: Plan, withdrew: np.ndarray
) -> pd.DataFrame:
    """Match the people who enrolled in a month with one another.

    Returns
    -------
    DataFrame
        One row per pair: mentor, mentee (persons), cohort, matched_on, accepted_on, planned_end,
        ended_on, end_reason, kind, cadence, match_score, on_purpose (a conflict or the same
        department, kept on purpose), paused_from, paused_to, and quality and busyness (latent).
    """
    parts = []
    for month in np.unique(journeys.enrolled[journeys.enrolled < NEVER]):
        for cohort in np.unique(journeys.cohort[journeys.enrolled == month]):
            joined = (journeys.enrolled == month) & (journeys.cohort == cohort)
            mentors = np.flatnonzero(joined & (journeys.role == MENTOR))
            mentees = np.flatnonzero(joined & (journeys.role == MENTEE))
            rng = plan.stream(f"matching {cohort}", int(month))
            parts.append(
                _match_batch(careers, workforce, (mentors, mentees), (int(month), cohort), rng)
            )
    pairs = pd.concat(parts, ignore_index=True)
    both_in = _latest(journeys.enrolled_on, pairs)
    first = _complete(pairs, journeys, plan, withdrew, both_in)
    again, not_before = _left_behind(first, journeys, plan, withdrew)
    second = _complete(again, journeys, plan, withdrew, not_before)
    second["is_rematch"] = True
    return pd.concat([first, second], ignore_index=True)


def _left_behind(
    pairs: pd.DataFrame, journeys: Journeys, plan: Plan, withdrew: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """Bring together mentors and mentees whose partner left early, three in four of them."""
    rng = plan.stream("rematching")
    early = (pairs["ended_on"] < pairs["planned_end"] - pd.Timedelta(days=150)).to_numpy()
    lost = pairs[early & (pairs["ended_on"] < pd.Timestamp(LAST_DAY - 60)).to_numpy()]
    day = lost["ended_on"].to_numpy().astype("datetime64[D]")
    sides = {}
    for side in ("mentor", "mentee"):
        person = lost[side].to_numpy()
        gone = _earliest(journeys.exit_on[person] + 1, withdrew[person])
        free = (np.isnat(gone) | (gone > day + 60)) & (rng.random(len(lost)) < 0.75)
        sides[side] = pd.DataFrame(
            {side: person, "cohort": lost["cohort"].to_numpy(), "free_on": day}
        )[free].sort_values(["cohort", "free_on", side])
        sides[side]["turn"] = sides[side].groupby("cohort").cumcount()
    both = sides["mentor"].merge(sides["mentee"], on=["cohort", "turn"])
    free_on = both[["free_on_x", "free_on_y"]].max(axis=1).to_numpy().astype("datetime64[D]")
    leaves = [_earliest(journeys.exit_on[p] + 1, withdrew[p]) for p in (both.mentor, both.mentee)]
    lasts = np.isnat(_earliest(*leaves)) | (_earliest(*leaves) > free_on + 30)
    lasts &= free_on + 30 < LAST_DAY
    both = both[["mentor", "mentee", "cohort"]].assign(on_purpose=False)
    return both[lasts].reset_index(drop=True), free_on[lasts] + 10


def _latest(days: np.ndarray, pairs: pd.DataFrame) -> np.ndarray:
    return np.maximum(days[pairs["mentor"]], days[pairs["mentee"]])


def _match_batch(
    careers: Careers,
    workforce: Workforce,
    sides: tuple[np.ndarray, np.ndarray],
    when: tuple[int, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    month, cohort = when
    mentors, mentees = sides
    count = min(len(mentors), len(mentees))
    mentors, mentees = rng.permutation(mentors)[:count], rng.permutation(mentees)[:count]
    kept = _plant_conflict(mentors, mentees, workforce.manager[:, month], rng)
    department = careers.department[:, month]
    for _ in range(6):  # swap partners until few pairs share a department
        same = np.flatnonzero((department[mentors] == department[mentees]) & ~kept)
        # one in twelve stays with a partner of the own department
        kept[same[rng.random(len(same)) < 0.1]] = True
        same = same[~kept[same]]
        for row in same:
            other = int(rng.integers(count))
            if not kept[other]:
                mentors[row], mentors[other] = mentors[other], mentors[row]
    return pd.DataFrame(
        {"mentor": mentors, "mentee": mentees, "cohort": cohort, "on_purpose": kept}
    )


def _plant_conflict(
    mentors: np.ndarray, mentees: np.ndarray, manager: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Give at most one mentee of the batch a mentor of the own line, in half of the batches."""
    kept = np.zeros(len(mentors), dtype=bool)
    if len(mentors) == 0 or rng.random() < 0.5:
        return kept
    conflict = np.stack(
        [is_above(manager, np.full(len(mentors), senior), mentors) for senior in mentees]
    )
    rows, columns = np.nonzero(conflict)
    if len(rows):
        pick = int(rng.integers(len(rows)))
        row, column = rows[pick], columns[pick]
        mentors[row], mentors[column] = mentors[column], mentors[row]
        kept[row] = True
    return kept


def _complete(
    pairs: pd.DataFrame,
    journeys: Journeys,
    plan: Plan,
    withdrew: np.ndarray,
    not_before: np.ndarray,
) -> pd.DataFrame:
    rng = plan.stream("pairs", len(pairs))
    count = len(pairs)
    mentor, mentee = pairs["mentor"].to_numpy(), pairs["mentee"].to_numpy()
    # People are in before they are matched; only those of the last days are matched at once.
    matched = np.minimum(not_before + rng.integers(2, 16, size=count), LAST_DAY - 1)
    gone = [_earliest(journeys.exit_on[side] + 1, withdrew[side]) for side in (mentor, mentee)]
    first_gone = _earliest(*gone)
    matched = np.where(first_gone <= matched, first_gone - 1, matched)
    matched = np.maximum(matched, not_before)
    months = np.array([c.months for c in plan.cohorts])[pairs["cohort"]]
    planned_end = matched + np.rint(months * 30.44).astype(int)
    kind = rng.choice(KINDS, count, p=[0.93, 0.03, 0.02, 0.02])
    left = _earliest(journeys.exit_on[mentor] + 1, journeys.exit_on[mentee] + 1)
    withdrawn = _earliest(withdrew[mentor], withdrew[mentee])
    ended = _earliest(_earliest(left, withdrawn), planned_end)
    reason = np.where(ended == planned_end, "Program completed", "Participant withdrew")
    reason = np.where(ended == left, "Participant left the company", reason)
    over = ended <= LAST_DAY
    pairs["matched_on"] = matched
    pairs["accepted_on"] = np.minimum(
        matched + rng.integers(0, 6, size=count), _earliest(ended - 1, np.full(count, LAST_DAY))
    )
    pairs["is_rematch"] = False
    pairs["planned_end"] = planned_end
    pairs["ended_on"] = np.where(over, ended, NAT)
    pairs["end_reason"] = np.where(over, reason, "")
    pairs["kind"] = kind
    pairs["cadence"] = rng.choice(CADENCES, count, p=[0.18, 0.45, 0.24, 0.13])
    pairs["match_score"] = np.round(np.clip(rng.normal(0.78, 0.09, count), 0.45, 0.99), 2)
    pairs["quality"] = rng.standard_normal(count)
    pairs["busyness"] = rng.standard_normal(count)
    return _pause(pairs, rng)


def _pause(pairs: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count = len(pairs)
    matched = pairs["matched_on"].to_numpy().astype("datetime64[D]")
    start = matched + rng.integers(50, 480, size=count)
    length = rng.integers(28, 80, size=count)
    stop = pairs["planned_end"].to_numpy().astype("datetime64[D]")
    ended = pairs["ended_on"].to_numpy().astype("datetime64[D]")
    stop = np.where(np.isnat(ended), stop, ended).astype("datetime64[D]")
    # On the last day a few pairs are in a pause.
    recent = np.isnat(ended) & (rng.random(count) < 0.03)
    ago = rng.integers(5, 50, size=count)
    recent &= LAST_DAY - ago > matched + 45
    start = np.where(recent, LAST_DAY - ago, start)
    length = np.where(recent, ago + rng.integers(10, 60, size=count), length)
    pauses = (recent | (rng.random(count) < 0.12)) & (start + length < stop) & (start <= LAST_DAY)
    pairs["paused_from"] = np.where(pauses, start, NAT)
    pairs["paused_to"] = np.where(pauses, start + length, NAT)
    return pairs


def _earliest(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.fmin(first.astype("datetime64[D]"), second.astype("datetime64[D]"))


def cross_department_share(pairs: pd.DataFrame, careers: Careers, plan: Plan) -> float:
    """Return the share of pairs from two departments at the match."""
    month = (pairs["matched_on"].to_numpy().astype("datetime64[M]") - plan.first_month).astype(int)
    units = [careers.department[pairs[side], month] for side in ("mentor", "mentee")]
    return float((units[0] != units[1]).mean())


def level_gap(pairs: pd.DataFrame, careers: Careers, plan: Plan) -> np.ndarray:
    """Return the mentee's level less the mentor's, at the match."""
    month = (pairs["matched_on"].to_numpy().astype("datetime64[M]") - plan.first_month).astype(int)
    mentee = careers.level[pairs["mentee"], month].astype(int)
    return mentee - careers.level[pairs["mentor"], month]


def zone_of(pairs: pd.DataFrame, careers: Careers, plan: Plan) -> np.ndarray:
    """Return the position of the mentee's site at the match: meetings follow its clock."""
    month = (pairs["matched_on"].to_numpy().astype("datetime64[M]") - plan.first_month).astype(int)
    return careers.site[pairs["mentee"], month].astype(np.int64) % len(company.SITES)
