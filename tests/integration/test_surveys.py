"""Exports of survey tools become responses and answers without a mapping."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.inspect import draft_mapping, inspect_file
from etl.load import load_paths
from etl.report import FileOutcome
from tests.integration.small_exports import NOW, facts_of, rejects, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import answer, item, response, wave

GERMAN_FORM = (
    "\ufeffID;Startzeit;Fertigstellungszeit;E-Mail;Name;Wie gern arbeitest du hier (1-5)?;Themen;"
    "Aussagen.Ich lerne viel;Aussagen.Ich werde gehört;Was noch?\n"
    '1;27.04.2026 11:30;27.04.2026 11:34;Ada@example.com;Ada;4;"Führung;KI;";Stimme zu;Neutral;'
    "Danke\n"
    '2;27.04.2026 12:00;28.04.2026 09:01;ben@example.com;Ben;5;"Führung;";Neutral;Stimme zu;\n'
    "3;03.05.2026 08:00;03.05.2026 08:09;cem@example.com;Cem;;;Neutral;Neutral;Mein Chef nervt\n"
    '4;03.05.2026 08:00;04.05.2026 08:09;anonymous;;2;"KI;Kantine;";Neutral;;\n'
)
INSIGHTS = (
    "ResponseID,StartDate,EndDate,RecipientEmail,Finished,Status,Q1,Q2_1,Q2_2,Q3_TEXT,IPAddress\n"
    "ResponseID,StartDate,EndDate,RecipientEmail,Finished,Status,How?,Which-A,Which-B,Why?,IP\n"
    "{'ImportId': 'responseId'},{'ImportId': 'startDate'},{'ImportId': 'endDate'},"
    "{'ImportId': 'panel-RecipientEmail'},{'ImportId': 'finished'},{'ImportId': 'status'},"
    "{'ImportId': 'QID1'},{'ImportId': 'QID2-1'},{'ImportId': 'QID2-2'},{'ImportId': 'QID3-TEXT'},"
    "{'ImportId': 'ipAddress'}\n"
    "R_1,2016-05-13 12:14:41,2016-05-13 12:15:00,ada@example.com,1,0,4,1,,because,192.0.2.1\n"
    "R_2,2016-05-13 12:14:41,2016-05-14 12:15:00,,1,0,-99,1,1,,192.0.2.2\n"
    "R_3,2016-05-13 12:14:41,2016-05-15 12:15:00,,0,0,-1,,,,192.0.2.3\n"
    "R_4,2016-05-13 12:14:41,2016-05-13 12:15:00,,1,1,5,1,1,,192.0.2.4\n"
)
LEGACY = (
    "\ufeffV1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,Q2,\n"
    "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,"
    "EndDate,Finished,How?,Again?,\n"
    "R_1,Default,Ada One,p1,,192.0.2.1,0,2015-07-18 08:28:09,2015-07-18 08:28:48,1,2,-99,\n"
    "R_2,Default,Anonymous,,,192.0.2.1,0,2015-07-18 08:28:09,2015-07-19 08:28:48,1,-1,7,\n"
)
MONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,"
    "Custom Data 1,Which topics?,,,How often do we meet?\n"
    ",,,,,,,,,AI,Leading,Other (please specify),Response\n"
    "118000000001,4,04/27/2026 02:13:10 PM,04/27/2026 02:14:10 PM,192.0.2.1,,,,,AI,,,3\n"
    "118000000002,4,04/28/2026 02:13:10 PM,04/28/2026 02:14:10 PM,192.0.2.1,,,,,AI,Leading,,2\n"
    "118000000003,4,04/29/2026 02:13:10 PM,04/29/2026 02:14:10 PM,192.0.2.1,,,,,,,my boss,2\n"
    "118000000004,4,04/30/2026 02:13:10 PM,04/30/2026 02:14:10 PM,192.0.2.1,,,,,,,,2\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the people of the small company."""
    return write_exports(tmp_path / "in")


def load(warehouse: Warehouse, *paths: Path) -> dict[str, FileOutcome]:
    report = load_paths(warehouse, paths, now=NOW)
    for outcome in report.files:
        assert outcome.problem is None, outcome.problem
    return {outcome.path.name: outcome for outcome in report.files}


def rows(warehouse: Warehouse, *columns: sa.ColumnElement[Any]) -> list[tuple[Any, ...]]:
    frame = warehouse.read(sa.select(*columns).order_by(*columns)).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


def answers(warehouse: Warehouse, code: str) -> list[tuple[Any, ...]]:
    """Return response, text, number and missing code of the answers to an item."""
    a = answer.c
    found = rows(warehouse, a.response_id, a.raw_text, a.number, a.missing_code, a.item_code)
    return [(key.rsplit(" ", 1)[-1], *rest) for key, *rest, own in found if own == code]


