"""Pages that are written from declarations: write them, or check that they are current."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def run(render: Callable[[], str], *, what: str, arguments: list[str] | None = None) -> int:
    """Write a page to the path given, or with ``--check`` tell whether it is current.

    Returns
    -------
    int
        0, or 1 where the page is missing or says something else.
    """
    parser = argparse.ArgumentParser(description=f"Write {what} from its declarations.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when outdated")
    given = parser.parse_args(arguments)
    if not given.check:
        given.path.write_text(render(), encoding="utf-8")
        return 0
    if is_current(render(), given.path):
        return 0
    sys.stderr.write(f"{given.path} is not current. Run 'make format' and commit the result.\n")
    return 1


def is_current(text: str, path: Path) -> bool:
    """Tell whether a page holds exactly the text."""
    return path.is_file() and path.read_text(encoding="utf-8") == text
