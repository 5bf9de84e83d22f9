from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.formats import read, read_header
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]

IDS = "StartDate,IPAddress,ResponseId,LocationLatitude,LocationLongitude,Q1"
LABELS = 'Anfangsdatum,IP-Adresse,Antwort-ID,Breite,Länge,"How was it,\nall in all?"'
IMPORT = ",".join(
    f'"{{""ImportId"":""{name}""{zone}}}"'
    for name, zone in [
        ("startDate", ',""timeZone"":""America/Denver""'),
        ("ipAddress", ""),
        ("_recordId", ""),
        ("locationLatitude", ""),
        ("locationLongitude", ""),
        ("QID1", ""),
    ]
)
ROW = "2026-03-01 10:00:00,192.0.2.1,R_1,47.1,7.2,5"


def test_three_header_rows_are_found_by_the_row_of_import_ids(
    staging: Staging, file: Write
) -> None:
    path = file(f"{IDS}\n{LABELS}\n{IMPORT}\n{ROW}\n")
    table = read(path, staging)
    assert (table.format, table.details["header_rows"]) == ("qualtrics", "3")
    assert table.details["time_zone"] == "America/Denver"
    assert table.labels["Q1"] == "How was it,\nall in all?"
    assert read_header(path) == ("qualtrics", table.columns)
    found = staging.rows(f"SELECT source_row, StartDate, ResponseId, Q1 FROM {table.relation}")
    assert found == [(4, "2026-03-01 10:00:00", "R_1", "5")]


def test_address_and_location_never_come_in(staging: Staging, file: Write) -> None:
    broken = "2026-03-01 10:00:00,192.0.2.7,R_2,47.1"
    table = read(file(f"{IDS}\n{LABELS}\n{IMPORT}\n{ROW}\n{broken}\n"), staging)
    assert table.columns == ("StartDate", "ResponseId", "Q1")
    assert [row.source_row for row in table.broken] == [5]
    for forbidden in ("192.0.2.7", "47.1", "IPAddress"):
        assert forbidden not in table.broken[0].row_json


def test_a_blank_record_is_no_row_of_import_ids(staging: Staging, file: Write) -> None:
    table = read(file("a,b\n,\n1,ImportId\n"), staging)
    assert table.format == "delimited"


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        (
            "ResponseID,Q1\nResponseID,How?\n{'ImportId': 'responseId'},{'ImportId': 'Q'}\nR_1,2\n",
            "2016",
        ),
        ("\ufeffV1,V2,V3,V4,Q1,\nResponseID,ResponseSet,Name,Ref,How?,\nR_1,x,,,2,\n", "legacy"),
    ],
)
def test_older_generations_are_named_and_refused(
    staging: Staging, file: Write, text: str, generation: str
) -> None:
    with pytest.raises(FileProblem, match=generation) as found:
        read(file(text), staging)
    assert found.value.code == "unsupported_generation"
