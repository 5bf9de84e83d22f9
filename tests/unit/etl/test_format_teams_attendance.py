from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.formats import Hints, read
from etl.formats.teams_attendance import COLUMNS
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]

REPORT = """1. Summary
Meeting title\tReverse mentoring S1
Attended participants\t2
Start time\t{start}
End time\t{start}
Meeting duration\t46m 57s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Person One\t{start}\t{start}\t1h 2m 30s\tone@example.com\tone@example.com\tOrganizer
Person Two\t{start}\t{start}\t11s\t\t\tPresenter

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Person One\t{start}\t{start}\t1h 2m 30s\tone@example.com\tOrganizer
"""


def report(start: str) -> str:
    return REPORT.format(start=start).replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
def test_each_participant_is_a_row_in_any_encoding(
    staging: Staging, file: Write, encoding: str
) -> None:
    table = read(file(report("9/8/26, 2:58:09 PM").encode(encoding)), staging)
    assert (table.format, table.columns) == ("teams_attendance", COLUMNS)
    first, second = staging.rows(f"SELECT * FROM {table.relation} ORDER BY source_row")
    at = "2026-09-08 14:58:09"
    assert first == (
        *(10, "Reverse mentoring S1", at, "Person One", "one@example.com"),
        *("one@example.com", "Organizer", at, at, "62.5"),
    )
    assert second[:2] == (11, "Reverse mentoring S1")
    assert (second[4], second[-1]) == (None, "0.1833")


def test_a_report_saved_again_with_semicolons_reads_the_same(staging: Staging, file: Write) -> None:
    table = read(file(report("27.04.2026, 11:34:00").replace("\t", ";")), staging)
    rows = staging.rows(f"SELECT name, first_join FROM {table.relation} ORDER BY source_row")
    assert rows[0] == ("Person One", "2026-04-27 11:34:00")


def test_an_open_order_of_day_and_month_is_asked_for(staging: Staging, file: Write) -> None:
    path = file(report("03/04/2026, 11:34:00"))
    with pytest.raises(FileProblem, match="date_order") as found:
        read(path, staging)
    assert found.value.code == "ambiguous_dates"
    table = read(path, staging, Hints(date_order="dmy"))
    assert staging.rows(f"SELECT DISTINCT first_join FROM {table.relation}") == [
        ("2026-04-03 11:34:00",)
    ]


def test_a_participant_row_cut_short_is_kept_as_broken(staging: Staging, file: Write) -> None:
    text = report("9/8/26, 2:58:09 PM").replace("\t11s\t\t\tPresenter", "")
    table = read(file(text), staging)
    assert [(row.source_row, row.rule) for row in table.broken] == [(11, "too_few_cells")]


def rows(staging: Staging, path: Path, hints: Hints | None = None) -> list[tuple[str, ...]]:
    table = read(path, staging, hints)
    assert (table.format, table.columns) == ("teams_attendance", COLUMNS)
    found = staging.rows(f"SELECT * EXCLUDE (source_row) FROM {table.relation} ORDER BY source_row")
    return [tuple(row) for row in found]


EVENTS = """Full Name\tUser Action\tTimestamp
Person, One\tJoined\t11/13/2020, 10:00:00
Person, Two\tJoined before\t11/13/2020, 10:02:00
Person, One\tLeft\t11/13/2020, 10:10:00
Person, One\tJoined\t11/13/2020, 10:20:00
Person, Two\tLeft\t11/13/2020, 10:47:00
"""


def test_events_of_2020_become_presence_and_who_stayed_was_there_to_the_last_event(
    staging: Staging, file: Write
) -> None:
    found = rows(staging, file(EVENTS.encode("utf-16")))
    day = "2020-11-13"
    start = f"{day} 10:00:00"
    assert found == [
        (None, start, "Person, One", None, None, None, start, f"{day} 10:47:00", "37.0"),
        (
            *(None, start, "Person, Two", None, None, None),
            *(f"{day} 10:02:00", f"{day} 10:47:00", "45.0"),
        ),
    ]


def test_an_event_of_2020_without_its_other_half_is_shown_as_it_is(
    staging: Staging, file: Write
) -> None:
    text = EVENTS.replace("Joined before", "Danced")
    found = rows(staging, file(text))
    assert [(row[2], row[6], row[7], row[8]) for row in found[1:]] == [
        ("Person, Two", "Danced 11/13/2020, 10:02:00", None, "Danced"),
        ("Person, Two", None, "2020-11-13 10:47:00", None),
    ]


TABLE = """Meeting Summary
Total Number of Participants\t2
Meeting Title\tTalk, twice a month
Meeting Start Time\t1/13/2021, 2:00:00 PM
Meeting End Time\t1/13/2021, 3:00:00 PM

Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)
Person One\t1/13/2021, 2:00:00 PM\t1/13/2021, 2:20:00 PM\t20m\tone@a.ex\tOrganizer\tp1@b.ex
Person Two\t1/13/2021, 2:01:00 PM\t1/13/2021, 3:00:00 PM\t59m\ttwo@a.example\tPresenter\tp2@b.ex
Person One\t1/13/2021, 2:15:00 PM\t1/13/2021, 3:00:30 PM\t45m 30s\tone@a.ex\tOrganizer\tp1@b.ex
"""


