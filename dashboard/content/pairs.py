"""Which pairs need someone, why, and what happened to them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.content import pair_risk
from dashboard.content.board import (
    ASIDE,
    DONE,
    NEED_YOU,
    NEEDING,
    STATES,
    asked_pairs,
    board_day,
    count_choices,
    in_state,
    met_since,
    names_are_shown,
    own_board,
    pair_name,
    read_board,
)
from dashboard.data import View
from reports import codes, wording
from reports.findings import pairs_title


def count_needing(view: View) -> int:
    """Return how many pairs of the slice need somebody today, for the menu; 0 without names."""
    return len(in_state(view, NEED_YOU))


def count_states(view: View) -> dict[str, int | None]:
    """Return the number of pairs in each state; None where it is withheld.

    From the board for those who see it, else from the published shares of the chosen quarter.
    """
    if names_are_shown(view):
        by_state = read_board(view).by_state
        return {state: len(by_state[state]) for state in STATES}
    counts: dict[str, int | None] = {}
    for state in STATES:
        cell = view.cell(f"pair_state_{state}")
        is_known = cell.is_shown and cell.numerator is not None
        counts[state] = round(cell.numerator) if is_known and cell.numerator is not None else None
    return counts


def cancelled_words(view: View, state: str) -> str:
    """Return how many pairs of a state got there after the senior cancelled; empty for none."""
    board = read_board(view)
    rows = board.by_state.get(state, ())
    count = sum(row.pair_id in board.after_cancellations for row in rows)
    return f"{wording.format_number(count)} of them after the senior cancelled" if count else ""


def title(view: View) -> str:
    """Return the finding of the page."""
    if names_are_shown(view):
        needing, after = in_state(view, NEED_YOU), read_board(view).after_cancellations
        return pairs_title(len(needing), sum(row.pair_id in after for row in needing))
    known = [count for state, count in count_states(view).items() if state in NEEDING]
    counts = [count for count in known if count is not None]
    if not counts:
        return "How many pairs need attention is withheld for so small a group"
    words = wording.format_count(sum(counts), "pair")
    return f"{words} {'needs' if sum(counts) == 1 else 'need'} attention"


def followed_words(view: View) -> list[str]:
    """Return what became of the pairs somebody followed up lately, and how many are set aside."""
    words = []
    done = in_state(view, DONE)
    if done:
        met = sum(met_since(view, row) is not None for row in done)
        count = wording.format_count(len(done), "pair")
        number = wording.format_number(met) if met else "none"
        words.append(f"Of {count} followed up lately, {number} met since.")
    aside = count_choices(view)[ASIDE]
    if aside:
        words.append(f"{wording.format_count(aside, 'pair')} set aside.")
    return words


def grid_row(row: SimpleNamespace, view: View) -> dict[str, Any]:
    """Return one line of the worklist, in words and in plain numbers to sort by."""
    cadence = row.agreed_cadence_days
    return {
        "pair_id": row.pair_id,
        "rank": row.need_rank,
        "state": row.state,
        "state_word": codes.STATES.get(row.state, row.state),
        "pair": pair_name(row),
        "departments": f"{row.mentor_department} → {row.mentee_department}",
        "cohort": view.label("cohort", row.cohort) if row.cohort else "",
        "days": row.days_since_last,
        "days_words": days_words(row),
        "agreed": f"agreed {wording.format_value(cadence, 'days')}" if cadence else "no cadence",
        "next": row.next_planned_on.date().isoformat() if row.next_planned_on else "",
        "next_words": (
            wording.format_day(row.next_planned_on, is_short=True)
            if row.next_planned_on
            else "none"
        ),
        "why": codes.reason_words(row.reasons or "[]") or codes.STATE_MEANINGS.get(row.state, ""),
        "held": row.sessions_held,
    }


def days_words(row: SimpleNamespace) -> str:
    """Return the days since the last session; starred where none was held, since the match."""
    if row.days_since_last is None:
        return wording.MISSING
    words = wording.format_value(row.days_since_last, "days")
    return words if row.last_held_on else f"{words}*"


def find_pair(view: View) -> SimpleNamespace | None:
    """Return the pair the address asks for, if this viewer may see it."""
    return own_board(view).by_id.get(view.params.get("pair", ""))


def read_timeline(view: View, pair: SimpleNamespace) -> list[tuple[str, str, str]]:
    """Return what happened to a pair, newest first: day, words, kind."""
    events = view.rows("pair_event", pair_id=pair.pair_id)
    newest_first = sorted(events, key=lambda row: row.happened_on, reverse=True)
    return [
        (
            wording.format_day(row.happened_on, is_short=True),
            codes.event_words(row.kind, row.detail),
            row.kind,
        )
        for row in newest_first
    ]


def figures(view: View) -> list[Figure]:
    """Return the number in each state for all; for those who may see names, the pairs as well.

    With them comes how well the warning about pairs would have done.
    """
    found = [states_figure(view)]
    warning = pair_risk.read_warning(view)
    if warning is not None:
        found.append(worklist_figure(view, warning))
        if warning.used:
            found.append(warning_figure(view, warning))
    return found


def warning_figure(view: View, warning: pair_risk.PairWarning) -> Figure:
    """Return how well the warning would have done; only where it is used."""
    return pair_risk.warning_figure(warning, f"Back-test, {board_day(view)}")


def states_figure(view: View) -> Figure:
    """Return how many pairs are in each state."""
    counts = count_states(view)
    rows = []
    for state in STATES:
        count = counts[state]
        shown = number_value(count)
        if count is None:
            cell = view.cell(f"pair_state_{state}")
            shown = Value(f"{wording.MISSING} ({cell.reason})")
        meaning = codes.STATE_MEANINGS.get(state, "")
        rows.append((text_value(codes.STATES[state]), shown, text_value(meaning)))
    when = board_day(view) if names_are_shown(view) else wording.format_period(view.filters.quarter)
    return Figure(
        figure_id="pair-states",
        title="Pairs by state",
        subtitle=f"Number of pairs, {when}; one-off pairs and pairs that ended are left out",
        table=Table(
            (Column("State"), Column("Pairs", is_number=True), Column("Meaning")), tuple(rows)
        ),
        metric_id=view.first_metric("pair_state_on_track"),
    )


def worklist_figure(
    view: View, warning: pair_risk.PairWarning, *, most: int | None = None
) -> Figure:
    """Return the pairs the address asks for as a table, the first ``most`` of them on a page."""
    columns = (
        Column("Pair"),
        Column("State"),
        Column("Mentor"),
        Column("Senior"),
        Column("Departments"),
        Column("Days since last", is_number=True),
        Column("Agreed cadence, days", is_number=True),
        Column("Next booked"),
        Column("Risk", is_long=True),
        Column("Why", is_long=True),
    )
    rows, asked = [], asked_pairs(view)
    for row in asked[:most]:
        line = grid_row(row, view)
        rows.append(
            (
                text_value(row.pair_id),
                text_value(str(line["state_word"])),
                text_value(row.mentor_name),
                text_value(row.mentee_name),
                text_value(str(line["departments"])),
                number_value(row.days_since_last),
                number_value(row.agreed_cadence_days),
                text_value(str(line["next"] or "none")),
                text_value(warning.short_words(row.risk)),
                text_value(str(line["why"])),
            )
        )
    notes = ["Contains names: pass it on to nobody who does not run the program."]
    if len(rows) < len(asked):
        first, every = wording.format_number(len(rows)), wording.format_number(len(asked))
        notes.append(f"The table shows the first {first} of {every} pairs; the CSV holds all.")
    return Figure(
        figure_id="pairs-worklist",
        title="Pairs, most in need first",
        subtitle=f"Named pairs of your programs, {board_day(view)}",
        table=Table(columns, tuple(rows)),
        notes=tuple(notes),
    )
