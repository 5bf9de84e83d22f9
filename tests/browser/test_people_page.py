from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_list_unfolds_and_its_pair_opens(open_tab: Callable[..., Tab]) -> None:
    page = open_tab("program_manager").show("/people")
    card = page.locator("#people-waiting")
    rows = card.locator(".people tbody tr:visible")
    expect(rows).to_have_count(8)
    card.get_by_text("Show more").click()
    expect(rows).to_have_count(20)
    result = Axe().run(page)
    assert [violation["id"] for violation in result.response["violations"]] == []
    pair = page.locator("#people-talk .people a").first
    name = pair.inner_text()
    pair.click()
    expect(page.locator("h1")).to_have_text(name)


def test_pairs_that_never_met_are_one_click_away(open_tab: Callable[..., Tab]) -> None:
    page = open_tab("program_manager").show("/people")
    page.get_by_role("link", name="Show these pairs").click()
    expect(page).to_have_url(re.compile(r"/pairs\?.*state=never_started"))


def test_names_of_people_are_in_the_page_of_their_manager_only(
    open_tab: Callable[..., Tab],
) -> None:
    manager = open_tab("program_manager").show("/people")
    expect(manager.locator("#people-waiting tbody th").first).to_have_text(
        re.compile(r"Applicant \d{4}")
    )
    for role in ("hr_leadership", "department_head", "administrator"):
        page = open_tab(role).show("/people")
        assert not re.search(r"(?:Applicant|Colleague|Mentor|Mentee) \d{4}", page.content())
