"""Weekly digests from the command line: looked at, or sent."""

from __future__ import annotations

import datetime as dt
import os

from rich.rule import Rule

from app_state.digest_ledger import DigestLedger
from app_state.latest import Latest
from app_state.store import Store, open_store, store_url
from command_line.terminal import console, errors
from digests.mail import as_text
from digests.run import FAILED, digests_of, send_digests
from digests.settings import FILE_NAME, Recipient, read_digest_settings
from reports.release import open_release
from warehouse.settings import Settings

_COLORS = {"sent": "green", "failed": "red"}


def print_digests(settings: Settings, now: dt.datetime) -> None:
    """Print every digest of this week; no secret is needed and nothing is sent or remembered."""
    release = open_release(settings.releases)
    chosen = read_digest_settings(settings.home / FILE_NAME)
    store = open_store(store_url())
    try:
        aside = _set_aside(store, now)
    finally:
        store.close()
    for recipient, digest in digests_of(release, chosen, now=now, set_aside=aside):
        console.print(Rule(f"To {recipient.name} by {_ways(recipient)}", align="left"))
        console.print(f"Subject: {digest.subject}\n", markup=False, highlight=False)
        if digest.counts:
            console.print(as_text(digest), markup=False, highlight=False, soft_wrap=True)
        else:
            console.print("No pair needs anybody: nothing would be sent.\n")


def send_all(settings: Settings, now: dt.datetime) -> bool:
    """Send what was not sent this week; say of each how it went, and return whether all is well."""
    release = open_release(settings.releases)
    chosen = read_digest_settings(settings.home / FILE_NAME, os.environ)
    store = open_store(store_url())
    try:
        aside = _set_aside(store, now)
        outcomes = send_digests(release, chosen, DigestLedger(store), now=now, set_aside=aside)
    finally:
        store.close()
    for one in outcomes:
        words = f"{one.recipient} by {one.channel}: {one.status}"
        out = errors if one.status == FAILED else console
        text = f"{words}. {one.words}" if one.words else words
        out.print(text, style=_COLORS.get(one.status, ""), markup=False, highlight=False)
    return all(one.status != FAILED for one in outcomes)


def _set_aside(store: Store, now: dt.datetime) -> frozenset[str]:
    """Return the pairs that need nobody today, as the worklist says."""
    return Latest(store).standing().aside_on(now.date())


def _ways(recipient: Recipient) -> str:
    ways = [f"mail ({recipient.email.addr_spec})"] if recipient.email else []
    return " and ".join([*ways, *([f"webhook ({recipient.style})"] if recipient.webhook else [])])
