"""Which declaration each version of a metric stands for, so that none changes unnoticed.

``versions.csv`` holds one line per metric and version with a hash of what the figure is computed
from and by. ``make format`` adds a line for what is new; ``make check`` fails where a declaration
no longer hashes to the line of its version. What to do then:

- the figure is computed differently: raise ``version``, set ``reviewed_on``, add a ``Change`` that
  says what and why, and run ``make format``;
- it is not (a typing error in the definition, an expression spelled another way): delete the
  metric's line of this version and run ``make format``; reviewers see the replaced line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from warehouse.metrics.metric import Metric

FILE = Path(__file__).with_name("versions.csv")
_HEADER = ("metric", "version", "sha256")
_WORDS = ("definition", "formula", "unit", "kind", "computed_by", "default_population")
_EXPRESSIONS = ("numerator", "denominator", "people", "unknown")

Recorded = Mapping[tuple[str, int], str]


def declaration_sha256(metric: Metric) -> str:
    """Return a hash of what a figure means and is computed by.

    Label, owner, source and the rules of protection are not part of it: they change no value.
    """
    parts = [metric.grain.name, *(str(getattr(metric, name)) for name in _WORDS)]
    parts += [_spelled(getattr(metric, name)) for name in _EXPRESSIONS]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_versions(path: Path = FILE) -> dict[tuple[str, int], str]:
    """Return the recorded hashes by metric and version."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["metric"], int(r["version"])): r["sha256"] for r in csv.DictReader(file)}


def find_problems(metrics: Sequence[Metric], recorded: Recorded) -> list[str]:
    """Return, in words, which declarations changed without saying so."""
    problems = []
    for metric in metrics:
        told = [change.version for change in metric.changes]
        days = [change.changed_on for change in metric.changes]
        known = recorded.get((metric.id, metric.version))
        if told != list(range(2, metric.version + 1)) or days != sorted(days):
            problems.append(
                f"{metric.id}: version {metric.version} needs one Change for each version from 2 "
                "on, in the order of their days."
            )
        if known not in (None, declaration_sha256(metric)):
            problems.append(
                f"{metric.id}: its declaration changed, but its version is still "
                f"{metric.version}. Raise version, set reviewed_on and add a Change; where no "
                f"figure can change, delete its line in {FILE.name} and run 'make format'."
            )
        if any(name == metric.id and version > metric.version for name, version in recorded):
            problems.append(f"{metric.id}: version {metric.version} is older than one recorded.")
    return problems


def find_new(metrics: Sequence[Metric], recorded: Recorded) -> list[Metric]:
    """Return the metrics whose version is not recorded yet."""
    return [metric for metric in metrics if (metric.id, metric.version) not in recorded]


def render_versions(metrics: Sequence[Metric], recorded: Recorded) -> str:
    """Return the file with the versions that are new; lines that are there stay as they are."""
    new = {(m.id, m.version): declaration_sha256(m) for m in find_new(metrics, recorded)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows((*key, sha256) for key, sha256 in sorted({**new, **recorded}.items()))
    return out.getvalue()


def run(metrics: Sequence[Metric], *, check: bool, path: Path = FILE) -> int:
    """Record new versions, or with ``check`` only look; 1 where something is wrong, else 0."""
    recorded = read_versions(path)
    problems = find_problems(metrics, recorded)
    if check and find_new(metrics, recorded):
        names = ", ".join(metric.id for metric in find_new(metrics, recorded))
        problems.append(f"{path.name} is not current ({names}). Run 'make format' and commit it.")
    if problems:
        sys.stderr.write("\n".join(problems) + "\n")
        return 1
    if not check:
        path.write_text(render_versions(metrics, recorded), encoding="utf-8")
    return 0


def _spelled(expression: sa.ColumnElement[object] | None) -> str:
    if expression is None:
        return ""
    return str(expression.compile(compile_kwargs={"literal_binds": True}))
