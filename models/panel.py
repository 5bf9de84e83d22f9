"""The person-month frame of a company: employment, work, enrollment and exits, month by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.design import natural_spline
from models.estimate import NotEstimable
from models.months import month_number, month_start
from models.panel_scores import company_wide, last_scores

MINIMUM_TENURE_MONTHS = 6
MONTHS_BEFORE = 12  # a promotion in the year before tells who was on the way up
DAYS_PER_MONTH = 365.25 / 12
TENURE_KNOTS = np.log1p([6.0, 24.0, 72.0, 180.0])
JOINED_IN_OTHER_ROLE = "joined_in_other_role"
COVARIATES = (
    "department",
    "level",
    "function_type",
    "location",
    "status",
    "log_tenure",
    "tenure_curve_1",
    "tenure_curve_2",
    "engagement",
)


@dataclass(frozen=True)
class Facts:
    """What the warehouse knows about people, one frame per table; days are datetime64.

    Attributes
    ----------
    employment : DataFrame
        person_id, hired_on (missing: before the records), end_on (missing: employed).
    jobs : DataFrame
        person_id, valid_from, valid_to, seq_no, department, level, function_type, location, status.
    exits : DataFrame
        person_id, exit_on, reason_group, voluntary (yes, no, unknown).
    enrollments : DataFrame
        person_id, enrolled_on, role (mentor, mentee), cohort; all of them, also withdrawn ones.
    scores : DataFrame
        person_id, wave_id, recorded_on, score: survey scores used as a covariate; may be empty.
    """

    employment: pd.DataFrame
    jobs: pd.DataFrame
    exits: pd.DataFrame
    enrollments: pd.DataFrame
    scores: pd.DataFrame


@dataclass(frozen=True)
class Panel:
    """People followed month by month.

    Attributes
    ----------
    rows : DataFrame
        One row per spell of employment and month, as
        :func:`models.retention.estimate_retention` takes it: person_id is the spell, person (the
        cluster) the human being; ordered by both. ``exited`` is any exit; voluntary_exit,
        negative_control_exit (retirement and redundancy, which mentoring cannot change) and the
        role and cohort of the first enrollment stand beside, and so does what is no covariate:
        engagement_before (the score before the last one known) and promoted_before (1 where the
        level is higher than twelve months before, missing where either is not known).
    people : Index of str
        Ids of the human beings; ``person`` is the position in it.
    """

    rows: pd.DataFrame
    people: pd.Index


def build_panel(facts: Facts, *, as_of: dt.date) -> Panel:
    """Follow everybody month by month, from the program's first month to ``as_of``.

    The window begins with the first enrollment: before it nobody could join, and people who left
    before the records began are unknown. A month that ``as_of`` cuts short is left out.

    Parameters
    ----------
    facts : Facts
    as_of : date
        Last day the data speak about; later facts are ignored.

    Returns
    -------
    Panel
        With ``COVARIATES``. Eligible: at least six months of tenure, not enrolled before, and the
        department's first enrollment reached.

    Raises
    ------
    NotEstimable
        Code ``no_enrollments`` or ``nobody_employed``.
    """
    day = pd.Timestamp(as_of)
    last = _last_whole_month(as_of)
    joined = _first_enrollments(facts.enrollments, day)
    if joined.empty:
        raise NotEstimable("no_enrollments", "Nobody has enrolled yet.")
    first = int(joined["enrolled_month"].min())
    spells = _spells(facts, joined, first, last)
    if spells.empty:
        raise NotEstimable("nobody_employed", "Nobody is on record as employed in that time.")
    # spells are in the order of their person numbers
    people = pd.Index(spells["person_id"].unique())
    rows = _rows(spells)
    rows = _with_jobs(rows, people, facts.jobs, first, last)
    rows = _with_tenure(rows, spells)
    scores = company_wide(facts.scores, joined)
    rows["engagement"], rows["engagement_before"] = last_scores(rows, people, scores)
    rows["is_eligible"] = _eligible(rows)
    return Panel(rows, people)


def _last_whole_month(as_of: dt.date) -> int:
    month = as_of.year * 12 + as_of.month - 1
    is_whole = (as_of + dt.timedelta(days=1)).month != as_of.month
    return month if is_whole else month - 1


def _first_enrollments(enrollments: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    known = enrollments[enrollments["enrolled_on"] <= day]
    order = ["enrolled_on", "role", "cohort"]
    known = known.sort_values(order, kind="stable").drop_duplicates("person_id")
    return known.assign(enrolled_month=month_number(known["enrolled_on"]).astype(np.int64))


def _spells(facts: Facts, joined: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Spells with their first and last month in the window and how they ended."""
    spells = facts.employment[["person_id", "hired_on", "end_on"]].copy()
    hired = month_number(spells["hired_on"])
    # employed at the start of a month: hired on its first day at the latest
    hired += (spells["hired_on"].dt.day > 1).astype(float)
    spells["first_month"] = hired.fillna(first).clip(lower=first).astype(np.int64)
    exit_on = spells["end_on"] - pd.Timedelta(days=1)
    left = month_number(exit_on)
    spells["last_month"] = left.fillna(last).clip(upper=last).astype(np.int64)
    spells["ends"] = (left <= last).to_numpy()
    spells["exit_on"] = exit_on
    spells = spells[spells["first_month"] <= spells["last_month"]]
    exits = facts.exits.drop_duplicates(["person_id", "exit_on"])
    spells = spells.merge(exits, on=["person_id", "exit_on"], how="left")
    spells = spells.merge(
        joined[["person_id", "enrolled_month", "role", "cohort"]], on="person_id", how="left"
    )
    # an enrollment belongs to the spell it falls into, not to one that ended before it
    later = spells["enrolled_month"] > spells["last_month"]
    spells.loc[later, ["enrolled_month", "role", "cohort"]] = [np.nan, None, None]
    spells["person"] = pd.factorize(spells["person_id"])[0]
    return spells.sort_values(["person", "first_month"], kind="stable").reset_index(drop=True)


