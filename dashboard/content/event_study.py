"""How a score moved wave by wave, before joining and after, against colleagues."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, number_value
from dashboard.content.effects import (
    ENGAGEMENT,
    chosen_outcome,
    chosen_population,
    effect_values,
)
from dashboard.data import View
from reports import codes, wording
from reports.score_effects import construct_words


def event_rows(view: View) -> list[SimpleNamespace]:
    """Return the effect by waves since joining, in order."""
    rows = view.rows(
        "event_study",
        analysis=ENGAGEMENT,
        outcome=chosen_outcome(view),
        population=chosen_population(view),
    )
    return sorted(rows, key=lambda row: row.waves_since)


def event_figure(view: View) -> Figure:
    """Return the event study of the chosen construct."""
    rows = event_rows(view)
    columns = (
        Column("Waves since joining", is_number=True),
        Column("Effect on the score", is_number=True),
        Column("Lower", is_number=True),
        Column("Upper", is_number=True),
        Column("n joined", is_number=True),
    )
    lines = tuple(
        (
            Value(wording.format_number(row.waves_since), row.waves_since),
            *effect_values(row, "points"),
            number_value(row.n_treated),
        )
        for row in rows
    )
    who = codes.POPULATIONS.get(chosen_population(view), "")
    return Figure(
        "event-study",
        event_title(rows, construct_words(chosen_outcome(view))),
        f"Difference in points against colleagues, by survey waves since joining, 95{wording.THIN}%"
        f" intervals. {who}",
        Table(columns, lines),
        notes=(
            "Open circles, left of the dotted line, are waves before joining: there should be no "
            "difference there.",
        ),
    )


def event_title(rows: list[SimpleNamespace], what: str) -> str:
    """Return from which wave on the effect can be told from none."""
    shown = [row for row in rows if row.status == "shown" and row.lower is not None]
    early = [row for row in shown if row.waves_since < 0 and (row.lower > 0 or row.upper < 0)]
    after = [row for row in shown if row.waves_since >= 0]
    certain = [row for row in after if row.lower > 0 or row.upper < 0]
    if not after:
        return f"No wave after joining tells about {what} yet"
    if not certain:
        found = f"No wave after joining shows a difference in {what} beyond chance"
    else:
        side = "higher" if (certain[0].point or 0.0) > 0 else "lower"
        ordinal = ("first", "second", "third", "fourth")
        wave = certain[0].waves_since
        name = ordinal[wave] if wave < len(ordinal) else f"{wave + 1}th"
        found = f"{wording.capitalized(what)} is {side} from the {name} wave after joining on"
    if early:
        found += "; but the groups differed before, too"
    return found


def figures(view: View) -> list[Figure]:
    """Return the event study where the release holds one of the chosen outcome."""
    return [event_figure(view)] if event_rows(view) else []
