"""Asks the dashboard whatever it answers, through its own dispatch and without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dash

from dashboard.access import Viewer
from dashboard.app import create_app
from harvest.found import UnknownContent

_FAILED = b"This page could not be shown"
_PAGE_OUTPUT = "_pages_content.children"
# Addresses that hold no figure: the same files for everybody, and the shell around pages.
_WITHOUT_FIGURES = frozenset({
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    "/_dash-dependencies", "/_favicon.ico", "/_reload-hash", "/assets/<path:filename>",
    "/static/<path:filename>", "/api/v1/openapi.json",
})  # fmt: skip
_ASKED = frozenset({"/", "/<path:path>", "/_dash-layout", "/_dash-update-component",
                    "/export/<name>.csv", "/export/to-correct.csv",
                    "/api/v1/worklist", "/pairs/rows.json"})  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came back: its status, and its body."""

    status: int
    body: bytes


class App:
    """The dashboard as one viewer has it."""

    def __init__(self, folder: Path, viewer: Viewer) -> None:
        self._client = create_app(folder, demo=False, viewer=viewer).server.test_client()
        self.get("/")
        self._check_routes()
        self._output = self._check_callbacks()

    def get(self, address: str) -> Answer:
        """Ask for an address."""
        answer = self._client.get(address)
        return Answer(answer.status_code, answer.get_data())

    def page(self, path: str, search: str) -> Any:
        """Return a page's components, as the one callback that draws pages answers.

        Raises
        ------
        UnknownContent
            The page failed.
        """
        given = (("_pages_location", "pathname", path), ("_pages_location", "search", search),
                 ("scheme", "data", "light"))  # fmt: skip
        question = {
            "output": self._output,
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [{"id": i, "property": p, "value": value} for i, p, value in given],
            "changedPropIds": ["_pages_location.pathname"],
        }
        answer = self._client.post("/_dash-update-component", json=question)
        if answer.status_code != 200:
            raise UnknownContent(f"{path}{search}: the page's callback answered {answer.status}")
        if _FAILED in answer.get_data():
            raise UnknownContent(f"{path}{search}: the page failed, so what it shows is not known")
        return json.loads(answer.get_data())["response"]

    def _check_routes(self) -> None:
        """Refuse an address that nobody here asks."""
        known = {str(rule) for rule in self._client.application.url_map.iter_rules()}
        unknown = known - _WITHOUT_FIGURES - _ASKED
        if unknown:
            raise UnknownContent(f"nobody asks these addresses: {', '.join(sorted(unknown))}")

    def _check_callbacks(self) -> str:
        """Return the page callback's name; refuse a callback that nobody here asks."""
        found: list[Mapping[str, Any]] = self._client.get("/_dash-dependencies").json
        answered = [one["output"] for one in found if not one["clientside_function"]]
        unknown = [output for output in answered if _PAGE_OUTPUT not in output]
        if unknown or len(answered) != 1:
            raise UnknownContent(f"nobody asks these callbacks: {', '.join(unknown)}")
        return str(answered[0])


@contextmanager
def app_for(folder: Path, viewer: Viewer) -> Iterator[App]:
    """Give the dashboard of one viewer; Dash knows the pages of one application at a time."""
    registry = dict(dash.page_registry)
    try:
        yield App(folder, viewer)
    finally:
        dash.page_registry.clear()
        dash.page_registry.update(registry)
