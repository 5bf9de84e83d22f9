"""What answering a request needs: the releases, who is asking, and what their menu holds."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import request

from app_state.errors import StoreError
from app_state.latest import Latest
from app_state.store import Store
from dashboard.access import Viewer, rights
from dashboard.components.shell import Frame, MenuEntry
from dashboard.content.pairs import count_needing
from dashboard.data import ReleaseData, View
from dashboard.followed_up import FollowedUp
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.session import read_viewer

_LOG = logging.getLogger("outcomes.dashboard")


class Desk:
    """What answering a request needs: the releases, and who is asking."""

    def __init__(
        self,
        data: ReleaseData,
        *,
        demo: bool,
        viewer: Viewer,
        store: Store | None = None,
        store_problem: str = "",
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self.data = data
        self.demo = demo
        self.store = store
        self._latest = Latest(store) if store is not None else None
        self._store_problem = store_problem
        self._today = today
        self._viewer = viewer

    def viewer(self) -> Viewer:
        """Return who asks."""
        return read_viewer(request, self.data, demo=self.demo, viewer=self._viewer)

    def view(self, query: Mapping[str, str], *, scheme: str = "light") -> View:
        """Return what the asking viewer sees of what the address names."""
        view = self.data.view(self.viewer(), query, scheme=scheme)
        if not view.rights("pair_board").allowed:
            return view
        if self._latest is None:
            return replace(view, done_problem=self._store_problem)
        try:
            standing = self._latest.standing()
        except StoreError as error:  # the list of pairs is worth reading all the same
            _LOG.error("follow-ups cannot be read: %s", error)
            return replace(view, done_problem=str(error))
        return replace(view, done=FollowedUp(self._latest.store, standing, self._today()))

    def answer_key(self) -> tuple[object, ...]:
        """Return what an answer depends on beside the question: release, viewer, follow-ups.

        Raises
        ------
        ReleaseError, StoreError
            No answer can be kept.
        """
        viewer = self.viewer()
        release_id = self.data.snapshot().release.info.release_id
        if self._latest is None or not rights(viewer, "pair_board").allowed:
            return (release_id, viewer)
        return (release_id, viewer, self._latest.standing().n_rows, self._today())

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
            if is_in_menu(view, page)
        ]
        shown = {page.path: page for page in PAGES}.get(path)
        return Frame(
            path=path,
            menu=menu,
            is_demo=self.demo,
            is_reconciled=_is_reconciled(view),
            has_filters=shown.has_filters if shown else False,
        )


def is_in_menu(view: View, page: Page) -> bool:
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
