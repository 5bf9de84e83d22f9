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
from importlib import import_module
from threading import Lock
from typing import Any, ParamSpec, Self, TypeVar

_RUN = "import sys; from models.apart import answer; answer(sys.argv[1:])"
_FAILED = (OSError, EOFError, pickle.UnpicklingError)

P = ParamSpec("P")
R = TypeVar("R")


class Apart:
    """A place to call functions: a process beside this one until the block ends, or this one.

    Safe to share between threads; the process answers one call after the other.

    Parameters
    ----------
    is_beside : bool
        Start a process now.
    modules : sequence of str
        What it imports while nobody calls.
    """

    def __init__(self, *, is_beside: bool, modules: Sequence[str] = ()) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = Lock()
        if is_beside:
            known = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own words
                [sys.executable, "-c", _RUN, *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": known},
            )

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what a function of a module returns.

        Where it fails in the process beside, or the process does, it is called here, so that
        errors are raised as if there were no other place.
        """
        if self._process is not None:
            try:
                with self._turn:
                    found: R = _ask(self._process, (function, args, kwargs))
            except _FAILED:
                pass
            else:
                return found
        return function(*args, **kwargs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _ask(process: subprocess.Popen[bytes], asked: tuple[object, ...]) -> Any:
    there, back = process.stdin, process.stdout
    if there is None or back is None:
        raise OSError("The process was started without pipes.")
    pickle.dump(asked, there, protocol=pickle.HIGHEST_PROTOCOL)
    there.flush()
    return pickle.load(back)  # noqa: S301 - our own process wrote it


def answer(modules: Sequence[str]) -> None:
    """Call what is asked for until nobody asks any more: what the process beside does."""
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever a library prints is no answer
    for module in modules:
        import_module(module)
    while True:
        try:
            function, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process
        except EOFError:
            return
        pickle.dump(function(*args, **kwargs), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()
