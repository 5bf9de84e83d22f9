"""The state of a long search in a small file, so that an interrupted job goes on where it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from warehouse.disclosure.lattice import Lattice
from warehouse.disclosure.search import State


class Checkpoint:
    """States by block, each valid for exactly the sums and rules it was reached with.

    Parameters
    ----------
    path : Path or None
        The file; None keeps nothing. It holds no answers: only numbers of figures and atoms.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._states: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._states = json.loads(path.read_text("utf-8"))

    @property
    def is_kept(self) -> bool:
        """Whether there is a file."""
        return self._path is not None

    def state_of(self, mark: str) -> State:
        """Return where the block with this fingerprint was left, or the very beginning."""
        stored = self._states.get(mark)
        return State() if stored is None else _state(stored)

    def keep(self, mark: str, state: State) -> None:
        """Store a state; the file is replaced whole, so it is never half written."""
        if self._path is None:
            return
        self._states[mark] = asdict(state)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._states), "utf-8")
        fresh.replace(self._path)


def fingerprint(lattice: Lattice, *, minimum: int, frozen: np.ndarray) -> str:
    """Return a hash over everything a search depends on."""
    found = hashlib.sha256(f"{minimum} {lattice.items}".encode())
    arrays = (lattice.n, lattice.people, lattice.total, lattice.favorable)
    for array in (*arrays, lattice.withheld, frozen):
        found.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    found.update(lattice.figures.to_csv(index=False).encode())
    found.update(lattice.figure_atoms.indices.tobytes())
    return found.hexdigest()


def _state(stored: dict[str, Any]) -> State:
    return State(
        stage=stored["stage"],
        shown=tuple(stored["shown"]),
        found=tuple(tuple(group) for group in stored["found"]),
        next=stored["next"],
    )
