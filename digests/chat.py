"""A digest as the message an incoming webhook of Slack or Teams takes."""

from __future__ import annotations

from typing import Any

from reports.digest import Digest, Line, more_words

SLACK, TEAMS = "slack", "teams"
FORMATS = (SLACK, TEAMS)
_SLACK_TEXT = 2_900  # a section takes 3,000 characters


def message_of(digest: Digest, style: str) -> dict[str, Any]:
    """Return the message in the format of a chat.

    Parameters
    ----------
    digest : Digest
    style : {"slack", "teams"}
    """
    return _slack(digest) if style == SLACK else _teams(digest)


def _slack(digest: Digest) -> dict[str, Any]:
    """Block Kit: sections of mrkdwn, one button."""
    counts = " · ".join(f"<{href}|{count} {words.lower()}>" for words, count, href in digest.counts)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": digest.headline[:150]}},
        _section(f"{digest.day}\n{counts}" if counts else digest.day),
    ]
    blocks += [_section(_slack_line(line)) for line in digest.lines]
    if digest.more:
        blocks.append(_section(more_words(digest.more).capitalize()))
    open_list = {"type": "plain_text", "text": "Open the worklist"}
    blocks.append(
        {
            "type": "actions",
            "elements": [{"type": "button", "text": open_list, "url": digest.href}],
        }
    )
    foot = [{"type": "mrkdwn", "text": _mrkdwn(words)} for words in digest.foot]
    return {"text": digest.subject, "blocks": [*blocks, {"type": "context", "elements": foot}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SLACK_TEXT]}}


def _slack_line(line: Line) -> str:
    why = f"\n{_mrkdwn(line.why)}" if line.why else ""
    head = f"*<{line.href}|{_mrkdwn(line.who)}>* · {line.state}, {line.since}"
    return f"{head}\n{_mrkdwn(line.where)}{why}"


def _mrkdwn(text: str) -> str:
    """Escape the three characters that Slack reads as commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(digest: Digest) -> dict[str, Any]:
    """Adaptive Card 1.4 in the envelope that Teams' workflows take."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(digest.headline), "size": "Large", "weight": "Bolder",
         "wrap": True},
        {"type": "TextBlock", "text": _plain(digest.day), "isSubtle": True, "wrap": True},
    ]  # fmt: skip
    if digest.counts:
        facts = [{"title": words, "value": f"{count:,}"} for words, count, _ in digest.counts]
        body.append({"type": "FactSet", "facts": facts})
    body += [_teams_line(line) for line in digest.lines]
    if digest.more:
        body.append({"type": "TextBlock", "text": more_words(digest.more).capitalize()})
    foot = " ".join(map(_plain, digest.foot))
    body.append(
        {"type": "TextBlock", "text": foot, "isSubtle": True, "wrap": True, "size": "Small"}
    )
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open the worklist", "url": digest.href}],
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "summary": digest.subject, "attachments": [content]}


def _teams_line(line: Line) -> dict[str, Any]:
    why = f" {_plain(line.why)}." if line.why else ""
    text = (
        f"[{_plain(line.who)}]({line.href}), {_plain(line.where)}: {line.state}, {line.since}.{why}"
    )
    return {"type": "TextBlock", "text": text, "wrap": True, "spacing": "Small"}


def _plain(text: str) -> str:
    """Keep brackets and stars from being read as markdown."""
    for sign in "\\[]()*_`":
        text = text.replace(sign, "\\" + sign)
    return text
