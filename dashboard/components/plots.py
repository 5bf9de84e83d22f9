"""The drawn figures of the Impact page, as plain dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from dashboard.components.chart import axis, colors, layout
from reports import codes

CURVE_MARGINS = (40, 106)  # left and right, in pixels; the row of people under it keeps them
JOINED_AT = -0.5  # between the last survey wave before joining and the first after it
_LIMIT = 0.1  # standardized difference above which groups count as unlike


def retention_curves(
    curves: Mapping[str, Sequence[SimpleNamespace]], scheme: str
) -> dict[str, Any]:
    """Return the two survival curves with bands and direct labels.

    Parameters
    ----------
    curves : mapping of arm to rows of ``curve``
        ``joined`` and ``not_joined``, by month; survival as a fraction.
    scheme : str
        light or dark.
    """
    palette = colors(scheme)
    looks = {
        "not_joined": (palette["neutral"], palette["neutral_band"], "dash"),
        "joined": (palette["accent"], palette["band"], "solid"),
    }
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    lowest = 1.0
    for arm, (line, band, dash) in looks.items():
        rows = [row for row in curves[arm] if row.survival is not None]
        months = [row.month for row in rows]
        data.append(_band(rows, months, band))
        data.append(_line(rows, months, codes.ARMS.get(arm, arm), {"color": line, "dash": dash}))
        lowest = min(
            lowest, *(row.lower if row.lower is not None else row.survival for row in rows)
        )
        notes.append(_label(rows[-1], codes.ARMS.get(arm, arm), line))
    floor = max(int(lowest * 10) * 10, 0)
    _part(notes, (100 - floor) * 0.07)
    figure = layout(
        scheme,
        margin={"l": CURVE_MARGINS[0], "r": CURVE_MARGINS[1], "t": 10, "b": 44},
        xaxis=axis(
            scheme,
            title={"text": "months since joining", "font": {"size": 12.5}},
            dtick=6,
            range=[0, max(months)],
            automargin=False,
        ),
        yaxis=axis(
            scheme,
            showgrid=True,
            automargin=False,
            range=[floor, 100.8],
            dtick=10 if floor < 85 else 5,
        ),
        annotations=notes,
    )
    return {"data": data, "layout": figure}


def balance(rows: Sequence[SimpleNamespace], names: Sequence[str], scheme: str) -> dict[str, Any]:
    """Return differences between the groups before and after weighting, one line each.

    Parameters
    ----------
    rows : sequence of rows of ``balance``
        In the order of showing, from the top.
    names : sequence of str
        How each row is called.
    scheme : str
        light or dark.
    """
    palette = colors(scheme)
    largest = max(
        [abs(value) for row in rows for value in (row.before, row.after) if value is not None]
        + [_LIMIT]
    )
    span = largest * 1.15
    lines = [
        {
            "type": "line",
            "x0": x,
            "x1": x,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": color, "width": 1, "dash": dash},
        }
        for x, color, dash in (
            (0, palette["neutral"], "solid"),
            (-_LIMIT, palette["neutral"], "dot"),
            (_LIMIT, palette["neutral"], "dot"),
        )
    ]
    data = [
        _dots(
            names,
            [row.before for row in rows],
            "before weighting",
            {"symbol": "circle-open", "color": palette["neutral"], "size": 9, "line": {"width": 2}},
        ),
        _dots(
            names,
            [row.after for row in rows],
            "after weighting",
            {"symbol": "circle", "color": palette["accent"], "size": 9},
        ),
    ]
    first = rows[0]
    notes = [
        {
            "x": value,
            "y": names[0],
            "text": words,
            "showarrow": False,
            "yshift": 15,
            "bgcolor": palette["card"],
            "font": {"size": 12, "color": color},
        }
        for value, words, color in (
            (first.before, "before", palette["neutral"]),
            (first.after, "after weighting", palette["accent"]),
        )
        if value is not None
    ]
    figure = layout(
        scheme,
        margin={"l": 10, "r": 20, "t": 26, "b": 34},
        xaxis=axis(scheme, range=[-span, span], tickformat=".1f"),
        yaxis=axis(scheme, autorange="reversed", showgrid=True, type="category", ticksuffix="  "),
        shapes=lines,
        annotations=notes,
        hovermode="closest",
    )
    return {"data": data, "layout": figure}


def event_study(rows: Sequence[SimpleNamespace], scheme: str) -> dict[str, Any]:
    """Return effects by waves since joining, each a point with its interval.

    Parameters
    ----------
    rows : sequence of rows of ``event_study``
        In order; those without an effect are left out.
    scheme : str
        light or dark.
    """
    palette = colors(scheme)
    shown = [row for row in rows if row.status == "shown" and row.point is not None]
    data = []
    for words, color, symbol, own in (
        ("before joining", palette["neutral"], "circle-open",
         [row for row in shown if row.waves_since < 0]),
        ("after joining", palette["accent"], "circle", [r for r in shown if r.waves_since >= 0]),
    ):  # fmt: skip
        data += [_whiskers(own, color), _effects(own, words, color, symbol)]
    waves = [row.waves_since for row in shown]
    line = {"type": "line", "layer": "below"}
    shapes = [
        line | {"xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
                "line": {"color": palette["neutral"], "width": 1}},
        line | {"yref": "paper", "y0": 0, "y1": 1, "x0": JOINED_AT, "x1": JOINED_AT,
                "line": {"color": palette["neutral"], "width": 1, "dash": "dot"}},
    ]  # fmt: skip
    figure = layout(
        scheme,
        margin={"l": 46, "r": 16, "t": 14, "b": 44},
        xaxis=axis(
            scheme,
            title={"text": "survey waves since joining (0 is the first)", "font": {"size": 12.5}},
            dtick=1,
            range=[min(waves) - 0.6, max(waves) + 0.6],
        ),
        yaxis=axis(scheme, showgrid=True, tickformat="+.1f"),
        shapes=shapes,
        hovermode="closest",
    )
    return {"data": data, "layout": figure}


def _whiskers(rows: Sequence[SimpleNamespace], color: str) -> dict[str, Any]:
    known = [row for row in rows if row.lower is not None and row.upper is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for row in known for x in (row.waves_since, row.waves_since, None)],
        "y": [y for row in known for y in (round(row.lower, 2), round(row.upper, 2), None)],
        "line": {"color": color, "width": 2.4},
        "hoverinfo": "skip",
    }


def _effects(rows: Sequence[SimpleNamespace], name: str, color: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row.waves_since for row in rows],
        "y": [round(row.point, 2) for row in rows],
        "marker": {"color": color, "size": 10, "symbol": symbol, "line": {"width": 2.4}},
        "hovertemplate": "%{x:+d}: %{y:+.2f}<extra></extra>",
    }


def _band(rows: Sequence[SimpleNamespace], months: list[int], color: str) -> dict[str, Any]:
    upper = [_percent(row.upper, row.survival) for row in rows]
    lower = [_percent(row.lower, row.survival) for row in rows]
    return {
        "type": "scatter",
        "x": months + months[::-1],
        "y": upper + lower[::-1],
        "fill": "toself",
        "fillcolor": color,
        "line": {"width": 0, "color": "rgba(0,0,0,0)"},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _line(
    rows: Sequence[SimpleNamespace], months: list[int], name: str, look: dict[str, str]
) -> dict[str, Any]:
    ends = [[_percent(row.lower, row.survival), _percent(row.upper, row.survival)] for row in rows]
    return {
        "type": "scatter",
        "x": months,
        "y": [_percent(row.survival, 0.0) for row in rows],
        "mode": "lines",
        "name": name,
        "line": look | {"width": 2.4},
        "customdata": ends,
        "hovertemplate": "%{y:.1f} of 100 (%{customdata[0]:.1f}–%{customdata[1]:.1f})",
    }


def _label(row: SimpleNamespace, words: str, color: str) -> dict[str, Any]:
    return {
        "x": row.month,
        "y": _percent(row.survival, 0.0),
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "font": {"color": color, "size": 13},
    }


def _part(notes: list[dict[str, Any]], gap: float) -> None:
    """Move the two end labels apart where the curves end close together."""
    low, high = sorted(notes, key=lambda note: note["y"])
    missing = gap - (high["y"] - low["y"])
    if missing > 0:
        low["y"] -= missing / 2
        high["y"] += missing / 2


def _dots(
    names: Sequence[str], values: list[float | None], name: str, marker: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "y": list(names),
        "x": values,
        "name": name,
        "marker": marker,
        "hovertemplate": "%{y}, " + name + ": %{x:.2f}<extra></extra>",
    }


def _percent(value: float | None, otherwise: float) -> float:
    return round(100 * (otherwise if value is None else value), 1)
