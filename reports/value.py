"""What an effect on staying is worth at one's own costs: break-even and return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What the user says things cost, in any one currency.

    Attributes
    ----------
    per_person : float
        Of the program, for each person who joined.
    per_exit : float
        Of one resignation: finding and training a successor, work not done meanwhile.
    """

    per_person: float
    per_exit: float

    @property
    def break_even(self) -> float:
        """How many more of those who join must stay for a year for it to pay, as a fraction."""
        return self.per_person / self.per_exit

    def return_on(self, effect: float) -> float:
        """Return what comes back beyond what was spent, per unit spent.

        Parameters
        ----------
        effect : float
            Share of those who joined that stayed because of it, a fraction; isolated from whatever
            else keeps people, as the retention analysis does.

        Source: Phillips, Return on Investment in Training and Performance Improvement Programs
        (2003): (benefit - cost) / cost.
        """
        return (effect * self.per_exit - self.per_person) / self.per_person
