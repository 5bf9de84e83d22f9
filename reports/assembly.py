"""All tables of a release, put together: figures, effects, and what they rest on."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import fields
from importlib import metadata

import numpy as np
import pandas as pd

from models.momentum_runs import pair_states, read_momentum_facts
from reports import release_tables
from reports.answers_record import Entry, entry_after
from reports.beside import Begun, Beside, Known, computing
from reports.carrying import NOTHING, carry, computation
from reports.dimensions import read_dimensions
from reports.disclosure_gate import check_disclosure
from reports.edition import Edition
from reports.fact_rows import figure_sources
from reports.former_pairs import former_pairs
from reports.ledger_tables import ledger_checks
from reports.pair_checks import pair_facts
from reports.pair_details import pair_details
from reports.pair_tables import (
    flow,
    match_events,
    pair_board,
    read_pair_events,
    read_pair_facts,
)
from reports.people_tables import people_tables
from reports.restating import with_versions
from reports.survey_figures import with_answers
from reports.survey_report import audit_rows, audit_words
from warehouse.cells import together
from warehouse.coverage import read_span
from warehouse.cube import counted_cells
from warehouse.disclosure import apply_policy
from warehouse.engine import Warehouse
from warehouse.metrics import METRICS
from warehouse.metrics.catalog import change_rows, metric_rows
from warehouse.voice import VoiceFacts

SIGNIFICANT_DIGITS = 12


def build_tables(
    warehouse: Warehouse, voice: VoiceFacts, edition: Edition, begun: Begun
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
    metrics = metric_rows(voice.labels)
    program = f"{code_version()} {metric_versions_sha256(metrics)}"
    span = read_span(warehouse, as_of=edition.as_of)
    how = computation(span, program=program)
    known = Known(
        span,
        voice,
        read_pair_facts(warehouse, as_of=edition.as_of),
        read_momentum_facts(warehouse, as_of=edition.as_of),
    )
    with computing(warehouse, known, edition, begun, how=how) as beside:
        return _tables(warehouse, metrics, known, edition, beside)


def _tables(
    warehouse: Warehouse, metrics: pd.DataFrame, known: Known, edition: Edition, beside: Beside
) -> tuple[dict[str, pd.DataFrame], Entry]:
    as_of, minimum_group = edition.as_of, edition.policy.minimum_group
    carried = NOTHING
    if edition.previous is not None:
        carried = carry(edition.previous, beside.digests.result(), as_of=as_of)
    computed = counted_cells(warehouse, as_of=as_of, changed_from=carried.changed_from)
    computed = pd.concat([computed, beside.states.result()], ignore_index=True)
    counted = _protected(computed, metrics, edition)
    risk = beside.risk.result()
    states = pair_states(known.momentum, as_of=as_of, chance=risk.chance)
    board = pair_board(known.pairs, states)
    about_pairs = _about_pairs(warehouse, board, as_of)
    people = people_tables(
        warehouse, known.momentum, board, as_of=as_of, minimum_group=minimum_group
    )
    ledger, fact_rows = beside.loads.result()
    # Whatever waits for nobody comes before what may have to wait.
    moved, sources = flow(known.pairs, minimum_group=minimum_group), figure_sources()
    analyses = beside.analyses()
    answers = beside.answers.result()
    cells = together([with_answers(counted, answers), carried.cells])
    tables = {
        "release": _release_row(metrics, edition),
        "dimension": read_dimensions(warehouse, cells, as_of=as_of),
        "metric": metrics,
        "metric_change": change_rows(),
        "metric_cell": _without_empty(cells, "reason", "bound"),
        "backtest": risk.backtest,
        "flow": moved,
        "pair_board": board,
        **about_pairs,
        **people,
        "load_summary": ledger.loads,
        "rejected": ledger.rejected,
        "refused": ledger.refused,
        "figure_source": sources,
        "fact_rows": fact_rows,
        "fact_digest": beside.digests.result(),
        "survey_audit": audit_rows(answers.blocks, minimum_group=minimum_group),
    }
    tables |= {table.name: getattr(analyses, table.name) for table in fields(analyses)}
    withheld = check_disclosure(tables, minimum_group=minimum_group)
    checks = ledger_checks(ledger, as_of=as_of, now=edition.now, is_sample=edition.is_sample)
    title = f"No protected figure about fewer than {minimum_group} people"
    checks.append(("minimum_group", title, "passed", withheld))
    words = audit_words(answers.blocks, minimum_group=minimum_group)
    checks.append(("survey_audit", "Survey figures give no small group away", "passed", words))
    tables["check"] = pd.DataFrame(checks, columns=["check_id", "title", "verdict", "detail"])
    finished = {name: rounded(_with_columns(name, frame)) for name, frame in tables.items()}
    return finished, entry_after(edition.record, answers.added)


def _about_pairs(
    warehouse: Warehouse, board: pd.DataFrame, as_of: dt.date
) -> dict[str, pd.DataFrame]:
    """Return what a pair's own page shows, and when former pairs met."""
    events = read_pair_events(warehouse, as_of=as_of, pair_ids=board["pair_id"])
    return {
        "pair_event": _timeline(match_events(board), events),
        "pair_fact": pair_facts(warehouse, as_of=as_of, board=board),
        **pair_details(warehouse, as_of=as_of, board=board),
        "former_pair": former_pairs(warehouse, as_of=as_of, board=board),
    }


def _protected(computed: pd.DataFrame, metrics: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return figures that rest on no answers as they may be published."""
    guarded = apply_policy(computed, METRICS, edition.policy)
    counted = metrics[metrics["family"] != "voice"]
    minimum_group = edition.policy.minimum_group
    return with_versions(guarded, counted, edition.previous, minimum_group=minimum_group)


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


def _without_empty(cells: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return cells.assign(**{name: cells[name].replace("", None) for name in columns})


def _with_columns(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the release table's columns, in its order, and no others."""
    columns = [column.name for column in release_tables.metadata.tables[name].columns]
    return frame.reindex(columns=columns) if frame.empty else frame[columns]
