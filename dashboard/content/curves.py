"""The two weighted curves of staying, month by month, with the people still followed."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value
from dashboard.content.effects import WHOLE, chosen_outcome, chosen_population, find_row
from dashboard.data import View
from reports import codes, wording

_RISK_MONTHS = (0, 6, 12, 18, 24)


def curves(view: View) -> dict[str, list[SimpleNamespace]]:
    """Return the two weighted curves month by month: joined, and had they not."""
    rows = view.rows(
        "curve",
        analysis="retention",
        outcome=chosen_outcome(view),
        population=chosen_population(view),
    )
    return {
        arm: sorted((row for row in rows if row.arm == arm), key=lambda row: row.month)
        for arm in ("joined", "not_joined")
    }


def at_risk(view: View) -> list[tuple[int, Value, Value]]:
    """Return how many people were still followed, at a few months, for both curves."""
    found = {arm: {row.month: row for row in rows} for arm, rows in curves(view).items()}
    months = [month for month in _RISK_MONTHS if month in found["joined"]]
    joined, not_joined = found["joined"], found["not_joined"]
    return [
        (month, _followed(joined.get(month)), _followed(not_joined.get(month))) for month in months
    ]


def curve_figure(view: View) -> Figure:
    """Return the curves with bands and numbers at risk."""
    found = curves(view)
    months = sorted({row.month for rows in found.values() for row in rows})
    by_arm = {arm: {row.month: row for row in rows} for arm, rows in found.items()}
    columns = [Column("Months since joining", is_number=True)]
    for name in ("Joined", "Had they not"):
        columns += [
            Column(f"{name}: still employed", is_number=True),
            Column("lower", is_number=True),
            Column("upper", is_number=True),
            Column("people at risk", is_number=True),
        ]
    lines = []
    for month in months:
        line = [Value(str(month), month)]
        for arm in ("joined", "not_joined"):
            line += _curve_values(by_arm[arm].get(month))
        lines.append(tuple(line))
    gained = find_row(view, "months_employed", 24)
    words = f"Weighted curves, 95{wording.THIN}% bands"
    if gained is not None and gained.status == "shown":
        low, high = (wording.format_number(end, 1) for end in (gained.lower, gained.upper))
        point = wording.format_number(gained.point, 1)
        words += f"; months employed gained in two years: {point} ({low} to {high})"
    who = codes.POPULATIONS.get(chosen_population(view), "")
    return Figure(
        figure_id="retention-curves",
        title="Still employed, of 100 who joined",
        subtitle=f"{words}. {who}",
        table=Table(tuple(columns), tuple(lines)),
        notes=("The axis does not start at zero: the curves lie close together.", WHOLE),
    )


def _curve_values(row: SimpleNamespace | None) -> list[Value]:
    if row is None:
        return [Value(wording.MISSING)] * 4
    people = [
        Value(wording.format_value(value, "fraction", decimals=1), round(value * 100, 1))
        if value is not None
        else Value(wording.MISSING)
        for value in (row.survival, row.lower, row.upper)
    ]
    return [*people, _followed(row)]


def _followed(row: SimpleNamespace | None) -> Value:
    if row is None or row.at_risk is None:
        return Value(f"{wording.MISSING} (Fewer than 5 people)")
    return Value(wording.format_number(row.at_risk), int(row.at_risk))
