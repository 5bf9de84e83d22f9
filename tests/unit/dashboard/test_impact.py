from __future__ import annotations

from types import SimpleNamespace

import plotly.graph_objects as go
import pytest

from dashboard.access import Role, Viewer
from dashboard.components import plots
from dashboard.content import doubts, effects, event_study, groups, impact, worth
from dashboard.data import ReleaseData, View
from reports.value import Costs


@pytest.fixture
def leader() -> Viewer:
    return Viewer(Role.HR_LEADERSHIP)


def view_of(data: ReleaseData, viewer: Viewer, **params: str) -> View:
    return data.view(viewer, params)


def test_outcomes_start_with_staying_and_each_knows_its_analysis(data, leader):
    found = effects.outcomes(view_of(data, leader))
    assert list(found.items()) == [
        ("voluntary_exit", "retention"),
        ("internal_move", "careers"),
        ("promotion", "careers"),
        ("engagement", "engagement"),
    ]


def test_an_outcome_that_does_not_exist_is_the_main_one(data, leader):
    assert effects.chosen_outcome(view_of(data, leader, outcome="happiness")) == "voluntary_exit"


def test_every_outcome_has_a_verdict_with_its_finding(data, leader):
    found = {one.outcome: one for one in impact.judged(view_of(data, leader))}
    assert found["voluntary_exit"].verdict == "works"
    assert "4 more were still here after a year" in str(found["voluntary_exit"].effect)
    assert found["promotion"].verdict == "no_sign"
    assert "no sign that joining leads to promotions" in str(found["promotion"].effect)
    assert "5 of 100 people or more" in found["promotion"].why.after
    assert "0.26 points higher" in str(found["engagement"].effect)


def test_the_title_is_the_finding_of_the_chosen_outcome(data, leader):
    titles = {
        outcome: effects.read_title(view_of(data, leader, outcome=outcome))
        for outcome in ("promotion", "engagement")
    }
    assert titles == {
        "promotion": "No sign that joining leads to promotions",
        "engagement": "Joining raises engagement by about 0.26 points",
    }


def test_scores_are_shown_with_two_decimals(data, leader):
    figure = impact.effect_figure(view_of(data, leader, outcome="engagement"))
    assert [value.text for value in figure.table.rows[0][3:6]] == [
        "+0.26 points", "+0.16 points", "+0.36 points",
    ]  # fmt: skip


def test_groups_are_in_order_of_their_effect_with_the_mean_last(data, leader):
    rows = groups.group_rows(view_of(data, leader), "department")
    points = [row.point for _, row in rows[:-1]]
    assert points == sorted(points, reverse=True)
    assert rows[-1][0] == groups.MEAN


def test_a_group_that_bears_no_number_says_why(data, leader):
    rows = dict(groups.group_rows(view_of(data, leader), "cohort"))
    withheld = [row for row in rows.values() if row.status != "shown"]
    assert [row.reason for row in withheld] == ["Fewer than 20 people joined"]


@pytest.mark.parametrize(
    ("low", "high", "title"),
    [
        (0.0, 0.1, "No cohort stands out: the cohorts differ no more than by chance"),
        (0.05, 0.1, "A differs from the other cohorts"),
    ],
)
def test_a_group_stands_out_only_where_its_interval_leaves_the_mean(low, high, title):
    shown = {"status": "shown", "point": 0.04}
    rows = [
        ("A", SimpleNamespace(**shown, lower=low, upper=high)),
        (groups.MEAN, SimpleNamespace(**shown, lower=0.01, upper=0.07)),
    ]
    assert groups.group_title(rows, "cohort") == title


def test_the_event_study_draws_what_its_table_says(data, leader):
    view = view_of(data, leader, outcome="engagement")
    figure = plots.event_study(event_study.event_rows(view), "light")
    assert go.Figure(figure).to_dict()["data"]
    drawn = [y for trace in figure["data"] if trace["mode"] == "markers" for y in trace["y"]]
    table = event_study.event_figure(view).table.rows
    assert drawn == [row[1].raw for row in table if row[1].raw is not None]
    assert len(drawn) == len(table) - 1  # one wave bears no number


def wave(number: int, lower: float, upper: float) -> SimpleNamespace:
    return SimpleNamespace(
        waves_since=number, status="shown", point=(lower + upper) / 2, lower=lower, upper=upper
    )


def test_the_event_study_says_from_which_wave_on_and_whether_groups_differed_before():
    told = event_study.event_title(
        [wave(-1, -0.1, 0.1), wave(0, -0.1, 0.2), wave(1, 0.1, 0.3)], "e"
    )
    assert told == "E is higher from the second wave after joining on"
    told = event_study.event_title([wave(-1, 0.1, 0.3), wave(0, -0.1, 0.2)], "e")
    assert told == (
        "No wave after joining shows a difference in e beyond chance; "
        "but the groups differed before, too"
    )


def test_naive_figures_stand_beside_and_sensitivities_apart(data, leader):
    view = view_of(data, leader)
    assert [name for name, _ in doubts.naive_rows(view)] == [
        "This analysis", "Naive, from joining", "Naive, from hire",
    ]  # fmt: skip
    assert len(doubts.other_ways(view)) == 3
    assert doubts.naive_rows(view_of(data, leader, outcome="promotion")) == []


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, ""),
        ({"cost": "400"}, "Both costs are needed, as numbers."),
        ({"cost": "much", "exit_cost": "1"}, "Both costs are needed, as numbers."),
        ({"cost": "0", "exit_cost": "10"}, "Costs are numbers above 0 and at most a billion."),
        ({"cost": "nan", "exit_cost": "10"}, "Costs are numbers above 0 and at most a billion."),
        ({"cost": "1e300", "exit_cost": "1"}, "Costs are numbers above 0 and at most a billion."),
    ],
)
def test_costs_that_cannot_be_meant_are_refused_in_words(asked, fault):
    assert worth.read_costs(asked) == (None, fault)


def test_break_even_and_return_follow_the_interval_of_the_effect(data, leader):
    view = view_of(data, leader, cost="400", exit_cost="20,000")
    costs, fault = worth.read_costs(view.params)
    assert (costs, fault) == (Costs(400, 20_000), "")
    row = worth.worth_row(view)
    assert row is not None
    assert costs is not None and costs.break_even == 0.02
    assert costs.return_on(0.02) == 0
    assert costs.return_on(row.point) == pytest.approx(row.point * 50 - 1)
    assert worth.worth_title(view, costs).startswith("Whether it pays for itself cannot be told")
    assert worth.worth_title(view, Costs(10, 20_000)).startswith("It pays for itself")
    assert worth.worth_title(view, Costs(4_000, 20_000)).startswith("It does not pay")
    words = dict(worth.worth_words(view, costs))
    assert words["Must stay a year longer for it to pay"] == "2.0 of 100 who join"
