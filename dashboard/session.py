"""Who is asking: read from the request in one place, to be replaced by sign-in."""

from __future__ import annotations

from flask import Request

from dashboard.access import Role, Viewer
from dashboard.data import ReleaseData

ROLE_COOKIE = "outcomes-role"
SCHEME_COOKIE = "outcomes-scheme"


def read_viewer(request: Request, data: ReleaseData, *, demo: bool, viewer: Viewer) -> Viewer:
    """Return the viewer of a request.

    Parameters
    ----------
    request : flask.Request
        The request.
    data : ReleaseData
        For the programs and departments a demo viewer is given.
    demo : bool
        Whether the role chosen in the demo's role switch counts. Never outside the demo.
    viewer : Viewer
        Whoever started the server; holds outside the demo.
    """
    if not demo:
        return viewer
    chosen = request.cookies.get(ROLE_COOKIE, "")
    known = {role.value: role for role in Role}
    return data.demo_viewer(known.get(chosen, Role.HR_LEADERSHIP))


def read_scheme(request: Request) -> str:
    """Return light or dark, as the browser's own script wrote it down."""
    return "dark" if request.cookies.get(SCHEME_COOKIE) == "dark" else "light"
