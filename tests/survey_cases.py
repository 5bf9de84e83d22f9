"""Small surveys with known answers, decided, printed and attacked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from warehouse.disclosure.attacker import AttackResult, attack
from warehouse.disclosure.exact import Suppression, suppress
from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import Survey
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.printed import printed_figures

ITEM = Item("i", 1, 3)
COLUMNS = ["department", "cohort", "quarter", "item", "n", "total"]
FIGURE = ["department", "cohort", "period"]


def table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def pattern(
    n: dict[tuple[str, str], int], quarter: str = "2026Q1", item: str = "i"
) -> pd.DataFrame:
    """Answers of 2 on average, half ones and half threes, so that no cell is unanimous."""
    return table([(d, c, quarter, item, size, 2 * size) for (d, c), size in n.items()])


def decide(answers: pd.DataFrame, *items: Item, **given: Any) -> Suppression:
    return suppress(Survey(answers, items or (ITEM,)), policy=Policy(), **given)


def hidden(decision: Suppression) -> dict[tuple[str, str, str], str]:
    rows = decision.figures[decision.figures["status"] == "suppressed"]
    return {tuple(r[:3]): r[5] for r in rows.itertuples(index=False)}


def attacked(survey: Survey, decision: Suppression, policy: Policy) -> AttackResult:
    printed = printed_figures(survey, decision, policy=policy)
    shown = printed[printed["status"] == "shown"].assign(release=1, decimals=1)
    return attack(shown, survey.answers, items=survey.items, minimum_group=policy.minimum_group)
