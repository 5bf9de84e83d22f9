from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from etl.choosing.choice import choose_mapping
from etl.choosing.survey_mapping import draft_survey_mapping
from etl.inspect import describe, draft_mapping, inspect_file
from etl.mapping.file import read_mapping
from etl.mapping.mapping import Choices, Mapping, Source
from etl.problems import FileProblem

Write = Callable[..., Path]
FORMS = "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Wie geht's?;Themen;Sätze.Satz 1;Sätze.Satz 2"
FORMS_ROWS = [
    '1;27.04.2026 11:34;27.04.2026 11:40;ada@example.com;Ada;4;"A;B;";Stimme zu;Neutral',
    '2;27.04.2026 12:00;28.04.2026 09:01;ben@example.com;Ben;5;"A;";Neutral;Stimme zu',
    '3;03.05.2026 08:00;03.05.2026 08:09;cem@example.com;Cem;2;"B;nur ich;";Neutral;Neutral',
]


def forms(rows: list[str], header: str = FORMS) -> str:
    return "\ufeff" + "\n".join([header, *rows]) + "\n"


def google(*rows: str, header: str = "Timestamp,Email Address,How are you today?") -> str:
    return "\n".join([header, *rows]) + "\n"


def qualtrics(ids: str, *rows: str) -> str:
    imports = ",".join(f'"{{""ImportId"":""QID{n}""}}"' for n, _ in enumerate(ids.split(",")))
    return "\n".join([ids, ids, imports, *rows]) + "\n"


def person(mapping: Mapping) -> Source | None:
    return mapping.loads[0].columns.get("person_id")


def items(mapping: Mapping) -> list[str]:
    return list(mapping.loads[0].items)


def test_a_german_form_maps_itself(file: Write) -> None:
    found = choose_mapping(file(forms(FORMS_ROWS), "Puls(1-3).csv"))
    (load,) = found.loads
    assert (found.source_system, found.date_order) == ("microsoft_forms/puls-2026-04-27", "dmy")
    assert load.key == ("ID",)
    assert load.columns == {
        "response_id": Source(value="puls-2026-04-27", followed_by="ID"),
        "person_id": Source("E-Mail", identifier="email"),
        "wave_id": Source(value="puls-2026-04-27"),
        "recorded_at": Source("Fertigstellungszeit"),
    }
    assert items(found) == ["Wie geht's?", "Sätze.Satz 1", "Sätze.Satz 2"]
    options = {"A": "Themen/A", "B": "Themen/B"}
    assert load.choices == (Choices({}, "Themen", ";", options, "Themen/(other)"),)


def test_a_survey_has_one_wave_from_its_first_to_its_last_response(file: Write) -> None:
    declared = choose_mapping(file(forms(FORMS_ROWS), "Puls 2026-05-04(1-3).csv")).declared
    assert declared["survey"] == ({"survey_id": "puls", "name": "Puls"},)
    (wave,) = declared["wave"]
    assert (wave["wave_id"], wave["survey_id"]) == ("puls-2026-04-27", "puls")
    assert (wave["opens_on"], wave["closes_on"]) == (dt.date(2026, 4, 27), dt.date(2026, 5, 3))


def test_the_same_file_always_gives_the_same_mapping(file: Write) -> None:
    path = file(forms(FORMS_ROWS))
    assert choose_mapping(path) == choose_mapping(path)
    assert choose_mapping(path).sha256 != choose_mapping(file(forms(FORMS_ROWS[:2]))).sha256


