"""Printed figures about answers, handed to the attacker with the sums they must not give away."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from warehouse.disclosure.attacker import AttackResult, attack
from warehouse.disclosure.item import Item
from warehouse.metrics import BY_ID
from warehouse.voice.slices import EVERYONE, MEMBERS, PARTICIPANTS, added_up
from warehouse.voice.surveys import item_of

_SIDES = ("mentor", "mentee", "pair")
_SLICE = ["department", "cohort", "population", "period"]
SHARES = [metric.id for metric in BY_ID.values() if metric.unit == "fraction"]
_SCALE = ["low", "high", "units_per_point"]

Block = tuple[str, str]  # metric, and quarter or closed year


@dataclass(frozen=True)
class Material:
    """What an attack on one metric's figures starts from.

    Attributes
    ----------
    item : Item
        The metric as the attacker's item; its id is the metric's.
    answers : DataFrame
        The true sums, as :func:`warehouse.disclosure.attacker.attack` takes them.
    printed : DataFrame
        The figures the releases hold, in the attacker's columns.
    """

    item: Item
    answers: pd.DataFrame
    printed: pd.DataFrame

    def attacked(self, *, minimum_group: int) -> AttackResult:
        """Attack what the releases hold."""
        return attack(self.printed, self.answers, items=[self.item], minimum_group=minimum_group)


def materials(cells: pd.DataFrame, atoms: pd.DataFrame) -> Iterator[Material]:
    """Return what an attack on each metric starts from.

    Parameters
    ----------
    cells : DataFrame
        Figures about answers: columns of ``metric_cell``. Hidden ones are left out.
    atoms : DataFrame
        The sums behind them: ``warehouse.voice.surveys.COLUMNS``. Where the scale of a metric
        changed, the quarters of each scale are material of their own.
    """
    shown = cells[cells["status"] == "shown"]
    for (metric_id, *_), own in atoms.groupby(["metric_id", *_SCALE], sort=True):
        item = item_of(own)
        figures = shown[shown["metric_id"] == metric_id]
        printed = as_harvest(figures, own)
        yield Material(item, as_answers(own), printed)


def attack_blocks(
    cells: pd.DataFrame, atoms: pd.DataFrame, blocks: Mapping[Block, Item], *, minimum_group: int
) -> AttackResult:
    """Attack the figures of several blocks at once; no two of them have an answer in common.

    Parameters
    ----------
    cells, atoms : DataFrame
        As :func:`materials` takes them; figures and sums of no block are left out.
    blocks : mapping of (metric, quarter or year) to Item
        What is attacked, in the order of ``by_item`` of the result.
    """
    named = {block: replace(item, id=", ".join(block)) for block, item in blocks.items()}
    ids = {block: item.id for block, item in named.items()}
    printed = as_harvest(cells[cells["status"] == "shown"], atoms)
    return attack(
        _of_blocks(printed, "period", ids),
        _of_blocks(as_answers(atoms), "quarter", ids),
        items=list(named.values()),
        minimum_group=minimum_group,
    )


def _of_blocks(rows: pd.DataFrame, period: str, ids: Mapping[Block, str]) -> pd.DataFrame:
    """Return the rows of blocks, the block's id as their item; a closed year holds its quarters."""
    places = zip(rows["item"].to_numpy(object), rows[period].to_numpy(object), strict=True)
    found = [ids.get((metric, name[:4]), ids.get((metric, name))) for metric, name in places]
    item = np.array(found, dtype=object)
    inside = np.array([name is not None for name in found], dtype=bool)
    return rows[inside].assign(item=item[inside])


def as_answers(atoms: pd.DataFrame) -> pd.DataFrame:
    """Return atoms as the attacker's true sums."""
    side = atoms["population"].isin(_SIDES).map({True: PARTICIPANTS, False: ""})
    plain = atoms.astype(dict.fromkeys((*_SLICE[:3], "metric_id", "quarter"), object))
    return plain.assign(item=plain["metric_id"], side=side, release=1)


def _size(figure: Mapping[Hashable, str], sums: pd.DataFrame) -> int:
    """Return how many answers a figure of any slice rests on."""
    members = MEMBERS.get(figure["population"], (figure["population"],))
    own = sums["population"].isin(members)
    for name in ("metric_id", "period", "department", "cohort"):
        if figure[name]:
            own &= sums[name] == figure[name]
    return int(sums.loc[own, "n"].sum())


def as_harvest(figures: pd.DataFrame, atoms: pd.DataFrame) -> pd.DataFrame:
    """Return printed figures in the attacker's columns.

    Parameters
    ----------
    figures : DataFrame
        metric_id, department, cohort, population, period, value (as in a release: shares as
        fractions), bound; decimals of the printed number, 1 if missing.
    atoms : DataFrame
        The sums of one metric. Figures of periods without any are left out: they are on another
        scale, and independent.

    Returns
    -------
    DataFrame
        As :func:`warehouse.disclosure.attacker.attack` takes it. ``n`` is the true number of
        answers, which every attacker is assumed to know.
    """
    quarters = atoms.assign(period=atoms["quarter"])
    years = atoms.assign(period=atoms["quarter"].str[:4])
    sums = pd.concat([quarters, years])
    size = added_up(sums, ["metric_id", "period"], ["n"])
    keys = ["metric_id", *_SLICE]
    found = figures.drop(columns="n", errors="ignore").merge(size, on=keys, how="left")
    beyond = found["n"].isna()  # of the closed set, and printed all the same
    sizes = [_size(row, sums) for row in found.loc[beyond, keys].to_dict("records")]
    found["n"] = found["n"].astype("float64")
    found.loc[beyond, "n"] = np.array(sizes, dtype=float)
    found = found[found["n"] > 0]
    if "decimals" not in found:
        found = found.assign(decimals=1)
    is_share = found["metric_id"].isin(SHARES)
    points = found["value"].astype(float)
    value = points.where(~is_share, points * 100)
    digits = [round(v, int(d)) for v, d in zip(value, found["decimals"], strict=True)]
    population = found["population"].astype(object)
    is_side = population == PARTICIPANTS
    return pd.DataFrame(
        {
            "release": 1,
            "item": found["metric_id"],
            "measure": "mean",
            "department": found["department"].astype(object),
            "cohort": found["cohort"].astype(object),
            "population": population.where(~is_side & (population != EVERYONE), ""),
            "side": population.where(is_side, ""),
            "period": found["period"].astype(object),
            "value": digits,
            "n": found["n"].astype(int),
            "decimals": found["decimals"].astype(int),
            "bound": found["bound"].fillna("").astype(object),
        }
    )