def test_rejoins_in_the_table_of_2021_add_up_without_counting_overlaps_twice(
    staging: Staging, file: Write
) -> None:
    found = rows(staging, file(TABLE.encode("utf-16")))
    day = "2021-01-13"
    assert found[0] == (
        *("Talk, twice a month", f"{day} 14:00:00", "Person One", "one@a.ex"),
        *("p1@b.ex", "Organizer", f"{day} 14:00:00", f"{day} 15:00:30", "60.5"),
    )
    assert [row[-1] for row in found] == ["60.5", "59.0"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [("\t", "utf-16-be"), (";", "utf-8-sig"), (";", "cp1252")]
)
def test_a_table_without_lines_about_the_meeting_begins_with_the_first_join(
    staging: Staging, file: Write, delimiter: str, encoding: str
) -> None:
    text = "".join(TABLE.splitlines(keepends=True)[6:]).replace("Full Name", "Nama")
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    found = rows(staging, file((mark + text.replace("\t", delimiter)).encode(encoding)))
    assert found[0][:4] == (None, "2021-01-13 14:00:00", "Person One", "one@a.ex")


def test_overlapping_joins_of_one_person_count_once(staging: Staging, file: Write) -> None:
    text = report("9/8/26, 2:00:00 PM").replace(
        "1h 2m 30s\tone@example.com\tone", "1h\tone@example.com\tone"
    )
    stints = (
        "Person One\t9/8/26, 2:00:00 PM\t9/8/26, 2:30:00 PM\t30m\tone@example.com\tOrganizer\r\n"
        "Person One\t9/8/26, 2:10:00 PM\t9/8/26, 2:40:00 PM\t30m\tone@example.com\tOrganizer\r\n"
    )
    lines = text.splitlines(keepends=True)
    assert rows(staging, file("".join(lines[:-1]) + stints))[0][-1] == "40.0"


LOCALIZED = {
    "German": (
        *("1. Zusammenfassung", "Besprechungstitel", "Startzeit", "2. Teilnehmer"),
        "Name\tErster Beitritt\tLetztes Verlassen\tDauer der Besprechung\tE-Mail\t"
        "Teilnehmer-ID (UPN)\tRolle",
        *("27.04.2026, 11:34:00", "1 Std. 2 Min. 30 Sek."),
    ),
    "French": (
        *("1. Résumé", "Titre de la réunion", "Heure de début", "2. Participants"),
        "Nom\tPremière participation\tDernière sortie\tDurée de la réunion\tE-mail\t"
        "ID du participant (UPN)\tRôle",
        *("27/04/2026 11:34:00", "1 h 2 min 30 s"),
    ),
    "Spanish": (
        *("1. Resumen", "Título de la reunión", "Hora de inicio", "2. Participantes"),
        "Nombre\tPrimera unión\tÚltima salida\tDuración de la reunión\tCorreo electrónico\t"
        "Id. de participante (UPN)\tRol",
        *("27/4/2026 11:34:00", "1 h 2 min 30 s"),
    ),
    "unlisted words": (
        *("1. Riepilogo", "Título de la reunión", "Hora de inicio", "2. Persone"),
        "Chi\tEntrata\tUscita\tTempo\tPosta\tUtente\tParte",
        *("27/04/2026 11:34:00", "1 ora 2 min 30 sec"),
    ),
}


@pytest.mark.parametrize("language", LOCALIZED)
def test_reports_read_the_same_in_every_language(
    staging: Staging, file: Write, language: str
) -> None:
    summary, title, start, people, header, at, length = LOCALIZED[language]
    text = (
        f"{summary}\n{title}\tTalk\n{start}\t{at}\n\n{people}\n{header}\n"
        f"Person One\t{at}\t{at}\t{length}\tone@a.example\tp1@b.example\tx\n"
    )
    at_iso, role = "2026-04-27 11:34:00", None if language == "unlisted words" else "x"
    assert rows(staging, file(text.encode("utf-16"))) == [
        (
            *("Talk", at_iso, "Person One", "one@a.example", "p1@b.example", role),
            *(at_iso, at_iso, "62.5"),
        )
    ]


def test_a_list_that_only_numbers_its_headings_is_no_report(staging: Staging, file: Write) -> None:
    table = read(file("1. Summary\ta\tb\nx\ty\tz\n2. Participants\tc\td\n"), staging)
    assert table.format == "delimited"


@pytest.mark.parametrize(("name", "word"), [("In-Meeting Duration", "duration")])
def test_a_missing_column_is_asked_for_by_name(
    staging: Staging, file: Write, name: str, word: str
) -> None:
    text = report("9/8/26, 2:58:09 PM").replace(name, "Something").split("3. In-Meeting")[0]
    with pytest.raises(FileProblem, match="Teams set to English") as found:
        read(file(text.replace("1h 2m 30s", "a while").replace("11s", "a while")), staging)
    assert (found.value.code, found.value.column) == ("missing_column", word)


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_breaks_the_reader(staging: Staging, file: Write, text: str) -> None:
    path = file(f"1. Summary\n2. Participants\nName\tFirst Join\tLast Leave\tDuration\n{text}")
    with suppress(FileProblem):  # a refusal in words is an answer
        read(path, staging)
