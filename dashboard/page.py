"""What a page is: a question, the figures that answer it, and how they are laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components.figure import Figure
from dashboard.data import View


@dataclass(frozen=True)
class Page:
    """One page of the dashboard.

    Attributes
    ----------
    name : str
        As the menu calls it.
    path : str
        Its address.
    question : str
        What it answers, for the title of the window and for the menu's readers.
    table : str
        Release table without which it has nothing to say; viewers who may not read it do not have
        the page in their menu and are told why when they open it.
    figures : function of View
        Every figure on the page, for downloads.
    build : function of View
        The page's content below the filter bar.
    has_filters : bool
        False when program, cohort, department, and quarter do not change the page.
    """

    name: str
    path: str
    question: str
    table: str
    figures: Callable[[View], Sequence[Figure]]
    build: Callable[[View], list[Any]]
    has_filters: bool = True
