"""A synthetic release to read, and an application that is asked without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import Role, Viewer
from dashboard.app import create_app
from dashboard.data import ReleaseData, View
from tests.synthetic_release import publish_synthetic


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard") / "releases"
    publish_synthetic(folder)
    return folder


@pytest.fixture(scope="session")
def data(releases: Path) -> ReleaseData:
    return ReleaseData(releases)


VIEWERS = {
    Role.HR_LEADERSHIP: Viewer(Role.HR_LEADERSHIP),
    Role.PROGRAM_MANAGER: Viewer(Role.PROGRAM_MANAGER, programs=("P1",)),
    Role.DEPARTMENT_HEAD: Viewer(Role.DEPARTMENT_HEAD, departments=("Engineering",)),
    Role.ADMINISTRATOR: Viewer(Role.ADMINISTRATOR),
}


@pytest.fixture(params=list(Role), ids=lambda role: role.value)
def viewer(request: pytest.FixtureRequest) -> Viewer:
    return VIEWERS[request.param]


@pytest.fixture
def hr_view(data: ReleaseData) -> View:
    return data.view(VIEWERS[Role.HR_LEADERSHIP], {})


class Asker:
    """Asks for pages as a browser does."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self.client = create_app(folder, demo=demo).server.test_client()
        self.client.get("/")
        found = self.client.get("/_dash-dependencies").json
        self.output = next(one["output"] for one in found if "_pages_content" in one["output"])

    def become(self, role: str) -> None:
        self.client.set_cookie("outcomes-role", role)

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


@pytest.fixture
def asker(releases: Path) -> Asker:
    return Asker(releases)
