"""What a release knows of one pair, read once for its page, and its place in the list."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from types import SimpleNamespace

from dashboard.content import pair_risk, pairs
from dashboard.data import View
from reports import codes, wording

# Reasons that rest on what one of the two answered somewhere: a page about two people says nothing
# of it. Turned-round roles have a check of their own, which tells no single answer.
FROM_ANSWERS = ("low_rating", "silent_in_surveys", "met_without_log", "role_reversion")
_UNLOGGED = "They seem to have met, but no session is logged"


@dataclass(frozen=True)
class PairPage:
    """One pair as its manager may see it.

    Attributes
    ----------
    pair : SimpleNamespace
        Its row of the board.
    facts : SimpleNamespace or None
        Its row of ``pair_fact``; None in releases from before that table.
    events, items, topics : tuple of SimpleNamespace
        Rows of ``pair_event``, ``pair_item`` and ``pair_topic``.
    as_of : date
        Last day the release speaks about.
    """

    pair: SimpleNamespace
    facts: SimpleNamespace | None
    events: tuple[SimpleNamespace, ...]
    items: tuple[SimpleNamespace, ...]
    topics: tuple[SimpleNamespace, ...]
    as_of: dt.date

    def of_kind(self, kind: str) -> list[SimpleNamespace]:
        """Return the pair's goals, actions or milestones."""
        return [row for row in self.items if row.kind == kind]

    def days_of(self, *kinds: str) -> list[dt.date]:
        """Return the days of events of some kinds, oldest first."""
        return sorted(row.happened_on.date() for row in self.events if row.kind in kinds)


def read_page(view: View, pair: SimpleNamespace) -> PairPage:
    """Return what is known of a pair of the board that this viewer may see."""
    rows = {
        table: view.rows(table, pair_id=pair.pair_id)
        for table in ("pair_fact", "pair_event", "pair_item", "pair_topic")
    }
    facts = next(iter(rows["pair_fact"]), None)
    return PairPage(
        pair,
        facts,
        rows["pair_event"],
        rows["pair_item"],
        rows["pair_topic"],
        view.info.data_as_of,
    )


def why_words(pair: SimpleNamespace) -> str:
    """Return why a pair is where it is, without what rests on anybody's answers."""
    reasons = [row for row in json.loads(pair.reasons or "[]") if row["code"] not in FROM_ANSWERS]
    if reasons:
        return codes.reason_words(reasons)
    return _UNLOGGED if pair.state == "unlogged" else codes.STATE_MEANINGS.get(pair.state, "")


def standing_facts(
    view: View, pair: SimpleNamespace, warning: pair_risk.PairWarning
) -> list[tuple[str, str]]:
    """Return where a pair stands, name and words of each fact."""
    line = pairs.grid_row(pair, view)
    never = "" if pair.last_held_on else " (none held; since the match)"
    return [
        ("Departments", line["departments"]),
        ("Cohort", line["cohort"] or wording.MISSING),
        ("Matched", wording.format_day(pair.matched_on, is_short=True)),
        ("Since last session", f"{line['days_words'].rstrip('*')}{never}, {line['agreed']}"),
        ("Next booked", line["next_words"]),
        ("Sessions held", wording.format_number(pair.sessions_held or 0)),
        ("Cancelled by the senior", wording.format_number(pair.sessions_cancelled_by_mentee or 0)),
        ("Why", why_words(pair)),
        ("Risk of no session in the next month", warning.sentence(pair)),
    ]