def _rows(spells: pd.DataFrame) -> pd.DataFrame:
    length = (spells["last_month"] - spells["first_month"] + 1).to_numpy()
    spell = np.repeat(np.arange(len(spells)), length)
    position = np.arange(len(spell)) - np.repeat(np.cumsum(length) - length, length)
    month = spells["first_month"].to_numpy()[spell] + position
    is_exit = spells["ends"].to_numpy()[spell] & (month == spells["last_month"].to_numpy()[spell])
    voluntary = (spells["voluntary"] == "yes").to_numpy()[spell]
    control = spells["reason_group"].isin(["retirement", "redundancy"]).to_numpy()[spell]
    return pd.DataFrame(
        {
            "person_id": spell,
            "person": spells["person"].to_numpy()[spell],
            "month": month,
            "enrolled_month": spells["enrolled_month"].to_numpy(dtype=float)[spell],
            "role": pd.Categorical(spells["role"]).take(spell),
            "cohort": pd.Categorical(spells["cohort"]).take(spell),
            "exited": is_exit,
            "voluntary_exit": is_exit & voluntary,
            "negative_control_exit": is_exit & control & ~voluntary,
        }
    )


def _with_jobs(
    rows: pd.DataFrame, people: pd.Index, jobs: pd.DataFrame, first: int, last: int
) -> pd.DataFrame:
    """Add the job that a person held on the first day of each month."""
    known = jobs[jobs["person_id"].isin(people)].sort_values(["valid_from", "seq_no"])
    before_first = first - MONTHS_BEFORE
    grid = _jobs_held(known, people, before_first, last)
    person, month = rows["person"].to_numpy(), rows["month"].to_numpy() - before_first
    held = grid[person, month]
    for name in ("department", "function_type", "location", "status"):
        rows[name] = pd.Categorical(known[name]).take(held, allow_fill=True)
    # grades are steps, not amounts: one category each
    level = pd.Categorical(known["level"].astype("Int64"))
    rows["level"] = level.take(held, allow_fill=True)
    codes = np.append(level.codes, -1)  # where the -1 of no job points to
    now, then = codes[held], codes[grid[person, month - MONTHS_BEFORE]]
    rows["promoted_before"] = np.where((now >= 0) & (then >= 0), now > then, np.nan)
    return rows


