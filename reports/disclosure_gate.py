"""The last look before publishing: finished tables that would tell about a small group stop it.

Suppression happens in ``warehouse.disclosure``; this gate shares no code with it on purpose, so
that a mistake there cannot hide here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reports.wording import format_count

_NUMBERS = ["value", "lower", "upper", "numerator", "denominator", "n"]
_PROTECTED = ("confidential", "workforce")
_PUBLISHED_COUNTS = (
    ("estimate", "n_treated"),
    ("estimate", "n_control"),
    ("curve", "at_risk"),
    ("group_effect", "n_treated"),
    ("event_study", "n_treated"),
    ("flow", "pairs"),
)


class DisclosureBroken(Exception):
    """The release was withheld because a figure would tell about a small group."""


def check_disclosure(tables: Mapping[str, pd.DataFrame], *, minimum_group: int) -> str:
    """Re-verify the finished tables; return in words how much is withheld.

    Raises
    ------
    DisclosureBroken
        A withheld figure still has a number, or a protected figure rests on too few people.
        Nothing is published.
    """
    cells = tables["metric_cell"].merge(
        tables["metric"][["metric_id", "sensitivity", "family", "unit", "company_only"]],
        on="metric_id",
        how="left",
    )
    for problem, found in _cell_problems(cells, minimum_group):
        _stop_if(problem, found, ["metric_id", "department", "cohort", "period"])
    for name, column in _PUBLISHED_COUNTS:
        count = tables[name][column]
        _stop_if(f"{name}.{column} below {minimum_group}", tables[name][_few(count, minimum_group)])
    withheld = tables["flow"]
    _stop_if(
        "withheld pairs with a count",
        withheld[(withheld["status"] != "shown") & withheld["pairs"].notna()],
    )
    n_withheld = int((cells["status"] == "suppressed").sum())
    return (
        f"{format_count(n_withheld, 'figure')} withheld; no protected figure rests on fewer than "
        f"{minimum_group} people."
    )


def _cell_problems(cells: pd.DataFrame, minimum: int) -> list[tuple[str, pd.DataFrame]]:
    is_protected = cells["sensitivity"].isin(_PROTECTED) | cells["sensitivity"].isna()
    is_shown = cells["status"] == "shown"
    is_suppressed = cells["status"] == "suppressed"
    is_known = cells["status"].isin(["shown", "suppressed", "undefined", "not_estimable"])
    is_part = (cells[["program", "cohort", "department"]] != "").any(axis=1)
    is_part |= ~cells["population"].isin(["", "everyone"])
    has_value = cells[["value", "lower", "upper"]].notna().any(axis=1)
    is_workforce = cells["sensitivity"] == "workforce"
    answers = cells[(cells["family"] == "voice") & is_shown]
    return [
        (
            "a figure below company level that is for the whole company only",
            cells[
                is_shown
                & cells["company_only"].fillna(value=False).astype(bool)
                & (cells[["cohort", "department"]] != "").any(axis=1)
            ],
        ),
        (
            "a figure about answers with more than one decimal",
            answers[_has_more_decimals(answers)],
        ),
        (
            "a figure about answers with the sum it was computed from",
            answers[answers[["numerator", "denominator"]].notna().any(axis=1)],
        ),
        (
            "a bound with an interval beside it",
            cells[
                (cells["bound"].fillna("") != "") & cells[["lower", "upper"]].notna().any(axis=1)
            ],
        ),
        ("a figure without a metric in the registry", cells[cells["sensitivity"].isna()]),
        ("a figure with an unknown status", cells[~is_known]),
        (
            "a withheld figure that still has a number",
            cells[is_suppressed & cells[_NUMBERS].notna().any(axis=1)],
        ),
        ("a figure that is not shown but has a value", cells[~is_shown & has_value]),
        (
            "a protected figure whose group size is not known",
            cells[is_protected & is_shown & cells["n"].isna()],
        ),
        (
            f"a protected figure about fewer than {minimum} people",
            cells[is_protected & _few(cells["n"], minimum)],
        ),
        (
            f"1 to {minimum - 1} events below company level",
            cells[is_workforce & is_part & _few(cells["numerator"], minimum)],
        ),
    ]


def _has_more_decimals(cells: pd.DataFrame) -> pd.Series:
    """Return where a value or an end of its interval is printed finer than in tenths."""
    tenths = cells["unit"].map(lambda unit: 1000.0 if unit == "fraction" else 10.0)
    fine = cells[["value", "lower", "upper"]].astype(float).mul(tenths.astype(float), axis=0)
    found: pd.Series = ((fine - fine.round()).abs() > 1e-6).any(axis=1)
    return found


def _few(counts: pd.Series, minimum: int) -> pd.Series:
    """Return where a count is known and small; nobody at all tells about nobody."""
    return (counts > 0) & (counts < minimum)


def _stop_if(problem: str, found: pd.DataFrame, names: list[str] | None = None) -> None:
    if len(found):
        where = ", ".join(str(v) for v in found.iloc[0][names or list(found.columns[:3])] if v)
        raise DisclosureBroken(
            f"Nothing was published: {problem} ({format_count(len(found), 'figure')}, first: "
            f"{where}). The release before it stays valid. This is a fault of the program, not of "
            "your data; please report it with this message."
        )
