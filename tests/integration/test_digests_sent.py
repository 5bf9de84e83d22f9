"""Digests over a real mail server and a real HTTP listener on this machine."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from digests.run import send_digests
from digests.sending import NotSent, post_message, send_mail
from digests.settings import (
    DigestSettings,
    DigestSettingsError,
    MailServer,
    Recipient,
)
from reports.release import Release, open_release
from tests.synthetic_release import publish_synthetic

NOW = dt.datetime(2026, 10, 5, 6, 0)
SENDER = Address("Program Outcomes", "outcomes", "example.org")


class Mailbox:
    """Takes mail after answering with some refusals first."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []
        self.refusals: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


class Listener:
    """An incoming webhook."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code, wait = listener.refusals.pop(0) if listener.refusals else (200, "")
                if code == 200:
                    listener.taken.append(json.loads(body))
                self.send_response(code)
                if wait:
                    self.send_header("Retry-After", wait)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, MailServer]]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, MailServer("127.0.0.1", port, "none", "", "", SENDER)
    finally:
        controller.stop()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("digests") / "releases"
    publish_synthetic(folder)
    return open_release(folder)


class Remembered:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.claimed: set[tuple[str, str, str]] = set()

    def claim(self, recipient: str, channel: str, week: str, *, now: dt.datetime) -> bool:
        key = (recipient, channel, week)
        is_new = key not in self.claimed
        self.claimed.add(key)
        return is_new

    def settle(
        self, recipient: str, channel: str, week: str, *, was_sent: bool, now: dt.datetime
    ) -> None:
        if not was_sent:
            self.claimed.discard((recipient, channel, week))


def settings_of(
    server: MailServer, url: str, programs: tuple[str, ...] = ("P1",)
) -> DigestSettings:
    ada = Address("Ada", "ada", "example.org")
    return DigestSettings(
        "https://outcomes.example.org",
        (
            Recipient("Ada", programs, email=ada),
            Recipient("Channel", programs, webhook=url, style="teams"),
        ),
        server,
    )


def some_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = SENDER, Address("Ada", "ada", "example.org")
    mail.set_content("x")
    return mail


def quick(waits: list[float] | None = None):
    return (waits if waits is not None else []).append


def test_a_digest_arrives_by_mail_and_in_the_chat(mailbox, listener, release):
    box, server = mailbox
    outcomes = send_digests(release, settings_of(server, listener.url), Remembered(), now=NOW)
    assert [one.status for one in outcomes] == ["sent", "sent"]
    ((to, raw),) = box.taken
    assert to == ["ada@example.org"]
    mail = message_from_bytes(raw)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]
    assert "need you" in str(mail["Subject"])
    (card,) = listener.taken
    assert card["attachments"][0]["content"]["type"] == "AdaptiveCard"


def test_a_week_is_sent_once_however_often_it_is_asked(mailbox, listener, release):
    box, server = mailbox
    settings, ledger = settings_of(server, listener.url), Remembered()
    for _ in range(3):
        outcomes = send_digests(release, settings, ledger, now=NOW)
    assert [one.status for one in outcomes] == ["sent before", "sent before"]
    assert (len(box.taken), len(listener.taken)) == (1, 1)
    send_digests(release, settings, ledger, now=NOW + dt.timedelta(days=7))
    assert (len(box.taken), len(listener.taken)) == (2, 2)


def test_a_fault_that_passes_is_tried_again_with_longer_waits(mailbox, listener, release):
    box, server = mailbox
    box.refusals = ["451 try later", "421 busy"]
    listener.refusals = [(503, ""), (429, "7")]
    waits: list[float] = []
    outcomes = send_digests(
        release, settings_of(server, listener.url), Remembered(), now=NOW, sleep=quick(waits)
    )
    assert [one.status for one in outcomes] == ["sent", "sent"]
    assert waits == [2.0, 8.0, 2.0, 7.0]


def test_a_refusal_for_good_is_loud_and_keeps_nobody_else_from_theirs(mailbox, listener, release):
    box, server = mailbox
    box.refusals = ["550 no such user"]
    ledger = Remembered()
    settings = settings_of(server, listener.url)
    outcomes = send_digests(release, settings, ledger, now=NOW, sleep=quick())
    assert [one.status for one in outcomes] == ["failed", "sent"]
    assert "550 no such user" in outcomes[0].words
    again = send_digests(release, settings, ledger, now=NOW, sleep=quick())
    assert [one.status for one in again] == ["sent", "sent before"]


def test_after_four_attempts_it_gives_up_in_words(mailbox):
    box, server = mailbox
    box.refusals = ["451 try later"] * 4
    with pytest.raises(NotSent, match="did not take it in 4 attempts: it answered 451 try later"):
        send_mail(some_mail(), server, sleep=quick())


def test_a_server_that_is_not_there_is_named_and_a_webhook_never_is(listener):
    listener.server.server_close()
    with pytest.raises(NotSent) as refused:
        post_message({}, listener.url, sleep=quick())
    assert "hook" not in str(refused.value).replace("webhook", "")
    with pytest.raises(NotSent, match=r"mail server 127\.0\.0\.1 did not take it"):
        send_mail(some_mail(), MailServer("127.0.0.1", 1, "none", "", "", SENDER), sleep=quick())


def test_whoever_has_no_pair_in_need_gets_nothing(mailbox, listener, release, monkeypatch):
    _, server = mailbox
    whole = release.frame

    def calm(table: str, **equals: Any) -> Any:
        frame = whole(table, **equals)
        return frame.assign(needs_attention=False) if table == "pair_board" else frame

    monkeypatch.setattr(release, "frame", calm)
    outcomes = send_digests(release, settings_of(server, listener.url), Remembered(), now=NOW)
    assert {one.status for one in outcomes} == {"nothing to send"}


def test_a_misspelled_program_is_no_good_news(mailbox, listener, release):
    _, server = mailbox
    settings = settings_of(server, listener.url, programs=("P9",))
    with pytest.raises(DigestSettingsError, match="knows no program P9; there are P1"):
        send_digests(release, settings, Remembered(), now=NOW)