def test_a_german_form_loads_as_it_stands(warehouse: Warehouse, folder: Path) -> None:
    (folder / "Puls(1-4).csv").write_text(GERMAN_FORM, encoding="utf-8")
    outcome = load(warehouse, folder)["Puls(1-4).csv"]
    assert outcome.format == "microsoft_forms"
    assert rejects(warehouse) == []
    r = response.c
    assert rows(warehouse, r.response_id, r.person_id, r.recorded_at)[0] == (
        *("puls-2026-04-27 1", "p1"),
        dt.datetime(2026, 4, 27, 11, 34),
    )
    assert [person for _, person in rows(warehouse, r.response_id, r.person_id)] == [
        *("p1", "p2", "p3", None)
    ]
    w = wave.c
    assert rows(warehouse, w.wave_id, w.survey_id, w.opens_on, w.closes_on) == [
        ("puls-2026-04-27", "puls", dt.datetime(2026, 4, 27), dt.datetime(2026, 5, 4))
    ]
    assert answers(warehouse, "Wie gern arbeitest du hier (1-5)?") == [
        ("1", "4", 4, None),
        ("2", "5", 5, None),
        ("3", None, None, "skipped"),
        ("4", "2", 2, None),
    ]


def test_every_option_is_an_answer_chosen_or_not(warehouse: Warehouse, folder: Path) -> None:
    (folder / "Puls(1-4).csv").write_text(GERMAN_FORM, encoding="utf-8")
    load(warehouse, folder)
    assert answers(warehouse, "Themen/Führung") == [
        ("1", "Führung", 1, None),
        ("2", "Führung", 1, None),
        ("3", None, None, "skipped"),
        ("4", None, 0, None),
    ]
    assert [number for _, _, number, _ in answers(warehouse, "Themen/KI")] == [1, 0, None, 1]
    others = answers(warehouse, "Themen/(other)")
    assert [(text, number) for _, text, number, _ in others] == [
        *((None, 0), (None, 0), (None, None), (None, 1))
    ]
    i = item.c
    scales = rows(warehouse, i.item_code, i.scale_min, i.scale_max)
    assert ("Themen/KI", 0, 1) in scales


def test_each_row_of_a_matrix_is_an_item_and_free_text_stays_outside(
    warehouse: Warehouse, folder: Path
) -> None:
    (folder / "Puls(1-4).csv").write_text(GERMAN_FORM, encoding="utf-8")
    load(warehouse, folder)
    assert [a[1] for a in answers(warehouse, "Aussagen.Ich werde gehört")] == [
        *("Neutral", "Stimme zu", "Neutral", None)
    ]
    stored = str(facts_of(warehouse))
    for hidden in ("Danke", "Mein Chef", "Kantine", "Ada@example.com"):
        assert hidden not in stored


def test_a_later_export_of_the_form_adds_and_corrects_and_doubles_nothing(
    warehouse: Warehouse, folder: Path
) -> None:
    (folder / "Puls(1-4).csv").write_text(GERMAN_FORM, encoding="utf-8")
    load(warehouse, folder)
    later = folder / "Puls(1-5).csv"
    more = '5;05.05.2026 08:00;05.05.2026 08:09;anonymous;;1;"Führung;";Neutral;Neutral;\n'
    later.write_text(GERMAN_FORM.replace("Ada;4;", "Ada;3;") + more, encoding="utf-8")
    counts = {one.entity: one for one in load(warehouse, later)["Puls(1-5).csv"].counts}
    assert (counts["response"].rows_inserted, counts["response"].rows_unchanged) == (1, 4)
    assert (counts["answer"].rows_inserted, counts["answer"].rows_updated) == (6, 1)
    assert len(rows(warehouse, wave.c.wave_id)) == 1


def test_the_next_fielding_of_a_form_is_another_wave_though_it_counts_from_one_again(
    warehouse: Warehouse, folder: Path
) -> None:
    (folder / "Puls(1-4).csv").write_text(GERMAN_FORM, encoding="utf-8")
    load(warehouse, folder)
    again = folder / "Puls(1-4) (1).csv"
    again.write_text(GERMAN_FORM.replace("2026", "2027"), encoding="utf-8")
    load(warehouse, again)
    waves = rows(warehouse, wave.c.wave_id, wave.c.survey_id)
    assert waves == [("puls-2026-04-27", "puls"), ("puls-2027-04-27", "puls")]
    assert len(rows(warehouse, response.c.response_id)) == 8


