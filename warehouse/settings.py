"""Where data lies and which engine holds it, read from the environment in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Locations used by every command.

    ``home`` holds the embedded warehouse, the releases, and the log; ``warehouse_url`` is a
    SQLAlchemy URL, DuckDB inside ``home`` unless ``OUTCOMES_WAREHOUSE`` says otherwise.
    """

    home: Path
    warehouse_url: str

    @property
    def releases(self) -> Path:
        """Folder of the published releases."""
        return self.home / "releases"

    @property
    def log_file(self) -> Path:
        """Log of commands and pages; holds no names and no survey answers."""
        return self.home / "outcomes.log"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that ``OUTCOMES_HOME`` and ``OUTCOMES_WAREHOUSE`` ask for."""
    env = os.environ if environment is None else environment
    home = Path(env.get("OUTCOMES_HOME") or "~/.outcomes").expanduser().absolute()
    url = env.get("OUTCOMES_WAREHOUSE") or f"duckdb:///{home / 'warehouse.duckdb'}"
    return Settings(home=home, warehouse_url=url)
