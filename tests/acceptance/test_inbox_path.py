"""A folder of exports lands in the inbox; the Data page says what became of each."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import outcomes
from reports.release import open_release
from tests.hr_system_exports import WORKDAY_CSV
from tests.integration.meeting_exports import teams
from tests.integration.test_surveys import GERMAN_FORM
from tests.page_asker import Asker
from warehouse.settings import read_settings

PROGRAM = {
    "program.csv": "program_id,name,starts_on\nRM,Reverse mentoring,2025-01-01\n",
    "pairs.csv": (
        "pair_id,program_id,mentor_person_id,mentee_person_id,matched_on,kind\n"
        "M1,RM,1001,1002,2025-02-10,formal\n"
    ),
}
HEADER = [
    ("ResponseId", "Response ID", "_recordId"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("Finished", "Finished", "finished"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Q1", "How likely are you to recommend it? (0-10)", "QID1"),
]
RESPONSES = [
    ("R_1", "2026-05-13 12:14:41", "ada@example.com", "1", "192.0.2.1", "9"),
    ("R_2", "2026-05-13 12:15:41", "ben@example.com", "1", "192.0.2.2", "7"),
    ("R_3", "2026-05-13 12:16:41", "nobody@example.com", "1", "192.0.2.3", "4"),
]
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("OUTCOMES_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OUTCOMES_WAREHOUSE", raising=False)

    def call(*words: str) -> str:
        return CliRunner().invoke(outcomes.app, list(words)).output

    return call


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with a Workday report, a zipped survey, an attendance list and a German form."""
    folder = tmp_path / "home" / "inbox"
    folder.mkdir(parents=True)
    (folder / "Workers 2026-09-30.csv").write_text(WORKDAY_CSV, encoding="utf-8")
    (folder / "Puls Mai.csv").write_text(GERMAN_FORM, encoding="utf-8")
    with zipfile.ZipFile(folder / "Pulse_May_2026.zip", "w") as archive:
        archive.writestr("Pulse May 2026.csv", qualtrics())
    teams(folder, "10:01:00 AM", "10:49:00 AM", 48)
    return folder


def qualtrics() -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    names, labels, ids = zip(*HEADER, strict=True)
    cells = [{"ImportId": one} for one in ids]
    cells[1]["timeZone"] = "Europe/Berlin"
    rows.writerows([names, labels, [json.dumps(cell) for cell in cells], *RESPONSES])
    return out.getvalue()


def test_four_systems_in_the_inbox_are_understood_and_accounted_for(
    run: Run, inbox: Path, tmp_path: Path
) -> None:
    for name, text in PROGRAM.items():
        (inbox / name).write_text(text)
    said = run("watch", "--once")
    assert "Published release 1" in said, said
    assert not list((inbox / "refused").iterdir()), said
    release = open_release(read_settings().releases)
    loads = release.frame("load_summary")
    taken = dict(zip(loads["file_name"], loads["format"], strict=True))
    (attendance,) = (name for name in taken if name.startswith("report "))
    assert {name: form for name, form in taken.items() if name not in PROGRAM} == {
        "Workers 2026-09-30.csv": "delimited",
        "Puls Mai.csv": "microsoft_forms",
        "Pulse_May_2026.zip/Pulse May 2026.csv": "qualtrics",
        attendance: "teams_attendance",
    }
    parts = ["rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected"]
    assert (loads["rows_read"] == loads[parts].sum(axis=1)).all()
    asker = Asker(read_settings().releases)
    asker.become("administrator")
    page = asker.page("/data")
    for name in taken:
        assert name in page
    assert "Every row is accounted for" in page
    # Nobody has the address of the third response: the sheet says so, in words to act on.
    address = "/export/to-correct.csv?file=Pulse_May_2026.zip/Pulse May 2026.csv"
    sheet = list(csv.DictReader(io.StringIO(asker.client.get(address).get_data(as_text=True))))
    assert [row["rejected_rule"] for row in sheet] == ["unknown_person"]
    assert "e-mail address" in sheet[0]["what_to_do"]
    assert "192.0.2" not in json.dumps(sheet)
    assert "ada@example.com" not in (tmp_path / "home" / "outcomes.log").read_text()
