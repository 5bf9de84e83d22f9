"""Exports of every system are known by their columns, each by one shipped mapping alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.choosing.choice import SHIPPED, choose_mapping, fitting_mappings
from etl.formats import read_header
from etl.problems import FileProblem
from tests.hr_system_exports import HR_EXPORTS, SF_JOB_JSON, raas, raas_entry
from tests.platform_exports import PLATFORM_EXPORTS

Write = Callable[..., Path]
EXPORTS = HR_EXPORTS | PLATFORM_EXPORTS
DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("mapping", EXPORTS)
def test_an_export_is_known_by_one_mapping_alone(mapping: str, file: Write) -> None:
    name, content = EXPORTS[mapping]
    path = file(content, name)
    form, columns = read_header(path)
    assert [found.name for found in fitting_mappings(path, form, columns)] == [mapping]
    assert choose_mapping(path).name == mapping


@pytest.mark.parametrize("mapping", EXPORTS)
def test_an_export_is_known_whatever_its_file_is_called(mapping: str, file: Write) -> None:
    content = EXPORTS[mapping][1]
    assert choose_mapping(file(content, "download (3)")).name == mapping


@pytest.mark.parametrize(
    ("content", "name", "mapping"),
    [
        (SF_JOB_JSON, "EmpJob.json", "successfactors_job.toml"),
        (raas(raas_entry(1, "ada")), "workers 2026-03-31.xml", "workday_workers.toml"),
    ],
)
def test_other_forms_of_an_export_are_known_too(
    content: str, name: str, mapping: str, file: Write
) -> None:
    path = file(content, name)
    form, columns = read_header(path)
    assert [found.name for found in fitting_mappings(path, form, columns)] == [mapping]


def test_every_mapping_of_a_system_has_an_export_to_prove_it() -> None:
    shipped = {path.name for path in SHIPPED.glob("*.toml")}
    systems = tuple({name.split("_", maxsplit=1)[0] for name in EXPORTS})
    assert {name for name in shipped if name.startswith(systems)} == set(EXPORTS)


def test_every_mapping_of_a_system_is_explained() -> None:
    pages = "".join(page.read_text("utf-8") for page in DOCS.glob("import/*.md"))
    assert [name for name in EXPORTS if f"`{name.removesuffix('.toml')}`" not in pages] == []


PAYROLL = "Employee ID,Pay Period,Gross Pay,Net Pay\n1001,2026-03,5000,3900\n"
RECIPES = "Dish,Minutes,Servings\nSoup,30,4\n"


def test_a_payroll_file_is_refused_and_the_nearest_mapping_named(file: Write) -> None:
    with pytest.raises(FileProblem) as found:
        choose_mapping(file(PAYROLL, "workers 2026-03.csv"))
    assert found.value.code == "no_mapping"
    words = str(found.value)
    assert "The nearest is workday_" in words
    assert "misses: " in words and "take it out of the folder" in words
    assert len(words) < 600


def test_an_unrelated_file_has_no_nearest_mapping(file: Write) -> None:
    with pytest.raises(FileProblem) as found:
        choose_mapping(file(RECIPES, "recipes.csv"))
    assert found.value.code == "no_mapping"
    assert "nearest" not in str(found.value)


def test_a_report_with_one_column_less_says_which(file: Write) -> None:
    text = str(HR_EXPORTS["workday_workers.toml"][1]).replace("Hire Date", "Begin")
    with pytest.raises(FileProblem, match=r"workday_workers\.toml.* misses: Hire Date\.") as found:
        choose_mapping(file(text))
    assert found.value.code == "no_mapping"
