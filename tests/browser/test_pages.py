from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dashboard.access import Role
from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = ("/", "/pairs", "/people", "/departments", "/impact", "/data", "/definitions")
ROLES = tuple(role.value for role in Role)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_loads_for_every_role_and_asks_nobody_else(
    open_tab: Callable[..., Tab], role: str
) -> None:
    tab = open_tab(role)
    for path in PAGES:
        page = tab.show(path)
        expect(page.locator("h1")).to_have_count(1)
        expect(page.get_by_text("This page could not be shown")).to_have_count(0)
        expect(page.locator(".side__foot").first).to_contain_text("Release 1 · data to 30 Sep 2026")


@pytest.mark.parametrize("role", ["hr_leadership", "program_manager", "administrator"])
def test_no_page_has_an_accessibility_violation(open_tab: Callable[..., Tab], role: str) -> None:
    tab = open_tab(role)
    found = {}
    schemes = ["light", "dark"]
    for path in (*PAGES, "/pairs?pair=X0001", "/nowhere"):
        page = tab.show(path)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for()
            page.wait_for_timeout(400)  # the grid and the charts draw themselves after the words
            result = Axe().run(page)
            if result.violations_count:
                found[path, scheme] = [
                    (violation["id"], node["target"], node["failureSummary"])
                    for violation in result.response["violations"]
                    for node in violation["nodes"][:3]
                ]
        schemes.reverse()  # every other page comes in dark and is switched to light
    assert found == {}


@pytest.mark.parametrize("role", ["hr_leadership", "program_manager"])
def test_nothing_is_wider_than_a_phone(open_tab: Callable[..., Tab], role: str) -> None:
    tab = open_tab(role, width=360)
    for path in (*PAGES, "/pairs?state=all&pair=X0001"):
        page = tab.show(path)
        page.wait_for_timeout(300)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 360, path


def test_names_of_pairs_are_shown_to_their_manager_only(open_tab: Callable[..., Tab]) -> None:
    manager = open_tab("program_manager").show("/pairs?state=all")
    expect(manager.locator(".worklist__pair b").first).to_have_text(re.compile(r"Mentor \d{4}"))
    for role in ("hr_leadership", "department_head", "administrator"):
        page = open_tab(role).show("/pairs?state=all&pair=X0001")
        expect(page.get_by_text("Why there are no names here")).to_be_visible()
        assert not re.search(r"Mentor \d{4}", page.content())


def test_an_unknown_address_says_so_and_leads_back(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/nowhere")
    expect(page.locator("h1")).to_have_text("There is no such page")
    page.get_by_role("link", name="Go to the Overview").click()
    expect(page.locator(".stats")).to_be_visible()
