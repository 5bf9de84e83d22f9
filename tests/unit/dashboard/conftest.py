"""A synthetic release to read, and an application that is asked without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access import Role, Viewer
from dashboard.data import ReleaseData, View
from tests.page_asker import Asker
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


@pytest.fixture
def asker(releases: Path) -> Asker:
    return Asker(releases)
