from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from app_state.digest_ledger import DigestLedger
from app_state.store import Store

NOW = dt.datetime(2026, 10, 5, 6, 0)
KEY = ("Ada", "mail", "2026-W41")


def test_a_digest_is_claimed_once(store: Store) -> None:
    ledger = DigestLedger(store)
    assert ledger.claim(*KEY, now=NOW)
    assert not ledger.claim(*KEY, now=NOW)
    ledger.settle(*KEY, was_sent=True, now=NOW)
    assert not ledger.claim(*KEY, now=NOW + dt.timedelta(days=3))


def test_other_recipients_channels_and_weeks_have_their_own(store: Store) -> None:
    ledger = DigestLedger(store)
    others = [("Bo", *KEY[1:]), ("Ada", "webhook", KEY[2]), (*KEY[:2], "2026-W42")]
    assert all(ledger.claim(*key, now=NOW) for key in (KEY, *others))


def test_what_failed_can_be_claimed_again(store: Store) -> None:
    ledger = DigestLedger(store)
    ledger.claim(*KEY, now=NOW)
    ledger.settle(*KEY, was_sent=False, now=NOW)
    assert ledger.claim(*KEY, now=NOW)
    assert not ledger.claim(*KEY, now=NOW)


def test_what_a_dead_process_began_is_given_to_another_after_an_hour(store: Store) -> None:
    ledger = DigestLedger(store)
    ledger.claim(*KEY, now=NOW)
    assert not ledger.claim(*KEY, now=NOW + dt.timedelta(minutes=59))
    assert ledger.claim(*KEY, now=NOW + dt.timedelta(minutes=61))


def test_of_many_who_claim_at_once_one_gets_it(store: Store) -> None:
    ledger = DigestLedger(store)
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda _: ledger.claim(*KEY, now=NOW), range(16)))
    assert sum(found) == 1
