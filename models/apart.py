"""The analyses in a process of their own, so that figures keep the other processor busy.

In threads of one process they would take turns: both are mostly Python. The interpreter starts
while the facts are still being read. A small company is analyzed on the spot, which is quicker.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import sqlalchemy as sa

from models.analyses import Analyses, Inputs, analyze
from warehouse import tables
from warehouse.engine import Warehouse

LARGE = 3_000  # spells of employment; starting an interpreter costs as much as analyzing so many
_RUN = "from models.analyses import answer; answer()"


class Apart:
    """A place to analyze: a process beside this one, or this one.

    Parameters
    ----------
    is_beside : bool
        Start a process now; :meth:`analyze` hands it the facts.
    """

    def __init__(self, *, is_beside: bool) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if is_beside:
            known = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own words
                [sys.executable, "-c", _RUN],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": known},
            )

    def analyze(self, inputs: Inputs) -> Analyses:
        """Return the analyses; where the process beside fails, they are run here."""
        if self._process is None:
            return analyze(inputs)
        asked = pickle.dumps(inputs, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            answered, _ = self._process.communicate(asked)
        except OSError:  # it was stopped before it read everything
            answered = b""
        if self._process.wait() != 0 or not answered:
            return analyze(inputs)
        found: Analyses = pickle.loads(answered)  # noqa: S301 - our own process wrote it
        return found

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def place_for(warehouse: Warehouse) -> Apart:
    """Return where to analyze a company of this size."""
    count = warehouse.read(sa.select(sa.func.count().label("n")).select_from(tables.employment))
    return Apart(is_beside=int(count["n"].iloc[0]) >= LARGE)
