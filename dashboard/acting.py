"""Follow-ups over HTTP: recorded, taken back, and handed out as a calendar.

Only pairs that the asking person may see by name can be acted on. A request must come from our own
pages: it carries a header that a foreign page cannot set without asking first.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import dash
from flask import Response, request

from app_state import follow_ups
from app_state.checking import MOST_PAIRS, Refused
from app_state.entry import Board, Change, ChangedMeanwhile, Kind, Wording
from app_state.errors import StoreError
from app_state.store import Store
from dashboard.as_json import as_json
from dashboard.board_keeper import BoardKeeper, risk_band
from dashboard.calendar_file import calendar_of
from dashboard.content.board import count_choices, own_board
from dashboard.content.follow_ups import read_day
from dashboard.content.worklist import done_cell
from dashboard.data import View
from dashboard.desk import Desk
from dashboard.filters import read_query
from reports.release import ReleaseError

RECORD, EDIT, UNDO = "/follow-ups", "/follow-ups/edit", "/follow-ups/undo"
CALENDAR = "/follow-ups.ics"
HEADER, OURS = "X-Requested-With", "outcomes"
_LOG = logging.getLogger("outcomes.dashboard")


class NotYours(Exception):
    """A pair that this person may not act on, or a request that is not from our pages."""


def add_acting(app: dash.Dash, desk: Desk) -> None:
    """Add what records follow-ups; nothing is added where there is no store."""
    store = desk.store
    if store is None:
        return
    keeper = BoardKeeper(store)

    def record() -> Response:
        """Record a follow-up for one pair or many."""
        return _answered(lambda asked, view: _record(store, keeper, view, asked), desk)

    def edit() -> Response:
        """Word anew what was done about a pair."""
        return _answered(lambda asked, view: _edit(store, view, asked), desk)

    def undo() -> Response:
        """Take back what was recorded in one go."""
        return _answered(lambda asked, view: _undo(store, view, asked), desk)

    def calendar() -> Response:
        """Hand out the follow-ups of one's own pairs that have a day."""
        try:
            view = desk.view({})
            held = follow_ups.current(store, list(_own_pairs(view)))
        except NotYours as error:
            return Response(f"{error}\n", status=404, mimetype="text/plain")
        except (StoreError, ReleaseError) as error:
            return Response(f"{error}\n", status=503, mimetype="text/plain")
        body = calendar_of(held.values(), address=request.host_url.rstrip("/"))
        answer = Response(body, mimetype="text/calendar")
        answer.headers["Content-Disposition"] = 'attachment; filename="follow-ups.ics"'
        return answer

    app.server.add_url_rule(CALENDAR, view_func=calendar)
    app.server.add_url_rule(RECORD, view_func=record, methods=["POST"])
    app.server.add_url_rule(EDIT, view_func=edit, methods=["POST"], endpoint="edit_follow_up")
    app.server.add_url_rule(UNDO, view_func=undo, methods=["POST"])


def _answered(act: Any, desk: Desk) -> Response:
    """Answer an act, or say in words why nothing was done."""
    try:
        if request.headers.get(HEADER) != OURS:
            raise NotYours("This request did not come from the worklist.")
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict):
            raise Refused("The request holds no follow-up.")
        told = act(asked, desk.view({}))
        seen = desk.view(read_query(str(asked.get("search") or "")))  # with what was just recorded
        return as_json(200, told | {"counts": count_choices(seen)} | _cells(seen, told["pairs"]))
    except NotYours as error:
        return as_json(403, {"detail": str(error)})
    except Refused as error:
        return as_json(400, {"detail": str(error)})
    except ChangedMeanwhile as error:
        changed = [row.pair_id for row in error.changes]
        return as_json(409, {"detail": str(error)} | _cells(desk.view({}), changed))
    except (StoreError, ReleaseError) as error:
        _LOG.warning("a follow-up was not recorded: %s", type(error).__name__)
        return as_json(503, {"detail": str(error)})


def _cells(view: View, pair_ids: Iterable[str]) -> dict[str, Any]:
    """Return what now holds for these pairs, as the list shows it."""
    return {"pairs": {pair_id: done_cell(view, pair_id) for pair_id in pair_ids}}


@dataclass(frozen=True)
class _Asked:
    """A follow-up as a page asks for it."""

    pairs: tuple[tuple[str, int], ...]
    kind: Kind
    worded: Wording
    batch: str | None


def _read_asked(asked: Mapping[str, Any]) -> _Asked:
    try:
        pairs = tuple((str(one["pair_id"]), int(one["seen"])) for one in asked["pairs"])
        batch = str(asked["batch"]) if asked.get("batch") else None
        found = _Asked(pairs, Kind(asked["kind"]), _read_wording(asked), batch)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("This follow-up cannot be read.") from error
    if not 0 < len(pairs) <= MOST_PAIRS:
        raise Refused(f"Choose at least one pair and at most {MOST_PAIRS:,}.")
    return found


def _read_wording(asked: Mapping[str, Any]) -> Wording:
    return Wording(
        note=str(asked.get("note") or ""),
        assignee=str(asked.get("assignee") or ""),
        due_on=read_day(asked.get("due_on")),
        until_on=read_day(asked.get("until_on")),
    )


def _record(
    store: Store, keeper: BoardKeeper, view: View, asked: Mapping[str, Any]
) -> dict[str, Any]:
    wanted, board = _read_asked(asked), _own_pairs(view)
    rows = [(_own(board, pair_id), seen) for pair_id, seen in wanted.pairs]
    changes = [
        Change(row.pair_id, seen, wanted.kind, wanted.worded, row.state, risk_band(row))
        for row, seen in rows
    ]
    batch = follow_ups.record(
        store,
        changes,
        by=view.viewer.name,
        now=dt.datetime.now(dt.UTC),
        board=Board(view.info.release_id, view.info.data_as_of),
        batch_id=wanted.batch,
    )
    keeper.keep(view)
    return {"batch": batch, "pairs": [row.pair_id for row, _ in rows]}


def _edit(store: Store, view: View, asked: Mapping[str, Any]) -> dict[str, Any]:
    row = _own(_own_pairs(view), asked.get("pair_id"))
    try:
        wanted, seen = _read_wording(asked), int(asked["seen"])
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("This follow-up cannot be read.") from error
    now = dt.datetime.now(dt.UTC)
    batch = follow_ups.edit(store, row.pair_id, wanted, seen=seen, by=view.viewer.name, now=now)
    return {"batch": batch, "pairs": [row.pair_id]}


def _undo(store: Store, view: View, asked: Mapping[str, Any]) -> dict[str, Any]:
    batch, board = str(asked.get("batch") or ""), _own_pairs(view)
    pair_ids = [row.pair_id for row in follow_ups.read_batch(store, batch)]
    for pair_id in pair_ids:
        _own(board, pair_id)
    undone = follow_ups.undo(store, batch, by=view.viewer.name, now=dt.datetime.now(dt.UTC))
    return {"batch": undone, "pairs": pair_ids}


def _own_pairs(view: View) -> Mapping[str, SimpleNamespace]:
    granted = view.rights("pair_board")
    if not granted.allowed:
        raise NotYours(granted.reason)
    return own_board(view).by_id


def _own(board: Mapping[str, SimpleNamespace], pair_id: object) -> SimpleNamespace:
    row = board.get(str(pair_id))
    if row is None:
        raise NotYours("This pair is not on your worklist any more. Load the page again.")
    return row
