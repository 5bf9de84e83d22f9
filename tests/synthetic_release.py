"""A plausible, seeded release without any load: for tests of pages and reports.

``tables()`` gives one frame per release table, ``publish_synthetic(folder)`` writes them as a
release. The figures agree with one another where readers compare them (a department's pairs add
up to the company's, an interval holds its value, small groups are suppressed), and nothing else
is claimed about them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.verdict import judge
from reports import release_tables
from reports.fact_rows import RETENTION, figure_sources
from reports.release_writer import write_release
from reports.survey_report import audit_rows
from tests.synthetic_backtest import backtest_rows
from tests.synthetic_pairs import pair_tables
from tests.synthetic_people import synthetic_people
from warehouse.metrics.catalog import metric_rows

DEPARTMENTS = (
    "Customer care", "Engineering", "Facilities", "Finance", "Legal", "Logistics", "Marketing",
    "Operations", "People", "Product", "Research", "Sales",
)  # fmt: skip
_SIZES = (60, 110, 12, 46, 3, 52, 40, 84, 24, 38, 29, 96)  # pairs; Legal stays below five
PROGRAM = "P1"
COHORTS = (("C1", "Autumn 2023"), ("C2", "Spring 2024"), ("C3", "Autumn 2024"), ("C4", "2025"))
AS_OF = dt.date(2026, 9, 30)
BUILT_AT = dt.datetime.fromisoformat("2026-10-01T06:00:00")
POLICY = "Figures from fewer than 5 people are withheld, and others where they would reveal them."
STATES = (
    ("on_track", 0.71), ("drifting", 0.1), ("stalled", 0.06), ("never_started", 0.03),
    ("dormant", 0.02), ("unlogged", 0.02), ("paused", 0.03), ("too_early", 0.03),
)  # fmt: skip
_NEEDS = ("never_started", "dormant", "stalled", "drifting", "unlogged")
_CELL = [column.name for column in release_tables.metric_cell.columns]

# Level of a rate or time, and its spread between departments; counts scale with the pairs.
_LEVELS = {
    "participants": (2.0, 0.0),
    "reach": (0.19, 0.03),
    "active_pairs": (1.0, 0.0),
    "sessions_held": (3.1, 0.0),
    "adherence": (0.84, 0.05),
    "senior_cancellation_rate": (0.15, 0.04),
    "days_to_first_session": (17.0, 3.0),
    "headcount": (12.0, 0.0),
    "leavers": (0.36, 0.0),
    "turnover": (0.03, 0.005),
    "turnover_gri": (0.031, 0.005),
} | {f"pair_state_{state}": (share, 0.06) for state, share in STATES}

_RISK = {"on_track": 0.12, "drifting": 0.48, "stalled": 0.71, "dormant": 0.86}  # no session soon

# Definitions that changed: one whose figures were restated, one whose earlier figures were kept.
_CHANGES = (
    ("adherence", dt.date(2026, 6, 30), "Days on which the pair is paused no longer count."),
    ("turnover", dt.date(2026, 3, 31), "Contingent workers no longer count as headcount."),
)


def tables(*, seed: int = 7, quarters: int = 8, pairs: int = 200) -> dict[str, pd.DataFrame]:
    """Return a seeded set of release tables; the last quarter is 2026Q3."""
    rng = np.random.default_rng(seed)
    periods = _periods(quarters)
    board = _pair_board(rng, pairs)
    found = {
        "release": _frame("release", [_release_row()]),
        "dimension": _dimensions(periods),
        "metric": _metrics(),
        "metric_change": _frame("metric_change", [(m, 2, *rest) for m, *rest in _CHANGES]),
        "metric_cell": _cells(rng, periods),
        "pair_board": board,
        "pair_event": _events(rng, board),
        "flow": _flow(rng),
        **synthetic_people(board, AS_OF, seed=seed),
    }
    found |= _impact() | _data_health() | pair_tables(seed + 1, board, as_of=AS_OF)
    return found


def publish_synthetic(folder: Path, *, seed: int = 7, quarters: int = 8, pairs: int = 200) -> int:
    """Write the synthetic tables as the next release of ``folder`` and return its number."""
    return write_release(folder, tables(seed=seed, quarters=quarters, pairs=pairs))


def _frame(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = [column.name for column in release_tables.metadata.tables[name].columns]
    return pd.DataFrame(rows, columns=columns)


def _release_row() -> tuple[object, ...]:
    return (0, BUILT_AT, AS_OF, "0.1.0", "ab" * 32, POLICY, 5, True)


def _periods(quarters: int) -> list[tuple[str, str, str]]:
    """Return (kind, period, parent), months before the quarter they belong to."""
    found: list[tuple[str, str, str]] = []
    for back in range(quarters - 1, -1, -1):
        year, quarter = divmod(2026 * 4 + 2 - back, 4)
        name = f"{year}Q{quarter + 1}"
        found += [("month", f"{year}-{quarter * 3 + m:02d}", name) for m in (1, 2, 3)]
        found.append(("quarter", name, str(year)))
        if quarter == 3 or back == 0:
            found.append(("year", str(year), ""))
    return found


def _dimensions(periods: list[tuple[str, str, str]]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [("program", PROGRAM, "Reverse Mentoring", "", 1, None)]
    rows += [("cohort", c, label, PROGRAM, i, None) for i, (c, label) in enumerate(COHORTS, 1)]
    rows += [("department", d, d, "", i, None) for i, d in enumerate(DEPARTMENTS, 1)]
    for kind in ("month", "quarter", "year"):
        chosen = [period for period in periods if period[0] == kind]
        for i, (_, value, parent) in enumerate(chosen, 1):
            label = value.replace("Q", " Q")
            if kind == "month":
                label = f"{calendar.month_abbr[int(value[5:])]} {value[:4]}"
            rows.append((kind, value, label, parent, i, value != "2026"))
    return _frame("dimension", rows)


def _metrics() -> pd.DataFrame:
    declared = metric_rows()
    declared = declared[declared["metric_id"].isin(list(_LEVELS))].reset_index(drop=True)
    changed = declared["metric_id"].isin([name for name, *_ in _CHANGES])
    return declared.assign(version=declared["version"].where(~changed, 2))


def _slices() -> Iterator[tuple[str, str, str, int]]:
    """Yield program, cohort, department and the pairs of the slice."""
    total = sum(_SIZES)
    yield "", "", "", total
    yield PROGRAM, "", "", total
    for i, (cohort, _) in enumerate(COHORTS):
        yield PROGRAM, cohort, "", (160, 150, 144, 140)[i]
    for department, size in zip(DEPARTMENTS, _SIZES, strict=True):
        yield "", "", department, size
        yield PROGRAM, "", department, size
        for cohort, _ in COHORTS:
            yield PROGRAM, cohort, department, size // 4


def _cells(rng: np.random.Generator, periods: list[tuple[str, str, str]]) -> pd.DataFrame:
    metrics = list(_metrics().itertuples(index=False))
    rows: list[tuple[object, ...]] = []
    for order, (kind, period, _) in enumerate(periods):
        for program, cohort, department, size in _slices():
            states = dict(zip(STATES, rng.multinomial(size, [s for _, s in STATES]), strict=True))
            hits = {f"pair_state_{code}": int(n) for (code, _), n in states.items()}
            for metric in metrics:
                is_workforce = metric.sensitivity == "workforce"
                if is_workforce and (cohort or program):
                    continue
                populations = ("participants", "eligible_non_participants", "everyone")
                for population in populations if is_workforce else ("",):
                    values = _cell(rng, metric, (size, order, department, population), hits)
                    key = (program, cohort, department, population, kind, period)
                    is_kept = is_workforce and period < "2026"  # published under version 1
                    version = 1 if is_kept else metric.version
                    rows.append((metric.metric_id, *key, *values, version, None))
    return pd.DataFrame(rows, columns=_CELL)


def _cell(
    rng: np.random.Generator, metric: Any, place: tuple[int, int, str, str], hits: dict[str, int]
) -> tuple[object, ...]:
    size, order, department, population = place
    level, spread = _LEVELS[metric.metric_id]
    is_workforce = metric.sensitivity == "workforce"
    n = size * 12 if is_workforce else size
    if n == 0:
        return (None, None, None, 0.0, 0.0, 0, "undefined", "No pairs in this group and period")
    shift = spread * (DEPARTMENTS.index(department) - 5.5) / 6 if department else 0.0
    found: tuple[object, ...]
    if metric.unit == "count":
        count = round(size * level * (1 + 0.01 * order))
        found = (float(count), None, None, float(count), None)
    elif metric.unit == "days":
        found, count = (level + shift + rng.normal(0, 0.4), None, None, None, None), n
    else:
        chance = np.clip(level + shift + 0.002 * order, 0.01, 0.99)
        count = hits.get(metric.metric_id, int(rng.binomial(n, chance)))
        found = (count / n, *_wilson(count, n), float(count), float(n))
    is_part = bool(department or population != "everyone")
    if is_workforce and (size < 5 or (is_part and 0 < count < 5)):
        return (*[None] * 6, "suppressed", "Fewer than 5 people")
    return (*found, n, "shown", None)


def _wilson(hits: int, n: int) -> tuple[float, float]:
    z = 1.959964
    center = (hits + z * z / 2) / (n + z * z)
    half = z * (hits * (n - hits) / n + z * z / 4) ** 0.5 / (n + z * z)
    return max(0.0, center - half), min(1.0, center + half)


def _pair_board(rng: np.random.Generator, pairs: int) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    names, weights = zip(*STATES, strict=True)
    for i in range(pairs):
        state = str(rng.choice(names, p=weights))
        cohort = COHORTS[i % len(COHORTS)][0]
        giving, taking = rng.choice(len(DEPARTMENTS), size=2, p=np.array(_SIZES) / sum(_SIZES))
        cadence = float(rng.choice([14, 21, 28]))
        days = int(rng.integers(3, 13)) if state == "on_track" else int(rng.integers(40, 120))
        held = 0 if state in ("never_started", "too_early") else int(rng.integers(2, 14))
        cancelled = int(rng.integers(1, 4)) if state in ("stalled", "dormant") else 0
        booked = AS_OF + dt.timedelta(days=int(rng.integers(2, 20)))
        last = AS_OF - dt.timedelta(days=days) if held else None
        rows.append(
            (f"X{i + 1:04d}", PROGRAM, cohort, f"Mentor {1041 + 37 * i:04d}",
             f"Mentee {207 + 61 * i:04d}", DEPARTMENTS[giving], DEPARTMENTS[taking], state,
             json.dumps(_reasons(state, cancelled)), state in _NEEDS, 0,
             AS_OF - dt.timedelta(days=max(days, 30) + 15 * held), cadence, last,
             booked if state in ("on_track", "too_early") else None,
             days, held, cancelled, _RISK.get(state))
        )  # fmt: skip
    board = _frame("pair_board", rows)
    urgency = {state: i for i, state in enumerate([*_NEEDS, "too_early", "paused", "on_track"])}
    order = board.assign(urgency=board["state"].map(urgency))
    order = order.sort_values(
        ["urgency", "days_since_last", "pair_id"], ascending=[True, False, True]
    )
    order["need_rank"] = range(1, len(order) + 1)
    return order.drop(columns="urgency").reset_index(drop=True)


def _reasons(state: str, cancelled: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if cancelled:
        found.append({"code": "senior_cancelled", "count": cancelled, "of": 4})
    if state in ("stalled", "dormant", "never_started", "drifting"):
        found.append({"code": "nothing_booked"})
    if state == "never_started":
        found.append({"code": "ground_rules_missing"})
    if state == "drifting":
        found.append({"code": "low_rating", "rating": 2})
    return found


def _events(rng: np.random.Generator, board: pd.DataFrame) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for pair in board.sort_values("pair_id").itertuples(index=False):
        rows.append((pair.pair_id, pair.matched_on, "matched", None, None, None))
        if not pd.isna(pair.last_held_on):
            step = max((pair.last_held_on - pair.matched_on).days // pair.sessions_held, 1)
            for k in range(pair.sessions_held - 1, -1, -1):
                mode = "video" if rng.random() < 0.7 else "in_person"
                day = pair.last_held_on - dt.timedelta(k * step)
                rows.append((pair.pair_id, day, "held", mode, None, None))
        for k in range(pair.sessions_cancelled_by_mentee, 0, -1):
            day = AS_OF - dt.timedelta(days=7 * k)
            replaced = (day + dt.timedelta(days=7)) if k > 1 else None
            before = day - dt.timedelta(days=7) if k < pair.sessions_cancelled_by_mentee else None
            rows.append((pair.pair_id, day, "cancelled", "mentee", replaced, before))
        if not pd.isna(pair.next_planned_on):
            rows.append((pair.pair_id, pair.next_planned_on, "planned", "video", None, None))
    return _frame("pair_event", rows)


def _flow(rng: np.random.Generator) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for program in ("", PROGRAM):
        for giving in DEPARTMENTS:
            for taking in DEPARTMENTS:
                pairs = int(rng.poisson(5)) if giving != "Legal" else 1
                small = (None, "suppressed", "Fewer than 5 people")
                shown = (pairs, "shown", None)
                rows.append((program, giving, taking, *(small if 0 < pairs < 5 else shown)))
    return _frame("flow", rows)


_VARIANTS = (
    ("main", 0.0),
    ("intention_to_treat", -0.006),
    ("truncated", -0.001),
    ("naive_hire", 0.21),
    ("naive_enrollment", 0.15),
)


def _impact() -> dict[str, pd.DataFrame]:
    effect = {"all": 0.041, "mentor": 0.032, "mentee": 0.047}
    estimates: list[tuple[object, ...]] = []
    curves: list[tuple[object, ...]] = []
    for population, gain in effect.items():
        for variant, change in _VARIANTS if population == "all" else _VARIANTS[:1]:
            for horizon in (6, 12, 24):
                point = (gain + change) * (horizon / 12) ** 0.6
                estimates += _estimate_rows(population, variant, horizon, point)
        for month in range(25):
            for arm, hazard in (("joined", 0.0085), ("not_joined", 0.0085 + gain / 12)):
                stay = float(np.exp(-hazard * month))
                half = 0.004 * month**0.5
                at_risk = int(1200 * np.exp(-0.06 * month))
                curves.append(
                    ("retention", "voluntary_exit", population, arm, month, stay,
                     max(stay - half, 0.0), min(stay + half, 1.0), at_risk)
                )  # fmt: skip
    estimates += _careers_and_scores()
    names = ("Age", "Tenure", "Level", "Engagement before", "Manager changed", "Location: HQ")
    balances = [
        ("retention", population, name, 0.34 - 0.06 * i, 0.05 - 0.012 * i)
        for population in effect
        for i, name in enumerate(names)
    ]
    diagnostics = [
        ("retention", "voluntary_exit", population, *row)
        for population in effect
        for row in (
            ("largest_imbalance", 0.05, 0.1, "passed"),
            ("overlap", 0.82, 0.5, "passed"),
            ("effective_sample", 1730.0, 200.0, "passed"),
            ("largest_weight", 0.018, 0.05, "passed"),
            ("negative_control_exits", 0.002, 0.0, "passed"),
            ("e_value_12", 1.5, None, "note"),
        )
    ]
    diagnostics += [
        ("engagement", "engagement", population, *row)
        for population in effect
        for row in (
            ("pre_trend_p", 0.41, None, "note"),
            ("response_rate_treated", 0.68, None, "note"),
            ("response_rate_control", 0.61, None, "note"),
            ("small_effect", 0.2, None, "note"),
        )
    ]
    return {
        "estimate": _frame("estimate", estimates),
        "curve": _frame("curve", curves),
        "balance": _frame("balance", [tuple(row) for row in balances]),
        "diagnostic": _frame("diagnostic", diagnostics),
        "group_effect": _frame("group_effect", _group_effects()),
        "event_study": _frame("event_study", _event_study()),
        "verdict": judge(_frame("estimate", estimates), _frame("diagnostic", diagnostics)),
        "backtest": _frame("backtest", backtest_rows()),
    }


def _careers_and_scores() -> list[tuple[object, ...]]:
    """Return effects that cannot be told yet, on promotions, and one that can, on engagement."""
    found: list[tuple[object, ...]] = []
    for population in ("all", "mentor", "mentee"):
        for outcome in ("promotion", "internal_move"):
            for horizon in (6, 12, 24):
                head = ("careers", outcome, population, "main", "risk_difference", horizon)
                found.append((*head, 0.01, 0.014, -0.017, 0.037, 820, 9000, 1730.0, 0.039,
                              "shown", None))  # fmt: skip
        head = ("engagement", "engagement", population, "main", "score_difference", None)
        found.append((*head, 0.26, 0.05, 0.16, 0.36, 640, 4100, None, 0.14, "shown", None))
    head = ("engagement", "engagement", "all", "without_response_weights", "score_difference", None)
    found.append((*head, 0.31, 0.05, 0.21, 0.41, 640, 4100, None, 0.14, "shown", None))
    return found


def _group_effects() -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for analysis, outcome, measure, horizon, size in (
        ("retention", "voluntary_exit", "risk_difference", 12, 0.04),
        ("engagement", "engagement", "score_difference", None, 0.26),
    ):
        head = (analysis, outcome, "all", measure, horizon)
        cohorts = [(name, "", "cohort") for name, *_ in COHORTS]
        departments = [("", name, "department") for name in DEPARTMENTS]
        for i, place in enumerate([*cohorts, *departments]):
            if i == 2:
                why = "Fewer than 20 people joined"
                found.append((*head, *place, None, None, None, None, "not_estimable", why))
                continue
            point = size * (1 + 0.05 * ((i % 5) - 2))
            ends = (point - 0.8 * size, point + 0.8 * size)
            found.append((*head, *place, point, *ends, 60 + 10 * i, "shown", None))
        for grouping in ("cohort", "department"):
            mean = (size, 0.4 * size, 1.6 * size)
            found.append((*head, "", "", grouping, *mean, 820, "shown", None))
    return found


def _event_study() -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for population in ("all", "mentor", "mentee"):
        for wave in range(-3, 4):
            point = 0.02 * (-1) ** wave if wave < 0 else min(0.3, 0.18 + 0.06 * wave)
            head = ("engagement", "engagement", population, wave)
            if wave == 3:
                why = "Fewer than 10 people who joined answered both waves"
                found.append((*head, None, None, None, None, "not_estimable", why))
            else:
                found.append((*head, point, point - 0.11, point + 0.11, 500 - 40 * abs(wave),
                              "shown", None))  # fmt: skip
    return found


def _estimate_rows(
    population: str, variant: str, horizon: int, point: float
) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for measure, scale in (("risk_difference", 1.0), ("months_employed", horizon / 2)):
        error = 0.015 * scale
        head = ("retention", "voluntary_exit", population, variant, measure, horizon)
        if variant.startswith("naive"):
            if measure == "risk_difference":
                nothing = [None] * 7
                found.append((*head, point, *nothing, "shown", None))
            continue
        if population == "mentee" and horizon == 24:
            why = "Fewer than 20 people were still followed at this point."
            found.append((*head, *[None] * 8, "not_estimable", why))
            continue
        value = point * scale
        found.append(
            (*head, value, error, value - 1.96 * error, value + 1.96 * error, 1204, 4600, 1730.0,
             2.8 * error, "shown", None)
        )  # fmt: skip
    return found


def _data_health() -> dict[str, pd.DataFrame]:
    loaded = dt.datetime.fromisoformat("2026-10-01T05:30:00")
    files = (
        (
            "worker_history.csv",
            "delimited",
            "hr",
            "worker_record",
            "workday.toml",
            41_902,
            41_784,
            0,
            0,
            118,
        ),
        ("exits.csv", "delimited", "hr", "exit", "leavers.toml", 812, 810, 0, 0, 2),
        ("matches.csv", "delimited", "platform", "pair", "platform.toml", 604, 598, 0, 0, 6),
        (
            "sessions.csv",
            "delimited",
            "platform",
            "session",
            "platform.toml",
            9_912,
            9_801,
            14,
            0,
            97,
        ),
    )
    loads = [("b1", loaded, *row) for row in files]
    row_json = json.dumps({"Match ID": "M77", "Created": "31/02/2025"})
    rejects = [
        ("matches.csv", "pair", 78, "not_a_date", "Created", "31/02/2025",
         "'31/02/2025' is not a day of the calendar. Correct it and load the file again.",
         row_json),
        ("sessions.csv", "session", 412, "unknown_pair", "pair", "X9999",
         "No pair 'X9999' is known. Load the matches first, or correct the id.", "{}"),
    ]  # fmt: skip
    refused = [
        ("survey_export.csv", "no_mapping", "No mapping says what its columns mean.",
         'Draft one with: outcomes inspect "survey_export.csv"', loaded),
    ]  # fmt: skip
    checks = [
        ("reconciliation", "Every row read is accounted for", "passed",
         "4 files: rows read = inserted + updated + unchanged + rejected."),
        ("rejected_share", "Rows set aside", "note", "223 of 53,230 rows (0.4 %) were set aside."),
        ("freshness", "Data is fresh", "passed", "The data reaches to 30 September 2026."),
        ("minimum_group", "No figure about fewer than 5 people", "passed",
         "2,344 figures withheld."),
    ]  # fmt: skip
    sources = figure_sources()
    rows = [("session", f"2026-{month:02}", "b1", 1_089) for month in range(1, 10)]
    return {
        "figure_source": sources[sources["figures"].isin([*_LEVELS, RETENTION])],
        "fact_rows": _frame("fact_rows", [tuple(row) for row in rows]),
        "fact_digest": _frame("fact_digest", []),
        "load_summary": _frame("load_summary", [tuple(row) for row in loads]),
        "rejected": _frame("rejected", [tuple(row) for row in rejects]),
        "refused": _frame("refused", [tuple(row) for row in refused]),
        "check": _frame("check", [tuple(row) for row in checks]),
        "survey_audit": audit_rows(_blocks(), minimum_group=5),
    }


def _blocks() -> pd.DataFrame:
    """Return what the audits of two metrics counted."""
    counts = {
        "figures": [40, 38], "shown": [37, 31], "few_answers": [2, 4], "worked_out": [1, 3],
        "respondents": [600, 580], "respondents_hidden": [12, 31], "groups": [9, 11],
        "tightest_range": [1.25, 1.0], "numbers": [37, 31], "targets": [18, 22],
        "tightest_attack": [1.25, 1.0],
    }  # fmt: skip
    return pd.DataFrame(counts)
