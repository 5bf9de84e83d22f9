from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_table_twin_opens_in_place_and_closes_again(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/impact")
    card = page.locator("#retention-curves")
    button = card.get_by_role("button", name="Table of")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(card.get_by_role("columnheader", name="Months since joining")).to_be_visible()
    button.click()
    expect(card.get_by_role("columnheader", name="Months since joining")).to_be_hidden()


def test_a_figure_is_saved_as_a_picture_with_its_words(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    tab = open_tab()
    for path, figure in (("/", "overview-departments"), ("/impact", "retention-curves")):
        page = tab.show(path)
        page.wait_for_timeout(500)
        with page.expect_download() as waiting:
            page.locator(f"#{figure}").get_by_role("button", name="PNG of").click()
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        assert saved.name == f"{figure}.png"
        assert saved.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert saved.stat().st_size > 20_000


def test_a_download_holds_the_figures_of_the_filters_chosen(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    page = open_tab().show("/?quarter=2026Q2")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export view").click()
    saved = tmp_path / "view.csv"
    waiting.value.save_as(saved)
    text = saved.read_text(encoding="utf-8-sig")
    assert "2026 Q2" in text
    assert "Release 1" in text
    assert "Pairs on track, by department and quarter" in text


def test_dark_is_remembered_and_light_returns(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/impact")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    page.locator("#main h1").wait_for()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")


def test_a_definition_is_one_click_away(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/")
    page.locator("#overview-departments").get_by_role("link", name="Definition").click()
    expect(page).to_have_url(re.compile("#metric-pair_state_on_track"))
    expect(page.locator("#metric-pair_state_on_track")).to_be_in_viewport()


def test_definitions_are_found_by_words_and_opened_by_links(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().show("/definitions#metric-reach")
    expect(page.locator("#metric-reach .facts")).to_be_visible()
    expect(page.locator("#metric-participants .facts")).to_be_hidden()
    page.get_by_label("Find a figure").fill("headcount turnover")
    expect(page.locator("#metric-reach")).to_be_hidden()
    expect(page.locator("#metric-turnover")).to_be_visible()
    expect(page.locator("#definitions-shown")).to_contain_text(" of ")
    page.get_by_label("Find a figure").fill("no such words")
    expect(page.get_by_role("status").filter(has_text="No figure holds")).to_be_visible()


def test_the_demo_switches_roles_and_keeps_the_page(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    page = tab.show("/pairs?quarter=2026Q2")
    page.get_by_role("button", name="Seen as").click()
    page.get_by_role("menuitem", name="Program manager").click()
    expect(page.locator(".worklist")).to_be_visible()
    assert page.url == f"{tab.address}/pairs?quarter=2026Q2"
