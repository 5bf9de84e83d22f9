"""What answering a request needs: the releases, who is asking, and what their menu holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import request

from app_state import follow_ups
from app_state.store import Store
from dashboard.access import Viewer, rights
from dashboard.components.shell import Frame, MenuEntry
from dashboard.content.pairs import count_needing
from dashboard.data import FollowedUp, ReleaseData, View
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.session import read_viewer


class Desk:
    """What answering a request needs: the releases, and who is asking."""

    def __init__(
        self, data: ReleaseData, *, demo: bool, viewer: Viewer, store: Store | None = None
    ) -> None:
        self.data = data
        self.demo = demo
        self.store = store
        self._viewer = viewer

    def viewer(self) -> Viewer:
        """Return who asks."""
        return read_viewer(request, self.data, demo=self.demo, viewer=self._viewer)

    def view(self, query: Mapping[str, str], *, scheme: str = "light") -> View:
        """Return what the asking viewer sees of what the address names."""
        view = self.data.view(self.viewer(), query, scheme=scheme)
        return view if self.store is None else replace(view, done=FollowedUp(self.store))

    def answer_key(self) -> tuple[object, ...]:
        """Return what an answer depends on beside the question: release, viewer, follow-ups."""
        viewer = self.viewer()
        done = 0
        if self.store is not None and rights(viewer, "pair_board").allowed:
            done = follow_ups.count(self.store)
        return (self.data.snapshot().release.info.release_id, viewer, done)

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
