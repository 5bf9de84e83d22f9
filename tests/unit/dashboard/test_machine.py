from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from dashboard.access import Role, Viewer
from dashboard.app import create_app
from dashboard.machine import DESCRIPTION, FIELDS, WORKLIST, describe
from tests.unit.dashboard.conftest import VIEWERS


def ask(releases: Path, viewer: Viewer, address: str) -> tuple[int, Any]:
    client = create_app(releases, demo=False, viewer=viewer).server.test_client()
    answer = client.get(address)
    return answer.status_code, json.loads(answer.get_data())


@pytest.fixture
def manager() -> Viewer:
    return VIEWERS[Role.PROGRAM_MANAGER]


def test_the_description_is_valid_openapi_and_is_what_the_address_gives(releases, manager):
    validate(describe())
    assert ask(releases, manager, DESCRIPTION) == (200, describe())


def test_what_is_answered_is_what_is_described(releases, manager):
    status, answer = ask(releases, manager, f"{WORKLIST}?state=all&limit=1000")
    assert status == 200
    schemas = describe()["components"]["schemas"]
    pair = schemas["Pair"] | {"additionalProperties": False}
    worklist = json.loads(json.dumps(schemas["Worklist"]))
    worklist["properties"]["pairs"]["items"] = pair
    jsonschema.validate(answer, worklist, format_checker=jsonschema.FormatChecker())
    assert answer["total"] == len(answer["pairs"]) > 100


def test_machines_see_what_their_person_may_see(releases, viewer):
    status, answer = ask(releases, viewer, WORKLIST)
    if viewer.role is Role.PROGRAM_MANAGER:
        assert status == 200
        assert {pair["program"] for pair in answer["pairs"]} == set(viewer.programs)
    else:
        assert status == 403
        assert answer["detail"].startswith("Names of pairs are shown to the program's own managers")


def test_a_manager_of_another_program_gets_an_empty_list(releases):
    other = Viewer(Role.PROGRAM_MANAGER, programs=("P9",))
    status, answer = ask(releases, other, f"{WORKLIST}?state=all")
    assert (status, answer["total"], answer["pairs"]) == (200, 0, [])


def test_the_usual_list_holds_those_in_need_most_urgent_first(releases, manager):
    _, answer = ask(releases, manager, WORKLIST)
    assert all(pair["needs_attention"] for pair in answer["pairs"])
    ranks = [pair["need_rank"] for pair in answer["pairs"]]
    assert ranks == sorted(ranks)


def test_limit_and_offset_cut_the_same_list(releases, manager):
    _, whole = ask(releases, manager, f"{WORKLIST}?state=all&limit=1000")
    _, part = ask(releases, manager, f"{WORKLIST}?state=all&limit=7&offset=3")
    assert part["pairs"] == whole["pairs"][3:10]
    assert (part["total"], part["offset"]) == (whole["total"], 3)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("state=angry", "state is one of needing, all, on_track"),
        ("limit=0", "limit is a whole number of at least 1, at most 1,000; not 0."),
        ("limit=1001", "not 1001."),
        ("limit=ten", "not ten."),
        ("offset=-1", "offset is a whole number of at least 0"),
        ("colour=red", "There is no parameter colour; there are program, cohort"),
        ("department=Moon", "There is no department “Moon” in this release"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused_in_words(releases, manager, search, words):
    status, answer = ask(releases, manager, f"{WORKLIST}?{search}")
    assert (status, answer["status"]) == (400, 400)
    assert words in answer["detail"]


def test_without_a_release_the_answer_says_what_to_do(tmp_path, manager):
    status, answer = ask(tmp_path / "releases", manager, WORKLIST)
    assert status == 503
    assert "outcomes" in answer["detail"]


def test_no_survey_answer_is_among_the_fields():
    names = {field.name for field in FIELDS}
    assert not {"engagement", "score", "response"} & names
    assert len(names) == len(FIELDS)
