"""What every answer carries: a strict content policy, and fewer bytes on the way."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Sequence

import dash
from flask import Flask, Response, request

_COMPRESSIBLE = ("application/json", "text/", "application/javascript", "image/svg+xml")
_SMALLEST = 1_400  # below one network packet compression gains nothing


def protect(app: dash.Dash) -> None:
    """Add the headers that keep scripts, frames, and requests to this very server.

    The policy names the inline scripts there are by their hashes and allows no other.
    """
    policy: list[str] = []

    def add_headers(response: Response) -> Response:
        if not policy:  # not before: Dash declares its own last scripts at the first request
            policy.append(_policy(app.csp_hashes()))
        response.headers["Content-Security-Policy"] = policy[0]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if request.path == "/" or not request.path.startswith(("/assets", "/_dash-component")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.server.after_request(add_headers)


def compress(server: Flask) -> None:
    """Send text compressed; scripts and styles are compressed once and then remembered."""
    remembered: dict[str, bytes] = {}
    lock = threading.Lock()

    @server.after_request
    def send_fewer_bytes(response: Response) -> Response:
        accepts = "gzip" in request.headers.get("Accept-Encoding", "")
        if not accepts or response.status_code != 200 or "Content-Encoding" in response.headers:
            return response
        if not (response.mimetype or "").startswith(_COMPRESSIBLE):
            return response
        response.direct_passthrough = False
        address = request.full_path if _is_fixed(request.path) else ""
        body = remembered.get(address) if address else None
        if body is None:
            plain = response.get_data()
            if len(plain) < _SMALLEST:
                return response
            body = gzip.compress(plain, 6 if address else 3, mtime=0)
            if address:
                with lock:
                    if len(remembered) < 200:
                        remembered[address] = body
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        return response


def _is_fixed(path: str) -> bool:
    """Return whether the address always holds the same bytes while the server runs."""
    return path.startswith(("/assets/", "/_dash-component-suites/"))


def _policy(hashes: Sequence[str]) -> str:
    scripts = " ".join(known if known.startswith("'") else f"'{known}'" for known in hashes)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
