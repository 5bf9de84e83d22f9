"""What to simulate: sizes, the calendar, the cohorts, and the random streams."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

Effect = Literal["planted", "none"]

LAST_DAY = np.datetime64("2026-09-30")
HORIZON = 24  # longest follow-up in the truth, in months beyond enrollment
SIZES = {"S": (5_750, 36, 600), "M": (50_000, 60, 4_000), "L": (500_000, 60, 40_000)}
MINIMUM_TENURE = 6


@dataclass(frozen=True)
class Cohort:
    """People who start together.

    Attributes
    ----------
    opens : str
        First month of enrollment, ``YYYY-MM``.
    share : float
        Share of the four regular cohorts' pairs.
    intake : tuple of float
        Share of the cohort's places given in each month from ``opens`` on.
    months : int
        Planned length of a pair.
    """

    cohort_id: str
    name: str
    program_id: str
    opens: str
    share: float
    intake: tuple[float, ...]
    months: int


# A cohort's last places are given late, so that some pairs are brand-new on the last day.
LATE = (0.32, 0.26, 0.18, 0.12, 0.0, 0.0, 0.0, 0.12)
EVEN = (0.36, 0.28, 0.21, 0.15)
EARLIER = (
    Cohort("RM-2022-1", "Spring 2022", "RM", "2022-05", 0.25, EVEN, 12),
    Cohort("RM-2022-2", "Autumn 2022", "RM", "2022-10", 0.25, EVEN, 12),
    Cohort("RM-2023-1", "Spring 2023", "RM", "2023-05", 0.25, EVEN, 12),
)
REGULAR = (
    Cohort("RM-2024-1", "Spring 2024", "RM", "2024-02", 0.29, EVEN, 12),
    Cohort("RM-2024-2", "Autumn 2024", "RM", "2024-10", 0.27, EVEN, 12),
    Cohort("DX-2025-1", "Digital 2025", "DX", "2025-05", 0.18, EVEN, 18),
    Cohort("RM-2026-1", "Spring 2026", "RM", "2026-02", 0.26, LATE, 12),
)
PROGRAMS = {"RM": "Reverse Mentoring", "DX": "Digital Exchange"}


@dataclass(frozen=True)
class Plan:
    """One run of the generator.

    Attributes
    ----------
    size : {"S", "M", "L"}
    seed : int
    effect : {"planted", "none"}
        ``none`` plants no effect of joining, for tests of a null result.
    """

    size: str = "S"
    seed: int = 20260930
    effect: Effect = "planted"

    @property
    def employees(self) -> int:
        """People employed on the first day."""
        return SIZES[self.size][0]

    @property
    def months(self) -> int:
        """Calendar months of history."""
        return SIZES[self.size][1]

    @property
    def n_pairs(self) -> int:
        """Pairs matched in all cohorts, about."""
        return SIZES[self.size][2]

    @property
    def first_month(self) -> np.datetime64:
        """First calendar month of the history."""
        return LAST_DAY.astype("datetime64[M]") - (self.months - 1)

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """Cohorts that fit into the history."""
        return (*EARLIER, *REGULAR) if self.months > 36 else REGULAR

    @property
    def reorganization(self) -> int:
        """Month number of the reorganization."""
        return self.number("2025-04")

    def number(self, month: str) -> int:
        """Return a calendar month as a number, 0 for the first of the history."""
        return int((np.datetime64(month, "M") - self.first_month).astype(int))

    def first_day(self, month: int | np.ndarray) -> np.ndarray:
        """Return the first day of numbered months, datetime64[D]."""
        return (self.first_month + month).astype("datetime64[D]")

    def last_day(self, month: int | np.ndarray) -> np.ndarray:
        """Return the last day of numbered months, datetime64[D]."""
        return self.first_day(np.asarray(month) + 1) - 1

    def stream(self, name: str, month: int = 0) -> np.random.Generator:
        """Return the random stream of one purpose and month.

        Streams are independent of one another: a person who joins meets the same draws of leaving
        as in the world in which that person never joins.
        """
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), month + 1])
