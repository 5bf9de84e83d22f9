"""What is withheld from whom, as a value that is stored with every release."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_FLOOR = 5


@dataclass(frozen=True)
class Policy:
    """Rules of disclosure control, the same for every role.

    Attributes
    ----------
    minimum_group : int
        No confidential or workforce figure about fewer people; at least 5, and 10 where a works
        council asks for it.
    department_headcount : int
        Viewers outside HR leadership see workforce figures only of departments of this size.
    """

    minimum_group: int = SMALLEST_FLOOR
    department_headcount: int = 20

    def __post_init__(self) -> None:
        if self.minimum_group < SMALLEST_FLOOR:
            raise ValueError(
                f"The minimum group is {SMALLEST_FLOOR}; it can be raised, not lowered to "
                f"{self.minimum_group}."
            )

    def describe(self) -> str:
        """Say the rules in words, for the release and the reports."""
        k = self.minimum_group
        return (
            f"Confidential and workforce figures about fewer than {k} people are withheld, and "
            f"below company level also those with 1 to {k - 1} leavers, promotions or moves. "
            "Where a withheld figure could be worked out from a total, the next smallest is "
            "withheld too. Outside HR leadership, workforce figures of departments are shown by "
            f"quarter or year only, from {self.department_headcount} people on. Operational "
            f"figures about fewer than {k} are shown to the program's own managers only."
        )
