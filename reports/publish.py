"""From facts to a release: metrics, models and disclosure control, then one atomic switch."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from pathlib import Path

from reports.answers_record import read_record
from reports.apart import Apart
from reports.assembly import build_tables
from reports.beside import begin, place_for
from reports.edition import Edition
from reports.ledger_tables import FRESH_DAYS
from reports.release import NoRelease, Release, ReleaseError, ReleaseVanished, open_release
from reports.release_writer import newest_number, write_release
from reports.wording import format_day
from warehouse.coverage import has_records, last_covered_day
from warehouse.disclosure.policy import Policy
from warehouse.engine import Warehouse
from warehouse.instruments import InstrumentError, read_instruments
from warehouse.voice import VoiceFacts, read_voice

INSTRUMENTS_FILE = "instruments.toml"


class InstrumentsRefused(ReleaseError):
    """The instrument file cannot be meant, or a loaded survey says otherwise."""


class NothingToPublish(ReleaseError):
    """The warehouse holds no records a figure could be computed from, or none about that day."""


def publish(  # noqa: PLR0913 - options that have nothing to do with one another
    warehouse: Warehouse,
    releases_folder: Path,
    *,
    as_of: dt.date | None = None,
    now: dt.datetime,
    is_sample: bool = False,
    policy: Policy | None = None,
    place: Apart | None = None,
) -> int:
    """Compute everything once and publish it as the next release.

    Parameters
    ----------
    warehouse : Warehouse
        Read only; no load can change it meanwhile.
    releases_folder : Path
        Where releases lie; beside it may lie ``instruments.toml``, which says how survey answers
        become scores where that differs from what is shipped.
    as_of : date, optional
        Last day the data speaks about; by default the last day its records cover. A day in the
        past publishes what is known today about the days up to it.
    now : datetime
        The moment of publishing, UTC without zone; the only moment a release holds of its own.
    is_sample : bool
        True when the warehouse holds the invented sample.
    policy : Policy, optional
        Disclosure rules; by default those of the product.
    place : Apart, optional
        From :func:`reports.beside.place_for`, where the caller began it to get ready while files
        were loaded. Without, or where it is no process because the company was small then, the
        company as it is decides.

    Returns
    -------
    int
        The number of the new release.

    Raises
    ------
    NothingToPublish
        The warehouse holds no records, or ``as_of`` is a day they say nothing about.
    InstrumentsRefused
        The instrument file is wrong, or a loaded survey declares an item otherwise.
    DisclosureBroken
        A finished figure would tell about a small group; nothing was published.
    AnswersNotProtected, RecordLost
        Figures about answers would give a small group away together with those ever published, or
        nobody can say what these were; nothing was published.
    WarehouseBusy, ReleaseBusy
        Another load or publish is running.
    """
    policy = policy or Policy()
    # Keeps loads away, so that every figure sees the same facts.
    somewhere = nullcontext(place) if place and place.is_beside else place_for(warehouse)
    with warehouse.writing(), warehouse.sparingly(), somewhere as apart:
        day = _day_to_publish(warehouse, as_of, now.date())
        begun = begin(warehouse, apart, as_of=day)
        voice = _read_voice(warehouse, day, releases_folder.parent / INSTRUMENTS_FILE)
        record = read_record(releases_folder, newest_number(releases_folder))
        edition = Edition(day, now, is_sample, policy, _valid_release(releases_folder), record)
        tables, entry = build_tables(warehouse, voice, edition, begun)
        return write_release(releases_folder, tables, entry=entry)


def _day_to_publish(warehouse: Warehouse, asked: dt.date | None, today: dt.date) -> dt.date:
    """Return the last day a release may speak about; refuse one the records do not reach."""
    last = last_covered_day(warehouse)
    if last is None and (asked is None or not has_records(warehouse, until=asked)):
        problem = (
            "The warehouse is empty, so there is nothing to publish. Run 'outcomes load "
            "FOLDER' first, or 'outcomes demo' to look at the sample."
        )
    elif asked is None or asked == last:
        return last or today
    elif asked > today:
        problem = (
            f"{format_day(asked)} lies in the future: nothing is known about it. Choose a day up "
            "to today with --as-of, or leave it out."
        )
    elif last is not None and asked > last + dt.timedelta(days=FRESH_DAYS):
        problem = (
            f"The records end on {format_day(last)}: up to {format_day(asked)} every figure would "
            "count what is missing as if it had not happened. Load newer exports first, or choose "
            "an earlier day with --as-of."
        )
    elif not has_records(warehouse, until=asked):
        problem = (
            f"No record speaks about {format_day(asked)} or any day before it. Choose a later day "
            "with --as-of, or leave it out."
        )
    else:
        return asked
    raise NothingToPublish(problem)


def _valid_release(folder: Path) -> Release | None:
    try:
        return open_release(folder)
    except (NoRelease, ReleaseVanished):  # the remedy for both is to publish
        return None


def _read_voice(warehouse: Warehouse, as_of: dt.date, own: Path) -> VoiceFacts:
    try:
        return read_voice(warehouse, as_of=as_of, instruments=read_instruments(own))
    except InstrumentError as error:
        raise InstrumentsRefused(str(error)) from error
