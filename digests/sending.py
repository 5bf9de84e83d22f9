"""Hands messages to a mail server or a webhook, again where a fault may pass, loudly where not."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any

from digests.settings import MailServer

WAITS = (2.0, 8.0, 30.0)  # seconds before each further attempt
TIMEOUT = 20.0
_LONGEST_WAIT = 120.0  # whatever a server asks for

Sleep = Callable[[float], None]


class NotSent(Exception):
    """A message did not arrive; the message says what the other side answered and what to do."""


class _Passing(Exception):
    """A fault that may pass; ``wait`` is how long the server asks to wait, if it does."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


def send_mail(mail: EmailMessage, server: MailServer, *, sleep: Sleep = time.sleep) -> None:
    """Hand a mail to its server.

    Raises
    ------
    NotSent
        Refused for good, or not taken in four attempts.
    """
    _attempt(lambda: _hand_over(mail, server), f"mail server {server.host}", sleep)


def post_message(message: Mapping[str, Any], url: str, *, sleep: Sleep = time.sleep) -> None:
    """Post a message to an incoming webhook; its address is a secret and is never told.

    Raises
    ------
    NotSent
        Refused for good, or not taken in four attempts.
    """
    _attempt(lambda: _post(message, url), "webhook", sleep)


def _attempt(send: Callable[[], None], whom: str, sleep: Sleep) -> None:
    for number, wait in enumerate((*WAITS, None), 1):
        try:
            send()
            return
        except _Passing as fault:
            if wait is None:
                raise NotSent(
                    f"The {whom} did not take it in {number} attempts: {fault}."
                ) from None
            sleep(min(fault.wait or wait, _LONGEST_WAIT))


def _hand_over(mail: EmailMessage, server: MailServer) -> None:
    try:
        with _connected(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(
            f"The mail server {server.host} refused the user or password (code {error.smtp_code})."
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        _refused(server, *next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        _refused(server, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(f"The mail server {server.host} cannot do what is asked: {error}.") from None
    except ssl.SSLError as error:
        raise NotSent(
            f"The mail server {server.host} cannot be trusted: {error.reason}. Check host, port "
            "and security in digests.toml."
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _Passing(_words(error)) from None


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    if server.security == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _refused(server: MailServer, code: int, said: bytes | str) -> None:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    words = f"it answered {code} {text.splitlines()[0] if text else ''}".strip()
    if 400 <= code < 500:
        raise _Passing(words)
    raise NotSent(f"The mail server {server.host} refused it: {words}.")


def _post(message: Mapping[str, Any], url: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked with the settings
        url,
        data=json.dumps(message).encode("utf-8"),
        headers={"Content-Type": "application/json", "User-Agent": "program-outcomes"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1_000)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 429 or error.code >= 500:
                raise _Passing(f"it answered {error.code}", _asked_wait(error)) from None
            raise NotSent(
                f"The webhook refused it: it answered {error.code}. Check its address and format."
            ) from None
    except (urllib.error.URLError, OSError) as error:
        raise _Passing(_words(error)) from None


def _asked_wait(error: urllib.error.HTTPError) -> float | None:
    said = str(error.headers.get("Retry-After", ""))
    return float(said) if said.isascii() and said.isdigit() else None


def _words(error: Exception) -> str:
    """Return what went wrong without addresses: they may be secrets."""
    reason = getattr(error, "reason", None)
    strerror = getattr(reason, "strerror", None) or getattr(error, "strerror", None)
    return str(strerror or type(reason or error).__name__)
