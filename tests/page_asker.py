"""Asks the dashboard for pages as a browser does, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dashboard.app import create_app


class Asker:
    """Asks for pages as a browser does."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self.client = create_app(folder, demo=demo).server.test_client()
        self.client.get("/")
        found = self.client.get("/_dash-dependencies").json
        self.output = next(one["output"] for one in found if "_pages_content" in one["output"])

    def become(self, role: str) -> None:
        self.client.set_cookie("outcomes-role", role)

    def get(self, address: str) -> str:
        return self.client.get(address).get_data(as_text=True)

    def page(self, path: str, search: str = "") -> str:
        question: dict[str, Any] = {
            "output": self.output,
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [
                {"id": "_pages_location", "property": "pathname", "value": path},
                {"id": "_pages_location", "property": "search", "value": search},
                {"id": "scheme", "property": "data", "value": "light"},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        }
        answer = self.client.post("/_dash-update-component", json=question)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return json.dumps(json.loads(answer.get_data()), ensure_ascii=False)
