"""A manager acts on pairs by mouse and by keys, and takes back what was too much."""

from __future__ import annotations

from collections.abc import Callable

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
