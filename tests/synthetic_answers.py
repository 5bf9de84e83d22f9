"""Seeded survey answers by department, cohort and quarter, summed to atoms; not for the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item


@dataclass(frozen=True)
class Company:
    """Size and shape of a made-up program."""

    participants: int = 2_000
    departments: int = 12
    cohorts: int = 6
    quarters: tuple[str, ...] = tuple(f"{y}Q{q}" for y in (2025, 2026) for q in (1, 2, 3, 4))
    items: int = 10
    response: float = 0.7
    seed: int = 0


def items_of(company: Company) -> tuple[Item, ...]:
    return tuple(Item(f"item_{i}", 1, 5) for i in range(company.items))


def answers_of(company: Company) -> pd.DataFrame:
    """Return department, cohort, quarter, item, n, total.

    Departments and cohorts differ in size (Dirichlet), people leave one item in fifty out, and a
    department's mood shifts its answers.
    """
    rng = np.random.default_rng(company.seed)
    size = (
        rng.dirichlet(np.full(company.departments, 2.0)),
        rng.dirichlet(np.full(company.cohorts, 5.0)),
    )
    department = rng.choice(company.departments, company.participants, p=size[0])
    cohort = rng.choice(company.cohorts, company.participants, p=size[1])
    mood = rng.normal(0, 0.4, (company.departments, company.items))
    frames = []
    for quarter in company.quarters:
        who = np.flatnonzero(rng.random(company.participants) < company.response)
        shape = (len(who), company.items)
        answer = rng.normal(3.6 + mood[department[who]], 1.0, shape).round().clip(1, 5)
        given = rng.random(shape) < 0.98
        row, item = np.nonzero(given)
        frames.append(
            pd.DataFrame(
                {
                    "department": department[who][row],
                    "cohort": cohort[who][row],
                    "quarter": quarter,
                    "item": item,
                    "total": answer[given].astype(int),
                }
            )
        )
    people = pd.concat(frames, ignore_index=True)
    keys = ["department", "cohort", "quarter", "item"]
    atoms = people.groupby(keys)["total"].agg(n="size", total="sum").reset_index()
    for name, letter in (("department", "D"), ("cohort", "C")):
        atoms[name] = letter + atoms[name].map("{:02}".format)
    return atoms.assign(item="item_" + atoms["item"].astype(str))
