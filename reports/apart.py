"""A process beside this one for what is mostly Python, so that both processors are busy.

In threads of one process such work takes turns. The interpreter starts, and imports what it will
need, while the facts are still being read.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import Any, Generic, ParamSpec, Self, TypeVar

# Where the functions lie that are called in it; not imported here, so that it can begin at once.
ANALYSES = ("models.analyses", "reports.state_history", "reports.survey_figures")
_RUN = "import sys; from reports.apart import answer; answer(sys.argv[1:])"
_FAILED = (OSError, EOFError, pickle.UnpicklingError)

P = ParamSpec("P")
R = TypeVar("R")


class Task(Generic[R]):
    """A call that waits for its turn beside; whoever needs it before makes it here."""

    def __init__(self, here: Callable[[], R], there: Future[R] | None = None) -> None:
        self._here = here
        self._there = there

    def result(self) -> R:
        """Return what the call returns, or raise what it raises; to be asked once."""
        if self._there is None or self._there.cancel():
            return self._here()
        return self._there.result()


class Apart:
    """A place to call functions: a process beside this one until the block ends, or this one.

    Parameters
    ----------
    is_beside : bool
        Start a process now.
    modules : sequence of str
        What it imports while nobody calls.
    """

    def __init__(self, *, is_beside: bool, modules: Sequence[str] = ()) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if is_beside:
            known = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own words
                [sys.executable, "-c", _RUN, *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": known},
            )
        self._is_stopped = False
        self._turns = ThreadPoolExecutor(max_workers=1)

    @property
    def is_beside(self) -> bool:
        """Tell whether there is a process."""
        return self._process is not None

    def submit(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Task[R]:
        """Let a function of a module be called beside, after those submitted before it.

        Where it fails there, or the process does, it is called here, so that errors are raised as
        if there were no other place.
        """
        here = partial(function, *args, **kwargs)
        if self._process is None:
            return Task(here)
        return Task(here, self._turns.submit(self._call, self._process, here))

    def _call(self, process: subprocess.Popen[bytes], here: partial[R]) -> R:
        try:
            found: R = _ask(process, here)
        except _FAILED:
            if self._is_stopped:
                raise
            return here()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._is_stopped = True
        if self._process is not None:
            self._process.kill()
        self._turns.shutdown(cancel_futures=True)
        if self._process is not None:
            self._process.communicate()


def place_beside() -> Apart:
    """Return a process to judge and analyze in, which gets ready at once."""
    return Apart(is_beside=True, modules=ANALYSES)


def _ask(process: subprocess.Popen[bytes], call: partial[Any]) -> Any:
    there, back = process.stdin, process.stdout
    if there is None or back is None:
        raise OSError("The process was started without pipes.")
    pickle.dump(call, there, protocol=pickle.HIGHEST_PROTOCOL)
    there.flush()
    return pickle.load(back)  # noqa: S301 - our own process wrote it


def answer(modules: Sequence[str]) -> None:
    """Call what is asked for until nobody asks any more: what the process beside does."""
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever a library prints is no answer
    for module in modules:
        import_module(module)
    while True:
        try:
            call = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
        except EOFError:
            return
        pickle.dump(call(), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()
