"""The application: one callback draws whatever page the address names, for whoever asks."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash
import dash_ag_grid  # noqa: F401  registers the grid's scripts before the first page is served
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, dcc, html
from flask import g, request
from werkzeug.exceptions import InternalServerError

from app_state.store import Store
from dashboard.access import Role, Viewer
from dashboard.acting import add_acting
from dashboard.answers import AnswerStore, keep_answers
from dashboard.components.failure import blank, no_release, page_failure
from dashboard.components.shell import framed
from dashboard.components.worklist import GRID
from dashboard.data import ReleaseData, View
from dashboard.desk import Desk
from dashboard.filters import read_query
from dashboard.machine import add_api
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.protection import compress, protect
from dashboard.routes import add_routes
from dashboard.rows import add_rows
from dashboard.session import read_scheme
from dashboard.views import add_views
from reports.release import ReleaseError

register_page: Any = dash.register_page
_LOG = logging.getLogger("outcomes.dashboard")
_FOLDER = Path(__file__).parent
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


def create_app(
    releases_folder: Path,
    *,
    demo: bool,
    viewer: Viewer | None = None,
    store: Store | None = None,
    store_problem: str = "",
    today: Callable[[], dt.date] = dt.date.today,
) -> dash.Dash:
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
    store : Store, optional
        Where follow-ups are kept; without it the worklist is for reading only.
    store_problem : str
        Why there is no store, for those who would act on pairs; empty where none is wanted.
    today : function
        Returns the day on which a page is drawn: a snooze until yesterday is over.
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
        ReleaseData(releases_folder),
        demo=demo,
        viewer=viewer or Viewer(Role.HR_LEADERSHIP),
        store=store,
        store_problem=store_problem,
        today=today,
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
    add_routes(app, desk)
    add_api(app, desk)
    add_rows(app, desk)
    clientside_callback: Any = app.clientside_callback
    clientside_callback(
        ClientsideFunction("outcomes", "rows"),
        Output(GRID, "getRowsResponse"),
        Input(GRID, "getRowsRequest"),
        prevent_initial_call=True,
    )
    add_acting(app, desk)
    add_views(app, desk)
    app.server.register_error_handler(500, _say_failure)
    protect(app)  # what is added last is done first: keep, then compress, then protect
    compress(app.server)
    keep_answers(app.server, AnswerStore(), desk.answer_key)
    return app


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


def _log_failure(path: str, error: BaseException) -> str:
    """Log where a page failed and return the id; not the error's words, which may hold names."""
    error_id = secrets.token_hex(4)
    places = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("Page %s failed, error id %s: %s\n%s", path, error_id, type(error).__name__, places)
    return error_id


def _say_failure(error: InternalServerError) -> tuple[dict[str, str], int]:
    """Answer what failed outside a page in words, with an id that is in the log."""
    error_id = _log_failure(request.path, error.original_exception or error)
    return {"detail": f"This did not work. The log has it under the id {error_id}."}, 500


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
