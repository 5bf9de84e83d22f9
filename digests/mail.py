"""A digest as a mail: the same words as plain text and as HTML."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from html import escape

from reports.digest import Digest, Line, more_words

_INK, _SOFT, _LINE, _ACCENT = "#182230", "#55617a", "#e3e8ee", "#0b6e6e"
_FONT = "font-family:Inter,'Segoe UI',Arial,sans-serif"


def mail_of(digest: Digest, *, sender: Address, recipient: Address) -> EmailMessage:
    """Return the mail, ready to send; it carries no picture and asks for nothing from outside.

    Parameters
    ----------
    digest : Digest
    sender, recipient : Address
    """
    mail = EmailMessage()
    mail["Subject"] = digest.subject
    mail["From"] = sender
    mail["To"] = recipient
    mail["Message-ID"] = make_msgid(domain=sender.domain or "localhost")
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please (RFC 3834)
    mail.set_content(as_text(digest))
    mail.add_alternative(as_html(digest), subtype="html")
    return mail


def as_text(digest: Digest) -> str:
    """Return a digest as plain text, at most 78 characters wide but for links."""
    parts = [digest.headline, digest.day, ""]
    parts += [f"{count:>4}  {words}: {href}" for words, count, href in digest.counts]
    for line in digest.lines:
        parts += ["", f"{line.who}, {line.state.lower()}, {line.since}", f"  {line.where}"]
        parts += [f"  {line.why}" if line.why else "", f"  {line.href}"]
    if digest.more:
        parts += ["", more_words(digest.more).capitalize()]
    parts += ["", f"The whole worklist: {digest.href}", "", *digest.foot]
    lines = [part for i, part in enumerate(parts) if part.strip() or (i and parts[i - 1].strip())]
    return "\n".join(lines) + "\n"


def as_html(digest: Digest) -> str:
    """Return a digest as HTML that mail programs can draw: tables, styles in place, no scripts."""
    counts = "".join(
        f'<td style="padding:0 18px 0 0"><a href="{escape(href)}" style="color:{_INK};'
        f'text-decoration:none"><strong style="font-size:20px">{count:,}</strong><br>'
        f'<span style="color:{_SOFT};font-size:13px">{escape(words)}</span></a></td>'
        for words, count, href in digest.counts
    )
    more = f'<p style="color:{_SOFT}">{more_words(digest.more).capitalize()}.</p>'
    foot = " ".join(escape(words) for words in digest.foot)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="color-scheme" content="light"><title>{escape(digest.subject)}</title></head>'
        f'<body style="margin:0;padding:24px;{_FONT};font-size:15px;line-height:22px;'
        f'color:{_INK};background:#ffffff"><div style="max-width:640px;margin:0 auto">'
        f'<h1 style="font-size:20px;line-height:28px;margin:0 0 4px">{escape(digest.headline)}</h1>'
        f'<p style="color:{_SOFT};margin:0 0 18px">{escape(digest.day)}</p>'
        f'<table role="presentation" cellspacing="0" cellpadding="0"><tr>{counts}</tr></table>'
        f'<table role="presentation" cellspacing="0" cellpadding="0" width="100%" '
        f'style="margin-top:18px;border-collapse:collapse">{"".join(map(_row, digest.lines))}'
        f"</table>{more if digest.more else ''}"
        f'<p style="margin:22px 0"><a href="{escape(digest.href)}" style="background:{_ACCENT};'
        f'color:#ffffff;padding:10px 16px;border-radius:7px;text-decoration:none">'
        f"Open the worklist</a></p>"
        f'<p style="color:{_SOFT};font-size:12.5px;line-height:18px">{foot}</p>'
        f"</div></body></html>\n"
    )


def _row(line: Line) -> str:
    why = f"{escape(line.why)}<br>" if line.why else ""
    return (
        f'<tr><td style="padding:10px 0;border-top:1px solid {_LINE};vertical-align:top">'
        f'<a href="{escape(line.href)}" style="color:{_ACCENT};font-weight:600">'
        f'{escape(line.who)}</a> <span style="color:{_SOFT}">{escape(line.where)}</span><br>'
        f"{why}</td>"
        f'<td style="padding:10px 0 10px 16px;border-top:1px solid {_LINE};vertical-align:top;'
        f'white-space:nowrap;text-align:right">{escape(line.state)}<br>'
        f'<span style="color:{_SOFT};font-size:13px">{escape(line.since)}</span></td></tr>'
    )
