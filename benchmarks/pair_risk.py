"""What foreseeing silent pairs takes, and how well it does, on made-up programs.

Run ``python -m benchmarks.pair_risk`` (some minutes on one core, most of it for drawing 40,000
pairs day by day). Prints the back-test of a program the size of the sample and of a very large
one, each with a pattern before silence and with none, the CPU time, and the memory taken beyond
that of the facts. Memory is read from the kernel, so Linux only.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

from models.pair_facts import PairFacts
from models.risk import assess_risk
from tests.made_up_pairs import LAST_DAY, made_up_pairs

SIZES = {"600 pairs, 36 months": (600, 1_096), "40,000 pairs, 60 months": (40_000, 1_827)}
ALERT_SHARE = 0.2
MEASURES = (
    "brier",
    "brier_above_used",
    "brier_above_used_error",
    "pr_auc",
    "precision",
    "warned_share",
    "lead_days",
)


def main() -> None:
    """Print one table per program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="only the size of the sample")
    chosen = parser.parse_args()
    for name, (n_pairs, n_days) in list(SIZES.items())[: 1 if chosen.small else None]:
        for has_pattern in (True, False):
            facts = made_up_pairs(n_pairs, n_days, seed=0, has_pattern=has_pattern)
            print(f"\n{name}, {'a pattern' if has_pattern else 'no pattern'} before silence")
            run(facts)


def run(facts: PairFacts) -> None:
    """Assess one program and print how it went."""
    before, start = start_peak(), time.process_time()
    risk = assess_risk(facts, as_of=LAST_DAY, alert_share=ALERT_SHARE)
    seconds, megabytes = time.process_time() - start, peak() - before
    rows = risk.backtest
    table = rows[rows["measure"].isin(MEASURES)].pivot(
        index="model", columns="measure", values="value"
    )
    print(table[list(MEASURES)].round(4).to_string())
    about_all = rows[rows["model"] == "all"].set_index("measure")["value"]
    used = rows.loc[rows["is_used"], "model"].unique()
    print(
        f"used: {', '.join(used)}; base rate {about_all['base_rate']:.3f}; "
        f"{about_all['snapshots']:,.0f} weeks of {about_all['pairs']:,.0f} pairs in "
        f"{about_all['folds']:.0f} quarters; {len(risk.chance):,} pairs with a risk; "
        f"{len(facts.sessions):,} sessions"
    )
    print(f"{seconds:.2f} s CPU, {megabytes:,.0f} MB beyond the facts", flush=True)


def start_peak() -> float:
    """Forget the largest memory so far and return what is taken now, in MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def peak() -> float:
    """Return the largest memory since the start was marked, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1_024 if found else float("nan")


if __name__ == "__main__":
    main()