def test_the_workbook_of_a_form_maps_itself(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Start time", "Completion time", "Email", "Name", "How?"])
    for number in range(1, 4):
        moment = dt.datetime(2026, 4, number, 11, 34)
        book.active.append([number, moment, moment, "anonymous", None, number])
    book.save(tmp_path / "Pulse.xlsx")
    found = choose_mapping(tmp_path / "Pulse.xlsx")
    assert found.declared["wave"][0]["opens_on"] == dt.date(2026, 4, 1)
    assert person(found) is None or found.nulls == ("anonymous",)


def test_addresses_of_some_and_anonymous_others_go_together(file: Write) -> None:
    rows = [*FORMS_ROWS, FORMS_ROWS[0].replace("1;", "4;", 1).replace("ada@example.com", "anonym")]
    found = choose_mapping(file(forms(rows)))
    assert (person(found), found.nulls) == (Source("E-Mail", identifier="email"), ("anonym",))


def test_an_external_reference_is_what_hr_knows_people_by(file: Write) -> None:
    text = qualtrics("ResponseId,ExternalReference,RecordedDate,Finished,Q1")
    rows = "R_1,4711,2026-04-27 10:00:00,1,3\nR_2,,2026-04-27 10:00:00,1,3\n"
    found = choose_mapping(file(text + rows))
    assert person(found) == Source("ExternalReference", identifier="hr_id")
    by_mail = choose_mapping(file((text + rows).replace("4711", "ada@example.com")))
    assert person(by_mail) == Source("ExternalReference", identifier="email")


def test_a_question_for_the_address_or_the_employee_number_tells_who_answered(
    file: Write,
) -> None:
    header = "Timestamp,{},How are you today?"
    rows = ("13/9/2026 14:28:27,{0}1{1},4", "14/9/2026 14:28:27,{0}2{1},5")
    mails = [row.format("a", "@example.com") for row in rows]
    found = choose_mapping(file(google(*mails, header=header.format("Your address"))))
    assert person(found) == Source("Your address", identifier="email")
    numbers = [row.format("47", "") for row in rows]
    found = choose_mapping(file(google(*numbers, header=header.format("Personalnummer"))))
    assert person(found) == Source("Personalnummer", identifier="hr_id")
    assert items(found) == ["How are you today?"]


def test_previews_and_tests_are_set_aside_unless_there_is_nothing_else(file: Write) -> None:
    text = qualtrics("ResponseId,Status,RecordedDate,Q1")
    rows = "R_1,1,2026-04-27 10:00:00,3\nR_2,2,2026-04-27 10:00:00,3\n"
    assert choose_mapping(file(text + rows)).loads[0].where == {}
    real = choose_mapping(file(text + rows + "R_3,0,2026-04-27 10:00:00,3\n"))
    assert real.loads[0].where == {"Status": ("0", "")}


def test_embedded_data_and_texts_by_import_id_are_no_questions(file: Write) -> None:
    text = qualtrics("ResponseId,RecordedDate,Q1,Grade,Q2").replace("QID3", "Grade")
    rows = "R_1,2026-04-27 10:00:00,3,7,1\n" * 3
    draft = draft_survey_mapping(file(text.replace("QID4", "QID4_TEXT") + rows))
    assert items(draft.mapping) == ["Q1"]
    assert {"Grade", "Q2"} <= set(draft.unread)


def test_responses_of_tools_that_count_are_told_apart_by_wave(file: Write) -> None:
    found = choose_mapping(file(google("13/9/2026 14:28:27,,4"), "Mood.csv"))
    assert found.source_system == "google_forms/mood-2026-09-13"
    assert found.loads[0].columns["response_id"] == Source(
        value="mood-2026-09-13", followed_by="response"
    )


def test_ambiguous_dates_are_refused_and_the_draft_asks_at_that_place(
    file: Write, tmp_path: Path
) -> None:
    path = file(google("9/8/2026 14:28:27,,4"), "Mood.csv")
    with pytest.raises(FileProblem, match="date_order") as found:
        choose_mapping(path)
    assert found.value.code == "ambiguous_dates"
    inspection = inspect_file(path)
    assert "date_order" in inspection.problem
    lines = draft_mapping(inspection).splitlines()
    assert '# date_order = "dmy"  # or "mdy"' in lines
    settled = tmp_path / "mood.mapping.toml"
    settled.write_text("\n".join(lines).replace("# date_order", "date_order"), encoding="utf-8")
    assert choose_mapping(path).date_order == "dmy"


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("ID,Start time,Completion time,Name,How?", "1,{0},{0},Ada One,3", "by name only"),
        ("ID,Start time,Completion time,Email,Name,How?", "1,{0},{0},ada1,Ada,3", "e-mail"),
        (
            "ID,Start time,Completion time,How?,Your mail,Your mentor's mail",
            "1,{0},{0},3,a@example.com,b@example.com",
            "Your mail, Your mentor's mail",
        ),
    ],
)
def test_who_answered_is_asked_where_it_is_not_known(
    file: Write, header: str, row: str, said: str
) -> None:
    path = file(f"{header}\n{row.format('2026-04-27 10:00')}\n")
    with pytest.raises(FileProblem, match=said) as found:
        choose_mapping(path)
    assert found.value.code == "ambiguous_person"
    draft = draft_mapping(inspect_file(path))
    assert "# person_id = {" in draft
    assert "a@example.com" not in draft and "ada1" not in draft


def test_a_survey_of_free_texts_only_is_refused_in_words(file: Write) -> None:
    path = file(google("13/9/2026 14:28:27,,all is well"))
    with pytest.raises(FileProblem, match="none of its questions") as found:
        choose_mapping(path)
    assert found.value.code == "no_questions"
    assert "[load.items]" in draft_mapping(inspect_file(path))


def test_a_draft_is_the_mapping_that_would_be_used(file: Write, tmp_path: Path) -> None:
    path = file(forms(FORMS_ROWS), "Puls[1].csv")
    chosen = choose_mapping(path)
    drafted = tmp_path / "draft.mapping.toml"
    drafted.write_text(draft_mapping(inspect_file(path)), encoding="utf-8")
    read = read_mapping(drafted)
    assert replace(read, name=chosen.name, sha256=chosen.sha256) == chosen
    assert choose_mapping(path) == read


def test_an_inspection_lists_what_is_read_and_what_is_not(file: Write) -> None:
    header, rows = f"{FORMS};Was noch?", [f"{row};Text {n}" for n, row in enumerate(FORMS_ROWS)]
    shown = describe(inspect_file(file(forms(rows, header))))
    assert "item Themen/A, item Themen/B, item Themen/(other)" in shown
    assert "Not imported: Startzeit, Was noch?" in shown
    assert "ada@example.com" not in shown


@pytest.mark.parametrize(
    ("name", "responses", "answered"),
    [
        ("qualtrics/sample_legacy.csv", "ResponseID", 1),
        ("qualtrics/qt_mc_multi_insights.csv", "ResponseID", 21),
        ("qualtrics/qt_sample_insights.csv", "ResponseID", 134),
        ("surveymonkey/comma-survey.csv", "RespondentID", 12),
    ],
)
def test_real_exports_map_themselves(
    real_files: Path, name: str, responses: str, answered: int
) -> None:
    found = choose_mapping(real_files / name)
    assert found.loads[0].key == (responses,)
    assert person(found) is None
    assert len(found.declared["item"]) == answered
    assert not any(column.endswith("TEXT") for column in found.source_columns())
