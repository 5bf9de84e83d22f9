from __future__ import annotations

from pathlib import Path

import pytest

from digests.settings import DigestSettingsError, read_digest_settings

GOOD = """
address = "https://outcomes.example.org"
[mail]
host = "smtp.example.org"
user = "robot"
password_from = "SMTP_PASSWORD"
from = "Program Outcomes <outcomes@example.org>"
[[recipient]]
name = "Ada"
programs = ["P1"]
email = "Ada Lovelace <ada@example.org>"
names = true
[[recipient]]
name = "Channel"
programs = ["P1", "P2"]
webhook_from = "TEAMS_URL"
format = "teams"
"""
SECRETS = {"SMTP_PASSWORD": "secret", "TEAMS_URL": "https://hooks.example.org/abc"}


def read(tmp_path: Path, text: str, environment: dict[str, str] | None = None):
    path = tmp_path / "digests.toml"
    path.write_text(text, encoding="utf-8")
    return read_digest_settings(path, SECRETS if environment is None else environment)


def test_settings_are_read_and_secrets_come_from_the_environment(tmp_path):
    found = read(tmp_path, GOOD)
    assert found.mail is not None
    assert (found.mail.port, found.mail.security, found.mail.password) == (
        587,
        "starttls",
        "secret",
    )
    ada, channel = found.recipients
    assert (str(ada.email), ada.with_names) == ("Ada Lovelace <ada@example.org>", True)
    assert (channel.webhook, channel.style, channel.with_names) == (
        "https://hooks.example.org/abc", "teams", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('address = "https', 'address = "ftp', "address is where the dashboard answers"),
        ("address", "adress", "adress is not known; there are address, mail, recipient"),
        ('host = "smtp.example.org"', "", "[mail] needs host"),
        ('user = "robot"', 'user = "robot"\nsecurity = "none"', "server on this machine only"),
        ('user = "robot"', 'user = "robot"\nport = 0', "port is a number from 1 to 65535"),
        ("from = \"Program Outcomes <outcomes@example.org>\"", 'from = "me"', "is a mail address"),
        ('programs = ["P1"]', "programs = []", "Recipient Ada: programs is a list"),
        ("names = true", 'names = "yes"', "Recipient Ada: names is true or false."),
        ('format = "teams"', 'format = "pigeon"', "format is one of slack, teams, not pigeon"),
        ('name = "Channel"', 'name = "Ada"', "Two recipients are called Ada"),
        ('webhook_from = "TEAMS_URL"', "", "Recipient Channel needs an email, a webhook"),
        ('webhook_from = "TEAMS_URL"', 'webhook = "file:///etc"', "begins with https"),
        ("[mail]", "[[mail", "is not TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, old, new, words):
    assert old in GOOD
    with pytest.raises(DigestSettingsError) as refused:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert words in str(refused.value)


def test_a_missing_secret_names_the_variable_and_nothing_else(tmp_path):
    with pytest.raises(DigestSettingsError, match="the environment has no SMTP_PASSWORD"):
        read(tmp_path, GOOD, {"TEAMS_URL": "https://x"})


def test_a_missing_file_says_where_to_start(tmp_path):
    with pytest.raises(DigestSettingsError, match=r"docs/digests\.md"):
        read_digest_settings(tmp_path / "digests.toml", {})
