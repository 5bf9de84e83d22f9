"""Who gets a digest and how: ``digests.toml`` beside the releases, checked before sending."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from digests.chat import FORMATS

FILE_NAME = "digests.toml"
SECURITY = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class DigestSettingsError(ValueError):
    """The settings cannot be meant; the message names the entry and says what to write."""


@dataclass(frozen=True)
class MailServer:
    """The server mail is handed to.

    Attributes
    ----------
    host, security, user, password : str
        ``security`` is starttls, tls, or none (this machine only).
    port : int
    sender : Address
    """

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: Address


@dataclass(frozen=True)
class Recipient:
    """Someone who gets digests, with the programs they manage.

    Attributes
    ----------
    name : str
    programs : tuple of str
        The recipient's rights: pairs of other programs are never told.
    email : Address or None
    webhook : str
        Address of an incoming webhook; empty for none.
    style : str
        slack or teams.
    with_names : bool
        Names of pairs in the message.
    """

    name: str
    programs: tuple[str, ...]
    email: Address | None = None
    webhook: str = ""
    style: str = "slack"
    with_names: bool = False


@dataclass(frozen=True)
class DigestSettings:
    """Everything ``digests.toml`` says."""

    address: str
    recipients: tuple[Recipient, ...]
    mail: MailServer | None = None


def read_digest_settings(
    path: Path, environment: Mapping[str, str] | None = None
) -> DigestSettings:
    """Return the settings of a file; secrets come from the environment by the names it gives.

    Parameters
    ----------
    path : Path
    environment : mapping of str to str, optional
        Without it secrets stay out, for looking at what would be sent.

    Raises
    ------
    DigestSettingsError
        The file is missing or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DigestSettingsError(
            f"There is no {path.name} in {path.parent}. docs/digests.md shows one to start from."
        ) from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DigestSettingsError(f"{path.name} is not TOML: {error}.") from error
    _only(found, path.name, {"address", "mail", "recipient"})
    address = str(found.get("address", ""))
    if urlsplit(address).scheme not in ("http", "https"):
        raise DigestSettingsError(
            f"{path.name}: address is where the dashboard answers, such as "
            f"https://outcomes.example.org, not {address!r}."
        )
    mail = _mail_server(found["mail"], environment) if "mail" in found else None
    entries = found.get("recipient", [])
    if not isinstance(entries, list) or not entries:
        raise DigestSettingsError(f"{path.name} needs at least one [[recipient]].")
    recipients = tuple(_recipient(entry, environment, mail) for entry in entries)
    names = [one.name for one in recipients]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise DigestSettingsError(f"Two recipients are called {doubled[0]}; names tell them apart.")
    return DigestSettings(address, recipients, mail)


def _mail_server(entry: dict[str, Any], environment: Mapping[str, str] | None) -> MailServer:
    where = "[mail]"
    _only(entry, where, {"host", "port", "security", "user", "password_from", "from"})
    security = str(entry.get("security", "starttls"))
    if security not in SECURITY:
        raise DigestSettingsError(f"{where}: security is one of {', '.join(SECURITY)}.")
    host = _text(entry, where, "host")
    if security == "none" and not _is_loopback(host):
        raise DigestSettingsError(
            f'{where}: security = "none" is for a server on this machine only, not {host}.'
        )
    user = str(entry.get("user", ""))
    password = _secret(entry, where, "password_from", environment) if user else ""
    port = entry.get("port", _PORTS[security])
    if not isinstance(port, int) or not 0 < port < 65_536:
        raise DigestSettingsError(f"{where}: port is a number from 1 to 65535, not {port!r}.")
    return MailServer(host, port, security, user, password, _address(entry, where, "from"))


def _recipient(
    entry: dict[str, Any], environment: Mapping[str, str] | None, mail: MailServer | None
) -> Recipient:
    name = _text(entry, "A [[recipient]]", "name")
    where = f"Recipient {name}"
    _only(entry, where, {"name", "programs", "email", "webhook", "webhook_from", "format", "names"})
    programs = entry.get("programs")
    if (
        not isinstance(programs, list)
        or not programs
        or not all(isinstance(one, str) and one for one in programs)
    ):
        raise DigestSettingsError(f"{where}: programs is a list of the programs they manage.")
    email = _address(entry, where, "email") if "email" in entry else None
    if email is not None and mail is None:
        raise DigestSettingsError(f"{where} wants mail, but there is no [mail] server.")
    webhook = str(entry.get("webhook", ""))
    if "webhook_from" in entry:
        webhook = _secret(entry, where, "webhook_from", environment)
    if webhook and urlsplit(webhook).scheme not in ("http", "https"):
        raise DigestSettingsError(f"{where}: a webhook is an address that begins with https.")
    if email is None and not webhook:
        raise DigestSettingsError(f"{where} needs an email, a webhook, or webhook_from.")
    style = str(entry.get("format", "slack"))
    if style not in FORMATS:
        raise DigestSettingsError(f"{where}: format is one of {', '.join(FORMATS)}, not {style}.")
    with_names = entry.get("names", False)
    if not isinstance(with_names, bool):
        raise DigestSettingsError(f"{where}: names is true or false.")
    return Recipient(name, tuple(programs), email, webhook, style, with_names)


def _only(entry: Mapping[str, Any], where: str, known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise DigestSettingsError(
            f"{where}: {unknown[0]} is not known; there are {', '.join(sorted(known))}."
        )


def _text(entry: Mapping[str, Any], where: str, name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip():
        raise DigestSettingsError(f"{where} needs {name}, a text.")
    return value.strip()


def _secret(
    entry: Mapping[str, Any], where: str, name: str, environment: Mapping[str, str] | None
) -> str:
    variable = _text(entry, where, name)
    if environment is None:
        return f"https://{variable}.invalid"  # for looking only
    if not environment.get(variable):
        raise DigestSettingsError(f"{where}: the environment has no {variable} ({name}).")
    return environment[variable]


def _address(entry: Mapping[str, Any], where: str, name: str) -> Address:
    text = _text(entry, where, name)
    shown, spec = parseaddr(text)
    user, at, domain = spec.rpartition("@")
    if not (at and user and domain) or any(sign in text for sign in "\r\n"):
        raise DigestSettingsError(f"{where}: {name} is a mail address, not {text!r}.")
    return Address(shown, user, domain)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
