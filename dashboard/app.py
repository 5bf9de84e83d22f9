"""The application: one callback draws whatever page the address names, for whoever asks."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dash
import dash_ag_grid  # noqa: F401  registers the grid's scripts before the first page is served
import dash_mantine_components as dmc
from dash import Input, dcc, html
from flask import Response, g, redirect, request, send_file

from dashboard.access import Role, Viewer
from dashboard.answers import AnswerStore, keep_answers
from dashboard.components.failure import blank, no_release, page_failure
from dashboard.components.figure import Figure
from dashboard.components.shell import Frame, MenuEntry, framed
from dashboard.content.pairs import count_needing
from dashboard.data import ReleaseData, View
from dashboard.downloads import figures_csv
from dashboard.filters import read_query
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.protection import compress, protect
from dashboard.session import ROLE_COOKIE, read_scheme, read_viewer
from reports.release import ReleaseError

register_page: Any = dash.register_page
_LOG = logging.getLogger("outcomes.dashboard")
_FOLDER = Path(__file__).parent
_PLOTLY = "plotly-cartesian-4.1.1.min.js"
_INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{%title%}</title>
    <script src="/assets/scheme.js"></script>
    {%favicon%}
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <noscript>These pages are drawn by your browser and need JavaScript to be allowed.</noscript>
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""


def create_app(releases_folder: Path, *, demo: bool, viewer: Viewer | None = None) -> dash.Dash:
    """Return the dashboard over a folder of releases.

    Parameters
    ----------
    releases_folder : Path
        Where releases are published; may be empty, the pages then say what to do.
    demo : bool
        Whether viewers can switch roles to look around.
    viewer : Viewer, optional
        Whose rights apply outside the demo; HR leadership (no names) by default, until there is
        sign-in.
    """
    app = dash.Dash(
        "dashboard",
        use_pages=True,
        pages_folder="",
        assets_folder=str(_FOLDER / "assets"),
        assets_ignore=r"^scheme\.js$|^plotly-.*|LICENSE.*",  # the page names these itself
        index_string=_INDEX,
        title="Program Outcomes",
        update_title="",
        suppress_callback_exceptions=True,
        add_log_handler=False,
        routing_callback_inputs={"scheme": Input("scheme", "data")},
    )
    desk = Desk(
        ReleaseData(releases_folder), demo=demo, viewer=viewer or Viewer(Role.HR_LEADERSHIP)
    )
    dash.page_registry.clear()
    for order, page in enumerate(PAGES):
        register_page(
            f"dashboard.pages.{page.name.lower()}",
            path=page.path,
            order=order,
            name=page.name,
            title=f"{page.name} · Program Outcomes",
            description=page.question,
            layout=_layout_of(desk, page),
        )
    register_page(
        "dashboard.pages.not_found_404",
        layout=_layout_of(desk, None),
        path="/404",
        title="Not found · Program Outcomes",
    )
    app.layout = _whole
    app.enable_pages()
    _add_routes(app, desk)
    protect(app)  # what is added last is done first: keep, then compress, then protect
    compress(app.server)
    keep_answers(app.server, AnswerStore(), desk.answer_key)
    return app


class Desk:
    """What answering a request needs: the releases, and who is asking."""

    def __init__(self, data: ReleaseData, *, demo: bool, viewer: Viewer) -> None:
        self.data = data
        self.demo = demo
        self._viewer = viewer

    def viewer(self) -> Viewer:
        """Return who asks."""
        return read_viewer(request, self.data, demo=self.demo, viewer=self._viewer)

    def view(self, query: Mapping[str, str], *, scheme: str = "light") -> View:
        """Return what the asking viewer sees of what the address names."""
        return self.data.view(self.viewer(), query, scheme=scheme)

    def answer_key(self) -> tuple[object, ...]:
        """Return what an answer depends on beside the question: the release and the viewer."""
        return (self.data.snapshot().release.info.release_id, self.viewer())

    def frame(self, view: View, path: str) -> Frame:
        """Return what the frame of a page needs."""
        menu = [
            MenuEntry(
                page.name,
                page.path,
                count_needing(view) if page.path == "/pairs" else 0,
                "need attention",
            )
            for page in PAGES
            if _is_in_menu(view, page)
        ]
        shown = {page.path: page for page in PAGES}.get(path)
        return Frame(
            path=path,
            menu=menu,
            is_demo=self.demo,
            is_reconciled=_is_reconciled(view),
            has_filters=shown.has_filters if shown else False,
        )


def _layout_of(desk: Desk, page: Page | None) -> Any:
    def draw(scheme: str | None = None, **_: str) -> Any:
        """Draw the page; whatever goes wrong becomes words, with an id that is in the log."""
        query = read_query(_asked_search())
        try:
            view = desk.view(query, scheme=scheme or "light")
            path = page.path if page else ""
            frame = desk.frame(view, path)
        except ReleaseError as error:
            g.keep_answer = False
            return no_release(str(error))
        try:
            return framed(view, frame, _content(view, page))
        except ReleaseError as error:
            g.keep_answer = False
            return no_release(str(error))
        except Exception as error:
            g.keep_answer = False
            return framed(view, frame, [page_failure(_log_failure(path, error))])

    return draw


def _content(view: View, page: Page | None) -> list[Any]:
    if page is None:
        return [
            blank(
                "There is no such page",
                "The address may be mistyped, or the page has moved.",
                way_on=("Go to the Overview", f"/{view.filters.search()}"),
            )
        ]
    granted = view.rights(page.table)
    if not granted.allowed and page.path != "/pairs":
        target = "/data" if view.rights("load_summary").allowed else "/definitions"
        name = "Data" if target == "/data" else "Definitions"
        return [
            blank(
                f"{page.name} is not part of your role",
                granted.reason,
                way_on=(f"Go to {name}", target),
            )
        ]
    return page.build(view)


def _asked_search() -> str:
    """Return the query string of the page being drawn, from the callback that asks for it."""
    body = request.get_json(silent=True) or {}
    for given in body.get("inputs", []):
        if isinstance(given, dict) and given.get("property") == "search":
            return str(given.get("value") or "")
    return ""


def _log_failure(path: str, error: Exception) -> str:
    """Log where a page failed and return the id; not the error's words, which may hold names."""
    error_id = secrets.token_hex(4)
    places = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("Page %s failed, error id %s: %s\n%s", path, error_id, type(error).__name__, places)
    return error_id


