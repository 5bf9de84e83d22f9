"""What the audit of survey figures did, in numbers and words, as a release keeps it."""

from __future__ import annotations

import pandas as pd

from warehouse.disclosure.attacker import AttackResult
from warehouse.disclosure.audit_report import AuditReport

TITLES = {
    "figures": "Survey figures of the closed set",
    "shown": "Shown",
    "few_answers": "Hidden for too few answers",
    "worked_out": "Hidden so that a smaller group cannot be worked out",
    "respondents_hidden": "Share of respondents whose department is hidden in their quarter",
    "protected_groups": "Small groups protected",
    "tightest_range": "Tightest range of a small group's mean that can be worked out (points)",
    "attacked_figures": "Printed figures the attack pooled",
    "attacked_sums": "Sums of small groups the attack was after",
    "learned": "Of these, worked out exactly, nearly, or to less than a point of their mean",
    "attack_range": "Tightest range the attack came to (points)",
}
NOTHING = "No survey figures were published yet."
_COUNTS = ("figures", "shown", "few_answers", "worked_out")


def audit_of(blocks: pd.DataFrame, *, minimum_group: int) -> AuditReport:
    """Return the audits of all blocks a release speaks about, as one."""
    figures, shown, few_answers, worked_out = (int(blocks[name].sum()) for name in _COUNTS)
    return AuditReport(
        minimum_group=minimum_group,
        figures=figures,
        shown=shown,
        few_answers=few_answers,
        worked_out=worked_out,
        earlier=0,
        respondents=int(blocks["respondents"].sum()),
        respondents_hidden=int(blocks["respondents_hidden"].sum()),
        protected_groups=int(blocks["groups"].sum()),
        tightest_range=_smallest(blocks["tightest_range"]),
    )


def attack_of(blocks: pd.DataFrame, *, minimum_group: int) -> AttackResult:
    """Return the attacks on all blocks as one; had one learned anything, nothing was published."""
    return AttackResult(
        minimum_group=minimum_group,
        figures=int(blocks["numbers"].sum()),
        targets=int(blocks["targets"].sum()),
        exact=0,
        within_one=0,
        narrow=0,
        too_few=0,
        worked_out=0,
        unanimous=0,
        not_in_release=0,
        tightest_range=_smallest(blocks["tightest_attack"]),
        worst=(),
    )


def audit_rows(blocks: pd.DataFrame, *, minimum_group: int) -> pd.DataFrame:
    """Return the release table ``survey_audit``: measure, title, value (NaN where none)."""
    audit = audit_of(blocks, minimum_group=minimum_group)
    attack = attack_of(blocks, minimum_group=minimum_group)
    values = {name: getattr(audit, name) for name in _COUNTS}
    values |= {
        "respondents_hidden": audit.department_quarter_hidden,
        "protected_groups": audit.protected_groups,
        "tightest_range": audit.tightest_range,
        "attacked_figures": attack.figures,
        "attacked_sums": attack.targets,
        "learned": attack.narrow,
        "attack_range": attack.tightest_range,
    }
    rows = [(name, title, values[name]) for name, title in TITLES.items()]
    return pd.DataFrame(rows, columns=["measure", "title", "value"]).astype({"value": "float64"})


def audit_words(blocks: pd.DataFrame, *, minimum_group: int) -> str:
    """Say what audit and attack did, for the check of a release."""
    if blocks.empty:
        return NOTHING
    audit = audit_of(blocks, minimum_group=minimum_group)
    attack = attack_of(blocks, minimum_group=minimum_group)
    return f"{audit.in_words()} The attack: {attack.in_words()}"


def _smallest(ranges: pd.Series) -> float | None:
    known = ranges.dropna()
    return None if known.empty else float(known.min())
