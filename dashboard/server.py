"""Serving the dashboard on this machine."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app_state.errors import StoreError
from app_state.store import Store, open_store, store_url
from dashboard.access import Role, Viewer

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = frozenset({LOOPBACK, "localhost", "::1", ""})
_FOLDER_VARIABLE = "OUTCOMES_DASHBOARD_RELEASES"
_DEMO_VARIABLE = "OUTCOMES_DASHBOARD_DEMO"
_VIEWER_VARIABLE = "OUTCOMES_DASHBOARD_VIEWER"


class ServeError(Exception):
    """The dashboard cannot be served; the message says what to do."""


class PortInUse(ServeError):
    """Another program listens on the port."""


class NotLoopback(ServeError):
    """Another address than this machine's own was asked for."""


def check_host(host: str) -> None:
    """Refuse to listen beyond this machine.

    Raises
    ------
    NotLoopback
        For every address but the machine's own.
    """
    if host not in _LOCAL_NAMES:
        raise NotLoopback(
            f"The dashboard listens on {LOOPBACK} only, not on {host}: there is no sign-in yet, so "
            "everyone who reached it would see everything. Leave the host out."
        )


def check_port(port: int) -> None:
    """Make sure that nothing else listens on ``port``.

    Raises
    ------
    PortInUse
        With another port to use.
    ServeError
        The port is not a port number, or needs rights.
    """
    if not 0 < port < 65536:
        raise ServeError(f"{port} is not a port; choose one from 1024 to 65535.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as error:
            raise ServeError(f"Port {port} needs more rights; choose one above 1023.") from error
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise PortInUse(
                f"Port {port} is in use by another program, perhaps by a dashboard started before. "
                f"Stop that one, or choose another port, for example {port + 1}."
            ) from error


def serve(
    releases_folder: Path,
    *,
    port: int,
    demo: bool,
    workers: int = 1,
    viewer: Viewer | None = None,
) -> None:
    """Serve the dashboard until it is stopped.

    Parameters
    ----------
    releases_folder : Path
        Where releases are published.
    port : int
        Port on this machine.
    demo : bool
        Whether viewers can switch roles.
    workers : int
        Processes that answer; each holds its own copy of what was read.
    viewer : Viewer, optional
        Whose rights apply outside the demo; HR leadership (no names) by default.

    Raises
    ------
    PortInUse, ServeError
        With what to do instead.
    """
    check_port(port)
    os.environ[_FOLDER_VARIABLE] = str(releases_folder.absolute())
    os.environ[_DEMO_VARIABLE] = "1" if demo else ""
    os.environ[_VIEWER_VARIABLE] = json.dumps(asdict(viewer or Viewer(Role.HR_LEADERSHIP)))
    Granian(
        "dashboard.server:build_wsgi",
        factory=True,
        address=LOOPBACK,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=256,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def _open_log(path: Path) -> None:
    """Let a worker write where the commands write; pages work without a log all the same."""
    handler: logging.Handler
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log = logging.getLogger("outcomes")
    log.handlers = [handler]
    log.propagate = False


def build_wsgi() -> Any:
    """Return the application inside a worker process, from what :func:`serve` left for it."""
    from dashboard.app import create_app  # noqa: PLC0415  workers pay for it, the command not

    folder = Path(os.environ[_FOLDER_VARIABLE])
    _open_log(folder.parent / "outcomes.log")
    asked = json.loads(os.environ[_VIEWER_VARIABLE])
    viewer = Viewer(Role(asked["role"]), tuple(asked["programs"]), tuple(asked["departments"]))
    demo = bool(os.environ.get(_DEMO_VARIABLE))
    store, problem = _open_store(folder.parent)
    return create_app(folder, demo=demo, viewer=viewer, store=store, store_problem=problem).server


def _open_store(home: Path) -> tuple[Store | None, str]:
    """Open the store of follow-ups, or say why not; without one the worklist is for reading."""
    try:
        return open_store(store_url(home=home)), ""
    except StoreError as error:
        logging.getLogger("outcomes.dashboard").error("follow-ups are off: %s", error)
        return None, str(error)
