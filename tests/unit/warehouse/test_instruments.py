"""Instrument files are checked, and agree with what surveys declare, or say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.instruments import (
    DEFAULT_FILE,
    Asked,
    Instrument,
    InstrumentError,
    ListedItem,
    read_instruments,
    resolve_items,
)
from warehouse.metrics import BY_ID

COLUMNS = ["survey_id", "item_code", "construct", "scale_min", "scale_max", "is_reversed"]
TABLE = """[[instrument]]
construct = "chemistry"
label = "Getting along"
role = "both"
direction = "higher"
scale = [1, 7]
items = ["A", { code = "B", survey = "s" }]
reversed = [{ code = "B", survey = "s" }]
minimum_items = 2
"""


def declared(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype(object)


def resolved(instrument: Instrument, *rows: tuple[Any, ...]) -> Asked:
    return resolve_items([instrument], declared(*rows), {"s", *(row[0] for row in rows)})


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "instruments.toml"
    path.write_text(text)
    return path


def test_the_shipped_file_names_every_construct_as_the_registry_does() -> None:
    shipped = {one.construct: one for one in read_instruments()}
    others = {"benefit_gap", "response_rate"}
    voice = {m.id for m in BY_ID.values() if m.family == "voice"} - others
    assert set(shipped) == {name for name in voice if not name.endswith("_change")}
    for name, one in shipped.items():
        assert one.label == BY_ID[name].label
        assert one.higher_is_better == BY_ID[name].higher_is_better


def test_no_question_is_shipped() -> None:
    assert not any(one.items for one in read_instruments())
    assert "?" not in DEFAULT_FILE.read_text(encoding="utf-8")


def test_own_instruments_replace_shipped_ones_whole(tmp_path: Path) -> None:
    found = {one.construct: one for one in read_instruments(own(tmp_path, TABLE))}
    assert found["chemistry"] == Instrument(
        "chemistry",
        "Getting along",
        "both",
        True,
        (1, 7),
        minimum_items=2,
        items=(ListedItem("A"), ListedItem("B", "s", is_reversed=True)),
        file="instruments.toml",
    )
    assert found["engagement"].scale == (0, 6)
    assert read_instruments(tmp_path / "none.toml") == read_instruments()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("chemistry", "alchemy", ('"alchemy"', "construct", "Use one of", "engagement")),
        ("[1, 7]", "[7, 1]", ("scale", "[7, 1]", "such as [1, 5]")),
        ("[1, 7]", "[1.0, 7.5]", ("scale", "7.5", "whole numbers")),
        ('"both"', '"boss"', ("role", '"boss"', "mentor, mentee, both")),
        ('"higher"', '"lower"', ("direction", "not that of the metric", "Reverse the items")),
        ('"Getting along"', "3", ("label", "3", "quotes")),
        ("minimum_items = 2", "minimum_items = 3", ("minimum_items", "3 answers", "2 items")),
        ("minimum_items = 2", "minimum_items = 0", ("minimum_items", "0", "leave it out")),
        ("minimum_items", "minimal", ("minimal", "not a key", "minimum_items")),
        ('["A",', '["A", "A",', ("items", '"A"', "listed twice")),
        ('["A",', "[7,", ("items", "7", "List codes")),
        ("[{ code", '["Z", { code', ("reversed", '"Z"', "not among the items")),
        ("scale = [1, 7]\n", "", ("scale", "is missing")),
        ("[[instrument]]", "[settings]", ('"settings"', "[[instrument]]")),
        ("[[instrument]]", "[[instrument", ("cannot be read", "UTF-8")),
        (TABLE, TABLE + TABLE, ("construct", "given twice", "one table")),
        (TABLE, TABLE + 'part_of = "nothing"', ("part_of", '"nothing"')),
        (TABLE, TABLE.replace("chemistry", "enps"), ("scale", "0 to 10")),
        (TABLE, TABLE + TABLE.replace("chemistry", "inclusion"), ('"A"', '"chemistry"')),
    ],
)
def test_what_cannot_be_meant_is_said(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(InstrumentError) as error:
        read_instruments(own(tmp_path, TABLE.replace(old, new, 1)))
    for word in ("instruments.toml", *words):
        assert word in str(error.value)


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    said = ""
    try:
        assert read_instruments(path) == read_instruments()  # a comment, or nothing
    except InstrumentError as error:
        said = str(error)
    assert not said or "any.toml" in said


PLAIN = Instrument("chemistry", "Chemistry", "both", True, (1, 5))
LISTED = Instrument(
    "chemistry", "Chemistry", "both", True, (1, 5),
    items=(ListedItem("A"), ListedItem("B", is_reversed=True)),
)  # fmt: skip


def test_items_are_those_that_surveys_declare() -> None:
    asked = resolved(
        PLAIN,
        ("s", "A", "chemistry", 1, 5, False),
        ("s", "B", "chemistry", None, None, True),
        ("s", "C", "something else", 1, 9, False),
        ("s", "D", None, 1, 9, False),
    )
    (construct,) = asked.constructs
    found = [(one.code, one.is_reversed) for one in construct.items]
    assert found == [("A", False), ("B", True)]
    assert construct.needed() == {"s": 1}
    assert construct.units_per_point == 2


def test_half_of_the_items_is_needed_unless_said_otherwise() -> None:
    rows = [("s", f"E{i}", "chemistry", 1, 5, False) for i in range(9)]
    (construct,) = resolved(PLAIN, *rows).constructs
    assert construct.needed() == {"s": 5}
    assert construct.units_per_point == 2520  # of 5, 6, 7, 8 and 9 answers


@pytest.mark.parametrize(
    ("instrument", "row", "words"),
    [
        (PLAIN, ("s", "A", "chemistry", 1, 7, False), ("1 to 7", "1 to 5", "into instruments")),
        (PLAIN, ("s", "A", "chemistry", 0, None, False), ("ends at 0", "at 1")),
        (LISTED, ("s", "A", "openness", 1, 5, False), ('for "openness"', "Take it off")),
        (LISTED, ("s", "A", "chemistry", 1, 5, True), ("declares it reversed", "Say the same")),
        (LISTED, ("s", "B", "chemistry", 1, 5, False), ("not reversed", "Say the same")),
        (LISTED, ("s", "B", None, 0, 5, False), ("0 to 5", "1 to 5")),
        (LISTED, ("s", "Z", "chemistry", 1, 5, False), ("not among the items", "Add it")),
    ],
)
def test_a_conflict_names_file_item_value_and_remedy(
    instrument: Instrument, row: tuple[Any, ...], words: tuple[str, ...]
) -> None:
    with pytest.raises(InstrumentError) as error:
        resolved(instrument, row)
    for word in ("default.toml", f'item "{row[1]}" of survey "s"', *words):
        assert word in str(error.value)


def test_two_mappings_must_agree_about_an_item() -> None:
    rows = [("s", "A", "chemistry", 1, 5, False), ("s", "A", "chemistry", 1, 5, True)]
    with pytest.raises(InstrumentError, match="both reversed and not"):
        resolved(PLAIN, *rows)
    assert len(resolved(PLAIN, rows[0], rows[0]).constructs[0].items) == 1


def test_a_survey_that_declares_nothing_is_scored_by_the_list() -> None:
    (construct,) = resolved(LISTED, ("s", "A", None, None, None, False)).constructs
    assert [(one.code, one.is_reversed) for one in construct.items] == [("A", False), ("B", True)]


def test_more_items_than_can_be_added_up_exactly_are_refused() -> None:
    rows = [("s", f"E{i}", "chemistry", 1, 5, False) for i in range(21)]
    with pytest.raises(InstrumentError, match=r'survey "s" has 21 items for it. At most 20'):
        resolved(PLAIN, *rows)


def test_topics_count_for_the_whole_too() -> None:
    row = ("s", "A", "skill_gain_social_media", 1, 5, False)
    asked = resolve_items(read_instruments(), declared(row), {"s"})
    assert [one.id for one in asked.constructs] == ["skill_gain", "skill_gain_social_media"]
    assert asked.number("skill_gain_social_media") == 1
    assert asked.number("engagement") == -1
