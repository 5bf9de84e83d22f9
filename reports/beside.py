"""What is computed while the figures are: no part of it depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from models.analyses import Analyses, analyze_exits, analyze_scores, judged
from models.inputs import read_inputs
from models.published import Rows
from reports.apart import Apart, Task
from reports.carrying import digest_facts, settled_facts
from reports.edition import Edition
from reports.fact_rows import read_fact_rows
from reports.ledger_tables import Ledger, read_ledger
from reports.survey_figures import SurveyFigures, survey_figures
from warehouse import tables
from warehouse.cube import answer_cells
from warehouse.disclosure import apply_policy
from warehouse.engine import Warehouse
from warehouse.metrics import METRICS
from warehouse.voice import VoiceFacts

LARGE = 3_000  # spells of employment; starting an interpreter costs as much as analyzing so many
_MODULES = (analyze_exits.__module__, survey_figures.__module__)


@dataclass(frozen=True)
class Beside:
    """What is on its way; a result that is not there yet is waited for."""

    digests: Future[pd.DataFrame]
    loads: Future[tuple[Ledger, pd.DataFrame]]
    answers: Task[SurveyFigures]
    exits: Task[Rows]
    scores: Task[Rows]

    def analyses(self) -> Analyses:
        """Return the analyses of effects; to be asked for when nothing else is left to do."""
        scores = self.scores.result()  # made here if their turn has not come
        return judged(self.exits.result(), scores)


@contextmanager
def computing(
    warehouse: Warehouse,
    voice: VoiceFacts,
    edition: Edition,
    apart: Apart,
    *,
    how: str,
) -> Iterator[Beside]:
    """Begin with what the figures do not wait for; what is not asked for is given up at the end.

    Parameters
    ----------
    apart : Apart
        From :func:`place_for`.
    how : str
        Hash of how figures are computed.
    """
    facts, policy = settled_facts(), edition.policy
    # Only the thread of the figures puts queries of figures together: they share parts that are
    # made once.
    with ThreadPoolExecutor(max_workers=2) as pool:
        digests = pool.submit(digest_facts, warehouse, facts, how)
        said = answer_cells(voice)
        guarded = apply_policy(said, METRICS, policy)
        answers = apart.submit(
            survey_figures, voice, said, guarded, record=edition.record, policy=policy
        )
        inputs = read_inputs(warehouse, as_of=edition.as_of, voice=voice)
        exits, scores = apart.submit(analyze_exits, inputs), apart.submit(analyze_scores, inputs)
        loads = pool.submit(_read_loads, warehouse)
        yield Beside(digests, loads, answers, exits, scores)


def place_for(warehouse: Warehouse) -> Apart:
    """Return where to judge and analyze what a company of this size says and does."""
    count = warehouse.read(sa.select(sa.func.count().label("n")).select_from(tables.employment))
    return place(is_beside=int(count["n"].iloc[0]) >= LARGE)


def place(*, is_beside: bool) -> Apart:
    """Return where to judge and analyze: a process that gets ready at once, or this one."""
    return Apart(is_beside=is_beside, modules=_MODULES)


def _read_loads(warehouse: Warehouse) -> tuple[Ledger, pd.DataFrame]:
    return read_ledger(warehouse), read_fact_rows(warehouse)
