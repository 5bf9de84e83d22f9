"""Answers in JSON, with letters as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response


def as_json(
    status: int, content: Mapping[str, Any], *, mimetype: str = "application/json"
) -> Response:
    """Return an answer that holds ``content``."""
    return Response(json.dumps(content, ensure_ascii=False), status=status, mimetype=mimetype)
