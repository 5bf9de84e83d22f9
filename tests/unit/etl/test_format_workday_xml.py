from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.formats import read, read_header, recognize, workday_xml
from etl.problems import FileProblem
from etl.reading.raw_table import Hints
from tests.hr_system_exports import raas, raas_entry
from warehouse.engine import Staging, open_staging

Write = Callable[..., Path]


def rows(staging: Staging, path: Path, *columns: str) -> list[tuple[object, ...]]:
    table = read(path, staging)
    names = ", ".join(f'"{column}"' for column in columns)
    return staging.rows(f"SELECT {names} FROM {table.relation} ORDER BY source_row")


def test_a_reference_gives_its_words_and_each_kind_of_id(staging: Staging, file: Write) -> None:
    path = file(raas(raas_entry(1, "ada")), "report")
    assert recognize(path) == "workday_xml"
    found = rows(staging, path, "Department", "Department/Organization_Reference_ID", "Worker/WID")
    assert found == [("Sales", "SALES", "w1")]


def test_the_namespace_of_a_report_is_its_own(staging: Staging, file: Write) -> None:
    text = raas(raas_entry(1, "ada")).replace("wd:", "r1:").replace("xmlns:wd", "xmlns:r1")
    assert rows(staging, file(text), "Employee_ID") == [("1",)]
    bare = '<Report_Data xmlns="urn:x"><Report_Entry><A>1</A></Report_Entry></Report_Data>'
    assert rows(staging, file(bare), "A") == [("1",)]


def test_dates_keep_their_zone(staging: Staging, file: Write) -> None:
    assert rows(staging, file(raas(raas_entry(1, "ada"))), "Hire_Date") == [("2020-01-01-08:00",)]


def test_a_field_left_out_of_an_entry_is_blank_there(staging: Staging, file: Write) -> None:
    text = raas(raas_entry(1, "ada"), raas_entry(2, "ben", more="<wd:Grade>7</wd:Grade>"))
    path = file(text)
    assert "Grade" in read_header(path)[1]
    assert rows(staging, path, "Employee_ID", "Grade") == [("1", None), ("2", "7")]


GROUP = "<wd:Job><wd:Effective_Date>{}</wd:Effective_Date></wd:Job>"


def test_a_group_that_repeats_makes_a_row_each(staging: Staging, file: Write) -> None:
    twice = GROUP.format("2020-01-01-08:00") + GROUP.format("2021-01-01-08:00")
    text = raas(raas_entry(1, "ada", more=twice), raas_entry(2, "ben"))
    assert rows(staging, file(text), "Employee_ID", "Job/Effective_Date") == [
        ("1", "2020-01-01-08:00"),
        ("1", "2021-01-01-08:00"),
        ("2", None),
    ]


def test_a_group_that_stands_once_stays_in_the_row_of_its_entry(
    staging: Staging, file: Write
) -> None:
    once = GROUP.format("2020-01-01-08:00") + "<wd:Pay><wd:Plan>P</wd:Plan></wd:Pay>"
    text = raas(raas_entry(1, "ada", more=once))
    found = rows(staging, file(text), "Employee_ID", "Job/Effective_Date", "Pay/Plan")
    assert found == [("1", "2020-01-01-08:00", "P")]


def test_several_values_of_a_field_stand_in_one_cell(staging: Staging, file: Write) -> None:
    more = "<wd:Skill wd:Descriptor='SQL'/><wd:Skill wd:Descriptor='R'/>"
    assert rows(staging, file(raas(raas_entry(1, "ada", more=more))), "Skill") == [("SQL; R",)]


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
EXTERNAL = '<!DOCTYPE r [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE r SYSTEM "http://192.0.2.1/report.dtd">'


@pytest.mark.parametrize("doctype", [BOMB, EXTERNAL, REMOTE])
def test_entities_and_outside_files_are_refused(
    doctype: str, staging: Staging, file: Write
) -> None:
    text = raas(raas_entry(1, "&a;" if doctype == BOMB else "ada"))
    path = file(text.replace("\n<wd:Report_Data", f"\n{doctype}<wd:Report_Data", 1))
    for look in (lambda: read_header(path), lambda: read(path, staging)):
        with pytest.raises(FileProblem, match="nothing of it was read") as found:
            look()
        assert found.value.code == "unsafe_content"
        assert "root:" not in str(found.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (raas(raas_entry(1, "ada"))[:-30], "unreadable_bytes"),
        (raas(raas_entry(1, "a & b")), "unreadable_bytes"),
        (raas(), "empty_file"),
        (raas("<wd:Report_Entry/>"), "empty_file"),
        ("<a><Report_Data/></a>", "wrong_file"),
        (raas(raas_entry(1, "ada", more="<wd:Grade>1</wd:Grade><wd:GRADE>2</wd:GRADE>")),
         "doubled_column"),
    ],
)  # fmt: skip
def test_a_damaged_or_empty_report_is_refused_in_words(
    text: str, code: str, staging: Staging, file: Write
) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(text), staging)
    assert found.value.code == code


def test_a_report_is_read_entry_by_entry(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    real = workday_xml._read_entry

    def counted(element: object) -> object:
        held.append(len(element))  # type: ignore[arg-type]
        return real(element)  # type: ignore[arg-type]

    monkeypatch.setattr(workday_xml, "_read_entry", counted)
    path = file(raas(*(raas_entry(n, "ada") for n in range(3000))))
    entries = workday_xml._entries(path)
    next(entries)
    # The file is far from read when its first entry is there.
    assert len(held) == 1
    assert sum(1 for _ in entries) == 2999


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name != "ID" and name.lower() != "source_row"
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=4), min_size=1, max_size=4))
def test_every_value_comes_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, str]]
) -> None:
    # names that differ in case only are refused, see above
    entries = [{name.lower(): text for name, text in entry.items()} for entry in entries]
    told = [
        {name: text.strip() for name, text in entry.items() if text.strip()} for entry in entries
    ]
    columns = list(dict.fromkeys(name for entry in told for name in entry))
    if not columns:
        return
    path = tmp_path_factory.mktemp("raas") / "report.xml"
    escape = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    body = "".join(
        "<wd:Report_Entry>"
        + "".join(
            f"<wd:{n}>{''.join(escape.get(c, c) for c in t)}</wd:{n}>" for n, t in entry.items()
        )
        + "</wd:Report_Entry>"
        for entry in entries
    )
    path.write_text(raas(body), encoding="utf-8")
    with open_staging() as staging:
        table = workday_xml.read(path, staging, Hints())
        assert list(table.columns) == columns
        names = ", ".join(f'"{column}"' for column in columns)
        found = staging.rows(f"SELECT {names} FROM {table.relation} ORDER BY source_row")
    assert found == [tuple(entry.get(column) for column in columns) for entry in told]
