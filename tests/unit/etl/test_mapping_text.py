from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mapping.file import read_mapping
from etl.mapping.mapping import Choices, Instead, Load, Mapping, Scale, Source, entity_table
from etl.mapping.text import mapping_toml
from warehouse.tables import facts


def read_back(mapping: Mapping, remarks: dict[str, str] | None = None) -> Mapping:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.toml"
        path.write_text(mapping_toml(mapping, remarks), encoding="utf-8", newline="")
        return replace(read_mapping(path), name=mapping.name, sha256=mapping.sha256)


def declared(table: str, **values: object) -> dict[str, object]:
    return {name: values.get(name) for name in facts(entity_table(table))}


SOURCES = {
    "rated": Source(
        "Rating",
        date_order="dmy",
        time_zone="Europe/Berlin",
        decimal=",",
        scale=Scale(1, 4, 1, 5),
        followed_by="Rest",
        pick="last",
        is_optional=True,
        instead=Instead("Other", {"State": ("a", "")}),
    ),
    "person": Source("E-mail", identifier="email", unresolved="blank", cast="lower"),
    "day": Source("Day", is_in_file_name=True),
    "coded": Source("Answer", values={"Ja": "true", "": "false"}, otherwise=""),
    "constant": Source(value="true"),
}
FULL_LOADS = (
    Load(
        "session_feedback",
        ("Id", "Person"),
        {"rating": SOURCES["rated"], "person_id": SOURCES["person"]},
        where={"Kind": ("x", "")},
        prefer={"Kind": "x"},
        distinct=True,
        filled=("Day",),
        order="Day",
        is_optional=True,
    ),
    Load("exit", ("Id",), {"person_id": Source("Id"), "exit_on": SOURCES["day"]}),
    Load(
        "survey_response",
        ("Id",),
        {"response_id": Source("Id"), "is_finished": SOURCES["coded"]},
        items={'say "hi"': "a\\b", "Q1.2": "Q1"},
        points={"Stimme zu": 4, "strongly, agree": 4.5, "Nie": -1},
        choices=(
            Choices({"A 1": "a1", "B": "b"}),
            Choices({}, "Topics", ", ", {"x, y": "t/x", "z": "t/z"}, "t/(other)"),
        ),
    ),
)
FULL = Mapping(
    name="full.toml",
    sha256="0",
    source_system="s",
    loads=FULL_LOADS,
    description="two\nlines\x7f",
    files=("a*.csv", "b.xlsx"),
    format="delimited",
    date_order="mdy",
    time_zone="UTC",
    decimal=".",
    encoding="cp1252",
    sheet="Tabelle 1",
    nulls=("N/A", "-"),
    declared={
        "survey": (declared("survey", survey_id="s", name="S"),),
        "wave": (declared("wave", wave_id="w", survey_id="s", opens_on=dt.date(2026, 4, 1)),),
        "item": (
            declared("item", survey_id="s", item_code="i", scale_min=0, is_reversed=True),
            declared("item", survey_id="s", item_code="j", scale_max=2.5),
        ),
    },
    aliases={"Id": ("No", "Nr")},
    without=("Signature",),
    rest="leave_out",
)


def test_a_mapping_with_every_setting_is_read_back() -> None:
    assert read_back(FULL) == FULL


def defaults(kind: type[Any]) -> dict[str, object]:
    """Return what every setting of a class is unless said otherwise."""
    return {
        one.name: one.default if one.default is not MISSING else one.default_factory()
        for one in fields(kind)
        if one.default is not MISSING or one.default_factory is not MISSING
    }


@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        (Mapping, [FULL]),
        (Load, list(FULL_LOADS)),
        (Source, list(SOURCES.values())),
        (Choices, list(FULL_LOADS[2].choices)),
    ],
)
def test_the_full_mapping_has_every_setting(kind: type[Any], examples: list[Any]) -> None:
    for name, default in defaults(kind).items():
        assert any(getattr(one, name) != default for one in examples), name


def test_remarks_are_comments_at_their_place() -> None:
    places = ("", "date_order", "decimal", "load.columns.person_id", "load.items")
    remarks = dict.fromkeys(places, 'decide: "x"\nperson_id = {\x85 column = "y" }')
    assert read_back(FULL, remarks) == FULL
    lines = mapping_toml(FULL, remarks).splitlines()
    assert lines[0] == '# decide: "x"'
    assert lines[lines.index('decimal = "."') + 1 :].count('# decide: "x"') >= 3


NAMES = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
TEXTS = st.text(max_size=12)
FILLED = st.text(min_size=1, max_size=12)
PAIRS = st.dictionaries(NAMES, FILLED, max_size=3)
CHOICES = st.builds(
    Choices, columns=st.dictionaries(NAMES, FILLED, min_size=1, max_size=3)
) | st.builds(
    Choices,
    columns=st.just({}),
    column=NAMES,
    separator=FILLED,
    options=st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3),
    other=FILLED,
)
COLUMNS = st.fixed_dictionaries(
    {"response_id": st.builds(Source, column=NAMES)},
    optional={
        "wave_id": st.builds(Source, value=TEXTS, followed_by=st.none() | NAMES),
        "is_finished": st.builds(
            Source, column=NAMES, values=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2)
        ),
        "person_id": st.builds(
            Source, column=NAMES, identifier=st.sampled_from(["email", "hr_id"])
        ),
    },
)
ITEMS = st.builds(
    lambda code, low, high: declared(
        "item", survey_id="s", item_code=code, scale_min=low, scale_max=high
    ),
    TEXTS,
    st.none() | st.integers(-5, 5) | st.floats(-1e6, 1e6),
    st.none() | st.integers(6, 10),
)
SURVEYS = st.builds(
    lambda system, columns, items, choices, rows, nulls, texts: Mapping(
        "x.toml",
        "0",
        system,
        (Load("survey_response", ("Id",), columns, items=items, choices=tuple(choices)),),
        description=texts,
        nulls=tuple(nulls),
        declared={"survey": (), "wave": (), "item": tuple(rows)},
    ),
    FILLED,
    COLUMNS,
    PAIRS,
    st.lists(CHOICES, max_size=2),
    st.lists(ITEMS, max_size=2),
    st.lists(TEXTS, max_size=2),
    TEXTS,
)


@settings(deadline=None, max_examples=50)
@given(SURVEYS)
def test_whatever_columns_and_answers_are_called_a_mapping_is_read_back(mapping: Mapping) -> None:
    assert read_back(mapping) == mapping
