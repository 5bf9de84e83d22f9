"""Sends the digests of a week: each recipient once, whatever is repeated, whatever fails."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from digests.chat import message_of
from digests.mail import mail_of
from digests.sending import NotSent, Sleep, post_message, send_mail
from digests.settings import DigestSettings, DigestSettingsError, Recipient
from reports.digest import Digest, build_digest, week_of
from reports.release import Release

MAIL, WEBHOOK = "mail", "webhook"
SENT, BEFORE, NOTHING, FAILED = "sent", "sent before", "nothing to send", "failed"


class Ledger(Protocol):
    """Remembers what was sent, so that nobody gets a week's digest twice."""

    def claim(self, recipient: str, channel: str, week: str, *, now: dt.datetime) -> bool:
        """Return whether this has to be sent, and keep others from sending it meanwhile."""

    def settle(
        self, recipient: str, channel: str, week: str, *, was_sent: bool, now: dt.datetime
    ) -> None:
        """Say how it went; what was not sent can be claimed again."""


@dataclass(frozen=True)
class Outcome:
    """How one message went.

    Attributes
    ----------
    recipient, channel, status : str
        ``status`` is sent, sent before, nothing to send, or failed.
    words : str
        What went wrong.
    """

    recipient: str
    channel: str
    status: str
    words: str = ""


def digests_of(
    release: Release,
    settings: DigestSettings,
    *,
    now: dt.datetime,
    set_aside: Collection[str] = (),
) -> Iterator[tuple[Recipient, Digest]]:
    """Yield every recipient's digest of the week of ``now``, under that recipient's rights.

    Pairs that are ``set_aside`` are not told of.

    Raises
    ------
    DigestSettingsError
        A recipient manages a program that the release does not know: likely misspelled, and a
        silent empty digest would look like good news.
    """
    known = sorted(release.frame("dimension", kind="program")["value"])
    for recipient in settings.recipients:
        unknown = [name for name in recipient.programs if name not in known]
        if unknown:
            raise DigestSettingsError(
                f"Recipient {recipient.name}: the release knows no program {unknown[0]}; there are "
                f"{', '.join(known)}."
            )
    for recipient in settings.recipients:
        digest = build_digest(
            release,
            programs=recipient.programs,
            address=settings.address,
            week=week_of(now.date()),
            with_names=recipient.with_names,
            set_aside=set_aside,
        )
        yield recipient, digest


def send_digests(
    release: Release,
    settings: DigestSettings,
    ledger: Ledger,
    *,
    now: dt.datetime,
    set_aside: Collection[str] = (),
    sleep: Sleep = time.sleep,
) -> list[Outcome]:
    """Send what was not sent this week; one failure keeps nobody else from getting theirs.

    Parameters
    ----------
    release : Release
    settings : DigestSettings
    ledger : Ledger
    now : datetime
        UTC without zone; its ISO week is the week of the digests.
    set_aside : collection of pair ids
        Pairs that are not told of: somebody snoozed, paused or ended them.
    sleep : function of seconds
        Waits between attempts.
    """
    outcomes = []
    for recipient, digest in digests_of(release, settings, now=now, set_aside=set_aside):
        for channel in _channels(recipient):
            if not digest.counts:
                outcomes.append(Outcome(recipient.name, channel, NOTHING))
                continue
            if not ledger.claim(recipient.name, channel, digest.week, now=now):
                outcomes.append(Outcome(recipient.name, channel, BEFORE))
                continue
            outcomes.append(_sent(recipient, channel, digest, settings, sleep))
            was_sent = outcomes[-1].status == SENT
            ledger.settle(recipient.name, channel, digest.week, was_sent=was_sent, now=now)
    return outcomes


def _channels(recipient: Recipient) -> tuple[str, ...]:
    return tuple(
        channel
        for channel, wanted in ((MAIL, recipient.email), (WEBHOOK, recipient.webhook))
        if wanted
    )


def _sent(
    recipient: Recipient, channel: str, digest: Digest, settings: DigestSettings, sleep: Sleep
) -> Outcome:
    try:
        if channel == MAIL and recipient.email is not None and settings.mail is not None:
            mail = mail_of(digest, sender=settings.mail.sender, recipient=recipient.email)
            send_mail(mail, settings.mail, sleep=sleep)
        else:
            post_message(message_of(digest, recipient.style), recipient.webhook, sleep=sleep)
    except NotSent as error:
        return Outcome(recipient.name, channel, FAILED, str(error))
    return Outcome(recipient.name, channel, SENT)
