from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from etl.choosing.choice import SHIPPED
from etl.mapping.file import read_mapping
from etl.mapping.mapping import ENTITIES, Instead, Source, column_kind, entity_table
from etl.problems import FileProblem
from warehouse.tables import DERIVED

GOOD = """
source_system = "pairup"
files = ["matches*.csv"]
date_order = "dmy"
time_zone = "Europe/Berlin"
nulls = ["N/A"]

[[load]]
entity = "pair"
key = ["Match  ID"]
where = { "State" = ["a", "b"] }
prefer = { "State" = "b" }
[load.columns]
pair_id = "Match  ID"
kind = { value = "formal" }
status = { column = "Status", values = { "Active" = "active" }, otherwise = "ended" }
mentor_person_id = { column = "Mentor", identifier = "email" }
matched_on = { column = "Created", instead = { column = "Moved", where = { "State" = "b" } } }

[[item]]
survey_id = "pulse"
item_code = "ENG1"
scale_min = 0
is_reversed = false

[[wave]]
wave_id = "w1"
survey_id = "pulse"
opens_on = 2026-03-01
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pairs.mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_says_where_each_column_comes_from(tmp_path: Path) -> None:
    mapping = read_mapping(write(tmp_path, GOOD))
    (load,) = mapping.loads
    assert (mapping.source_system, mapping.nulls) == ("pairup", ("N/A",))
    assert mapping.hints.date_order == "dmy"
    assert load.columns["pair_id"] == Source(column="Match ID")
    assert load.columns["kind"] == Source(value="formal")
    assert load.columns["matched_on"].instead == Instead("Moved", {"State": ("b",)})
    assert (load.where, load.prefer) == ({"State": ("a", "b")}, {"State": "b"})
    assert load.source_columns() == ["Match ID", "State", "Status", "Mentor", "Created", "Moved"]
    assert mapping.declared["item"][0]["scale_min"] == 0
    assert mapping.declared["wave"][0]["opens_on"] == dt.date(2026, 3, 1)


def test_every_change_of_a_mapping_changes_its_digest(tmp_path: Path) -> None:
    first = read_mapping(write(tmp_path, GOOD))
    assert first.sha256 != read_mapping(write(tmp_path, GOOD + "\n")).sha256


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('entity = "pair"', 'entity = "pairs"', 'Did you mean "pair"'),
        ("kind =", "kinde =", 'Did you mean "kind"'),
        ('"dmy"', '"dym"', '"date_order" cannot be "dym"'),
        ("Europe/Berlin", "Europe/Berln", "Europe/Berlin"),
        ('source_system = "pairup"', "", '"source_system" is missing'),
        ('key = ["Match  ID"]', "", '"load[1].key" is missing'),
        ("files =", "file =", '"file" is not a key known here'),
        ('"formal"', '"formal", column = "x"', "either a column or a value"),
        ("is_reversed = false", 'is_reversed = "no"', "must be true or false"),
        ("scale_min = 0", "scale_min = true", "must be a number"),
        ("opens_on = 2026-03-01", "opens_on = 2026-03-01T10:00:00", "must be a date"),
        ('"email"', '"e-mail"', "load[1].columns.mentor_person_id.identifier"),
        ('matched_on = { column = "Created",', 'matched_on = { column = "Created", as = "year",',
         'as = "year"'),
        ('status = { column = "Status",', 'status = { column = "Status", identifier = "email",',
         "cannot have an identifier"),
        ('survey_id = "pulse"\nitem_code = "ENG1"', 'survey_id = "pulse"', "item_code"),
        ("[[load]]", "[load]", "[[load]]"),
        ("nulls = [", "nulls = [1, ", "texts in quotes only"),
        ("= 0\n", "= \n", "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_is_allowed(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(FileProblem) as found:
        read_mapping(write(tmp_path, GOOD.replace(old, new, 1)))
    assert found.value.code == "bad_mapping"
    assert said in str(found.value)
    assert "pairs.mapping.toml" in str(found.value)


def test_items_belong_to_survey_responses_only(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="survey_response"):
        read_mapping(write(tmp_path, GOOD.replace("[[item]]", '[load.items]\nQ = "Q"\n[[item]]')))


def test_a_missing_mapping_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as found:
        read_mapping(tmp_path / "nowhere.toml")
    assert found.value.code == "file_not_found"


def test_every_entity_can_be_loaded_except_derived_ones() -> None:
    assert not {str(table.name) for table in DERIVED} & set(ENTITIES)
    for entity in ENTITIES:
        for column in entity_table(entity).columns:
            assert column_kind(entity, column.name)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.name)
def test_shipped_mappings_are_right_in_themselves(path: Path) -> None:
    assert read_mapping(path).description
