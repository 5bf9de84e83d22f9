"""Warehouses for tests: DuckDB in a folder of the test's own, PostgreSQL from the wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.postgres_server import administrate, own_database, running_server, url_pattern
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings

# In CI the same examples every time; on a developer's machine new ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """A PostgreSQL server on a socket only, without durability, gone after the session."""
    with running_server() as socket:
        yield socket


@pytest.fixture(scope="session")
def postgres_template(postgres_socket: Path) -> str:
    """URL pattern of the server, with a database that already has all tables to copy from."""
    base = url_pattern(postgres_socket)
    administrate(base, "CREATE DATABASE filled")
    open_warehouse(Settings(postgres_socket, base.format("filled"))).close()
    return base


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    """A database of the test's own, with empty tables."""
    with own_database(postgres_template, like="filled") as url:
        yield url


@pytest.fixture(params=["duckdb", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty home, once for each engine."""
    home = tmp_path / "home"
    if request.param == "duckdb":
        return Settings(home=home, warehouse_url=f"duckdb:///{home / 'warehouse.duckdb'}")
    return Settings(home=home, warehouse_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    """An empty warehouse, once for each engine."""
    opened = open_warehouse(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One embedded warehouse for the worked examples of a module, each of which fills it anew."""
    home = tmp_path_factory.mktemp("embedded")
    opened = open_warehouse(Settings(home, f"duckdb:///{home / 'warehouse.duckdb'}"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real exports; CI requires it, a laptop may be without."""
    folder = Path(os.environ.get("OUTCOMES_REAL_FILES", "../shared/data"))
    if not folder.is_dir():
        if os.environ.get("OUTCOMES_REQUIRE_REAL_FILES") == "1":
            pytest.fail(f"Real files are required but {folder} is not there")
        pytest.skip(f"Real files not found in {folder}; set OUTCOMES_REAL_FILES")
    return folder
