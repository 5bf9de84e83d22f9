"""A plausible back-test of the warning about pairs, for tests of pages."""

from __future__ import annotations

# Of each way to warn: Brier score, area under precision and recall, precision among those called,
# share of stalls warned of, days ahead.
_SCORES = {
    "silent_30_days": (0.1012, 0.5714, 0.604, 0.146, 13.0),
    "recency": (0.0931, 0.6935, 0.631, 0.287, 6.0),
    "logistic": (0.0847, 0.7303, 0.652, 0.391, 6.5),
}
_SHARES = (0.0812, 0.3157, 0.7906)  # the highest band rests on too few pairs


def backtest_rows() -> list[tuple[object, ...]]:
    """Return rows of the release table ``backtest`` in which the logistic regression is used."""
    about_all = {
        "base_rate": 0.1894,
        "alert_share": 0.21,
        "snapshots": 14_135.0,
        "pairs": 530.0,
        "folds": 7.0,
    }
    rows: list[tuple[object, ...]] = [("all", name, v, False) for name, v in about_all.items()]
    for model, values in _SCORES.items():
        names = ("brier", "pr_auc", "precision", "warned_share", "lead_days")
        is_used = model == "logistic"
        rows += [(model, name, v, is_used) for name, v in zip(names, values, strict=True)]
        if not is_used:
            rows.append((model, "brier_above_used", values[0] - 0.0847, False))
            rows.append((model, "brier_above_used_error", 0.0011, False))
        for number, share in enumerate(_SHARES, 1):
            band = {
                "low": (number - 1) / 4,
                "high": number / 4,
                "share": share,
                "snapshots": 1_240.0 - number,
                "pairs": 340.0 - number,
            }
            rows += [(model, f"band_{number}_{name}", v, is_used) for name, v in band.items()]
    return rows
