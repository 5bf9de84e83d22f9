from __future__ import annotations

import json
from dataclasses import replace
from email.headerregistry import Address
from urllib.parse import parse_qs, urlsplit

import pytest

from digests.chat import message_of
from digests.mail import as_html, as_text, mail_of
from reports.digest import Digest, build_digest
from reports.release import Release, open_release
from tests.synthetic_release import publish_synthetic

ADDRESS = "https://outcomes.example.org/"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("digest") / "releases"
    publish_synthetic(folder)
    return open_release(folder)


def digest_of(release: Release, **changes) -> Digest:
    given = {"programs": ("P1",), "address": ADDRESS, "week": "2026-W40"}
    return build_digest(release, **(given | changes))


def test_it_counts_the_pairs_in_need_as_the_worklist_does(release):
    digest = digest_of(release)
    board = release.frame("pair_board", program="P1")
    needing = board[board["needs_attention"].astype(bool)]
    assert sum(count for _, count, _ in digest.counts) == len(needing)
    assert len(digest.lines) + digest.more == len(needing)
    first = needing.sort_values("need_rank")["pair_id"].iloc[0]
    assert digest.lines[0].who == f"Pair {first}"


def test_a_pair_that_was_set_aside_is_not_told_of(release):
    told = digest_of(release)
    aside = {line.pair_id for line in told.lines[:4]}
    digest = digest_of(release, set_aside=aside)
    assert not aside & {line.pair_id for line in digest.lines}
    assert digest.lines[0] == told.lines[4]
    assert sum(count for _, count, _ in digest.counts) == len(told.lines) + told.more - 4


def test_pairs_of_other_programs_are_never_told(release):
    assert digest_of(release, programs=("P9",)).counts == ()
    assert digest_of(release, programs=("P9",)).headline == "No pair needs you now."


def test_names_are_left_out_unless_they_are_wanted(release):
    board = release.frame("pair_board")
    names = {*board["mentor_name"], *board["mentee_name"]}
    plain = digest_of(release)
    for text in (as_text(plain), as_html(plain), json.dumps(message_of(plain, "slack")),
                 json.dumps(message_of(plain, "teams"))):  # fmt: skip
        assert not any(name in text for name in names)
    named = digest_of(release, with_names=True)
    assert named.lines[0].who.startswith(board.sort_values("need_rank")["mentor_name"].iloc[0])


def test_links_lead_back_to_the_filtered_worklist(release):
    digest = digest_of(release)
    links = [digest.href, *(href for *_, href in digest.counts), *(x.href for x in digest.lines)]
    for link in links:
        assert link.startswith("https://outcomes.example.org/pairs?")
        assert parse_qs(urlsplit(link).query)["program"] == ["P1"]
    assert parse_qs(urlsplit(digest.lines[0].href).query)["state"] == ["all"]


def test_a_mail_has_the_same_words_as_text_and_as_html(release):
    digest = digest_of(release)
    mail = mail_of(
        digest,
        sender=Address("Program Outcomes", "outcomes", "example.org"),
        recipient=Address("Ada", "ada", "example.org"),
    )
    plain, rich = (part.get_content() for part in mail.iter_parts())
    for line in digest.lines:
        assert line.who in plain and line.who in rich
        assert line.state.lower() in plain and line.state in rich
    assert str(digest.more) in plain and str(digest.more) in rich
    assert "<script" not in rich and "<img" not in rich
    assert mail["Auto-Submitted"] == "auto-generated"


def test_words_that_look_like_markup_stay_words(release):
    digest = digest_of(release)
    line = replace(digest.lines[0], who="<b>*x*", where="a & b", why="[why](no)")
    odd = replace(digest, lines=(line,))
    assert "&lt;b&gt;" in as_html(odd)
    assert "&lt;b&gt;" in message_of(odd, "slack")["blocks"][2]["text"]["text"]
    teams = json.dumps(message_of(odd, "teams"))
    assert "[why](no)" not in teams


def test_chat_messages_are_what_their_webhooks_take(release):
    digest = digest_of(release)
    slack, teams = message_of(digest, "slack"), message_of(digest, "teams")
    assert slack["text"] and len(slack["blocks"]) <= 50
    assert all(len(b["text"]["text"]) <= 3000 for b in slack["blocks"] if b["type"] == "section")
    (card,) = teams["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["type"] == "AdaptiveCard"
    assert len(json.dumps(teams)) < 28_000
