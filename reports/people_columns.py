"""The tables of a release about people beyond the board, by name for their program's managers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, String, Table


def declare_people(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    """Declare waiting_person, cancelling_senior, ended_pair, and rematch."""
    return _waiting(metadata), _cancelling(metadata), _ended(metadata), _rematch(metadata)


def _waiting(metadata: MetaData) -> Table:
    return Table(
        "waiting_person",
        metadata,
        Column("program", String),
        Column("cohort", String),  # '' before a place is given
        Column("person_name", String),
        Column("role", String),  # mentor, mentee
        Column("department", String),  # as of the release day
        Column("applied_on", Date),  # of the enrollment where no application is known
        Column("enrolled_on", Date),  # NULL for applicants without a place
        Column("days_waiting", Integer),
        Column("offers", String),  # skills that enough people named, a JSON list
        Column("wants", String),
    )


def _cancelling(metadata: MetaData) -> Table:
    return Table(
        "cancelling_senior",
        metadata,
        Column("program", String),
        Column("cohort", String),  # of the latest pair
        Column("person_name", String),
        Column("department", String),
        Column("sessions_due", Integer),  # in the last half year, over all pairs
        Column("cancelled", Integer),
        Column("pairs", Integer),
        Column("running", String),  # ids of the pairs that still run, a JSON list
    )


def _ended(metadata: MetaData) -> Table:
    return Table(
        "ended_pair",
        metadata,
        Column("pair_id", String),
        Column("program", String),
        Column("cohort", String),
        Column("mentor_name", String),
        Column("mentee_name", String),
        Column("mentor_department", String),
        Column("mentee_department", String),
        Column("matched_on", Date),
        Column("ended_on", Date),
        Column("planned_end_on", Date),  # first day after the planned end
        Column("days_together", Integer),
        Column("sessions_held", Integer),
        Column("cancelled_by_mentor", Integer),
        Column("cancelled_by_mentee", Integer),
        Column("reason", String),  # NULL where none is given, or only words that few pairs share
        Column("has_reason", Boolean),
    )


def _rematch(metadata: MetaData) -> Table:
    return Table(
        "rematch",
        metadata,
        Column("program", String),
        Column("cohort", String),
        Column("person_name", String),  # who needs somebody
        Column("role", String),
        Column("department", String),
        Column("need", String),  # waiting, or the state of the pair
        Column("pair_id", String),  # NULL for who waits
        Column("days", Integer),  # of waiting, or since the pair's last session
        Column("place", Integer),  # 1 = first suggestion; NULL where there is none
        Column("candidate_name", String),
        Column("candidate_department", String),
        Column("candidate_free", String),  # waiting, ended, completed
        Column("candidate_since", Date),
        Column("gets", String),  # skills the person wants and the candidate offers, a JSON list
        Column("gives", String),  # the other way round
        Column("why_none", String),  # no_form, nobody; NULL where there is a suggestion
    )
