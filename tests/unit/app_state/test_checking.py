"""What the store refuses, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from app_state.checking import MOST_PAIRS, Refused, check_batch, clean, clean_row, clean_wording
from app_state.entry import Change, Kind, Wording

TODAY = dt.date(2026, 11, 2)


@pytest.mark.parametrize("bad", ["\x00", "\x1b[2J", "\x7f", "\u202e", "\ud800", "\u2028", "a\nb"])
def test_characters_that_cannot_be_seen_are_refused_in_a_name(bad: str) -> None:
    with pytest.raises(Refused, match="control character"):
        clean(f"Ann{bad}Lee", "Your name", 200)


def test_a_note_may_have_lines_and_any_script() -> None:
    text = " Zoë\r\nمرحبا\t👩‍👩‍👧 "
    assert clean(text, "The note", 100, lines=True) == "Zoë\nمرحبا\t👩‍👩‍👧"
    with pytest.raises(Refused, match=r"U\+0008"):
        clean("a\x08", "The note", 100, lines=True)


def test_lengths_are_limited_and_the_limit_is_said() -> None:
    note = "x" * 2_001
    with pytest.raises(Refused, match="2,001 characters; 2,000 are allowed"):
        clean_wording(Wording(note), Kind.NOTE, TODAY)
    assert clean_wording(Wording(note[1:]), Kind.NOTE, TODAY).note == note[1:]
    with pytest.raises(Refused, match="assignee's name has 201"):
        clean_wording(Wording(assignee="x" * 201), Kind.CONTACTED, TODAY)


@pytest.mark.parametrize(
    ("kind", "wording", "words"),
    [
        (Kind.NOTE, Wording(" \n"), "needs some words"),
        (Kind.SNOOZED, Wording(), "until when"),
        (Kind.SNOOZED, Wording(until_on=TODAY), "must lie ahead"),
        (Kind.CONTACTED, Wording(until_on=dt.date(2027, 1, 1)), "Only a snooze or a pause"),
        (Kind.NONE, Wording("x"), "nothing holds"),
    ],
)
def test_what_does_not_fit_the_kind_is_refused(kind: Kind, wording: Wording, words: str) -> None:
    with pytest.raises(Refused, match=words):
        clean_wording(wording, kind, TODAY)


def test_a_pause_may_be_without_end_and_a_snooze_until_tomorrow() -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    assert clean_wording(Wording(), Kind.PAUSED, TODAY).until_on is None
    assert clean_wording(Wording(until_on=tomorrow), Kind.SNOOZED, TODAY).until_on == tomorrow


def test_a_batch_has_pairs_each_once_and_not_too_many() -> None:
    pairs = [Change(f"p{n}", 0, Kind.CONTACTED) for n in range(MOST_PAIRS + 1)]
    check_batch(pairs[1:])
    for changes, words in (([], "No pair"), (pairs, "5,001 pairs"), (pairs[:1] * 2, "twice")):
        with pytest.raises(Refused, match=words):
            check_batch(changes)


def test_a_pair_without_an_id_is_refused() -> None:
    with pytest.raises(Refused, match="pair's id is missing"):
        clean_row(Change(" ", 0, Kind.CONTACTED), TODAY)
