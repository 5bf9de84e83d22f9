"""Scores, changes and gaps added up to atoms: department x cohort x population x quarter.

Whatever is published about answers is a sum over atoms, so this one query feeds the figures and
the audit of what they give away. All sums are whole numbers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.facts.pair_answers import gaps
from warehouse.facts.voice import ATOM, Answers, scored_answers, whole
from warehouse.facts.waves import Quarters
from warehouse.instruments import Asked
from warehouse.instruments.instrument import ENPS
from warehouse.sql import total

BENEFIT = "mutual_benefit"
ITEM, SCORE, GAP, LINK = "item", "score", "gap", "link"
YEAR = "year"
LEVEL_SUMS = ("n", "x", "clusters", "xx", "yy", "xy")
CHANGE_SUMS = tuple(f"change_{name}" for name in LEVEL_SUMS)
_EARLIER = tuple(f"earlier_{name}" for name in ATOM)
_KEYS = ("construct_no", "item_no", YEAR, *ATOM, *_EARLIER)
_SUMS = (*LEVEL_SUMS, *CHANGE_SUMS, "off_scale")
Columns = dict[str, sa.ColumnElement[Any]]
NUMBERS = ("construct_no", "item_no", YEAR, "number", "earlier_number")


def atom_columns() -> dict[str, str]:
    """Return the columns of :func:`atom_query` with their kinds as frames hold them."""
    kinds = {name: "int64" if name in NUMBERS else "object" for name in _KEYS}
    return {"part": "object"} | kinds | dict.fromkeys(_SUMS, "float64")


def atom_query(asked: Asked, quarters: Quarters) -> sa.CompoundSelect[Any]:
    """Return the one query over answers: rows of four kinds, told apart by ``part``.

    item
        Answers of an item within scores: n, x (their sum), xx (sum of their squares), off_scale
        (how many do not fit).
    score, gap
        Scores, and differences within pairs, in units of the construct: n, x, and sums over people
        (clusters): their number, xx, yy, xy with y the scores of one. Beside scores the same of
        changes: what a score differs from the same person's last earlier one in the survey. By
        quarter (``number``), and by ``year``.
    link
        Changes by both ends: n and x of those whose earlier score lies in the earlier atom.
    """
    answers = scored_answers(asked, quarters)
    level = _levels(asked, answers)
    parts = [_items(answers), *_added_up(SCORE, level, has_changes=True), _links(level)]
    benefit = asked.number(BENEFIT)
    if benefit >= 0:
        parts += _added_up(GAP, gaps(benefit, answers), has_changes=False)
    return sa.union_all(*parts)


def _columns(part: str, given: Columns) -> list[sa.Label[Any]]:
    """Return the columns of the union in order, those a part does not have empty."""
    found: list[sa.Label[Any]] = [sa.cast(sa.literal(part), sa.String).label("part")]
    for name in (*_KEYS, *_SUMS):
        kind = sa.Double if name in _SUMS else sa.Integer if name in NUMBERS else sa.String
        found.append(sa.cast(given.get(name, sa.null()), kind).label(name))
    return found


def _items(answers: Answers) -> sa.Select[Any]:
    given, placed, score = answers.given, answers.response, answers.score
    counts = sa.and_(
        score.c.response_no == given.c.response_no, score.c.construct_no == given.c.construct_no
    )
    keys: Columns = {
        "construct_no": given.c.construct_no,
        "item_no": given.c.item_no,
        **{name: placed.c[name] for name in ATOM},
    }
    sums: Columns = {
        "n": sa.func.count(),
        "x": sa.func.sum(given.c.points),
        "xx": sa.func.sum(given.c.points * given.c.points),
        "off_scale": sa.func.sum(given.c.off_scale),
    }
    return (
        sa.select(*_columns(ITEM, keys | sums))
        .select_from(
            given.join(score, counts).join(placed, placed.c.response_no == given.c.response_no)
        )
        .group_by(*keys.values())
    )


def _levels(asked: Asked, answers: Answers) -> sa.CTE:
    """Return each score with what it differs from the person's last earlier one in the survey.

    Earlier is what belongs to an earlier quarter, or to a wave that closed before in the same.
    Columns: construct_no, cluster (the person), those of ATOM, x, change (NULL for the first one
    and for eNPS), and the earlier atom.
    """
    score, placed = answers.score, answers.response
    cluster = sa.case(
        (placed.c.person_id.is_not(None), placed.c.person_id),
        else_=sa.literal("response ", sa.String) + placed.c.response_id,
    )
    window: dict[str, Any] = {
        "partition_by": (score.c.construct_no, placed.c.survey_id, cluster),
        "order_by": (placed.c.number, placed.c.closes_on, placed.c.wave_id),
    }
    before = {name: sa.func.lag(placed.c[name]).over(**window) for name in ATOM}
    change = score.c.score - sa.func.lag(score.c.score).over(**window)
    is_scaled = score.c.construct_no != whole(asked.number(ENPS))
    return (
        sa.select(
            score.c.construct_no,
            cluster.label("cluster"),
            *(placed.c[name] for name in ATOM),
            score.c.score.label("x"),
            sa.case((is_scaled, change)).label("change"),
            *(column.label(f"earlier_{name}") for name, column in before.items()),
        )
        .select_from(score.join(placed, placed.c.response_no == score.c.response_no))
        .cte("level")
    )


def _links(level: sa.CTE) -> sa.Select[Any]:
    keys: Columns = {name: level.c[name] for name in ("construct_no", *ATOM, *_EARLIER)}
    sums: Columns = {"n": sa.func.count(), "x": sa.func.sum(level.c.change)}
    return (
        sa.select(*_columns(LINK, keys | sums))
        .where(level.c.change.is_not(None))
        .group_by(*keys.values())
    )


def _added_up(part: str, rows: sa.CTE, *, has_changes: bool) -> list[sa.Select[Any]]:
    """Return sums by quarter and by year; answers of one person in an atom are one cluster."""
    year = sa.cast(sa.func.floor(rows.c.number / whole(4)), sa.Integer)
    return [
        _clustered(part, rows, name, period, has_changes)
        for name, period in (("number", rows.c.number), (YEAR, year))
    ]


def _clustered(
    part: str, rows: sa.CTE, name: str, period: sa.ColumnElement[Any], has_changes: bool
) -> sa.Select[Any]:
    keys = {
        "construct_no": rows.c.construct_no,
        name: period,
        **{key: rows.c[key] for key in ATOM if key != "number"},
    }
    values = {"": rows.c.x} | ({"change_": rows.c.change} if has_changes else {})
    person = (
        sa.select(
            *(column.label(key) for key, column in keys.items()),
            *(total(value).label(f"{prefix}x") for prefix, value in values.items()),
            *(
                sa.cast(sa.func.count(value), sa.Double).label(f"{prefix}y")
                for prefix, value in values.items()
            ),
        )
        .group_by(*keys.values(), rows.c.cluster)
        .subquery(f"{part}_of_person_by_{name}")
    )
    grouped = {key: person.c[key] for key in keys}
    sums = {k: v for prefix in values for k, v in _sums_of(person, prefix).items()}
    return sa.select(*_columns(part, grouped | sums)).group_by(*grouped.values())


def _sums_of(person: sa.Subquery, prefix: str) -> Columns:
    x, y = person.c[f"{prefix}x"], person.c[f"{prefix}y"]
    sums = {
        "n": sa.func.sum(y),
        "x": sa.func.sum(x),
        "clusters": sa.func.count(sa.case((y > 0, 1))),
        "xx": sa.func.sum(x * x),
        "yy": sa.func.sum(y * y),
        "xy": sa.func.sum(x * y),
    }
    return {f"{prefix}{name}": value for name, value in sums.items()}
