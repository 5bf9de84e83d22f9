"""A small form that asks for numbers and puts them into the address, like any filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.filters import read_query


def number_form(
    path: str, search: str, fields: Sequence[tuple[str, str, str]], *, button: str
) -> html.Form:
    """Return a form whose answers become part of the link.

    Parameters
    ----------
    path : str
        Page that is asked.
    search : str
        Query string that is kept.
    fields : sequence of (name, label, value)
    button : str
    """
    kept: list[Any] = [
        dcc.Input(type="hidden", name=name, value=value, id=f"kept-{name}")
        for name, value in read_query(search).items()
    ]
    asked = [
        html.Label(
            [
                html.Span(label),
                dcc.Input(
                    type="text", name=name, value=value, inputMode="numeric", id=f"asked-{name}",
                    autoComplete="off",
                ),
            ],
            className="form__field",
        )
        for name, label, value in fields
    ]  # fmt: skip
    return html.Form(
        [*kept, *asked, html.Button(button, type="submit", className="pill")],
        action=path,
        method="get",
        className="form no-print",
    )
