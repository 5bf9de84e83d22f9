"""The grid of the worklist, which asks for its rows as one scrolls; grid.js does the asking."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.components.attributes import attributes

GRID = "pairs-grid"
BLOCK = 100  # rows asked for at once
_SELECTING = {
    "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": False},
    "selectionColumnDef": {
        "width": 44,
        "pinned": "left",
        "suppressMovable": True,
        "headerName": "✓",
        "headerTooltip": "Chosen",
    },
}


def worklist_grid(address: str, count: int, columns: list[dict[str, Any]]) -> html.Div:
    """Return the grid.

    Parameters
    ----------
    address : str
        Where its rows are asked for, with a query.
    count : int
        Rows there are without words to search for; short lists get a low grid.
    columns : list of dict
        Columns as the grid takes them.
    """
    grid = dag.AgGrid(
        id=GRID,
        rowModelType="infinite",
        columnDefs=columns,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "sortingOrder": ["desc", "asc", None],
        },
        dashGridOptions={
            "rowClassRules": {"is-aside": "params.data && params.data.aside"},
            "headerHeight": 40,
            "cacheBlockSize": BLOCK,
            "maxConcurrentDatasourceRequests": 1,  # Dash remembers one question at a time
            "suppressCellFocus": False,
            "ensureDomOrder": True,
            "animateRows": False,
            "enableCellTextSelection": True,
            **_SELECTING,
        },
        getRowId="params.data.pair_id",
        className="worklist",
        style={"height": None, "width": "100%"},
    )
    return html.Div(
        [grid, html.P(id="worklist-problem", className="worklist__problem", hidden=True)],
        id="worklist",
        className="worklist-box",
        style={"--rows": max(min(count, BLOCK), 3)},
        **attributes(data_rows=address),
    )
