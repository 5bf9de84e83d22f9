from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.components import plots
from dashboard.content import curves as curve_content
from dashboard.content import doubts
from dashboard.data import View
from dashboard.pages import impact as impact_page


def graphs(component: Any) -> list[Any]:
    """Return every drawn figure inside a component."""
    found = [component] if type(component).__name__ == "Graph" else []
    children = getattr(component, "children", None)
    if children is None:
        return found
    for child in children if isinstance(children, list | tuple) else [children]:
        found += graphs(child)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_drawn_figure_is_a_valid_plotly_figure(hr_view: View, scheme: str) -> None:
    curves = plots.retention_curves(curve_content.curves(hr_view), scheme)
    rows = doubts.balance_rows(hr_view)
    balance = plots.balance(rows, [doubts.covariate_words(row.covariate) for row in rows], scheme)
    for figure in (curves, balance):
        assert isinstance(figure, dict)
        assert go.Figure(figure).to_dict()["data"]


def test_pages_hold_plain_dicts_and_offer_no_cloud(hr_view: View) -> None:
    drawn = [graph for part in impact_page.build(hr_view) for graph in graphs(part)]
    assert len(drawn) == 2
    for graph in drawn:
        assert type(graph.figure) is dict
        assert graph.config["showSendToCloud"] is False


def test_the_band_encloses_the_curve(hr_view: View) -> None:
    figure = plots.retention_curves(curve_content.curves(hr_view), "light")
    band, line = figure["data"][2], figure["data"][3]
    count = len(line["y"])
    upper, lower = band["y"][:count], band["y"][count:][::-1]
    assert all(lo <= y <= hi for lo, y, hi in zip(lower, line["y"], upper, strict=True))


def test_the_table_twin_holds_the_numbers_of_the_chart(hr_view: View) -> None:
    figure = plots.retention_curves(curve_content.curves(hr_view), "light")
    drawn = [round(value, 1) for value in figure["data"][3]["y"]]
    assert [row[1].raw for row in curve_content.curve_figure(hr_view).table.rows] == drawn
