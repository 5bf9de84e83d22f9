"""Where no score can be given: answers that do not fit their scale, too few items answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse.facts.voice_atoms import LINK
from warehouse.instruments import Construct
from warehouse.voice.facts import VoiceFacts
from warehouse.voice.slices import EVERYONE

_PERIOD = ["construct_no", "period_kind", "period_no"]


def misfits(facts: VoiceFacts) -> pd.DataFrame:
    """Return constructs and periods with answers off their scale, or between two points.

    Returns
    -------
    DataFrame
        construct_no, period_kind, period_no, reason. Which and how many answers it were is not
        said: that would tell about single people.
    """
    items = facts.items()
    bad = items.loc[items["off_scale"] > 0, ["construct_no", "item_no", "number"]]
    return _by_period(bad.drop_duplicates(), facts.asked.constructs)


def earlier_misfits(facts: VoiceFacts) -> pd.DataFrame:
    """Return the same for changes, which also rest on answers of an earlier quarter."""
    items, links = facts.items(), facts.part(LINK)
    bad = items.loc[items["off_scale"] > 0, ["construct_no", "item_no", "number"]]
    ends = links[["construct_no", "number", "earlier_number"]].drop_duplicates()
    later = ends.merge(bad.rename(columns={"number": "earlier_number"}))
    both = pd.concat([bad, later[bad.columns]]).drop_duplicates()
    return _by_period(both, facts.asked.constructs)


def _by_period(bad: pd.DataFrame, constructs: tuple[Construct, ...]) -> pd.DataFrame:
    quarters = bad.assign(period_kind="quarter", period_no=bad["number"])
    years = bad.assign(period_kind="year", period_no=bad["number"] // 4)
    every = pd.concat([quarters, years], ignore_index=True).sort_values("item_no", kind="stable")
    first = every.drop_duplicates(_PERIOD)
    reasons = [
        _reason(constructs[row.construct_no], row.item_no) for row in first.itertuples(index=False)
    ]
    return first[_PERIOD].assign(reason=np.array(reasons, dtype=object))


def _reason(construct: Construct, item_no: int) -> str:
    low, high = construct.instrument.scale
    return f"Answers to {construct.codes[item_no]} do not fit its scale of {low} to {high}"


def with_misfits(cells: pd.DataFrame, bad: pd.DataFrame) -> pd.DataFrame:
    """Take the figures away where answers do not fit their scale, and say why."""
    found = cells.merge(bad, on=_PERIOD, how="left")
    found["reason"] = found["reason"].astype(object).fillna("")
    is_bad = found["reason"] != ""
    return found.assign(**{name: found[name].mask(is_bad) for name in ("value", "lower", "upper")})


def asked_in_vain(facts: VoiceFacts, sums: pd.DataFrame) -> pd.DataFrame:
    """Return a cell for the company where a closed wave asked and nobody has a score."""
    scored = set(zip(sums["construct_no"], sums["period_kind"], sums["period_no"], strict=True))
    rows = []
    for construct_no, one in enumerate(facts.asked.constructs):
        surveys = {item.survey for item in one.items}
        numbers = {number for number, survey in facts.quarters.surveys if survey in surveys}
        periods = {("quarter", n) for n in numbers} | {("year", n // 4) for n in numbers}
        rows += [
            {"construct_no": construct_no, "metric_id": one.id, "period_kind": kind,
             "period_no": number, "department": "", "cohort": "", "population": EVERYONE,
             "value": np.nan, "lower": np.nan, "upper": np.nan, "n": 0.0, "smallest": 0.0,
             "reason": ""}
            for kind, number in sorted(periods) if (construct_no, kind, number) not in scored
        ]  # fmt: skip
    return pd.DataFrame(rows)
