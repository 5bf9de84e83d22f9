"""The worklist, block by block, for the grid that shows it: under the rights of whoever asks."""

from __future__ import annotations

import dash
from flask import Response, request

from dashboard.as_json import as_json
from dashboard.content.board import count_choices, names_are_shown
from dashboard.content.worklist import BadQuestion, answer, read_question
from dashboard.desk import Desk
from reports.release import ReleaseError

ROWS = "/pairs/rows.json"


def add_rows(app: dash.Dash, desk: Desk) -> None:
    """Add the address that answers with a block of the worklist."""

    def rows() -> Response:
        """Answer with the rows asked for, how many there are, and the counts of every choice."""
        try:
            view = desk.view(request.args)
            if not names_are_shown(view):
                return as_json(403, {"detail": view.rights("pair_board").reason})
            found = answer(view, read_question(request.args))
        except BadQuestion as error:
            return as_json(400, {"detail": str(error)})
        except ReleaseError as error:
            return as_json(503, {"detail": str(error)})
        counts = count_choices(view)
        return as_json(200, {"rows": found.rows, "total": found.total, "counts": counts})

    app.server.add_url_rule(ROWS, view_func=rows, endpoint="worklist_rows")
