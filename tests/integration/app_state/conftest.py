"""An empty store of the app, once for each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app_state.store import Store, open_store
from tests.postgres_server import own_database, url_pattern


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place that holds nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'app_state.sqlite3'}"
        return
    with own_database(url_pattern(request.getfixturevalue("postgres_socket"))) as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store just made."""
    opened = open_store(url)
    yield opened
    opened.close()
