"""The registry is complete, and everything drawn from it is current."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql

from reports import release_tables
from warehouse import generated
from warehouse.cube import grain_query
from warehouse.dictionary import render_dictionary
from warehouse.facts.grain import Span
from warehouse.metrics import BY_ID, METRICS, Metric
from warehouse.metrics.catalog import metric_rows, render_metrics_page
from warehouse.metrics.metric import KINDS
from warehouse.tables import metadata

ROOT = Path(__file__).parents[3]
BY_CUBE = [m for m in METRICS if m.computed_by == "cube"]


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.id)
def test_every_metric_says_what_it_is(metric: Metric) -> None:
    for words in (metric.label, metric.definition, metric.formula, metric.undefined_reason):
        assert words
        assert words == words.strip()
    assert not metric.undefined_reason.endswith(".")  # statuses are phrases, not sentences
    assert metric.definition.endswith(".")
    assert metric.kind in KINDS
    assert metric.unit in {
        "fraction", "count", "days", "hours", "grades", "bits", "ratio", "points",
    }  # fmt: skip
    assert metric.family in {"reach", "rhythm", "practice", "voice", "workforce"}
    assert metric.minimum_group >= 5
    assert (metric.sensitivity == "workforce") == (metric.family == "workforce")
    assert metric.sensitivity == "confidential" or metric.family != "voice"
    assert not metric.tells_of or metric.tells_of in BY_ID


@pytest.mark.parametrize("metric", BY_CUBE, ids=lambda m: m.id)
def test_expressions_refer_to_the_grain(metric: Metric) -> None:
    assert metric.numerator is not None
    needs_denominator = metric.kind in {"share", "clustered_share", "rate", "ratio"}
    assert (metric.denominator is not None) == needs_denominator
    for expression in (metric.numerator, metric.denominator, metric.people, *metric.protected):
        if expression is not None:
            assert {t.name for t in expression._from_objects} <= {metric.grain.name}


def test_workforce_and_voice_are_cut_by_closed_slices_only() -> None:
    for metric in METRICS:
        if metric.family in ("voice", "workforce"):
            assert metric.grain.slices == ((), ("department",), ("cohort",))
            assert metric.default_population == "everyone"


def test_figures_of_populations_say_that_they_are_not_comparable() -> None:
    for metric in METRICS:
        if metric.family == "workforce" and metric.unit == "fraction":
            assert "not comparable" in metric.definition
            assert "see Impact" in metric.definition


@pytest.mark.parametrize(
    "grain", list(dict.fromkeys(m.grain for m in BY_CUBE)), ids=lambda g: g.name
)
def test_every_query_compiles_with_bound_parameters_only(grain: object) -> None:
    span = Span.between(dt.date(2026, 1, 1), dt.date(2026, 5, 20))
    metrics = [m for m in BY_CUBE if m.grain is grain]
    dialect = postgresql.psycopg2.dialect(paramstyle="named")
    query = grain_query(metrics[0].grain, metrics, span)
    text = str(query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
    assert "GROUPING SETS" in text
    assert "2026-05-20" not in text


def test_catalog_rows_have_the_columns_of_the_release() -> None:
    rows = metric_rows()
    assert list(rows.columns) == list(release_tables.metric.columns.keys())
    assert list(rows["position"]) == list(range(1, len(METRICS) + 1))


def test_metrics_page_is_current() -> None:
    assert generated.is_current(render_metrics_page(), ROOT / "METRICS.md"), "run make format"


def test_dictionary_is_current() -> None:
    page = ROOT / "docs" / "dictionary.md"
    assert generated.is_current(render_dictionary(), page), "run make format"


def test_the_dictionary_explains_every_column() -> None:
    text = render_dictionary()
    for table in metadata.tables.values():
        assert f"### {table.name}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` |" in text
            assert column.info["meaning"] in text


def test_check_fails_on_an_outdated_page(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    page = tmp_path / "PAGE.md"
    run = lambda *given: generated.run(lambda: "new", what="it", arguments=list(given))  # noqa: E731
    assert run(str(page), "--check") == 1
    assert "make format" in capsys.readouterr().err
    assert run(str(page)) == 0
    assert run("--check", str(page)) == 0
    page.write_text("old")
    assert run("--check", str(page)) == 1
    assert page.read_text() == "old"
