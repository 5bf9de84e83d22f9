"""Whatever stands below the header of a survey export, no row is lost and nothing crashes."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.choosing.survey_mapping import draft_survey_mapping
from etl.formats import read
from warehouse.engine import open_staging

HEADERS = {
    "qualtrics": [
        ["ResponseId", "RecordedDate", "RecipientEmail", "Q1", "Q2_1", "Q2_2"],
        ["Id", "Date", "Mail", "How?", "Which-A", "Which-B"],
        [f'{{"ImportId":"QID{n}"}}' for n in range(6)],
    ],
    "microsoft_forms": [["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Wie?"]],
    "google_forms": [["Zeitstempel", "E-Mail", "Wie geht es dir heute?", "Themen"]],
    "surveymonkey": [["Respondent ID", "End Date", "How?", "", ""], ["", "", "A", "B", "C"]],
}
FIRST = {
    "google_forms": st.just("13.9.2026 14:28:27"),
    "surveymonkey": st.integers(10**9, 10**10).map(str),
}
TEXT = st.characters(exclude_categories=("Cs", "Cc"))
CELLS = st.text(TEXT, max_size=8) | st.sampled_from(
    [
        "",
        "",
        "1",
        "5",
        "-99",
        "A;B;",
        "A, B",
        "x@y.de",
        "27.04.2026 11:34",
        "4/5/26",
        '"',
        "\n",
        ";",
    ]
)


@st.composite
def exports(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    form = draw(st.sampled_from(sorted(HEADERS)))
    width = len(HEADERS[form][0])
    rest = st.lists(CELLS, min_size=width - 1, max_size=width - 1)
    row = st.tuples(FIRST.get(form, CELLS), rest).map(lambda pair: [pair[0], *pair[1]])
    return form, draw(st.lists(row, max_size=6))


@settings(deadline=None, max_examples=30)
@given(exports())
def test_every_row_is_staged_and_the_export_is_mapped_or_asked_about(
    tmp_path_factory: pytest.TempPathFactory, export: tuple[str, list[list[str]]]
) -> None:
    form, rows = export
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([*HEADERS[form], *rows])
    path = tmp_path_factory.mktemp("survey") / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    with open_staging() as staging:
        table = read(path, staging)
        count = staging.rows(f"SELECT count(*) FROM {table.relation}")[0][0]
    assert table.format == form
    assert count + len(table.broken) == len(rows)
    draft = draft_survey_mapping(path)
    assert set(table.columns) <= {*draft.mapping.source_columns(), *draft.unread}
