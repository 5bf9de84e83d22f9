"""A manager acts on pairs by mouse and by keys, and takes back what was too much."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def worklist(open_tab: Callable[..., Tab]) -> Page:
    page = open_tab("program_manager").show("/pairs")
    page.locator(".ag-row").first.wait_for()
    return page


def rows_with(page: Page, words: str) -> int:
    return page.locator(".ag-row [col-id=follow_up]", has_text=words).count()


def test_three_pairs_are_contacted_in_one_go_and_taken_back(worklist: Page) -> None:
    page = worklist
    boxes = page.locator(".ag-row .ag-checkbox-input")
    for number in range(3):
        boxes.nth(number).click()
    expect(page.locator("#acts-count")).to_have_text("3 pairs chosen")
    page.fill("#act-note", "Rang both")
    page.click("[data-act=contacted]")
    expect(page.locator(".toast")).to_contain_text("3 pairs contacted.")
    expect(page.locator(".ag-row [col-id=follow_up]", has_text="Contacted")).to_have_count(3)
    page.click(".toast button")
    expect(page.locator(".toast")).to_contain_text("Taken back.")
    assert rows_with(page, "Contacted") == 0


def test_keys_act_on_the_row_one_is_at(worklist: Page) -> None:
    page = worklist
    page.locator(".ag-row [col-id=why]").nth(4).click()
    page.keyboard.press("s")
    expect(page.locator(".toast")).to_contain_text("1 pair snoozed.")
    expect(page.locator(".ag-row [col-id=follow_up]", has_text="Snoozed until")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_contain_text("Taken back.")


def test_letters_typed_into_a_field_act_on_nothing(worklist: Page) -> None:
    page = worklist
    page.locator(".ag-row [col-id=why]").nth(4).click()
    page.locator("#act-note").press_sequentially("specs")
    assert page.locator(".toast").count() == 0
    assert page.input_value("#act-note") == "specs"


def test_ten_pairs_are_called_by_keys_alone_and_the_last_one_taken_back(worklist: Page) -> None:
    page = worklist
    page.locator(".ag-row [col-id=why]").first.click()
    for number in range(1, 11):
        page.keyboard.press("c")
        expect(page.locator("[data-count-of=done]")).to_have_text(str(number))
        page.keyboard.press("ArrowDown")
    page.keyboard.press("u")
    expect(page.locator("[data-count-of=done]")).to_have_text("9")
    while page.locator(".toast button").count():  # leave the store as it was found
        page.locator(".toast").evaluate("toast => toast.remove()")


def test_all_pairs_of_the_list_are_snoozed_at_once_leave_it_and_come_back(worklist: Page) -> None:
    page = worklist
    needing = page.locator("[data-count-of=needing]").inner_text()
    page.click("[data-choose=all]")
    expect(page.locator("#acts-count")).to_have_text(f"{needing} pairs chosen")
    page.click("[data-act=snoozed]")
    expect(page.locator("[data-count-of=needing]")).to_have_text("0")
    expect(page.locator("[data-count-of=aside]")).to_have_text(needing)
    page.keyboard.press("u")
    expect(page.locator("[data-count-of=needing]")).to_have_text(needing)


def test_a_search_is_asked_of_the_server_and_stands_in_the_address(worklist: Page) -> None:
    page = worklist
    page.fill("#pair-search", "finance")
    page.wait_for_url("**q=finance**")
    expect(page.locator(".ag-row", has_text="Customer care → Engineering")).to_have_count(0)
    expect(page.locator(".ag-row", has_text="Finance").first).to_be_visible()
    page.reload()
    expect(page.locator("#pair-search")).to_have_value("finance")
    page.fill("#pair-search", "nobody is called so")
    expect(page.locator("#worklist-problem")).to_contain_text("No pair of this list")


def is_drawn_for(page: Page, state: str) -> None:
    """Wait for the page of the state: the address changes before the page is drawn anew."""
    page.locator(f".chip[aria-current=true]:has([data-count-of={state}])").wait_for()


def test_a_view_is_saved_followed_and_removed(worklist: Page) -> None:
    page = worklist
    page.click(".chip:has([data-count-of=stalled])")
    is_drawn_for(page, "stalled")
    page.locator("#views summary").click()
    page.fill("#view-name", "The stalled ones")
    page.keyboard.press("Enter")
    expect(page.locator("#views-list a")).to_have_text("The stalled ones")
    page.click(".chip:has([data-count-of=all])")
    is_drawn_for(page, "all")
    page.locator("#views summary").click()
    page.click("#views-list a")
    is_drawn_for(page, "stalled")
    expect(page).to_have_url(re.compile("state=stalled"))
    expect(page.locator("#views")).not_to_have_attribute("open", "")
    page.locator("#views summary").click()
    page.click("[data-view=forget]")
    expect(page.locator("#views-list li")).to_have_count(0)


def test_the_order_of_a_column_is_asked_of_the_server(worklist: Page) -> None:
    page = worklist
    page.goto(f"{page.url.split('?')[0]}?state=all")
    page.locator(".ag-row .worklist__pair").first.wait_for()
    page.locator(".ag-header-cell[col-id=days]").click()
    expect(page.locator(".ag-row[row-index='0'] [col-id=days]")).to_contain_text("days")
    days = [
        int(page.locator(f".ag-row[row-index='{n}'] [col-id=days]").inner_text().split()[0])
        for n in range(8)
    ]
    expect(page.locator(".ag-header-cell[col-id=days]")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert days == sorted(days, reverse=True)


def test_on_a_pairs_own_page_a_follow_up_is_recorded_worded_anew_and_taken_back(
    worklist: Page,
) -> None:
    page = worklist
    page.locator(".ag-row .worklist__pair").nth(3).click()
    page.locator("#pair-acts").wait_for()
    page.fill("#act-note", "Left a mesage")
    page.click("#pair-acts [data-act=contacted]")
    expect(page.locator(".toast")).to_contain_text("1 pair contacted.")
    expect(page.locator(".acted li").first).to_contain_text("Left a mesage")
    page.click("text=Word it anew")
    page.fill("#edit-note", "Left a message")
    page.fill("#edit-due_on", "2099-12-14")
    page.click("[data-edit=save]")
    expect(page.locator(".acted li").first).to_contain_text("Left a message; due 14 Dec 2099")
    page.click(".toast button")
    expect(page.locator(".acted li").first).to_contain_text("Taken back")
    page.fill("#act-note", "")
    page.click("#pair-acts [data-act=ended]")
    expect(page.locator(".acted li").first).to_contain_text("Ended")
    page.click(".toast button")
    expect(page.locator(".toast")).to_contain_text("taken back")


def test_on_a_phone_no_row_lies_over_another(open_tab: Callable[..., Tab]) -> None:
    page = open_tab("program_manager", width=360).show("/pairs?state=all")
    page.locator(".ag-row .worklist__pair").first.wait_for()
    tops = [
        page.locator(f".ag-center-cols-container .ag-row[row-index='{n}']").bounding_box()
        for n in range(3)
    ]
    boxes = [box for box in tops if box is not None]
    assert len(boxes) == 3
    for upper, lower in pairwise(boxes):
        assert lower["y"] - upper["y"] == pytest.approx(152, abs=1)
