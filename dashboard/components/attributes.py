"""Attributes of elements that Python cannot spell as arguments."""

from __future__ import annotations

from typing import Any


def attributes(**words: str) -> dict[str, Any]:
    """Return attributes by their HTML names: ``aria_label`` as ``aria-label``.

    Use as ``html.Div(..., **attributes(aria_label="Pages", data_action="table"))``.
    """
    return {name.replace("_", "-"): value for name, value in words.items()}