def _whole() -> Any:
    """Return what stays while pages come and go."""
    scheme = read_scheme(request) if request else "light"
    return dmc.MantineProvider(
        [
            html.A("Skip to content", href="#main", className="skip"),
            dcc.Store(id="scheme", data=scheme),
            dash.page_container,
            html.Div(id="said", className="said", role="status"),
        ],
        id="mantine",
        forceColorScheme=scheme,
        theme={"fontFamily": "Inter, system-ui, sans-serif", "respectReducedMotion": True},
    )


def _add_routes(app: dash.Dash, desk: Desk) -> None:
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
        if _is_in_menu(view, page)
        for figure in page.figures(view)
        if name in (figure.figure_id, f"page-{page.path.strip('/') or 'overview'}")
    ]


def _csv_answer(text: str, name: str, view: View) -> Response:
    file_name = f"{name}-release-{view.info.release_id}.csv"
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def _is_in_menu(view: View, page: Page) -> bool:
    """Return whether a viewer finds something there: pairs have numbers for those without names."""
    table = "metric_cell" if page.path == "/pairs" else page.table
    return view.rights(table).allowed


def _is_reconciled(view: View) -> bool:
    """Return whether every file's rows are accounted for: a fact about the release."""
    return all(
        row.rows_read
        == row.rows_inserted + row.rows_updated + row.rows_unchanged + row.rows_rejected
        for row in view.snapshot.rows("load_summary")
    )
