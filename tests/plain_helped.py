"""Did it help, a second time: loops over pairs and days, written from the words alone."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

Rows = list[dict[str, Any]]
Key = tuple[str, str, dt.date, dt.date]
Weighted = tuple[tuple[str, str], float, str, int, bool]  # cell, weight, pair, watched until, met
DAY = dt.timedelta(days=1)


def standing(log: Rows) -> Rows:
    """Replay each pair: after an undo stands what stood before the row it takes back."""
    found = []
    for pair in sorted({row["pair_id"] for row in log}):
        rows = sorted((r for r in log if r["pair_id"] == pair), key=lambda r: r["version"])
        stood: list[set[int]] = [set()]
        for row in rows:
            if row["undoes"] is not None:
                stood.append(stood[-2])
            elif row["kind"] != "none" and row["act_version"] == row["version"]:
                stood.append(stood[-1] | {row["version"]})
            else:
                stood.append(stood[-1])
        found += [row for row in rows if row["version"] in stood[-1]]
    return found


def compare(log: Rows, boards: Rows, held: Rows, kind: str, as_of: dt.date) -> dict[str, Any]:
    """Counts and numbers of one kind, without the rule about too few pairs."""
    acts = standing(log)
    mine, running = [], 0
    for pair in {row["pair_id"] for row in acts}:
        last = None
        for day, row in sorted(
            ((r["at"].date(), r) for r in acts if r["pair_id"] == pair and r["kind"] == kind),
            key=lambda both: (both[0], both[1]["version"]),
        ):
            if last is not None and (day - last).days < 30:
                continue
            last = day
            if day + 30 * DAY <= as_of:
                mine.append((row, day))
            else:
                running += 1
    act_days, met_days = defaultdict(set), defaultdict(set)
    for row in acts:
        act_days[row["pair_id"]].add(row["at"].date())
    for row in held:
        met_days[row["pair_id"]].add(row["held_on"])
    by_stratum: dict[Key, list[tuple[str, int, bool]]] = {}
    for row, day in mine:
        key = (row["state"], row["risk_band"], row["data_as_of"], day)
        by_stratum[key] = watched(key, boards, act_days, met_days)
    known = {cell for cell in {key[:2] for key in by_stratum} if is_known(cell, by_stratum)}
    usable = {key for key, rows in by_stratum.items() if rows and key[:2] in known}
    kept = [
        (row, day, (row["state"], row["risk_band"], row["data_as_of"], day)) for row, day in mine
    ]
    compared = [one for one in kept if one[2] in usable]
    others = {key: by_stratum[key] for key in usable}
    counts = {
        "n_pairs": len({row["pair_id"] for row, _, _ in compared}),
        "n_follow_ups": len(compared),
        "n_comparison_pairs": len({pair for rows in others.values() for pair, _, _ in rows}),
        "n_strata": len(usable),
        "n_strata_left_out": len(by_stratum) - len(usable),
        "n_follow_ups_left_out": len(kept) - len(compared),
        "n_running": running,
    }
    return counts | (numbers(compared, others, met_days) if compared else {})


def watched(
    key: Key, boards: Rows, act_days: dict[str, set[dt.date]], met_days: dict[str, set[dt.date]]
) -> list[tuple[str, int, bool]]:
    """Pairs left alone for 30 days up to the follow-up's day: until when, and whether they met."""
    state, band, as_of, day = key
    rows = []
    for row in boards:
        pair = row["pair_id"]
        place = (row["state"], row["risk_band"], row["data_as_of"])
        if place != (state, band, as_of) or any(day - n * DAY in act_days[pair] for n in range(31)):
            continue
        for after in range(1, 31):
            if day + after * DAY in met_days[pair]:
                rows.append((pair, after, True))
                break
            if day + after * DAY in act_days[pair]:
                rows.append((pair, after, False))
                break
        else:
            rows.append((pair, 30, False))
    return rows


def is_known(cell: tuple[str, str], by_stratum: dict[Key, list[tuple[str, int, bool]]]) -> bool:
    """Whether somebody was watched to the end, or everybody watched had met."""
    rows = [row for key, found in by_stratum.items() if key[:2] == cell for row in found]
    if not rows:
        return False
    last = max(after for _, after, _ in rows)
    return any(after == 30 and not met for _, after, met in rows) or all(
        met for _, after, met in rows if after == last
    )


def numbers(
    compared: list[Any],
    others: dict[Key, list[tuple[str, int, bool]]],
    met_days: dict[str, set[dt.date]],
) -> dict[str, float]:
    n = len(compared)
    helped = [
        any(day + after * DAY in met_days[row["pair_id"]] for after in range(1, 31))
        for row, day, _ in compared
    ]
    own = [
        (("", ""), 1 / n, row["pair_id"], 30, met)
        for (row, _, _), met in zip(compared, helped, strict=True)
    ]
    weighted = [
        (key[:2], sum(one[2] == key for one in compared) / n / len(rows), *row)
        for key, rows in others.items()
        for row in rows
    ]
    (share, size), (other, other_size) = share_and_size(own), share_and_size(weighted)
    low, high = wilson(share, size)
    other_low, other_high = wilson(other, other_size)
    return {
        "share": share,
        "comparison_share": other,
        "difference": share - other,
        "lower": share - other - math.sqrt((share - low) ** 2 + (other_high - other) ** 2),
        "upper": share - other + math.sqrt((high - share) ** 2 + (other - other_low) ** 2),
    }


def share_and_size(rows: list[Weighted]) -> tuple[float, float]:
    """The share, and its effective size from shaking the weight of one pair after the other."""
    share = share_met(rows, rows)
    pairs = {row[2] for row in rows}
    if 1e-9 < share < 1 - 1e-9:
        step, variance = 1e-5, 0.0
        for pair in pairs:
            up, down = (
                [(c, w * (1 + s) if p == pair else w, p, a, m) for c, w, p, a, m in rows]
                for s in (step, -step)
            )
            variance += ((share_met(up, rows) - share_met(down, rows)) / (2 * step)) ** 2
        variance *= len(pairs) / (len(pairs) - 1)
        return share, min(share * (1 - share) / variance, len(rows))
    by_pair: dict[str, float] = defaultdict(float)
    for _, w, pair, after, met in rows:
        by_pair[pair] += w if met or after == 30 else 0.0
    return share, sum(by_pair.values()) ** 2 / sum(w**2 for w in by_pair.values())


def share_met(rows: list[Weighted], fixed: list[Weighted]) -> float:
    """Kaplan-Meier by cell, day after day; cells weigh what they weigh in ``fixed``."""
    share = 0.0
    for cell in {row[0] for row in rows}:
        alone = 1.0
        for day in range(1, 31):
            at_risk = sum(w for c, w, _, after, _ in rows if c == cell and after >= day)
            met = sum(w for c, w, _, after, is_met in rows if c == cell and after == day and is_met)
            alone *= 1 - met / at_risk if at_risk else 1
        share += (1 - alone) * sum(row[1] for row in fixed if row[0] == cell)
    return min(share, 1.0)


def wilson(share: float, size: float) -> tuple[float, float]:
    """Both shares whose score test just does not reject, by bisection."""

    def bound(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            error = math.sqrt(middle * (1 - middle) / size)
            if abs(share - middle) <= 1.959963984540054 * error:
                inside = middle
            else:
                outside = middle
        return inside

    return bound(share, 0.0), bound(share, 1.0)
