"""Effects, curves, balance and checks of an analysis: which row of the release a cell is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from harvest import rights
from harvest.figures import NOT_PUBLISHED, Figures, Known
from harvest.table_lines import TableLines, bag_of
from reports import codes
from reports.diagnostics import diagnostic_title
from reports.wording import format_horizon

_ESTIMATES = {
    "Effect": "point", "Estimate": "point", "Points more still employed": "point",
    "Lower": "lower", "Upper": "upper", "95 % from": "lower", "95 % to": "upper",
    "n joined": "n_treated", "Joined": "n_treated", "n compared": "n_control",
    "Colleagues": "n_control", "Smallest effect that could be seen": "minimum_detectable_effect",
    "Smallest effect to be seen": "minimum_detectable_effect",
    "More still employed": "point", "Higher score": "point", "Pooled effect": "point",
    "Effect on the score": "point",
    "Colleagues after weighting": "effective_sample_size",
}  # fmt: skip
_HORIZONS = {format_horizon(months): months for months in (6, 12, 24)}
_HORIZONS |= {f"after {words}": months for words, months in list(_HORIZONS.items())}
_VARIANTS = {words: code for code, words in codes.VARIANTS.items()} | {
    "This analysis": "main", "Naive, from joining": "naive_enrollment",
    "Naive, from hire": "naive_hire", "Naive, members against others": "naive_difference",
    "Naive, before against after": "naive_before_after",
}  # fmt: skip
_POPULATIONS = {codes.POPULATIONS[code]: code for code in ("all", "mentor", "mentee")}
_FORESTS = ("When", "By method", "Group")
_SCORES = "score_difference"
_MEAN = "Mean of all"
_MEASURES = {words: code for code, words in codes.MEASURES.items()} | {
    "More still employed, of 100": "risk_difference",
}


def estimate(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return an estimate by who, on what, how computed, in which measure and how soon."""
    words = [lines.head(row, i) for i in range(min(4, len(lines.table.heads)))]
    every = [*words, *lines.table.words]
    outcome = _outcome(lines, words)
    is_score = outcome in _scores(lines)
    wanted = {
        "population": _named(every, _POPULATIONS, _population(lines)),
        "outcome": outcome,
        "variant": _named(words, _VARIANTS, "main"),
        "measure": _SCORES if is_score else _named(every, _MEASURES, "risk_difference"),
        "horizon_months": None if is_score else _named(words, _HORIZONS, _horizon(lines, row)),
    }
    head = lines.table.heads[column]
    is_forest = lines.table.heads[0] in _FORESTS
    if head == "Horizon, months":
        return bag_of("a horizon", [(float(h), "count") for h in _HORIZONS.values()]), ""
    if head not in _ESTIMATES and not is_forest:
        return None
    if "Analysis" in lines.table.heads:
        wanted |= {"population": "all"}
    return estimate_known(lines.known, wanted), "" if is_forest else _ESTIMATES[head]


