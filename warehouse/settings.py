"""Where data lies and which engine holds it, read from the environment in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """A setting in the environment cannot be meant; the message says what to do."""


@dataclass(frozen=True)
class Settings:
    """Locations used by every command.

    ``home`` holds the embedded warehouse, the releases, and the log; ``warehouse_url`` is a
    SQLAlchemy URL, DuckDB inside ``home`` unless ``OUTCOMES_WAREHOUSE`` says otherwise;
    ``largest_shrink`` is the share of rows an export may lose against the last one.
    """

    home: Path
    warehouse_url: str
    largest_shrink: float = 0.3

    @property
    def releases(self) -> Path:
        """Folder of the published releases."""
        return self.home / "releases"

    @property
    def warehouse_file(self) -> Path | None:
        """Where the embedded warehouse lies; None where a server holds it."""
        kind, _, path = self.warehouse_url.partition(":///")
        return Path(path) if kind == "duckdb" else None

    @property
    def log_file(self) -> Path:
        """Log of commands and pages; holds no names and no survey answers."""
        return self.home / "outcomes.log"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings the environment asks for.

    ``OUTCOMES_HOME``, ``OUTCOMES_WAREHOUSE``, and ``OUTCOMES_LARGEST_SHRINK`` (a fraction).

    Raises
    ------
    SettingsError
        ``OUTCOMES_LARGEST_SHRINK`` is no fraction; the message says so.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("OUTCOMES_HOME") or "~/.outcomes").expanduser().absolute()
    url = env.get("OUTCOMES_WAREHOUSE") or f"duckdb:///{home / 'warehouse.duckdb'}"
    return Settings(home, url, _fraction(env, "OUTCOMES_LARGEST_SHRINK", 0.3))


def _fraction(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise SettingsError(
            f"{name} must be a fraction between 0 and 1, such as 0.3, not {text!r}."
        )
    return value
