"""Did it help: followed-up pairs against comparable ones that were left alone, in words."""

from __future__ import annotations

from app_state.entry import Kind
from app_state.helped import WARNING, WATCHED_DAYS, Helped
from dashboard.cell import Cell
from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.components.helped_card import HelpedLine
from dashboard.content.follow_ups import NAMES
from dashboard.data import View
from dashboard.helping import HELPING, Finding
from reports import wording

FAILED = "This could not be worked out; the log of the program says where it stopped."
WORKING = (
    "This is being worked out from all follow-ups and stands here when you next open the page."
)
EARLIER = "Follow-ups recorded in the last minutes are not in it yet."
_DONE = {
    Kind.CONTACTED: "contacted",
    Kind.SNOOZED: "snoozed",
    Kind.PAUSED: "paused by us",
    Kind.REMATCH_WANTED: "marked for a re-match",
    Kind.ENDED: "marked as ended",
    Kind.NOTE: "with a note",
}
_COMPARED = (
    "Compared: same state and risk on the same day, not followed up so far. Dotted: no difference."
)
_TOO_EARLY = "Too early to tell whether follow-ups help"


def read_finding(view: View) -> Finding | None:
    """Return what is known of whether follow-ups helped; None without names or a store."""
    return HELPING.find(view)


def figures(view: View) -> list[Figure]:
    """Return the comparison for those who see names and where there is something to compare."""
    finding = read_finding(view)
    return [] if finding is None or not finding.results else [helped_figure(view, finding)]


def helped_title(results: tuple[Helped, ...]) -> str:
    """Return the finding: the first kind of follow-up that can be told, contacting first."""
    told = next((one for one in results if one.share is not None), None)
    if told is None:
        return _TOO_EARLY
    times = ""
    if told.n_follow_ups != told.n_pairs:
        times = f", {wording.format_count(told.n_follow_ups, 'time')} in all"
    return (
        f"Of {wording.format_count(told.n_pairs, 'pair')} {_DONE[told.kind]}{times}, "
        f"{_percent(told.share)} met within {WATCHED_DAYS} days; of comparable pairs left alone, "
        f"{_percent(told.comparison_share)}"
    )


def helped_figure(view: View, finding: Finding) -> Figure:
    """Return the comparison as a figure: one row per kind, or why it cannot be told."""
    columns = (
        Column("What was done"),
        Column("Pairs", is_number=True),
        Column("Follow-ups", is_number=True),
        Column(f"Met within {WATCHED_DAYS} days", is_number=True),
        Column("Pairs left alone", is_number=True),
        Column("Met, left alone", is_number=True),
        Column("Difference", is_number=True),
        Column("95 % from", is_number=True),
        Column("95 % to", is_number=True),
        Column("Not counted", is_long=True),
    )
    day = wording.format_day(view.info.data_as_of)
    return Figure(
        figure_id="pairs-helped",
        title=helped_title(finding.results),
        subtitle=(
            f"Pairs of your programs with a session held within {WATCHED_DAYS} days of a "
            f"follow-up, up to {day}, with 95{wording.THIN}% intervals"
        ),
        table=Table(columns, tuple(_row(one) for one in finding.results)),
        notes=helped_notes(view, finding),
    )


def helped_notes(view: View, finding: Finding) -> tuple[str, ...]:
    """Return what a careful reader should know; that pairs were chosen comes first."""
    notes = [WARNING, _COMPARED]
    if not finding.is_newest:
        notes.append(EARLIER)
    if not view.snapshot.release.holds("former_pair"):
        notes.append("Pairs that have ended since are left out of releases of this age.")
    return tuple(notes)


def left_out_words(one: Helped) -> str:
    """Return which follow-ups of a kind are not in the comparison, and why."""
    words = []
    if one.n_running:
        count = wording.format_count(one.n_running, "follow-up")
        words.append(f"{count} less than {WATCHED_DAYS} days old")
    if one.n_follow_ups_left_out:
        count = wording.format_number(one.n_follow_ups_left_out)
        words.append(f"{count} without a comparable pair")
    return "; ".join(words)


def difference_words(one: Helped) -> tuple[str, str]:
    """Return the difference and its interval in percentage points; empty where there is none."""
    if one.difference is None:
        return "", ""
    return (
        wording.format_change(one.difference, "fraction", decimals=0),
        wording.format_change_interval(one.lower, one.upper, "fraction", decimals=0),
    )


def helped_lines(finding: Finding) -> list[HelpedLine]:
    """Return one line per kind of follow-up that was used, as the card shows it."""
    return [
        HelpedLine(
            NAMES[one.kind],
            wording.format_number(one.n_pairs),
            _percent(one.share),
            _percent(one.comparison_share),
            *difference_words(one),
            one.reason,
            left_out_words(one),
            Cell(one.difference, one.lower, one.upper, status="shown"),
        )
        for one in finding.results
        if _is_used(one)
    ]


def unused_words(finding: Finding) -> str:
    """Return which kinds of follow-up nobody used so far; empty for none."""
    names = [NAMES[one.kind].lower() for one in finding.results if not _is_used(one)]
    return f"Not used so far: {wording.list_words(names)}." if names else ""


def _is_used(one: Helped) -> bool:
    return bool(one.n_pairs or one.n_running or one.n_follow_ups_left_out)


def _row(one: Helped) -> tuple[Value, ...]:
    counts = (one.n_pairs, one.n_follow_ups)
    shares = (one.share, one.comparison_share)
    ends = (one.difference, one.lower, one.upper)
    why = " ".join(filter(None, (one.reason, left_out_words(one))))
    return (
        text_value(NAMES[one.kind]),
        *(number_value(count) for count in counts),
        number_value(shares[0], "fraction"),
        number_value(one.n_comparison_pairs),
        number_value(shares[1], "fraction"),
        *(_points(end) for end in ends),
        text_value(why),
    )


def _points(difference: float | None) -> Value:
    if difference is None:
        return Value(wording.MISSING)
    words = wording.format_change(difference, "fraction", decimals=0)
    return Value(words, round(difference * 100, 1))


def _percent(share: float | None) -> str:
    return wording.format_value(share, "fraction", decimals=0)
