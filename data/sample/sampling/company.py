"""The company: departments, job families, sites and grades, with what they do to people's lives.

``leaves`` multiplies the chance to resign; ``joins`` is added to the log odds of joining the
program. Both hang on things the HR export shows, so that an honest analysis can adjust for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Place:
    """A department, job family or site."""

    code: str
    name: str
    share: float
    leaves: float
    joins: float


DEPARTMENTS = (
    Place("D01", "Finance", 0.07, 0.85, 0.1),
    Place("D02", "Human Resources", 0.04, 0.9, 0.7),
    Place("D03", "Legal and Compliance", 0.03, 0.75, -0.2),
    Place("D04", "Information Technology", 0.12, 1.15, 0.5),
    Place("D05", "Research and Development", 0.13, 0.8, 0.3),
    Place("D06", "Marketing", 0.06, 1.1, 0.5),
    Place("D07", "Sales", 0.14, 1.3, -0.3),
    Place("D08", "Customer Service", 0.12, 1.45, -0.7),
    Place("D09", "Operations", 0.13, 0.95, -0.6),
    Place("D10", "Supply Chain", 0.07, 1.0, -0.4),
    Place("D11", "Product Management", 0.05, 0.95, 0.4),
    Place("D12", "Corporate Strategy", 0.04, 0.8, 0.6),
)
FUNCTIONS = (
    Place("ENG", "Engineering", 0.0, 0.9, 0.2),
    Place("DATA", "Data", 0.0, 1.1, 0.35),
    Place("COM", "Commercial", 0.0, 1.15, -0.1),
    Place("OPS", "Operations", 0.0, 1.05, -0.25),
    Place("CORP", "Corporate", 0.0, 0.9, 0.1),
    Place("CARE", "Care", 0.0, 1.2, -0.2),
    Place("PROD", "Product", 0.0, 0.95, 0.2),
)
# Share of each job family (order of FUNCTIONS) within each department (order of DEPARTMENTS).
FUNCTION_MIX = np.array(
    [
        [0, 0.25, 0.05, 0, 0.7, 0, 0],
        [0, 0.15, 0, 0, 0.85, 0, 0],
        [0, 0.05, 0, 0, 0.95, 0, 0],
        [0.65, 0.25, 0, 0.1, 0, 0, 0],
        [0.7, 0.15, 0, 0, 0, 0, 0.15],
        [0, 0.25, 0.6, 0, 0, 0, 0.15],
        [0, 0.05, 0.85, 0.1, 0, 0, 0],
        [0, 0.05, 0.1, 0.1, 0, 0.75, 0],
        [0.25, 0.05, 0, 0.7, 0, 0, 0],
        [0.05, 0.1, 0, 0.85, 0, 0, 0],
        [0.1, 0.2, 0.1, 0, 0, 0, 0.6],
        [0, 0.35, 0.1, 0, 0.55, 0, 0],
    ]
)
SITES = (
    Place("DE", "Berlin", 0.34, 0.95, 0.4),
    Place("DE", "Munich", 0.1, 0.9, 0.1),
    Place("GB", "London", 0.14, 1.1, 0.2),
    Place("US", "New York", 0.14, 1.15, 0.0),
    Place("US", "Chicago", 0.08, 1.1, -0.3),
    Place("IN", "Bengaluru", 0.12, 1.2, -0.3),
    Place("SG", "Singapore", 0.08, 1.0, -0.2),
)
ZONES = (
    "Europe/Berlin",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "Asia/Kolkata",
    "Asia/Singapore",
)
HIGHEST_LEVEL = 9
LEVEL_SHARE = np.array([0.08, 0.17, 0.19, 0.17, 0.12, 0.12, 0.085, 0.045, 0.02])
HIRE_LEVEL_SHARE = np.array([0.2, 0.25, 0.19, 0.13, 0.08, 0.075, 0.05, 0.02, 0.005])
LEVEL_LEAVES = np.array([1.4, 1.3, 1.2, 1.05, 1.0, 1.0, 0.95, 0.9, 0.85])
MENTOR_LEVELS = (1, 4)
MENTEE_LEVELS = (6, 9)
LEVEL_JOINS = np.array([-0.1, 0.3, 0.3, 0.0, 0.0, -0.2, 0.1, 0.5, 0.6])


def column(places: tuple[Place, ...], field: str) -> np.ndarray:
    """Return one attribute of all places as an array."""
    return np.array([getattr(place, field) for place in places])
