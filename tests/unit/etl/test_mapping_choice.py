from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.choosing import choice as mapping_choice
from etl.choosing.choice import check_columns, choose_mapping, plain_entity
from etl.formats import read
from etl.mapping.mapping import ENTITIES, SURVEY_RESPONSE, entity_table
from etl.problems import FileProblem
from warehouse.engine import Staging
from warehouse.tables import facts

Write = Callable[..., Path]
MAPPING = """
source_system = "{system}"
files = ["{files}"]
[[load]]
entity = "person"
key = ["Id"]
[load.columns]
person_id = "Id"
"""


def mapping(system: str, files: str) -> str:
    return MAPPING.format(system=system, files=files)


def test_the_mapping_named_by_the_user_comes_first(file: Write) -> None:
    file(mapping("beside", "*.csv"), "beside.mapping.toml")
    named = file(mapping("named", "other*.csv"), "named.toml")
    assert choose_mapping(file("Id\n1\n"), named).source_system == "named"


def test_the_mapping_beside_the_file_comes_before_plain_columns(file: Write) -> None:
    file(mapping("beside", "PERSON*.CSV"), "beside.mapping.toml")
    assert choose_mapping(file("person_id\n1\n", "person.csv")).source_system == "beside"


def test_two_mappings_beside_one_file_are_refused(file: Write) -> None:
    file(mapping("one", "*.csv"), "one.mapping.toml")
    file(mapping("two", "export*"), "two.mapping.toml")
    with pytest.raises(FileProblem, match=r"one\.mapping\.toml and two\.mapping\.toml"):
        choose_mapping(file("Id\n1\n"))


def test_shipped_mappings_need_pattern_and_columns(
    file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "a.toml").write_text(mapping("small", "export*.csv"))
    larger = mapping("larger", "export*.csv") + 'display_name = "Name"\n'
    (shipped / "b.toml").write_text(larger)
    monkeypatch.setattr(mapping_choice, "SHIPPED", shipped)
    assert choose_mapping(file("Id,Other\n1,2\n")).source_system == "small"
    assert choose_mapping(file("Id,Name\n1,2\n")).source_system == "larger"
    with pytest.raises(FileProblem, match=r"nearest is a\.toml, which misses: Id"):
        choose_mapping(file("Ident\n1\n"))


def test_plain_columns_are_known_by_the_name_of_the_file(file: Write) -> None:
    found = choose_mapping(file("session_id,status,batch_id\n1,held,x\n", "sessions_2026.csv"))
    (load,) = found.loads
    assert (load.entity, load.key) == ("session", ("session_id",))
    assert list(load.columns) == ["session_id", "status"]


def test_a_misspelt_plain_column_is_not_skipped_in_silence(file: Write) -> None:
    with pytest.raises(FileProblem, match='Did you mean "planned_start_at"') as found:
        choose_mapping(file("session_id,planed_start_at\n1,x\n", "session.csv"))
    assert found.value.code == "unknown_column"


def test_a_plain_file_without_its_key_says_what_is_missing(file: Write) -> None:
    with pytest.raises(FileProblem, match="session_id is missing") as found:
        choose_mapping(file("id,status\n1,held\n", "session.csv"))
    assert (found.value.code, found.value.column) == ("no_mapping", "session_id")


def test_a_file_nobody_knows_asks_for_a_mapping(file: Write) -> None:
    with pytest.raises(FileProblem, match=r'outcomes inspect "export\.csv"') as found:
        choose_mapping(file("x,y\n1,2\n"))
    assert found.value.code == "no_mapping"


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("session_topics.csv", "session_topic"),
        ("Sessions 2026-Q3.xlsx", "session"),
        ("people.csv", "person"),
        ("goals.final.csv", "goal"),
        ("obsession.csv", None),
        ("recognition.parquet", "recognition"),
    ],
)
def test_the_longest_entity_in_a_file_name_counts(name: str, entity: str | None) -> None:
    assert plain_entity(Path(name)) == entity


def test_every_entity_has_a_key_of_its_own_columns() -> None:
    assert set(mapping_choice._KEYS) == set(ENTITIES) - {SURVEY_RESPONSE}
    for entity, (required, optional) in mapping_choice._KEYS.items():
        assert {*required, *optional} <= set(facts(entity_table(entity)))


def test_a_missing_column_refuses_the_file_and_names_the_nearest(
    file: Write, staging: Staging
) -> None:
    file(mapping("beside", "*.csv"), "beside.mapping.toml")
    path = file("Idd,Name\n1,2\n")
    chosen = choose_mapping(path)
    with pytest.raises(FileProblem, match='Did you mean "Idd"') as found:
        check_columns(path, chosen, read(path, staging, chosen.hints))
    assert (found.value.code, found.value.column) == ("missing_column", "Id")
