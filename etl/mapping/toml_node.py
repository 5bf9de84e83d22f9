"""Reading TOML files that people write: every mistake is named by its key, with what is allowed."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from etl.problems import FileProblem, did_you_mean
from etl.reading.time_zones import is_zone


def read_toml(path: Path, what: str) -> tuple[Node, str]:
    """Read a TOML file; returns its table and the SHA-256 of its bytes.

    Parameters
    ----------
    what
        Word for the file in messages: "mapping", "corrections".

    Raises
    ------
    FileProblem
        file_not_found, or ``bad_<what>`` where it is not TOML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            "file_not_found",
            path,
            f"The {what} cannot be read: {error.strerror}.",
            f"Check the name of the {what} file.",
        ) from error
    return parse_toml(content, path, what)


def parse_toml(content: bytes, path: Path, what: str) -> tuple[Node, str]:
    """Parse TOML as :func:`read_toml` does; ``path`` is where it comes from, for messages."""
    node = Node({}, path, what)
    try:
        node.tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1} is not UTF-8"
        raise node.bad("", problem, "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise node.bad("", f"it is not valid TOML: {error}", "Correct that place.") from error
    return node, hashlib.sha256(content).hexdigest()


class Node:
    """A TOML table being read: every key is asked for by type, what is left over is an error.

    Parameters
    ----------
    tree
        The table as parsed.
    path
        File it stands in.
    what
        Word for the file in messages and, with ``bad_`` before it, the code of its problems.
    place
        Dotted name of the table within the file; blank for the file itself.
    """

    def __init__(self, tree: dict[str, Any], path: Path, what: str, place: str = "") -> None:
        self.tree, self.path, self.what, self.place = tree, path, what, place
        self._asked: list[str] = []

    def bad(self, key: str, problem: str, remedy: str = "Correct it.") -> FileProblem:
        """Return what to raise about a key."""
        place = f'"{key}" ' if key else ""
        words = f"In the {self.what}, {place}{problem}."
        return FileProblem(f"bad_{self.what}", self.path, words, remedy)

    def inner(self, tree: dict[str, Any], name: str) -> Node:
        """Return a table within this one."""
        return Node(tree, self.path, self.what, self.key(name))

    def key(self, name: str) -> str:
        """Return the dotted name of a key."""
        return f"{self.place}.{name}" if self.place else name

    def take(self, name: str, kind: type | tuple[type, ...], words: str) -> Any:
        """Return a value of one of some types, None where there is none."""
        self._asked.append(name)
        value = self.tree.get(name)
        if value is not None and (not isinstance(value, kind) or _is_stray(value, kind)):
            raise self.bad(self.key(name), f"must be {words}, not {value!r}")
        return value

    def text(self, name: str) -> str | None:
        """Return a text, None where there is none."""
        value: str | None = self.take(name, str, "a text in quotes")
        return value

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if not value:
            raise self.bad(self.key(name), "is missing or blank", "Add it.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of the allowed texts."""
        value = self.text(name)
        if value is not None and value not in allowed:
            hint = did_you_mean(value, allowed)
            raise self.bad(self.key(name), f'cannot be "{value}"', one_of(allowed) + hint)
        return value

    def zone(self, name: str) -> str | None:
        """Return the IANA name of a time zone."""
        value = self.text(name)
        if value is not None and not is_zone(value):
            hint = did_you_mean(value, available_timezones())
            remedy = f"Use an IANA name such as Europe/Berlin.{hint}"
            raise self.bad(self.key(name), f'"{value}" is no time zone', remedy)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; one text counts as a list of one."""
        value = self.take(name, (list, str), "a list of texts")
        found = [value] if isinstance(value, str) else (value or [])
        if not all(isinstance(one, str) for one in found):
            raise self.bad(self.key(name), "must hold texts in quotes only")
        return tuple(found)

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is not there."""
        return bool(self.take(name, bool, "true or false"))

    def pairs(self, name: str) -> dict[str, str]:
        """Return a table of texts."""
        value = self.take(name, dict, "a table of texts") or {}
        for key, one in value.items():
            if not isinstance(one, str):
                raise self.bad(f'{self.key(name)}."{key}"', "must be a text in quotes")
        return dict(value)

    def nodes(self, name: str) -> Iterator[Node]:
        """Return the tables written as [[name]]."""
        value = self.take(name, list, f"written as [[{name}]]") or []
        for number, tree in enumerate(value, 1):
            if not isinstance(tree, dict):
                raise self.bad(self.key(name), f"must be written as [[{name}]]")
            yield self.inner(tree, f"{name}[{number}]")

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for name in self.tree:
            if name not in self._asked:
                hint = did_you_mean(name, self._asked)
                remedy = one_of(tuple(self._asked)) + hint
                raise self.bad(self.key(name), "is not a key known here", remedy)


def _is_stray(value: object, kind: type | tuple[type, ...]) -> bool:
    """Tell whether Python calls a value an instance of a kind that TOML keeps apart."""
    is_flag = isinstance(value, bool) and kind is not bool
    return is_flag or (isinstance(value, dt.datetime) and kind is dt.date)


def one_of(allowed: tuple[str, ...]) -> str:
    """Return a sentence that lists what is allowed."""
    return f"Use one of: {', '.join(allowed)}."
