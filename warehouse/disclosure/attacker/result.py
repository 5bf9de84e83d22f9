"""What an attack found, as a value a release can keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weakness:
    """One thing the attacker learned, named by slice; never what the answers were.

    Attributes
    ----------
    kind : str
        too few answers, exact, within one, narrow, worked out, unanimous.
    item : str
    where : str
        The group or figure.
    mean_range : float
        How uncertain the group's mean still is, in scale points.
    """

    kind: str
    item: str
    where: str
    mean_range: float


@dataclass(frozen=True)
class ItemAttack:
    """What an attack on one item went through.

    Attributes
    ----------
    item : str
    figures, targets : int
        Printed numbers about it, and sums the attacker was after.
    tightest_range : float or None
        Narrowest range of a target's mean, in scale points; None without targets.
    """

    item: str
    figures: int
    targets: int
    tightest_range: float | None


@dataclass(frozen=True)
class AttackResult:
    """Counts of an attack.

    Attributes
    ----------
    minimum_group : int
    figures : int
        Printed numbers harvested.
    targets : int
        Small groups times items and measures.
    exact, within_one, narrow : int
        Targets whose sum is known exactly; to within one answer point (the exact ones included);
        or whose mean is known to less than a scale point (both others included).
    too_few : int
        Printed numbers about fewer answers than the minimum group.
    worked_out : int
        Small groups, by item, that are sums and differences of figures, even where rounding blurs
        them; at most 50 per item and connected part are counted beside the lattice's cells.
    unanimous : int
        Printed means that tell what every single person answered.
    not_in_release : int
        Harvested numbers that differ from the release.
    tightest_range : float or None
        Narrowest range of a target's mean, in scale points; None without targets.
    worst : tuple of Weakness
        Up to 20 examples, the worst first.
    by_item : tuple of ItemAttack
        Counts of each item.
    """

    minimum_group: int
    figures: int
    targets: int
    exact: int
    within_one: int
    narrow: int
    too_few: int
    worked_out: int
    unanimous: int
    not_in_release: int
    tightest_range: float | None
    worst: tuple[Weakness, ...]
    by_item: tuple[ItemAttack, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was learned."""
        learned = (self.narrow, self.too_few, self.worked_out, self.unanimous)
        return not any(learned) and self.not_in_release == 0

    def in_words(self) -> str:
        """Say it in two or three sentences."""
        words = (
            f"From {self.figures:,} printed numbers, of {self.targets:,} sums of groups with fewer "
            f"than {self.minimum_group} answers {self.exact:,} can be worked out exactly, "
            f"{self.within_one:,} to within one point and {self.narrow:,} to less than a scale "
            "point of their mean."
        )
        if self.tightest_range is not None:
            words += f" The mean known best has a range of {self.tightest_range:.2f} scale points."
        further = (
            (self.too_few, "numbers rest on too few answers"),
            (self.worked_out, "small groups are sums and differences of figures"),
            (self.unanimous, "means tell what everybody answered"),
            (self.not_in_release, "numbers differ from the release"),
        )
        faults = [f"{count:,} {text}" for count, text in further if count]
        if faults:
            words += f" {'; '.join(faults)}."
        return words + (" Passed." if self.passed else " Failed.")
