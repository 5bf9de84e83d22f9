"""Saved views of the worklist over HTTP: listed, kept, forgotten, each manager's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash
from flask import Response, request

from app_state.checking import Refused
from app_state.errors import StoreError
from app_state.saved_views import SavedView, forget_view, read_views, save_view
from app_state.store import Store
from dashboard.access import Viewer, rights
from dashboard.acting import HEADER, OURS
from dashboard.as_json import as_json
from dashboard.desk import Desk
from dashboard.filters import NAMES, read_query
from reports.release import ReleaseError

VIEWS, FORGET = "/views", "/views/forget"
_KEPT = (*NAMES, "state", "q")


def add_views(app: dash.Dash, desk: Desk) -> None:
    """Add what lists, keeps and forgets views; nothing is added where there is no store."""
    store = desk.store
    if store is None:
        return

    def views() -> Response:
        """List the views of whoever asks; keep one that is posted."""
        return _answered(desk, store, _save if request.method == "POST" else None)

    def forget() -> Response:
        """Forget a view."""
        return _answered(desk, store, _forget)

    app.server.add_url_rule(VIEWS, view_func=views, methods=["GET", "POST"])
    app.server.add_url_rule(FORGET, view_func=forget, methods=["POST"])


def owner_of(viewer: Viewer) -> str:
    """Return whose views they are: until there is sign-in, those who manage the same programs."""
    return f"{viewer.role}: {', '.join(sorted(viewer.programs))}"[:200]


def _answered(desk: Desk, store: Store, change: Any) -> Response:
    try:
        viewer = desk.viewer()
        granted = rights(viewer, "pair_board")
        is_ours = change is None or request.headers.get(HEADER) == OURS
        if not granted.allowed or not is_ours:
            return as_json(
                403, {"detail": granted.reason or "This did not come from the worklist."}
            )
        if change is not None:
            asked = request.get_json(silent=True)
            change(store, owner_of(viewer), asked if isinstance(asked, dict) else {})
        found = read_views(store, owner_of(viewer))
    except Refused as error:
        return as_json(400, {"detail": str(error)})
    except (StoreError, ReleaseError) as error:
        return as_json(503, {"detail": str(error)})
    views = [{"name": view.name, "href": f"/pairs{view.search}"} for view in found]
    return as_json(200, {"views": views})


def _save(store: Store, owner: str, asked: Mapping[str, Any]) -> None:
    query = read_query(str(asked.get("search") or ""))
    kept = {name: query[name] for name in _KEPT if query.get(name)}
    save_view(store, owner, SavedView(str(asked.get("name") or ""), _search_of(kept)))


def _forget(store: Store, owner: str, asked: Mapping[str, Any]) -> None:
    if not forget_view(store, owner, str(asked.get("name") or "")):
        raise Refused("This view is not there any more.")


def _search_of(kept: Mapping[str, str]) -> str:
    return f"?{urlencode(kept)}" if kept else ""
