from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.access import Role, Viewer
from dashboard.content import pairs
from dashboard.content.pair_risk import (
    KNOWS_THE_LOG_ONLY,
    PairWarning,
    in_ten,
    read_warning,
    warning_figure,
    warning_words,
)
from dashboard.data import ReleaseData, View
from reports.release_writer import write_release
from tests.page_asker import Asker
from tests.synthetic_release import tables
from tests.unit.dashboard.conftest import VIEWERS

MANAGER = VIEWERS[Role.PROGRAM_MANAGER]


@pytest.fixture(scope="module")
def manager_view(data: ReleaseData) -> View:
    return data.view(MANAGER, {})


@pytest.fixture(scope="module")
def warning(manager_view: View) -> PairWarning:
    found = read_warning(manager_view)
    assert found is not None
    return found


def without_backtest(folder: Path, *reason: str) -> View:
    frames = tables(quarters=2, pairs=20)
    rows = [("none", measure, None, False) for measure in reason]
    columns = frames["backtest"].columns
    frames["backtest"] = pd.DataFrame(rows, columns=columns).astype({"value": "float64"})
    frames["pair_board"]["risk"] = float("nan")
    write_release(folder, frames)
    return ReleaseData(folder).view(MANAGER, {})


def pair(
    risk: float | None, state: str = "on_track", booked: dt.date | None = None
) -> SimpleNamespace:
    return SimpleNamespace(risk=risk, state=state, next_planned_on=booked)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "fewer than 1 in 10"),
        (0.049, "fewer than 1 in 10"),
        (0.05, "1 in 10"),
        (0.7, "7 in 10"),
        (0.949, "9 in 10"),
        (0.95, "more than 9 in 10"),
        (1.0, "more than 9 in 10"),
    ],
)
def test_a_share_is_said_in_tenths_and_never_as_none_or_all(share, words):
    assert in_ten(share) == words


@pytest.mark.parametrize(
    ("risk", "words"),
    [
        (0.0, "Low: 1 in 10 did not meet"),
        (0.2499, "Low: 1 in 10 did not meet"),
        (0.25, "Some: 3 in 10 did not meet"),
        (0.74, "Raised: 8 in 10 did not meet"),
        (1.0, "High: too few so far"),
        (None, "–"),
    ],
)
def test_a_risk_is_a_word_with_what_became_of_such_pairs(warning, risk, words):
    assert warning.short_words(risk) == words


def test_a_pair_is_told_what_became_of_those_marked_alike_and_what_could_be_wrong(warning):
    said = warning.sentence(pair(0.6))
    assert said.startswith("Raised: of pairs marked so in the past, 8 in 10 had no session in the")
    assert "(1,237 weeks of 337 pairs)" in said
    assert said.endswith(KNOWS_THE_LOG_ONLY) and "booked for" not in said
    ahead = warning.sentence(pair(0.6, booked=dt.date(2026, 10, 2)))
    assert "The meeting booked for 2 Oct 2026 has no part in it." in ahead


def test_a_pair_without_risk_is_told_why(warning, tmp_path):
    assert warning.sentence(pair(None, "paused")) == "Nothing is said of pairs that are paused."
    assert "to end within a month" in warning.sentence(pair(None))
    untested = read_warning(without_backtest(tmp_path, "not_estimable", "short_history"))
    assert untested is not None and not untested.used
    assert untested.sentence(pair(None)) == (
        "The log does not reach back far enough yet to try a warning on the past."
    )


def test_the_page_says_how_the_warning_did_with_both_simple_rules_beside(warning):
    words = " ".join(warning_words(warning))
    assert "held no session in the month after; of all running pairs, 19\u202f%." in words
    assert "65\u202f% held" in words
    assert "“30 days of silence” would have found 60\u202f%" in words
    assert "days since the last session alone, 63\u202f%" in words
    assert "Its risks came closer to what happened than theirs" in words
    assert "never about one of the two" in words


def test_where_a_simple_rule_is_used_the_page_says_that_nothing_did_better(warning):
    simple = replace(warning, used="recency")
    assert "Nothing more elaborate did better" in " ".join(warning_words(simple))


def test_every_way_to_warn_is_in_the_table_with_the_one_that_is_used(warning):
    figure = warning_figure(warning, "")
    rows = [[value.text for value in row] for row in figure.table.rows]
    assert [row[0] for row in rows] == [
        "30 days of silence",
        "Days since the last session alone",
        "All signs together (logistic regression) (used)",
    ]
    assert rows[2][1:] == ["65\u202f%", "39\u202f%", "6.5 days", "0.085", "0.730"]


def test_only_those_who_may_see_pairs_by_name_see_a_risk(data: ReleaseData, viewer: Viewer):
    view = data.view(viewer, {})
    may_see = viewer.role is Role.PROGRAM_MANAGER
    assert (read_warning(view) is not None) == may_see
    names = {figure.figure_id for figure in pairs.figures(view)}
    assert ("pairs-warning" in names) == may_see


def test_a_risk_is_nowhere_on_the_page_of_those_who_may_not_see_names(asker: Asker):
    asker.become(Role.PROGRAM_MANAGER.value)
    seen = asker.page("/pairs", "?state=all")
    marks = ("in the next month", "held no session")
    assert all(mark in seen for mark in marks)
    assert "risk_words" in asker.get("/pairs/rows.json?state=all")
    for role in (Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR):
        asker.become(role.value)
        hidden = asker.page("/pairs", "?state=all")
        assert not any(mark in hidden for mark in marks)
        assert "risk_words" not in asker.get("/pairs/rows.json?state=all")


def test_a_program_without_a_tested_warning_is_told_why(tmp_path):
    view = without_backtest(tmp_path, "not_estimable", "few_pairs")
    assert "pairs-warning" not in {figure.figure_id for figure in pairs.figures(view)}
    asker = Asker(tmp_path)
    asker.become(Role.PROGRAM_MANAGER.value)
    assert "Too few pairs have met so far to learn from." in asker.page("/pairs")
