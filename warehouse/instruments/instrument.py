"""What an instrument is, and what can be wrong with one."""

from __future__ import annotations

from dataclasses import dataclass

MENTOR, MENTEE, BOTH = "mentor", "mentee", "both"
ROLES = (MENTOR, MENTEE, BOTH)
ENPS = "enps"
ENPS_SCALE = (0, 10)  # the shares of 9-10 and 0-6 mean nothing on another one
MOST_ITEMS = 20  # of one construct; sums of more would not stay exact in a double


class InstrumentError(Exception):
    """An instrument file, or a survey against it, cannot be meant; the message says what to do.

    Parameters
    ----------
    file : str
        The instrument file, as the user knows it.
    place : str
        Key or item.
    problem, remedy : str
        What is wrong and what to do about it; a phrase and a sentence.
    """

    def __init__(self, file: str, place: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}, {place}: {problem}. {remedy}")


@dataclass(frozen=True)
class ListedItem:
    """An item that an instrument file lists.

    Attributes
    ----------
    code : str
        Item code of the survey.
    survey : str or None
        The only survey it is meant in; None for every survey with this code.
    is_reversed : bool
        True where a high answer means little of the construct.
    """

    code: str
    survey: str | None = None
    is_reversed: bool = False


@dataclass(frozen=True)
class Instrument:
    """How one construct is scored.

    Attributes
    ----------
    construct : str
        What is measured.
    label : str
        Name shown to people.
    role : str
        mentor, mentee or both; answers of the other role do not count.
    higher_is_better : bool
    scale : tuple of int
        Lowest and highest answer.
    minimum_items : int or None
        Answers a person must give for a score; None for half of the items the survey asks.
    items : tuple of ListedItem
        Empty: the items that loaded surveys declare for the construct.
    part_of : str
        Construct that the same answers count for, too; "" for none.
    file : str
        File that says so.
    """

    construct: str
    label: str
    role: str
    higher_is_better: bool
    scale: tuple[int, int]
    minimum_items: int | None = None
    items: tuple[ListedItem, ...] = ()
    part_of: str = ""
    file: str = "default.toml"

    @property
    def other_role(self) -> str:
        """The role whose answers do not count; "" where both do."""
        return {MENTOR: MENTEE, MENTEE: MENTOR}.get(self.role, "")

    def needed(self, asked: int) -> int:
        """Return how many of so many items a person must have answered."""
        return self.minimum_items or (asked + 1) // 2
