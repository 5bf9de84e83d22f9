from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from etl.formats import read, read_header
from warehouse.engine import Staging

Write = Callable[..., Path]
ROW = '1;27.04.2026 11:34;27.04.2026 11:40;ada@example.com;Ada One;4;"A;B;";Stimme zu\n'


@pytest.mark.parametrize(
    "header",
    [
        "ID;Start time;Completion time;Email;Name",
        "ID;Startzeit;Fertigstellungszeit;E-Mail;Name",
        "ID;Heure de début;Heure de fin;Adresse de messagerie;Nom",
        "ID;Hora de inicio;Hora de finalización;Correo electrónico;Nombre",
        "ID;Begintijd;Tijd van voltooien;E-mail;Naam",
        "Id;Ora di inizio;Ora di completamento;Posta elettronica;Nome",
    ],
)
def test_a_form_is_recognized_in_the_language_of_whoever_saved_it(
    staging: Staging, file: Write, header: str
) -> None:
    path = file(f"\ufeff{header};Wie geht's?;Themen;Sätze.Satz 1\n{ROW}")
    table = read(path, staging)
    assert table.format == "microsoft_forms"
    own = header.split(";")
    assert table.columns == (*own[:4], "Wie geht's?", "Themen", "Sätze.Satz 1")
    assert read_header(path) == ("microsoft_forms", table.columns)


def test_a_workbook_is_what_the_form_really_writes(staging: Staging, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Start time", "Completion time", "Email", "Name", "Q\xa01\nhere"])
    moment = dt.datetime(2026, 4, 27, 11, 34, 5)
    book.active.append([1, moment, moment, "anonymous", None, "A;B;"])
    book.save(tmp_path / "Pulse(1-1).xlsx")
    table = read(tmp_path / "Pulse(1-1).xlsx", staging)
    assert (table.format, table.columns[-1]) == ("microsoft_forms", "Q 1 here")
    (row,) = staging.rows(f"SELECT * FROM {table.relation}")
    assert row == (2, "1", "2026-04-27 11:34:05", "2026-04-27 11:34:05", "anonymous", "A;B;")


def test_names_stay_behind_beside_addresses_but_not_without_them(
    staging: Staging, file: Write
) -> None:
    table = read(file("ID,Start time,Completion time,Name,Q\n1,x,x,Ada,2\n"), staging)
    assert table.columns == ("ID", "Start time", "Completion time", "Name", "Q")
    again = read(file("ID,Start time,Completion time,Email,Name,Q\n1,x,x,a,Ada,2\n"), staging)
    assert "Name" not in again.columns


def test_a_question_called_name_is_a_question(staging: Staging, file: Write) -> None:
    header = "ID,Start time,Completion time,Email,Name,How?,Nom"
    table = read(file(f"{header}\n1,x,x,a,Ada,2,3\n"), staging)
    assert table.columns[-2:] == ("How?", "Nom")


def test_questions_that_differ_in_spaces_only_get_numbers(staging: Staging, file: Write) -> None:
    header = 'ID,Start time,Completion time,Email,Name,How?,"How?\xa0","how?\n"'
    table = read(file(f"{header}\n1,x,x,a,Ada,2,3,4\n"), staging)
    assert table.columns[-3:] == ("How?", "How? (2)", "how? (3)")


@pytest.mark.parametrize(
    ("written", "staged"),
    [
        ("4/27/26 11:34:05", "4/27/2026 11:34:05"),
        ("27.04.26 11:34", "27.04.2026 11:34"),
        ("27.04.2026 11:34", "27.04.2026 11:34"),
        ("2026-04-27 11:34", "2026-04-27 11:34"),
        ("soon", "soon"),
    ],
)
def test_a_year_of_two_digits_is_of_this_century(
    staging: Staging, file: Write, written: str, staged: str
) -> None:
    header = "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Q"
    table = read(file(f"{header}\n1;{written};{written};a;b;4/27/26\n"), staging)
    found = staging.rows(f"SELECT Startzeit, Fertigstellungszeit, Q FROM {table.relation}")
    assert found == [(staged, staged, "4/27/26")]


def test_a_table_that_merely_begins_with_an_id_is_no_form(staging: Staging, file: Write) -> None:
    assert read(file("ID,Start time,Name\n1,2,3\n"), staging).format == "delimited"
