"""An empty store of the app, once for each engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app_state.store import Store, open_store
from tests.postgres_server import administrate, url_pattern


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place that holds nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'app_state.sqlite3'}"
        return
    base = url_pattern(request.getfixturevalue("postgres_socket"))
    name = f"a{uuid.uuid4().hex[:12]}"
    administrate(base, f"CREATE DATABASE {name}")
    yield base.format(name)
    administrate(base, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store just made."""
    opened = open_store(url)
    yield opened
    opened.close()