def group(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return the effect in a cohort or a department, or their mean."""
    head, is_forest = lines.table.heads[column], lines.table.heads[0] in _FORESTS
    if column == 0 or (head not in _ESTIMATES and not is_forest):
        return None  # a cohort may be called 2025
    words = [lines.head(row, i) for i in range(min(5, len(lines.table.heads)))]
    outcome = _outcome(lines, words)
    is_score = outcome in _scores(lines)
    wanted = {
        "outcome": outcome,
        "population": "all",
        "measure": _SCORES if is_score else "risk_difference",
        "horizon_months": None if is_score else _named(words, _HORIZONS, 12),
    }
    name = lines.by_head(row, "Group") or words[0]
    said = lines.by_head(row, "By").lower() or lines.table.heads[0].lower()
    kinds = [said] if said in ("cohort", "department") else ["cohort", "department"]
    found = [_group_of(lines, wanted, kind, name) for kind in kinds]
    known = [one for one in found if one is not None]
    if not known:
        return Known(f"effect in {name}", withheld=NOT_PUBLISHED), ""
    if len(known) == 1:
        return known[0], "" if is_forest else _ESTIMATES[head]
    return bag_of(f"effect in {name}", [n for one in known for n in one.numbers.values()]), ""


def _group_of(lines: TableLines, wanted: Mapping[str, Any], kind: str, name: str) -> Known | None:
    value = "" if name == _MEAN else lines.labels.find(name, kind)
    if value is None:
        return None
    place = {"cohort": "", "department": "", "grouping": kind} | {kind: value}
    return group_known(lines.known, {**wanted, **place})


def event(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return the effect on a score so many waves after joining."""
    head = lines.table.heads[column]
    waves = lines.known.rows.frame("event_study")["waves_since"].unique()
    if head == "Waves since joining":
        return bag_of("a wave", [(float(wave), "count") for wave in waves]), ""
    if head not in _ESTIMATES:
        return None
    is_page = lines.table.heads[0] == "Waves since joining"
    wanted = {
        "outcome": _outcome(lines, [lines.head(row)]),
        "population": _population(lines) if is_page else "all",
        "waves_since": int(float(lines.by_head(row, "Waves since joining").replace("−", "-"))),
    }
    units = dict.fromkeys(("point", "lower", "upper"), "points") | {"n_treated": "count"}
    name = f"event study {', '.join(map(str, wanted.values()))}"
    found = lines.known.rows.find("event_study", **wanted)
    return _row_known(lines.known, name, found, units), _ESTIMATES[head]


def curve(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a month of a curve; its columns come arm by arm."""
    if column == 0:
        months = lines.known.rows.frame("curve")["month"].unique()
        return bag_of("a month", [(float(month), "count") for month in months]), ""
    arm = "joined" if column <= 4 else "not_joined"
    form = ("survival", "lower", "upper", "at_risk")[(column - 1) % 4]
    month = int(float(lines.head(row)))
    is_page = "Joined: still employed" in lines.table.heads
    population = _population(lines) if is_page else "all"
    outcome = _outcome(lines, []) if is_page else "voluntary_exit"
    found = lines.known.rows.find(
        "curve", arm=arm, month=month, population=population, outcome=outcome
    )
    name = f"curve {arm}, {population}, {outcome}, month {month}"
    units = dict.fromkeys(("survival", "lower", "upper"), "fraction") | {"at_risk": "count"}
    return _row_known(lines.known, name, found, units), form


def balance(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return how alike the groups are in one characteristic."""
    form = {"Before weighting": "before", "After weighting": "after"}.get(lines.table.heads[column])
    if form is None:
        return None
    who = _POPULATIONS.get(lines.by_head(row, "Who"), _population(lines))
    words = lines.by_head(row, "Characteristic", "Known before joining")
    every = lines.known.rows.find("balance", population=who)
    found = [one for one in every if words in _covariates(one.covariate)]
    name = f"balance {who}, {words}"
    return _row_known(lines.known, name, found, {"before": "ratio", "after": "ratio"}), form


def diagnostic(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return a check of an analysis: any of those called so about these people."""
    if lines.table.heads[column] not in ("Value", "Limit"):
        return None
    who, title = _POPULATIONS.get(lines.by_head(row, "Who"), ""), lines.by_head(row, "Check")
    frame = lines.known.rows.frame("diagnostic")
    frame = frame[frame["population"] == who]
    frame = frame[frame["check_id"].map(diagnostic_title) == title]
    bag = [(float(v), "number") for name in ("value", "threshold") for v in frame[name].dropna()]
    name = f"check {who}, {title}"
    if not rights.may_see_effects(lines.known.viewer):
        return Known(name, withheld=rights.NOT_YOURS), ""
    return bag_of(name, bag), ""


def estimate_known(known: Figures, wanted: Mapping[str, Any]) -> Known:
    """Return the one estimate with these keys, if this viewer may see it."""
    found = known.rows.find("estimate", **wanted)
    units = dict.fromkeys(_ESTIMATES.values(), codes.MEASURE_UNITS[str(wanted["measure"])])
    units |= dict.fromkeys(("n_treated", "n_control", "effective_sample_size"), "count")
    name = ", ".join(str(value) for value in wanted.values())
    return _row_known(known, name, found, units)


def group_known(known: Figures, wanted: Mapping[str, Any]) -> Known:
    """Return the one effect of a group with these keys, if this viewer may see it."""
    name = f"group effect {', '.join(str(value) for value in wanted.values())}"
    if not rights.may_see_group_effect(known.viewer, wanted["cohort"], wanted["department"]):
        return Known(name, withheld=rights.NOT_YOURS)
    unit = codes.MEASURE_UNITS[str(wanted["measure"])]
    units = dict.fromkeys(("point", "lower", "upper"), unit) | {"n_treated": "count"}
    return _row_known(known, name, known.rows.find("group_effect", **wanted), units)


def _row_known(known: Figures, name: str, rows: list[Any], units: Mapping[str, str]) -> Known:
    """Return the numbers of the one row there should be; ``units`` says which columns have some."""
    if not rights.may_see_effects(known.viewer):
        return Known(name, withheld=rights.NOT_YOURS)
    if len(rows) != 1:
        return Known(name, withheld=NOT_PUBLISHED)
    status = getattr(rows[0], "status", "shown")
    values = {column: getattr(rows[0], column) for column in units}
    if status == "not_estimable":  # how many joined may be told where the effect cannot
        values = {column: value for column, value in values.items() if column == "n_treated"}
    elif status != "shown":
        return Known(name, withheld=f"is {status} in the release")
    numbers = {c: (float(value), units[c]) for c, value in values.items() if not pd.isna(value)}
    if status != "shown" and not numbers:
        return Known(name, withheld=f"is {status} in the release")
    return Known(name, numbers)


def _horizon(lines: TableLines, row: int) -> int:
    said = lines.by_head(row, "Horizon, months")
    return int(said) if said.isdigit() else 12


def _population(lines: TableLines) -> str:
    asked = lines.asked.params.get("population", "")
    return asked if asked in _POPULATIONS.values() else "all"


def _outcome(lines: TableLines, words: list[str]) -> str:
    """Return the outcome a row names, else the one that was asked for."""
    known = [str(outcome) for outcome in lines.known.rows.frame("estimate")["outcome"].unique()]
    asked = lines.asked.params.get("outcome", "")
    usual = asked if asked in known else "voluntary_exit"
    named = {codes.OUTCOMES.get(o, o.replace("_", " ")).capitalize(): o for o in known}
    return str(_named(words, named, usual))


def _scores(lines: TableLines) -> frozenset[str]:
    frame = lines.known.rows.frame("estimate")
    return frozenset(frame.loc[frame["measure"] == _SCORES, "outcome"])


def _named(words: list[str], names: Mapping[str, Any], usual: Any) -> Any:
    return next((names[word] for word in words if word in names), usual)


def _covariates(covariate: str) -> frozenset[str]:
    plain = covariate.replace(" = ", ": ").replace("_", " ")
    return frozenset({codes.covariate_words(covariate), plain[:1].upper() + plain[1:]})
