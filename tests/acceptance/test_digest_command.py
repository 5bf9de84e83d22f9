"""The digest of the sample: looked at, and sent to a real mail server once a week."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_string, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner, Result

import outcomes
from tests.acceptance.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")

SETTINGS = """
address = "https://outcomes.example.org"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
from = "Program Outcomes <outcomes@example.org>"
[[recipient]]
name = "Ada"
programs = ["RM"]
email = "ada@example.org"
"""


class Mailbox:
    """Keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope.content.decode("utf-8"))
        return "250 OK"


@pytest.fixture
def mailbox(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    path = demo.settings.home / "digests.toml"
    path.write_text(SETTINGS.format(port=port), encoding="utf-8")
    monkeypatch.setenv("OUTCOMES_HOME", str(demo.settings.home))
    try:
        yield box
    finally:
        controller.stop()
        path.unlink()
        (demo.settings.home / "app_state.sqlite3").unlink(missing_ok=True)


def run(*words: str) -> Result:
    return CliRunner().invoke(outcomes.app, ["digest", *words])


def test_a_dry_run_prints_the_digest_and_sends_nothing(mailbox: Mailbox, demo: Demo) -> None:
    said = run("--dry-run")
    assert said.exit_code == 0, said.output
    board = demo.release.frame("pair_board", program="RM")
    needing = board[board["needs_attention"].astype(bool)]
    assert f"{len(needing)} pairs need you" in said.output
    assert "ada@example.org" in said.output
    assert not any(name in said.output for name in needing["mentor_name"])
    assert mailbox.taken == []


def test_the_digest_arrives_once_a_week(mailbox: Mailbox) -> None:
    first, second = run(), run()
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Ada by mail: sent" in first.output
    assert "Ada by mail: sent before" in second.output
    assert len(mailbox.taken) == 1
    mail = message_from_string(mailbox.taken[0], policy=policy.default)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "https://outcomes.example.org/pairs?program=RM" in plain.get_content()


def test_without_settings_it_says_where_to_start(demo: Demo, monkeypatch) -> None:
    monkeypatch.setenv("OUTCOMES_HOME", str(demo.settings.home))
    said = run()
    assert said.exit_code == 1
    assert "docs/digests.md" in said.output.replace("\n", "")
