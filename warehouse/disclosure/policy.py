"""What is withheld from whom, as a value that is stored with every release."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_FLOOR = 5
PROFILES = {"standard": SMALLEST_FLOOR, "works_council": 10}

Slice = tuple[str, ...]
EVERY_PERIOD: tuple[Slice, ...] = ((), ("department",), ("cohort",))
CROSSED: Slice = ("department", "cohort")


class PolicyChanged(ValueError):
    """The rules differ from those that earlier releases were published under."""


@dataclass(frozen=True)
class Policy:
    """Rules of disclosure control, the same for every role.

    Attributes
    ----------
    minimum_group : int
        No confidential or workforce figure about fewer people; at least 5, and 10 where a works
        council asks for it. For survey figures it counts answers to the item, not respondents.
    department_headcount : int
        Viewers outside HR leadership see workforce figures only of departments of this size.
    crosses_at_year_end : bool
        Whether survey figures by department and cohort together exist, for closed years only.
    """

    minimum_group: int = SMALLEST_FLOOR
    department_headcount: int = 20
    crosses_at_year_end: bool = False

    def __post_init__(self) -> None:
        if self.minimum_group < SMALLEST_FLOOR:
            raise ValueError(
                f"The minimum group is {SMALLEST_FLOOR}; it can be raised, not lowered to "
                f"{self.minimum_group}."
            )

    @classmethod
    def of_profile(cls, name: str) -> Policy:
        """Return the policy of a profile: ``standard`` (5) or ``works_council`` (10)."""
        if name not in PROFILES:
            raise ValueError(f"'{name}' is not a profile. Choose one of: {', '.join(PROFILES)}.")
        return cls(minimum_group=PROFILES[name])

    @property
    def quarter_slices(self) -> tuple[Slice, ...]:
        """The closed set of slices of a quarter that survey figures exist for."""
        return EVERY_PERIOD

    @property
    def year_slices(self) -> tuple[Slice, ...]:
        """The closed set of slices of a year, published once the year is closed."""
        return (*EVERY_PERIOD, CROSSED) if self.crosses_at_year_end else EVERY_PERIOD

    def describe(self) -> str:
        """Say the rules in words, for the release and the reports."""
        k = self.minimum_group
        return (
            f"Confidential and workforce figures about fewer than {k} people are withheld, and "
            f"below company level also those with 1 to {k - 1} leavers, promotions or moves. "
            "Where a withheld figure could be worked out from a total, the next smallest is "
            "withheld too. Outside HR leadership, workforce figures of departments are shown by "
            f"quarter or year only, from {self.department_headcount} people on. Operational "
            f"figures about fewer than {k} are shown to the program's own managers only. "
            f"{self.describe_survey_rules()}"
        )

    def describe_survey_rules(self) -> str:
        """Say in words what holds for figures computed from survey answers."""
        k = self.minimum_group
        crossed = " and, by year, for both together" if self.crosses_at_year_end else ""
        return (
            f"Survey figures exist for the company, departments and cohorts{crossed}, by quarter "
            f"and, once it is closed, by year. One that rests on fewer than {k} answers to an item "
            "is withheld, and so is every figure from which, together with all others ever "
            f"published, the answers of fewer than {k} could be worked out or narrowed down to "
            "less than one scale point or one answer more or less. What was shown stays shown, "
            "what was hidden stays hidden. Figures have one decimal; where nearly all answered "
            "alike at an end of the scale, a figure says 'or lower' or 'or higher'. Changes on the "
            "same people, gaps within pairs and feedback after sessions exist for the whole "
            "company only."
        )


def check_policy_unchanged(policy: Policy, *, earlier_minimum_group: int | None) -> None:
    """Refuse a minimum group other than the one earlier releases were published under.

    Parameters
    ----------
    policy : Policy
        The rules of the release to come.
    earlier_minimum_group : int or None
        The minimum group stored in the newest release; None before the first one.

    Raises
    ------
    PolicyChanged
        The two differ: figures that are public were judged by another rule.
    """
    if earlier_minimum_group not in (None, policy.minimum_group):
        raise PolicyChanged(
            f"Earlier releases were published with a minimum group of {earlier_minimum_group}, "
            f"this one asks for {policy.minimum_group}. The minimum group is fixed at "
            "installation; start with a new folder of releases to change it."
        )
