from __future__ import annotations

import csv
import io
import logging
import re
import shutil
from pathlib import Path

import pytest

from dashboard.access import Role
from dashboard.components.figure import Column, Figure, Table, text_value
from dashboard.content import overview
from dashboard.data import View
from dashboard.downloads import figures_csv
from tests.page_asker import Asker
from tests.synthetic_release import publish_synthetic

NAME = re.compile(r"Mentor \d{4}")


def test_scripts_come_from_this_server_only(asker: Asker) -> None:
    policy = asker.client.get("/").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert scripts.startswith("script-src 'self' 'sha256-")
    assert "frame-ancestors 'none'" in policy


def test_the_page_says_its_language(asker: Asker) -> None:
    assert '<html lang="en">' in asker.client.get("/").get_data(as_text=True)


def test_a_kept_answer_is_never_given_to_another_role(asker: Asker) -> None:
    asker.become("program_manager")
    assert NAME.search(asker.page("/pairs"))
    for role in ("hr_leadership", "department_head", "administrator", "nonsense"):
        asker.become(role)
        assert not NAME.search(asker.page("/pairs"))
    asker.become("program_manager")
    assert NAME.search(asker.page("/pairs"))


def test_a_kept_answer_is_dropped_with_a_new_release(tmp_path: Path) -> None:
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    asker = Asker(tmp_path)
    assert "Release 1 · data to" in asker.page("/")
    assert "Release 1 · data to" in asker.page("/")
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    assert "Release 2 · data to" in asker.page("/")


def test_a_role_counts_in_the_demo_only(releases: Path) -> None:
    asker = Asker(releases, demo=False)
    asker.become("program_manager")
    page = asker.page("/pairs")
    assert not NAME.search(page)
    assert "Seen as" not in page
    assert asker.client.get("/role/program_manager").status_code != 302


def test_switching_the_role_leads_back_to_the_same_page_and_nowhere_else(asker: Asker) -> None:
    back = {"Referer": "http://localhost/pairs?quarter=2026Q2"}
    answer = asker.client.get("/role/program_manager", headers=back)
    assert answer.headers["Location"] == "/pairs?quarter=2026Q2"
    elsewhere = {"Referer": "http://localhost//example.com/x"}
    assert asker.client.get("/role/administrator", headers=elsewhere).headers["Location"] == "/"


def test_no_release_is_said_in_words_with_what_to_do(tmp_path: Path) -> None:
    asker = Asker(tmp_path)
    page = asker.page("/")
    assert "No figures yet" in page
    assert "outcomes publish" in page
    assert asker.client.get("/export/key-figures.csv").status_code == 503
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    assert "What the program did" in asker.page("/")


def test_a_release_that_vanished_is_said_in_words(tmp_path: Path) -> None:
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    asker = Asker(tmp_path)
    asker.page("/")
    shutil.rmtree(tmp_path / "000001")
    assert "is no longer there" in asker.page("/")


def test_a_page_that_fails_shows_an_id_that_is_in_the_log_and_leaves_the_others(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = "Anna Secret answered 2"

    def fail(view: View) -> str:
        raise ValueError(answer)

    monkeypatch.setattr(overview, "read_title", fail)
    with caplog.at_level(logging.ERROR, logger="outcomes.dashboard"):
        page = asker.page("/")
    found = re.search(r'"children": "([0-9a-f]{8})"', page)
    assert found
    assert found.group(1) in caplog.text
    assert "Anna" not in caplog.text
    assert "Anna" not in page
    assert "This page could not be shown" not in asker.page("/impact")
    monkeypatch.undo()
    assert "This page could not be shown" not in asker.page("/")


def test_a_download_has_the_rights_of_the_page(asker: Asker) -> None:
    asker.become("hr_leadership")
    assert asker.client.get("/export/rejected-rows.csv").status_code == 404
    assert asker.client.get("/export/pairs-worklist.csv").status_code == 404
    assert asker.client.get("/export/page-overview.csv").status_code == 200
    asker.become("administrator")
    assert asker.client.get("/export/rejected-rows.csv").status_code == 200
    assert asker.client.get("/export/page-overview.csv").status_code == 404
    asker.become("program_manager")
    worklist = asker.client.get("/export/pairs-worklist.csv?state=all")
    assert len(NAME.findall(worklist.get_data(as_text=True))) == 200


def test_a_download_keeps_text_from_being_taken_for_a_formula(hr_view: View) -> None:
    table = Table((Column("Value"),), ((text_value("=HYPERLINK()"),), (text_value("-5"),)))
    text = figures_csv(hr_view, [Figure("x", "Title", "Subtitle", table)])
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[3:5] == [["'=HYPERLINK()"], ["'-5"]]
    assert rows[5][0].startswith("Release 1; data to 30 September 2026; sample data, invented")


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_strange_addresses_never_break_a_page(asker: Asker, role: str) -> None:
    asker.become(role)
    for search in ("?quarter=%00", "?pair='--&state=x", "?self=1&view=2", "?metric=../..", "?&&=="):
        for path in ("/", "/pairs", "/departments", "/impact", "/data", "/definitions"):
            assert "This page could not be shown" not in asker.page(path, search), (path, search)


def test_rejected_rows_of_a_file_download_as_a_sheet_to_correct(asker: Asker) -> None:
    address = "/export/to-correct.csv?file=matches.csv"
    asker.become("hr_leadership")
    assert asker.client.get(address).status_code == 404
    asker.become("administrator")
    assert "to-correct.csv?file=matches.csv" in asker.page("/data")
    sheet = list(csv.reader(io.StringIO(asker.client.get(address).get_data(as_text=True))))
    assert sheet[0] == [
        "\ufeffMatch ID",
        "Created",
        "rejected_file",
        "rejected_row",
        "rejected_entity",
        "rejected_rule",
        "what_to_do",
    ]
    assert sheet[1][:6] == ["M77", "31/02/2025", "matches.csv", "78", "pair", "not_a_date"]
    assert asker.client.get("/export/to-correct.csv?file=other.csv").status_code == 404


def test_the_data_page_says_what_each_file_was_taken_for_and_which_were_refused(
    asker: Asker,
) -> None:
    asker.become("hr_leadership")
    page = asker.page("/data")
    assert "Workday, text table" in page
    assert "survey_export.csv" in page and "Draft one with: outcomes inspect" in page
