"""Answers already given: a page is a pure function of release, viewer, and address."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, Response, g, has_app_context, request

from app_state.errors import StoreError
from reports.release import ReleaseError

_CALLBACK_PATH = "/_dash-update-component"
_PAGE_OUTPUT = b"_pages_content.children"


class Answer(NamedTuple):
    """A body as first given, plain and compressed."""

    plain: bytes
    compressed: bytes


class AnswerStore:
    """The answers asked for last, up to a number of them; safe between threads."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: tuple[object, ...]) -> Answer | None:
        """Return the answer given under ``key`` before."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: tuple[object, ...], body: bytes) -> None:
        """Keep an answer and let go of the one longest unused."""
        answer = Answer(body, gzip.compress(body, 5, mtime=0))
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)


def keep_answers(
    server: Flask, store: AnswerStore, depends_on: Callable[[], tuple[object, ...]]
) -> None:
    """Answer a repeated question for a page without drawing it again.

    Parameters
    ----------
    server : Flask
        The application's server.
    store : AnswerStore
        Where answers are kept.
    depends_on : function
        Returns what an answer depends on beside the question: release and viewer. A new release or
        another viewer is therefore never served an old answer.
    """

    @server.before_request
    def find_answer() -> Response | None:
        g.answer_key = None
        if request.path != _CALLBACK_PATH or request.method != "POST":
            return None
        question = request.get_data(cache=True)
        if _PAGE_OUTPUT not in question:
            return None
        try:
            key = (*depends_on(), hashlib.sha256(question).digest())
        except (ReleaseError, StoreError):
            return None
        found = store.find(key)
        if found is None:
            g.answer_key = key
            return None
        return _response(found)

    @server.after_request
    def keep_answer(response: Response) -> Response:
        key = g.get("answer_key")
        if key is not None and response.status_code == 200 and g.get("keep_answer", True):
            store.keep(key, response.get_data())
        return response


def forget_answer() -> None:
    """Let the answer being given be given once only: the next one may know more."""
    if has_app_context():
        g.keep_answer = False


def _response(found: Answer) -> Response:
    response = Response(mimetype="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(found.compressed)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    else:
        response.set_data(found.plain)
    return response
