"""By how few people a change differs from the two levels it lies between.

Levels are published beside changes. The level now, less the levels before, less the change leaves
the sums of those who are in only one of them: people who answered for the first time, who did not
answer again, or who moved in between. If that is a single person, the answer is known exactly.
"""

from __future__ import annotations

import pandas as pd

from warehouse.facts.voice_atoms import LINK, SCORE
from warehouse.voice.facts import VoiceFacts
from warehouse.voice.slices import MEMBERS, SLICE, added_up, in_slices

_KEYS = ["construct_no", "number", *SLICE]
TOTAL = "skill_gain"


def smallest_unmatched(facts: VoiceFacts) -> pd.DataFrame:
    """Return how many scores are in only one of a change's levels, per construct and slice.

    Returns
    -------
    DataFrame
        construct_no, period_kind (quarter), period_no, department, cohort, population, unmatched.
    """
    scores = facts.part(SCORE)
    level = added_up(scores[scores["number"] >= 0], ["construct_no", "number"], ["n"])
    links = in_slices(facts.part(LINK))
    links["carried"] = links["n"].where(_is_carried(links), 0.0)
    paired = links.groupby(_KEYS, as_index=False, sort=False)[["n", "carried"]].sum()
    ends = links[[*_KEYS, "earlier_number"]].drop_duplicates()
    before = ends.merge(
        level.rename(columns={"number": "earlier_number", "n": "before"}),
        on=["construct_no", "earlier_number", *SLICE],
        how="left",
    )
    before = before.groupby(_KEYS, as_index=False, sort=False)["before"].sum()
    found = paired.rename(columns={"n": "paired"}).merge(level, on=_KEYS).merge(before, on=_KEYS)
    now, moved = found["n"] - found["paired"], found["paired"] - found["carried"]
    found["unmatched"] = now + moved + (found["before"] - found["carried"])
    found = found.assign(period_kind="quarter").rename(columns={"number": "period_no"})
    return found[["construct_no", "period_kind", "period_no", *SLICE, "unmatched"]]


def _is_carried(links: pd.DataFrame) -> pd.Series:
    """Tell whether the earlier score belongs to the same slice as the later one."""
    same = (links["department"] == "") | (links["earlier_department"] == links["department"])
    same &= (links["cohort"] == "") | (links["earlier_cohort"] == links["cohort"])
    for name, members in MEMBERS.items():
        same &= (links["population"] != name) | links["earlier_population"].isin(members)
    return same


def few_between_topics(facts: VoiceFacts, *, minimum: int) -> frozenset[str]:
    """Return the quarters in which topics and the score over all topics differ by few people.

    The score over all topics less the topics' scores leaves what people said who answered only
    some topics. Where these may be fewer than ``minimum`` in some population of the company, the
    single topics must not be shown beside the total. How many they are is not known, only how
    many answers are missing: it counts the fewest people who can miss so many.
    """
    constructs = facts.asked.constructs
    whole = facts.asked.number(TOTAL)
    topics = [no for no, one in enumerate(constructs) if one.id.startswith(f"{TOTAL}_")]
    if whole < 0 or not topics:
        return frozenset()
    codes, needed = len(constructs[whole].codes), min(constructs[whole].needed().values())
    items, scores = facts.items(), facts.part(SCORE)
    counts = {
        "answered": items[items["construct_no"] == whole],
        "scored": scores[(scores["construct_no"] == whole) & (scores["number"] >= 0)],
        "topics": scores[scores["construct_no"].isin(topics) & (scores["number"] >= 0)],
    }
    found = pd.DataFrame()
    for name, rows in counts.items():
        sums = added_up(rows, ["number"], ["n"]).rename(columns={"n": name})
        sums = sums[(sums["department"] == "") & (sums["cohort"] == "")]
        sums = sums.set_index(["number", "population"])[[name]]
        found = found.join(sums, how="outer") if len(found) else sums
    found = found.fillna(0.0)
    missing = codes * found["scored"] - found["answered"]
    apart = (found["topics"] - found["answered"]).abs()
    people = (missing / max(codes - needed, 1)).clip(lower=apart / len(topics))
    is_open = ((missing != 0) | (apart != 0)) & (people <= minimum - 1)
    numbers = found[is_open].index.get_level_values("number")
    return frozenset(f"{int(n) // 4}Q{int(n) % 4 + 1}" for n in numbers)
