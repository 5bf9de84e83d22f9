"""What the printed figures about answers, taken together, give away: handed to the attacker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harvest import figures
from harvest.judge import Located
from reports.release import Release
from warehouse.disclosure.attacker import AttackResult, HarvestDisagrees, attack
from warehouse.disclosure.item import Item
from warehouse.engine import Warehouse
from warehouse.instruments import read_instruments
from warehouse.voice import read_voice
from warehouse.voice.atoms import voice_atoms
from warehouse.voice.slices import EVERYONE, MEMBERS

INSTRUMENTS_FILE = "instruments.toml"
COLUMNS = ["metric_id", "department", "cohort", "population", "period", "value", "decimals",
           "bound"]  # fmt: skip
_AT_MOST_DECIMALS = 9


@dataclass(frozen=True)
class Answers:
    """The true sums behind figures about answers.

    Attributes
    ----------
    atoms : DataFrame
        metric_id, quarter, department, cohort, population, n, total, low, high, units_per_point:
        rows of ``warehouse.voice.voice_atoms`` for whole metrics.
    """

    atoms: pd.DataFrame


def read_answers(warehouse: Warehouse, release: Release, releases_folder: Path) -> Answers:
    """Return what people answered as of the day a release speaks about.

    The one place where the harvester looks behind a release.
    """
    own = releases_folder.parent / INSTRUMENTS_FILE
    facts = read_voice(warehouse, as_of=release.info.data_as_of, instruments=read_instruments(own))
    atoms = voice_atoms(facts)
    return Answers(atoms[atoms["item"] == atoms["metric_id"]].reset_index(drop=True))


def printed_figures(located: Iterable[Located]) -> pd.DataFrame:
    """Return every printed figure about answers once, as precisely as any surface printed it.

    Returns
    -------
    DataFrame
        COLUMNS; value as in the release, decimals as printed there.
    """
    best: dict[tuple[str, figures.Place], int] = {}
    values: dict[tuple[str, figures.Place], float] = {}
    for one in located:
        number = one.known.numbers.get(figures.VALUE)
        if number is None or one.form not in ("", figures.VALUE):
            continue
        if one.form == "" and not one.printed.agrees(*number):
            continue  # an interval's end or a count of answers
        is_percent = number[1] == "fraction" and not one.printed.is_stored
        decimals = min(one.printed.decimals + 2 * is_percent, _AT_MOST_DECIMALS)
        key = (one.known.metric_id, one.known.place)
        best[key] = max(best.get(key, 0), decimals)
        values[key] = number[0]
    held = _decimals_held(values)
    rows = [
        (metric_id, place.department, place.cohort, place.population, place.period,
         values[(metric_id, place)], min(decimals, held[metric_id]), "")
        for (metric_id, place), decimals in sorted(best.items(), key=lambda one: str(one[0]))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _decimals_held(values: Mapping[tuple[str, figures.Place], float]) -> dict[str, int]:
    """Return with how many decimals a release holds each metric, judged by all its figures.

    A stored 3.4 has all its digits where the release rounds to one, and only looks round elsewhere.
    """
    found: dict[str, int] = {}
    for (metric_id, _), value in values.items():
        digits = f"{value:.{_AT_MOST_DECIMALS}f}".rstrip("0").partition(".")[2]
        found[metric_id] = max(found.get(metric_id, 0), len(digits))
    return found


def attack_figures(
    printed: pd.DataFrame, answers: Answers, *, minimum_group: int, not_in_release: int
) -> AttackResult:
    """Attack printed figures about answers.

    The seam to the audit of publishing: whatever prepares surveys there takes ``printed`` as it is.

    Parameters
    ----------
    printed : DataFrame
        From :func:`printed_figures`.
    answers : Answers
    minimum_group, not_in_release : int
        As :func:`warehouse.disclosure.attacker.attack` takes them.

    Raises
    ------
    HarvestDisagrees
        A printed figure is not what the answers give: the warehouse has moved on since.
    """
    atoms = answers.atoms
    known = printed[printed["metric_id"].isin(atoms["metric_id"])]
    groups = _groups(atoms)
    rows = [row for figure in known.to_dict("records") for row in _row(figure, atoms, groups)]
    harvest = pd.DataFrame(rows, columns=["item", "department", "cohort", "period", "value", "n",
                                          "decimals", "bound", "measure", "release"])  # fmt: skip
    true = atoms.assign(item=atoms["metric_id"], cohort=groups)
    if harvest.empty:
        return _nothing_printed(minimum_group, not_in_release)
    scales = atoms[["metric_id", "low", "high", "units_per_point"]].drop_duplicates("metric_id")
    items = [
        Item(str(s.metric_id), int(s.low), int(s.high), units_per_point=int(s.units_per_point))
        for s in scales.itertuples(index=False)
        if s.metric_id in set(harvest["item"])
    ]
    columns = ["department", "cohort", "quarter", "item", "n", "total"]
    true = true[true["item"].isin(harvest["item"])].groupby(columns[:4], as_index=False)
    return attack(
        harvest, true[["n", "total"]].sum(), items=items, minimum_group=minimum_group,
        not_in_release=not_in_release,
    )  # fmt: skip


def _groups(atoms: pd.DataFrame) -> pd.Series:
    """Name cohort and population together: to the attacker both are groups within a department."""
    return atoms["cohort"].astype(str) + " / " + atoms["population"].astype(str)


def _row(figure: dict[str, object], atoms: pd.DataFrame, groups: pd.Series) -> list[list[object]]:
    """Return a printed figure as the attacker reads it; none where nobody answered."""
    who = str(figure["population"]) or EVERYONE
    members = MEMBERS.get(who, (who,))
    period, department = str(figure["period"]), str(figure["department"])
    own = atoms["population"].isin(members)
    own &= atoms["metric_id"] == figure["metric_id"]
    own &= (atoms["quarter"] == period) | (atoms["quarter"].str[:4] == period)
    if department:
        own &= atoms["department"] == department
    if figure["cohort"]:
        own &= atoms["cohort"] == figure["cohort"]
    covered = atoms[own]
    if covered.empty:
        return []
    named = tuple(sorted(set(groups[own])))
    n, value = int(covered["n"].sum()), round(float(str(figure["value"])), _AT_MOST_DECIMALS)
    return [[figure["metric_id"], department, named, period, value, n, figure["decimals"],
             figure["bound"], "mean", 1]]  # fmt: skip


def _nothing_printed(minimum_group: int, not_in_release: int) -> AttackResult:
    return AttackResult(
        minimum_group=minimum_group, figures=0, targets=0, exact=0, within_one=0, narrow=0,
        too_few=0, worked_out=0, unanimous=0, not_in_release=not_in_release, tightest_range=None,
        worst=(),
    )  # fmt: skip


__all__ = ["Answers", "HarvestDisagrees", "attack_figures", "printed_figures", "read_answers"]
