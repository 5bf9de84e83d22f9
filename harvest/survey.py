"""What the printed figures about answers, taken together, give away: handed to the attacker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from harvest import figures
from harvest.judge import Located
from reports.answers_record import read_record
from reports.release_writer import newest_number
from reports.survey_attack import SHARES, materials
from warehouse.disclosure.attacker import AttackResult, HarvestDisagrees, attack

COLUMNS = ["metric_id", "department", "cohort", "population", "period", "value", "decimals",
           "bound"]  # fmt: skip
_AT_MOST_DECIMALS = 9


@dataclass(frozen=True)
class Answers:
    """The true sums behind figures about answers.

    Attributes
    ----------
    atoms : DataFrame
        ``warehouse.voice.surveys.COLUMNS``: what publishing remembers of every figure it judged.
    """

    atoms: pd.DataFrame


def read_answers(releases_folder: Path) -> Answers:
    """Return what people answered, as publishing remembers it.

    The one place where the harvester looks behind a release.

    Raises
    ------
    RecordLost
        Something of what was published is no longer there.
    """
    return Answers(read_record(releases_folder, newest_number(releases_folder)).atoms)


def printed_figures(located: Iterable[Located]) -> pd.DataFrame:
    """Return every printed figure about answers once, as precisely as any surface printed it.

    Returns
    -------
    DataFrame
        COLUMNS; value as in the release, decimals as printed there.
    """
    best: dict[tuple[str, figures.Place], int] = {}
    values: dict[tuple[str, figures.Place], float] = {}
    bounds: dict[tuple[str, figures.Place], str] = {}
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
        bounds[key] = one.known.bound
    held = _decimals_held(values)
    rows = [
        (metric_id, place.department, place.cohort, place.population, place.period,
         values[(metric_id, place)], min(decimals, held[metric_id]),
         bounds[(metric_id, place)])
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

    Those of single metrics that are published for the whole company only are no part of it.

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
        A printed figure is not what the answers give.
    """
    # Shares are printed, and attacked, in percent.
    in_percent = printed["metric_id"].isin(SHARES)
    digits = (printed["decimals"] - 2 * in_percent).clip(lower=0)
    printed = printed.assign(status="shown", decimals=digits)
    found = [
        replace(one, item=replace(one.item, id=f"{one.item.id} ({number})"))
        for number, one in enumerate(materials(printed, answers.atoms))
        if not one.printed.empty
    ]
    if not found:
        return _nothing_printed(minimum_group, not_in_release)
    return attack(
        pd.concat([one.printed.assign(item=one.item.id) for one in found], ignore_index=True),
        pd.concat([one.answers.assign(item=one.item.id) for one in found], ignore_index=True),
        items=[one.item for one in found],
        minimum_group=minimum_group,
        not_in_release=not_in_release,
    )


def _nothing_printed(minimum_group: int, not_in_release: int) -> AttackResult:
    return AttackResult(
        minimum_group=minimum_group, figures=0, targets=0, exact=0, within_one=0, narrow=0,
        too_few=0, worked_out=0, unanimous=0, not_in_release=not_in_release, tightest_range=None,
        worst=(),
    )  # fmt: skip


__all__ = ["Answers", "HarvestDisagrees", "attack_figures", "printed_figures", "read_answers"]
