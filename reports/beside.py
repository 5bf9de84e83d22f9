"""What is computed while the figures are: no part of it depends on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from models.analyses import Analyses, Inputs, analyze_exits, analyze_scores, judged
from models.inputs import read_inputs, with_scores
from models.momentum_runs import pair_risk
from models.pair_facts import PairFacts
from models.published import Rows
from models.risk import PairRisk
from reports.apart import Apart, Task, place_beside
from reports.carrying import digest_facts, settled_facts
from reports.edition import Edition
from reports.fact_rows import read_fact_rows
from reports.ledger_tables import Ledger, read_ledger
from reports.state_history import state_figures
from reports.survey_figures import SurveyFigures, survey_figures
from warehouse import tables
from warehouse.cube import answer_cells
from warehouse.disclosure import apply_policy
from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.metrics import METRICS
from warehouse.voice import VoiceFacts

LARGE = 3_000  # spells of employment; starting an interpreter costs as much as analyzing so many


@dataclass(frozen=True)
class Begun:
    """What takes longest and waits for no survey: on its way before anything else is read."""

    apart: Apart
    inputs: Inputs
    exits: Task[Rows]


@dataclass(frozen=True)
class Known:
    """Facts read before anything is computed: what surveys say, who pairs are, how they meet."""

    span: Span
    voice: VoiceFacts
    pairs: pd.DataFrame
    momentum: PairFacts


@dataclass(frozen=True)
class Beside:
    """What is on its way; a result that is not there yet is waited for."""

    digests: Future[pd.DataFrame]
    loads: Future[tuple[Ledger, pd.DataFrame]]
    answers: Task[SurveyFigures]
    exits: Task[Rows]
    states: Task[pd.DataFrame]
    scores: Task[Rows]
    risk: Task[PairRisk]

    def analyses(self) -> Analyses:
        """Return the analyses of effects; to be asked for when little else is left to do."""
        scores = self.scores.result()  # made here if their turn has not come
        return judged(self.exits.result(), scores)


def begin(warehouse: Warehouse, apart: Apart, *, as_of: dt.date) -> Begun:
    """Read what people did, and begin to analyze who stays.

    Parameters
    ----------
    apart : Apart
        From :func:`place_for`.
    """
    inputs = read_inputs(warehouse, as_of=as_of)
    return Begun(apart, inputs, apart.submit(analyze_exits, inputs))


@contextmanager
def computing(
    warehouse: Warehouse, known: Known, edition: Edition, begun: Begun, *, how: str
) -> Iterator[Beside]:
    """Begin with what the figures do not wait for; what is not asked for is given up at the end.

    Parameters
    ----------
    known : Known
    begun : Begun
        From :func:`begin`.
    how : str
        Hash of how figures are computed.
    """
    facts, policy, apart = settled_facts(), edition.policy, begun.apart
    # Only the thread of the figures puts queries of figures together: they share parts that are
    # made once.
    with ThreadPoolExecutor(max_workers=2) as pool:
        digests = pool.submit(digest_facts, warehouse, facts, how)
        states = apart.submit(
            state_figures, known.momentum, known.pairs, known.span.periods, as_of=edition.as_of
        )
        risk = apart.submit(pair_risk, known.momentum, as_of=edition.as_of)
        said = answer_cells(known.voice)
        guarded = apply_policy(said, METRICS, policy)
        answers = apart.submit(
            survey_figures, known.voice, said, guarded, record=edition.record, policy=policy
        )
        inputs = with_scores(warehouse, begun.inputs, known.voice)
        scores = apart.submit(analyze_scores, inputs)
        loads = pool.submit(_read_loads, warehouse)
        yield Beside(digests, loads, answers, begun.exits, states, scores, risk)


def place_for(warehouse: Warehouse) -> Apart:
    """Return where to judge and analyze what a company of this size says and does."""
    count = warehouse.read(sa.select(sa.func.count().label("n")).select_from(tables.employment))
    return place_beside() if int(count["n"].iloc[0]) >= LARGE else Apart(is_beside=False)


def _read_loads(warehouse: Warehouse) -> tuple[Ledger, pd.DataFrame]:
    return read_ledger(warehouse), read_fact_rows(warehouse)
