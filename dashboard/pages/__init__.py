"""The pages, in the order of the menu; each answers one question and knows no other."""

from __future__ import annotations

from dashboard.page import Page
from dashboard.pages import data, definitions, departments, impact, overview, pairs, people

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    pairs.PAGE,
    people.PAGE,
    departments.PAGE,
    impact.PAGE,
    data.PAGE,
    definitions.PAGE,
)
