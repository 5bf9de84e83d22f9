"""The query of one ``[[load]]`` in the making, and the rules every row of it is judged by."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from etl.mapping.mapping import Load, column_kind
from etl.people.identity import WORDS
from etl.reading.row_staging import literal, quoted
from etl.source import EntityRules

FIRST_DAY = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class Problem:
    """A rule as it stands in the query: ``problem`` holds its ``number`` where it is broken."""

    number: int
    rule: str
    column: str | None
    cell: str | None
    condition: str
    problem: str
    remedy: str


@dataclass
class RowQuery:
    """The query in the making: names of texts, faults found so far, joins."""

    load: Load
    rules: EntityRules
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, expression: str) -> str:
        """Return the name of a text; equal expressions are evaluated once."""
        return self.texts.setdefault(expression, f"x{len(self.texts)}")

    def cell(self, column: str | None) -> str | None:
        """Return the file's column from which a canonical one comes."""
        source = self.load.columns.get(column or "")
        return source.column if source else None

    def add(self, rule: str, column: str | None, condition: str, *words: str) -> None:
        """Note a rule: its name, whom to blame, when it is broken, problem and remedy."""
        number = len(self.problems) + 1
        cell = self.cell(column)
        self.problems.append(Problem(number, rule, column, cell, condition, words[0], words[1]))


def add_rules(build: RowQuery, latest: dt.date) -> None:
    """Note the rules of the entity, in the order in which a row is judged."""
    rules, columns = build.rules, build.load.columns
    for name, source in columns.items():
        if source.unresolved == "reject" and (source.identifier or name in rules.people):
            what = WORDS[source.identifier or "hr_id"]
            build.add(
                "unknown_person",
                name,
                f"missing_who_{name}",
                f"nobody, or more than one person, is known by this {what}",
                "Load the HR export that has the person first, or correct the value.",
            )
    for name in (*rules.required, *(name for name in rules.wanted if name in columns)):
        what = name.replace("_", " ")
        build.add(
            "missing_value",
            name,
            f"{quoted(name)} IS NULL",
            f"the row has no {what}",
            "Fill it in and export again."
            if name in columns
            else f"Add a column for {name} to the mapping.",
        )
    for name in columns:
        _add_column_rules(build, name, latest)
    for number, reference in enumerate(rules.references):
        if reference.rule and reference.column in columns:
            build.add(
                reference.rule,
                reference.column,
                f"missing_ref_{number}",
                f"there is no such {reference.what}",
                f"Load the export that has the {reference.what} first, or correct the value.",
            )
    for check in rules.checks:
        build.add(check.rule, check.column, f"({check.broken})", check.problem, check.remedy)


def _add_column_rules(build: RowQuery, name: str, latest: dt.date) -> None:
    codes, kind = build.rules.codes.get(name), column_kind(build.load.entity, name)
    if codes:
        listed = ", ".join(literal(code) for code in codes)
        build.add(
            "not_in_list",
            name,
            f"{quoted(name)} NOT IN ({listed})",
            f"the value for {name} is not one the warehouse knows",
            f"Use {', '.join(codes)}, or translate it in the mapping (values).",
        )
    if kind in ("date", "moment"):
        build.add(
            "date_out_of_range",
            name,
            f"{quoted(name)} < DATE '{FIRST_DAY}' OR {quoted(name)} > DATE '{latest}'",
            f"the date is not between {FIRST_DAY} and {latest}",
            "Correct the year and export again.",
        )
