"""How often a pair meets against what it agreed: the finding, its picture's places, its table."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.components.track import Track
from dashboard.content.board import pair_name
from dashboard.content.pair_page import PairPage
from reports import wording

LONG_GAP = 1.5  # agreed intervals; beyond it a pair is no longer on track
_LABELS = 5  # along the axis, at most
_LAST_LABEL = 0.93  # a label that begins later would not fit
_MONTH_STEPS = (1, 2, 3, 6, 12, 24)


def mean_interval(page: PairPage) -> float | None:
    """Return the days from one held session to the next on average; None below two sessions."""
    held = page.days_of("held")
    return (held[-1] - held[0]).days / (len(held) - 1) if len(held) > 1 else None


def cadence_title(page: PairPage) -> str:
    """Return how often they met against what they agreed."""
    agreed, mean = page.pair.agreed_cadence_days, mean_interval(page)
    promised = (
        f"agreed every {wording.format_value(agreed, 'days')}" if agreed else "no cadence agreed"
    )
    if mean is not None:
        return f"Met every {wording.format_value(mean, 'days', decimals=0)} on average; {promised}"
    if page.days_of("held"):
        return f"Met once so far; {promised}"
    return f"Not met so far; {promised}"


def cadence_figure(page: PairPage) -> Figure:
    """Return the days between sessions, one row per session held, and the days since the last."""
    held, agreed = page.days_of("held"), page.pair.agreed_cadence_days
    rows: list[tuple[Value, ...]] = []
    for before, day in pairwise([page.pair.matched_on.date(), *held]):
        is_first = day == held[0] and not rows
        rows.append(
            (
                text_value(wording.format_day(day, is_short=True)),
                text_value("from the match" if is_first else "from the session before"),
                number_value((day - before).days),
                number_value(agreed),
            )
        )
    last = held[-1] if held else page.pair.matched_on.date()
    rows.append(
        (
            text_value(f"Not yet by {wording.format_day(page.as_of, is_short=True)}"),
            text_value("from the last session" if held else "from the match"),
            number_value((page.as_of - last).days),
            number_value(agreed),
        )
    )
    columns = (
        Column("Session held"),
        Column("Counted"),
        Column("Days", is_number=True),
        Column("Agreed, days", is_number=True),
    )
    day = wording.format_day(page.as_of, is_short=True)
    return Figure(
        figure_id="pair-cadence",
        title=cadence_title(page),
        subtitle=f"{pair_name(page.pair)}: sessions from the match up to {day}",
        table=Table(columns, tuple(rows)),
        notes=("Days of a pause count.",),
    )


def track(page: PairPage) -> Track:
    """Return the places of sessions along the time from the match to the last day known."""
    start: dt.date = page.pair.matched_on.date()
    booked = page.days_of("planned")
    end = max(page.as_of, *booked) if booked else page.as_of
    length = float(max((end - start).days, 1))

    def place(day: dt.date) -> float:
        share = (day - start).days / length
        return min(max(share, 0.0), 1.0)

    held, agreed = page.days_of("held"), page.pair.agreed_cadence_days
    steps = int((page.as_of - start).days // agreed) if agreed else 0
    rhythm = tuple(start + dt.timedelta(days=round(agreed * n)) for n in range(1, steps + 1))
    stretches = pairwise([start, *held, page.as_of])
    gaps = [(a, b) for a, b in stretches if agreed and (b - a).days > LONG_GAP * agreed]
    return Track(
        held=tuple(map(place, held)),
        missed=tuple(map(place, page.days_of("cancelled", "no_show"))),
        booked=tuple(map(place, booked)),
        agreed=tuple(map(place, rhythm)),
        gaps=tuple((place(a), place(b)) for a, b in gaps),
        today=place(page.as_of),
        months=tuple(
            (place(day), words) for day, words in _months(start, end) if place(day) < _LAST_LABEL
        ),
    )


def _months(start: dt.date, end: dt.date) -> list[tuple[dt.date, str]]:
    """Return the first days of a few months evenly apart, with their names."""
    first, last = start.year * 12 + start.month, end.year * 12 + end.month - 1
    step = next((s for s in _MONTH_STEPS if (last - first) / s < _LABELS), _MONTH_STEPS[-1])
    found = []
    for number in range(first, last + 1):
        year, month = divmod(number, 12)
        if (number - first) % step == 0:
            found.append((dt.date(year, month + 1, 1), f"{wording.MONTHS[month][:3]} {year}"))
    return found