def test_answers_in_words_get_the_points_a_mapping_gives_them(
    warehouse: Warehouse, folder: Path
) -> None:
    path = folder / "Puls(1-4).csv"
    path.write_text(GERMAN_FORM, encoding="utf-8")
    draft = draft_mapping(inspect_file(path))
    points = '[load.points]\n"stimme zu" = 4\nNeutral = 3\n[[load.choices]]'
    scale = 'item_code = "Aussagen.Ich lerne viel"\nscale_min = 1\nscale_max = 5'
    text = draft.replace("[[load.choices]]", points, 1)
    text = text.replace('item_code = "Aussagen.Ich lerne viel"', scale)
    (folder / "puls.mapping.toml").write_text(text, encoding="utf-8")
    load(warehouse, folder)
    assert rejects(warehouse) == []
    assert answers(warehouse, "Aussagen.Ich lerne viel") == [
        *(("1", "Stimme zu", 4, None), ("2", "Neutral", 3, None)),
        *(("3", "Neutral", 3, None), ("4", "Neutral", 3, None)),
    ]


def test_an_export_of_2016_loads_with_its_recodes(warehouse: Warehouse, folder: Path) -> None:
    (folder / "Check-in.csv").write_text(INSIGHTS, encoding="utf-8")
    outcome = load(warehouse, folder)["Check-in.csv"]
    assert outcome.format == "qualtrics"
    assert answers(warehouse, "Q1") == [
        ("R_1", "4", 4, None),
        ("R_2", "-99", None, "skipped"),
        ("R_3", "-1", None, "unseen"),
    ]
    assert answers(warehouse, "Q2_2") == [
        ("R_1", None, 0, None),
        ("R_2", None, 1, None),
        ("R_3", None, None, "unseen"),
    ]
    assert rows(warehouse, response.c.response_id, response.c.person_id) == [
        *(("R_1", "p1"), ("R_2", None), ("R_3", None))
    ]
    assert "because" not in str(rows(warehouse, answer.c.raw_text))


def test_a_preview_is_set_aside_and_can_be_seen(warehouse: Warehouse, folder: Path) -> None:
    (folder / "Check-in.csv").write_text(INSIGHTS, encoding="utf-8")
    load(warehouse, folder)
    assert rejects(warehouse) == [("response", 7, "not_taken", "Status", "1")]


def test_a_legacy_export_loads_with_its_recodes(warehouse: Warehouse, folder: Path) -> None:
    (folder / "Old.csv").write_text(LEGACY, encoding="utf-8")
    load(warehouse, folder)
    assert answers(warehouse, "Q1") == [("R_1", "2", 2, None), ("R_2", "-1", None, "unseen")]
    assert answers(warehouse, "Q2") == [("R_1", "-99", None, "skipped"), ("R_2", "7", 7, None)]
    assert rows(warehouse, response.c.response_id, response.c.person_id) == [
        *(("R_1", "p1"), ("R_2", None))
    ]


def test_options_in_columns_of_their_own_count_like_options_in_one_cell(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = tmp_path / "Topics.csv"
    path.write_text(MONKEY, encoding="utf-8")
    load(warehouse, path)
    assert [(n, m) for _, _, n, m in answers(warehouse, "Which topics?: AI")] == [
        *((1, None), (1, None), (0, None), (None, "skipped"))
    ]
    other = answers(warehouse, "Which topics?: Other (please specify)")
    assert [(text, number) for _, text, number, _ in other] == [
        *((None, 0), (None, 0), (None, 1), (None, None))
    ]


def test_the_real_export_of_1129_responses_loads_whole(
    warehouse: Warehouse, real_files: Path
) -> None:
    outcome = load(warehouse, real_files / "surveymonkey" / "comma-survey.csv")
    counts = {one.entity: one for one in outcome["comma-survey.csv"].counts}
    assert (counts["response"].rows_read, counts["response"].rows_inserted) == (1129, 1129)
    assert counts["answer"].rows_inserted == 12 * 1129
    a = answer.c
    by_gender = warehouse.read(
        sa.select(a.raw_text, sa.func.count().label("n"))
        .where(a.item_code == "Gender")
        .group_by(a.raw_text)
    )
    assert by_gender["n"].sum() == 1129


def test_real_exports_of_every_generation_load_whole(
    warehouse: Warehouse, real_files: Path
) -> None:
    found = load(warehouse, real_files / "qualtrics")
    assert sorted(found) == [
        *("qt_mc_multi_insights.csv", "qt_sample_insights.csv", "sample.csv", "sample_legacy.csv")
    ]
    assert rejects(warehouse) == []
    # sample.csv and sample_legacy.csv are one response, exported twice.
    assert len(rows(warehouse, response.c.response_id)) == 5 + 5 + 1
    changed = {one.entity: one.changed for one in found["sample_legacy.csv"].counts}
    assert changed["response"] == 1


def test_a_survey_that_mapped_itself_is_not_looked_at_whole_again(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "Puls Mai.csv").write_text(GERMAN_FORM, encoding="utf-8")
    load(warehouse, folder)

    def looked(path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr("etl.choosing.remembered.choose_survey_mapping", looked)
    assert load(warehouse, folder / "Puls Mai.csv")["Puls Mai.csv"].is_known
