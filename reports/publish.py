"""From facts to a release: metrics, models and disclosure control, then one atomic switch."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from models.analyses import pair_states, read_momentum_facts, run_analyses
from reports import release_tables
from reports.answers_record import Entry, Record, entry_after, read_record
from reports.dimensions import read_dimensions
from reports.disclosure_gate import check_disclosure
from reports.fact_rows import figure_sources, read_fact_rows
from reports.ledger_tables import FRESH_DAYS, ledger_checks, read_ledger
from reports.pair_tables import (
    flow,
    match_events,
    pair_board,
    read_pair_events,
    read_pair_facts,
)
from reports.release import NoRelease, Release, ReleaseError, ReleaseVanished, open_release
from reports.release_writer import newest_number, write_release
from reports.restating import with_versions
from reports.state_history import state_history
from reports.survey_figures import survey_figures, with_answers
from reports.survey_report import audit_rows, audit_words
from reports.wording import format_day
from warehouse.coverage import has_records, last_covered_day
from warehouse.cube import compute_cells, state_cells
from warehouse.disclosure import apply_policy
from warehouse.disclosure.policy import Policy
from warehouse.engine import Warehouse
from warehouse.instruments import InstrumentError, read_instruments
from warehouse.metrics import METRICS
from warehouse.metrics.catalog import change_rows, metric_rows
from warehouse.voice import VoiceFacts, read_voice

SIGNIFICANT_DIGITS = 12
INSTRUMENTS_FILE = "instruments.toml"


class InstrumentsRefused(ReleaseError):
    """The instrument file cannot be meant, or a loaded survey says otherwise."""


class NothingToPublish(ReleaseError):
    """The warehouse holds no records a figure could be computed from, or none about that day."""


def publish(
    warehouse: Warehouse,
    releases_folder: Path,
    *,
    as_of: dt.date | None = None,
    now: dt.datetime,
    is_sample: bool = False,
    policy: Policy | None = None,
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
    with warehouse.writing():  # keeps loads away, so that every figure sees the same facts
        day = _day_to_publish(warehouse, as_of, now.date())
        voice = _read_voice(warehouse, day, releases_folder.parent / INSTRUMENTS_FILE)
        record = read_record(releases_folder, newest_number(releases_folder))
        edition = Edition(day, now, is_sample, policy, _valid_release(releases_folder), record)
        tables, entry = build_tables(warehouse, voice, edition)
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


def build_tables(
    warehouse: Warehouse, voice: VoiceFacts, edition: Edition
) -> tuple[dict[str, pd.DataFrame], Entry]:
    """Return every table of a release, disclosure control applied and verified.

    With them comes what the release adds to the record of figures about answers.

    Raises
    ------
    DisclosureBroken
        A finished figure would tell about a small group.
    AnswersNotProtected
        Figures about answers would give a small group away.
    """
    as_of, policy = edition.as_of, edition.policy
    metrics = metric_rows(voice.labels)
    pairs = read_pair_facts(warehouse, as_of=as_of)
    computed = compute_cells(warehouse, as_of=as_of, voice=voice)
    momentum = read_momentum_facts(warehouse, as_of=as_of)
    history = state_history(momentum, pairs, computed, as_of=as_of)
    computed = pd.concat([computed, state_cells(history)], ignore_index=True)
    guarded = apply_policy(computed, METRICS, policy)
    is_answer = computed["metric_id"].isin(metrics.loc[metrics["family"] == "voice", "metric_id"])
    is_answer = is_answer.to_numpy(dtype=bool)
    answers = survey_figures(
        voice, computed[is_answer], guarded[is_answer], record=edition.record, policy=policy
    )
    others = metrics[metrics["family"] != "voice"]
    cells = with_versions(
        guarded[~is_answer], others, edition.previous, minimum_group=policy.minimum_group
    )
    cells = with_answers(cells, answers)
    analyses = run_analyses(warehouse, as_of=as_of)
    board = pair_board(pairs, pair_states(momentum, as_of=as_of))
    events = read_pair_events(warehouse, as_of=as_of, pair_ids=board["pair_id"])
    ledger = read_ledger(warehouse)
    tables = {
        "release": _release_row(metrics, edition),
        "dimension": read_dimensions(warehouse, cells, as_of=as_of),
        "metric": metrics,
        "metric_change": change_rows(),
        "metric_cell": _ordered(cells),
        "estimate": analyses.estimate,
        "curve": analyses.curve,
        "balance": analyses.balance,
        "diagnostic": analyses.diagnostic,
        "flow": flow(pairs, minimum_group=policy.minimum_group),
        "pair_board": board,
        "pair_event": _timeline(match_events(board), events),
        "load_summary": ledger.loads,
        "rejected": ledger.rejected,
        "refused": ledger.refused,
        "figure_source": figure_sources(),
        "fact_rows": read_fact_rows(warehouse),
        "survey_audit": audit_rows(answers.blocks, minimum_group=policy.minimum_group),
    }
    withheld = check_disclosure(tables, minimum_group=policy.minimum_group)
    checks = ledger_checks(ledger, as_of=as_of, now=edition.now, is_sample=edition.is_sample)
    title = f"No protected figure about fewer than {policy.minimum_group} people"
    checks.append(("minimum_group", title, "passed", withheld))
    words = audit_words(answers.blocks, minimum_group=policy.minimum_group)
    checks.append(("survey_audit", "Survey figures give no small group away", "passed", words))
    tables["check"] = pd.DataFrame(checks, columns=["check_id", "title", "verdict", "detail"])
    finished = {name: rounded(_with_columns(name, frame)) for name, frame in tables.items()}
    return finished, entry_after(edition.record, answers.added)


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its fractional numbers cut to the digits a release publishes.

    A parallel sum adds in any order, so its last digits differ from run to run. Rounding to 12
    significant digits makes the same facts give the same bytes.
    """
    columns = frame.select_dtypes("float64").columns
    return frame.assign(**{name: _significant(frame[name].to_numpy()) for name in columns})


