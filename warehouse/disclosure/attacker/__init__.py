"""The attacker: pools every number ever printed and tries to learn about a small group.

It shares nothing with suppression but the declaration of an item, so that a mistake in one cannot
hide in the other; import-linter holds that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd
from threadpoolctl import threadpool_limits

from warehouse.disclosure.attacker.harvest import (
    Harvest,
    HarvestDisagrees,
    Printed,
    read_harvest,
)
from warehouse.disclosure.attacker.knowledge import Knowledge, knowledge_of
from warehouse.disclosure.attacker.result import AttackResult, ItemAttack, Weakness
from warehouse.disclosure.attacker.targets import name_of, targets_of
from warehouse.disclosure.item import Item

__all__ = ["AttackResult", "HarvestDisagrees", "Weakness", "attack"]

_EXAMPLES = 20
_ORDER = ("too few answers", "exact", "within one", "narrow", "worked out", "unanimous")


def attack(
    harvest: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    items: Sequence[Item],
    minimum_group: int,
    not_in_release: int = 0,
) -> AttackResult:
    """Learn as much as possible about small groups from printed numbers.

    Parameters
    ----------
    harvest : DataFrame
        One row per printed number of all releases: release (int), item, measure (mean, favorable;
        mean if the column is missing), department, cohort, period, value, n, decimals, bound ("",
        or lower, or higher; "" if missing). A key is "" for all, a name, or a tuple of names (a
        multi-select); a period is a quarter, a year, a tuple of quarters, or "". So are, where
        given, population and side.
    answers : DataFrame
        The true sums: department, cohort, quarter, item, n, total, favorable (where printed) and
        release, the first one that counts these answers (the earliest, if missing). ``people``
        is how many gave them (n, if missing). ``population`` and the ``side`` it belongs to
        tell groups within a cohort apart (mentors and mentees, who both take part).
    items : sequence of Item
    minimum_group : int
        A group of fewer answers is a target.
    not_in_release : int
        Harvested numbers that differ from the release, counted by the caller; any fails.

    Returns
    -------
    AttackResult
        Counts over targets (group x item x measure), the tightest bound, examples by slice.

    Raises
    ------
    HarvestDisagrees
        A printed number is not what the true sums give: there is nothing to reason from.
    """
    read = read_harvest(harvest, answers)
    counts: Counter[str] = Counter()
    examples: list[Weakness] = []
    by_item: list[ItemAttack] = []
    with threadpool_limits(limits=1):
        for item in items:
            ranges: list[float] = []
            printed, before = read.of_item(item), counts["targets"]
            for weakness in _attack_item(read, (item, printed), minimum_group, counts, ranges):
                counts[weakness.kind] += 1
                examples.append(weakness)
            size = counts["targets"] - before
            by_item.append(ItemAttack(item.id, len(printed), size, min(ranges, default=None)))
    examples.sort(key=lambda w: (_ORDER.index(w.kind), w.mean_range, w.item, w.where))
    return AttackResult(
        minimum_group=minimum_group,
        figures=len(harvest),
        targets=counts["targets"],
        exact=counts["exact"],
        within_one=counts["exact"] + counts["within one"],
        narrow=counts["exact"] + counts["within one"] + counts["narrow"],
        too_few=counts["too few answers"],
        worked_out=counts["worked out"],
        unanimous=counts["unanimous"],
        not_in_release=not_in_release,
        tightest_range=min(
            (one.tightest_range for one in by_item if one.tightest_range is not None), default=None
        ),
        worst=tuple(examples[:_EXAMPLES]),
        by_item=tuple(by_item),
    )


def _attack_item(
    read: Harvest,
    attacked: tuple[Item, list[Printed]],
    minimum: int,
    counts: Counter[str],
    ranges: list[float],
) -> Iterator[Weakness]:
    item, printed = attacked
    for figure in printed:
        if figure.people < minimum:
            yield Weakness("too few answers", item.id, figure.name, 0.0)
        if figure.is_unanimous:
            yield Weakness("unanimous", item.id, figure.name, 0.0)
    targets = targets_of(read, item, minimum)
    for knowledge in knowledge_of(read, item, printed, targets):
        counts["targets"] += knowledge.size
        yield from _learned(read, item, knowledge, minimum, ranges)


def _learned(
    read: Harvest, item: Item, knowledge: Knowledge, minimum: int, ranges: list[float]
) -> Iterator[Weakness]:
    for found in knowledge.bounds():
        ranges.append(found.mean_range)
        if found.kind:
            where = name_of(read.atoms, found.atoms) + found.suffix
            yield Weakness(found.kind, item.id, where, found.mean_range)
    for atoms in knowledge.worked_out(minimum):
        yield Weakness("worked out", item.id, name_of(read.atoms, atoms), 0.0)
