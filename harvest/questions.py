"""Which questions are asked: every option of every filter alone, and every two of them together.

All products of all filters would be hundreds of thousands of requests for each viewer. A list in
which every two options occur together somewhere ("all pairs") is as long as the product of the two
longest filters, and meets whatever goes wrong when two choices combine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import urlencode

from dashboard.pages import PAGES
from harvest.figures import ReleaseRows

_STATES = ("needing", "all", "stalled", "dormant", "never_started", "drifting", "unlogged",
           "on_track", "too_early", "paused")  # fmt: skip
_DOWNLOADS_APART = 25  # pairs; what is downloaded of a pair stands on its page, too
_FILTERED = ("/", "/pairs", "/people", "/departments", "/impact")


@dataclass(frozen=True)
class Question:
    """A page, or a download of one, with what it is asked."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_download: bool = False
    figure: str = ""

    @property
    def search(self) -> str:
        """The query string."""
        return f"?{urlencode(self.query)}" if self.query else ""

    @property
    def address(self) -> str:
        """Where it is asked."""
        if not self.is_download:
            return self.path + self.search
        name = "overview" if self.path == "/" else self.path.strip("/")
        return f"/export/{self.figure or f'page-{name}'}.csv{self.search}"


def options_of(rows: ReleaseRows, path: str) -> dict[str, list[str]]:
    """Return the options of every filter and choice of a page, "" for none."""
    if path not in _FILTERED:
        return {}
    found = {kind: ["", *rows.values(kind)] for kind in ("program", "cohort", "department")}
    found["quarter"] = ["", *rows.values("quarter")]
    if path == "/departments":
        found["metric"] = ["", *rows.metrics]
    if path == "/pairs":
        found["state"] = ["", *_STATES]
    if path == "/impact":
        found["population"] = ["", "all", "mentor", "mentee"]
        found["outcome"] = ["", *sorted(rows.frame("estimate")["outcome"].unique())]
    return found


def questions(rows: ReleaseRows, *, in_pairs: bool) -> list[Question]:
    """Return the questions for one viewer: of each page, and with single options its download.

    Parameters
    ----------
    rows : ReleaseRows
    in_pairs : bool
        Whether every two options are asked together, or each option alone.
    """
    found: list[Question] = []
    for page in PAGES:
        options = options_of(rows, page.path)
        alone = list(singles(options))
        found += [Question(page.path, query, is_download=True) for query in alone]
        found += [Question(page.path, q) for q in (all_pairs(options) if in_pairs else alone)]
    pairs = rows.frame("pair_board")["pair_id"]
    found += [Question("/pairs", {"pair": pair, "state": "all"}) for pair in pairs]
    found += [Question("/pairs", {"pair": pair}, is_download=True, figure="pair-cadence")
              for pair in pairs[::_DOWNLOADS_APART]]  # fmt: skip
    found += [Question("/no-such-page"), Question("/", {"quarter": "1999Q1", "department": "None"})]
    return found


def a_few(every: Sequence[Question], count: int, *, seed: int) -> list[Question]:
    """Return every page as it opens and a seeded choice of the rest."""
    first = [one for one in every if not one.query]
    rest = [one for one in every if one.query]
    return first + random.Random(seed).sample(rest, min(count, len(rest)))  # noqa: S311


def singles(options: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """Yield no choice at all, then every option of every filter alone."""
    yield {}
    for name, values in options.items():
        yield from ({name: value} for value in values if value)


def all_pairs(options: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """Yield choices in which every two options of two filters occur together at least once.

    Greedy: each choice starts with a pair still missing and takes, filter by filter, the option
    that covers most of what is missing, the least used one first.
    """
    names = sorted(options, key=lambda name: -len(options[name]))
    if not names:
        yield {}
        return
    missing = {
        (a, x, b, y) for a, b in combinations(names, 2) for x in options[a] for y in options[b]
    }
    order = sorted(missing)
    used = {(name, value): 0 for name in names for value in options[name]}
    for start in order:
        if start not in missing:
            continue
        a, x, b, y = start
        chosen = {a: x, b: y}
        for name in names:
            if name not in chosen:
                chosen[name] = min(
                    options[name],
                    key=lambda value: (-_covered(chosen, name, value, names, missing),
                                       used[(name, value)], value),
                )  # fmt: skip
        for name, value in chosen.items():
            used[(name, value)] += 1
        missing -= {(a, chosen[a], b, chosen[b]) for a, b in combinations(names, 2)}
        yield {name: value for name, value in chosen.items() if value}


def _covered(
    chosen: Mapping[str, str], name: str, value: str, names: Sequence[str],
    missing: set[tuple[str, str, str, str]],
) -> int:  # fmt: skip
    """Return how many missing pairs an option would add to what is chosen."""
    count = 0
    for other, held in chosen.items():
        first, second = sorted(((name, value), (other, held)), key=lambda p: names.index(p[0]))
        count += (*first, *second) in missing
    return count
