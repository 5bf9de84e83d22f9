"""When, from what and under which rules a release is made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from reports.answers_record import Record
from reports.release import Release
from warehouse.disclosure.policy import Policy


@dataclass(frozen=True)
class Edition:
    """When, from what and under which rules a release is made.

    Attributes
    ----------
    as_of : date
        Last day the data speaks about.
    now : datetime
        Moment of publishing, UTC without zone.
    is_sample : bool
        True when the warehouse holds the invented sample.
    policy : Policy
    previous : Release or None
        The release whose protected figures are kept where a definition changed.
    record : Record
        What was ever published about answers.
    """

    as_of: dt.date
    now: dt.datetime
    is_sample: bool
    policy: Policy
    previous: Release | None = None
    record: Record = field(default_factory=Record)
