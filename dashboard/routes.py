"""Addresses beside the pages: downloads, and the switch of roles in the demo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dash
from flask import Response, redirect, request, send_file

from dashboard.access import Role
from dashboard.components.figure import Figure
from dashboard.data import View
from dashboard.desk import Desk, is_in_menu
from dashboard.downloads import figures_csv
from dashboard.pages import PAGES
from dashboard.session import ROLE_COOKIE
from reports.correction_sheet import correction_sheet
from reports.release import ReleaseError

_FOLDER = Path(__file__).parent
_PLOTLY = "plotly-cartesian-4.1.1.min.js"


def add_routes(app: dash.Dash, desk: Desk) -> None:
    """Add downloads and, in the demo, the switch of roles."""

    def export(name: str) -> Any:
        """Return one figure, or every figure of a page, as a CSV file."""
        try:
            view = desk.view(request.args)
        except ReleaseError as error:
            return Response(f"{error}\n", status=503, mimetype="text/plain")
        figures = _named_figures(view, name)
        if not figures:
            words = "There is no such download for your role.\n"
            return Response(words, status=404, mimetype="text/plain")
        return _csv_answer(figures_csv(view, figures), name, view)

    def to_correct() -> Any:
        """Return the rejected rows of one file as a sheet to correct."""
        try:
            view = desk.view({})
        except ReleaseError as error:
            return Response(f"{error}\n", status=503, mimetype="text/plain")
        name = request.args.get("file", "")
        rows = [row for row in view.rows("rejected") if row.file_name == name]
        if not rows:
            words = "No rejected rows of this file wait, or your role may not see them.\n"
            return Response(words, status=404, mimetype="text/plain")
        stem = re.sub(r"[^A-Za-z0-9]+", "-", name.rsplit(".", 1)[0]).strip("-")
        return _csv_answer(correction_sheet(rows), f"rejected-{stem}", view)

    def role(name: str) -> Any:
        """Switch the role in the demo and go back to the page one was on."""
        back = urlsplit(request.referrer or "")
        target = (back.path or "/") + (f"?{back.query}" if back.query else "")
        answer = redirect("/" if back.path.startswith("//") else target)
        if name in {known.value for known in Role}:
            answer.set_cookie(ROLE_COOKIE, name, httponly=True, samesite="Lax")
        return answer

    app.server.before_request(_smaller_plotly)
    app.server.add_url_rule("/export/<name>.csv", view_func=export)
    app.server.add_url_rule("/export/to-correct.csv", view_func=to_correct)
    if desk.demo:
        app.server.add_url_rule("/role/<name>", view_func=role)


def _smaller_plotly() -> Response | None:
    """Answer Dash's request for all of plotly.js, made by the first chart, with the part we draw.

    A third of the size, and pages without a chart load nothing of it.
    """
    if request.path.startswith("/_dash-component-suites/plotly/"):
        return send_file(_FOLDER / "assets" / "vendor" / _PLOTLY, max_age=31_536_000)
    return None


def _named_figures(view: View, name: str) -> list[Figure]:
    """Return the figure of that name, or every figure of the page of that name."""
    return [
        figure
        for page in PAGES
        if is_in_menu(view, page)
        for figure in page.figures(view)
        if name in (figure.figure_id, f"page-{page.path.strip('/') or 'overview'}")
    ]


def _csv_answer(text: str, name: str, view: View) -> Response:
    file_name = f"{name}-release-{view.info.release_id}.csv"
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer
