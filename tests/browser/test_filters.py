from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def choose(page: Page, name: str, option: str) -> None:
    page.locator(".pill[aria-haspopup=menu]", has_text=name).first.click()
    page.get_by_role("menuitem", name=option, exact=True).click()


def test_a_filter_stands_in_the_address_and_survives_navigation_back_and_reload(
    open_tab: Callable[..., Tab],
) -> None:
    page = open_tab().show("/")
    choose(page, "Department", "Engineering")
    expect(page).to_have_url(re.compile("department=Engineering"))
    expect(page.get_by_role("button", name="Department Engineering")).to_be_visible()
    choose(page, "Quarter", "2026 Q2")
    expect(page).to_have_url(re.compile("quarter=2026Q2"))

    page.get_by_role("link", name="Impact", exact=True).first.click()
    expect(page.get_by_role("heading", name="Can we believe it?")).to_be_visible()
    expect(page.get_by_role("button", name="Department Engineering")).to_be_visible()
    assert "department=Engineering" in page.url

    page.go_back()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    expect(page.get_by_role("button", name="Quarter 2026 Q2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Quarter 2026 Q3")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("button", name="Quarter 2026 Q2")).to_be_visible()

    page.reload()
    expect(page.get_by_role("button", name="Quarter 2026 Q2")).to_be_visible()
    expect(page.get_by_role("button", name="Department Engineering")).to_be_visible()


def test_a_copied_link_names_the_quarter_even_when_it_is_the_newest(
    open_tab: Callable[..., Tab],
) -> None:
    tab = open_tab()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = tab.show("/departments?metric=reach")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_have_text("Link copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == f"{tab.address}/departments?quarter=2026Q3&metric=reach"


def test_choosing_a_metric_stands_in_the_address(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/departments")
    choose(page, "Metric", "Cancelled by the senior")
    expect(page).to_have_url(re.compile("metric=senior_cancellation_rate"))
    expect(page.locator("h1")).to_contain_text("Cancelled by the senior")


def test_a_choice_that_does_not_exist_is_named_and_replaced(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/?quarter=2031Q9&department=Nowhere")
    expect(page.get_by_text("There is no quarter “2031Q9” in this release")).to_be_visible()
    expect(page.get_by_text("There is no department “Nowhere” in this release")).to_be_visible()


def test_the_menus_work_with_keys_alone(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.get_by_role("button", name="Program All").focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name="Reverse Mentoring")
    expect(item).to_be_visible()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        if item.evaluate("node => node === document.activeElement"):
            break
    expect(item).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("program=P1"))


def test_state_chips_and_search_narrow_the_worklist(open_tab: Callable[..., Tab]) -> None:
    page = open_tab("program_manager").show("/pairs")
    page.get_by_role("link", name="Stalled").first.click()
    expect(page).to_have_url(re.compile("state=stalled"))
    cells = page.locator(".ag-row [col-id=state_word]")
    expect(cells.first).to_have_text("Stalled")
    assert set(cells.all_inner_texts()) == {"Stalled"}
    name = page.locator(".ag-row .worklist__pair b").nth(1).inner_text()
    page.get_by_role("searchbox").fill(name.split(" → ")[0])
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(1)
    page.locator(".ag-row .worklist__pair").first.click()
    expect(page.locator("#main h1")).to_have_text(name)
    expect(page.locator(".timeline__item").last).to_contain_text("Matched")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#pair-page")).to_have_count(0)
    expect(page).to_have_url(re.compile("state=stalled"))