def _jobs_held(known: pd.DataFrame, people: pd.Index, first: int, last: int) -> np.ndarray:
    """Position of the job held on the first day of each month, shape (n_people, n_months); or -1.

    Of two jobs on one day the later entry stands: jobs are in order, the last one assigned stays.
    """
    n_months = last - first + 1
    begins = month_number(known["valid_from"]) + (known["valid_from"].dt.day > 1)
    ends = month_number(known["valid_to"]) + (known["valid_to"].dt.day > 1)
    start = begins.fillna(first).clip(first, last + 1).to_numpy(dtype=np.int64) - first
    stop = ends.fillna(last + 1).clip(first, last + 1).to_numpy(dtype=np.int64) - first
    length = np.maximum(stop - start, 0)
    job = np.repeat(np.arange(len(known), dtype=np.int32), length)
    offset = np.arange(len(job)) - np.repeat(np.cumsum(length) - length, length)
    held = np.full(len(people) * n_months, -1, dtype=np.int32)
    held[people.get_indexer(known["person_id"])[job] * n_months + start[job] + offset] = job
    return held.reshape(len(people), n_months)


def _with_tenure(rows: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    hired = spells["hired_on"].to_numpy().astype("datetime64[D]")[rows["person_id"]]
    days = (month_start(rows["month"].to_numpy()) - hired).astype(float)
    days[np.isnat(hired)] = np.nan
    rows["tenure_months"] = days / DAYS_PER_MONTH
    rows["log_tenure"] = np.log1p(rows["tenure_months"])
    curve = natural_spline(rows["log_tenure"].to_numpy(), TENURE_KNOTS)
    # a curve shares the missing indicator of log_tenure
    rows[["tenure_curve_1", "tenure_curve_2"]] = np.nan_to_num(curve)
    return rows


def _eligible(rows: pd.DataFrame) -> np.ndarray:
    """Say who may enroll in a month; tenure that began before the records is long enough."""
    tenure = rows["tenure_months"].to_numpy()
    long_enough = np.isnan(tenure) | (tenure >= MINIMUM_TENURE_MONTHS - 0.1)
    enrolls = rows["enrolled_month"] == rows["month"]
    opened = rows.loc[enrolls].groupby("department", observed=True)["month"].min()
    opens = rows["department"].astype(object).map(opened).to_numpy(dtype=float)
    not_yet = ~(rows["enrolled_month"] < rows["month"]).to_numpy()
    eligible: np.ndarray = long_enough & not_yet & (rows["month"].to_numpy() >= opens)
    return eligible


def only_role(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """Rows in which joining means joining in one role; others are followed until they join.

    Parameters
    ----------
    rows : DataFrame
        Of a :class:`Panel`.
    role : {"mentor", "mentee"}

    Returns
    -------
    DataFrame
        With ``JOINED_IN_OTHER_ROLE``, true in the last month of those who then join in the other
        role: observation ends there by design.
    """
    other = (rows["role"].notna() & (rows["role"] != role)).to_numpy()
    kept = rows[~other | (rows["month"] < rows["enrolled_month"]).to_numpy()].copy()
    is_cut = other[kept.index] & (kept["month"] == kept["enrolled_month"] - 1).to_numpy()
    kept.loc[other[kept.index], "enrolled_month"] = np.nan
    kept[JOINED_IN_OTHER_ROLE] = is_cut
    return kept