def _significant(values: np.ndarray) -> np.ndarray:
    found = values.copy()
    usual = np.isfinite(values) & (np.abs(values) > 1e-200)
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.abs(values[usual]))))
    found[usual] = np.round(values[usual] * scale) / scale
    return found


def metric_versions_sha256(metrics: pd.DataFrame) -> str:
    """Return one hash over every metric's declaration."""
    text = metrics.sort_values("metric_id").to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def code_version() -> str:
    """Return the version of the installed program."""
    try:
        return metadata.version("program-outcomes")
    except metadata.PackageNotFoundError:
        return "not installed"


def _release_row(metrics: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    row = {
        "release_id": 0,  # given when it is written
        "built_at": edition.now,
        "data_as_of": edition.as_of,
        "code_version": code_version(),
        "metric_versions_sha256": metric_versions_sha256(metrics),
        "disclosure_policy": edition.policy.describe(),
        "minimum_group": edition.policy.minimum_group,
        "is_sample": edition.is_sample,
    }
    return pd.DataFrame([row])


def _timeline(matches: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return all events, a pair's match before whatever else happened that day."""
    both = pd.concat([matches.astype(object), events.astype(object)], ignore_index=True)
    both["happened_on"] = pd.to_datetime(both["happened_on"])
    order = ["pair_id", "happened_on"]
    return both.sort_values(order, ignore_index=True, kind="stable")


def _ordered(cells: pd.DataFrame) -> pd.DataFrame:
    keys = [c.name for c in release_tables.metric_cell.columns][:7]
    reason = cells["reason"].replace("", None)
    bound = cells["bound"].replace("", None)
    return cells.assign(reason=reason, bound=bound).sort_values(keys, ignore_index=True)


def _with_columns(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the release table's columns, in its order, and no others."""
    columns = [column.name for column in release_tables.metadata.tables[name].columns]
    return frame.reindex(columns=columns) if frame.empty else frame[columns]
