from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from dashboard.server import NotLoopback, PortInUse, ServeError, check_host, check_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_said_with_another_to_try(taken_port: int) -> None:
    with pytest.raises(PortInUse, match=rf"Port {taken_port} is in use.*{taken_port + 1}"):
        check_port(taken_port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_only_this_machine_is_served_until_there_is_sign_in(host: str) -> None:
    with pytest.raises(NotLoopback, match="no sign-in yet"):
        check_host(host)


def test_the_names_of_this_machine_are_accepted() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        check_host(host)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ServeError, match="is not a port"):
        check_port(port)
