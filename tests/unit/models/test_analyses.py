from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from models.analyses import Analyses
from models.momentum_runs import pair_state_history, pair_states, read_momentum_facts
from tests.unit.models.company import AS_OF, company_tables, fill, simulate
from tests.whole_analyses import run_analyses


@pytest.fixture
def analyses(warehouse) -> Analyses:
    fill(warehouse, company_tables(simulate(1200)))
    return run_analyses(warehouse, as_of=AS_OF)


def test_a_company_is_analyzed_from_its_facts(analyses):
    estimates = analyses.estimate.set_index(
        ["outcome", "population", "variant", "measure", "horizon_months"]
    ).sort_index()
    assert set(analyses.estimate["analysis"]) == {"retention", "careers"}
    main = estimates.loc[("voluntary_exit", "all", "main", "risk_difference", 12)]
    assert main["status"] == "shown"
    assert main["lower"] < main["point"] < main["upper"]
    naive = estimates.loc[("voluntary_exit", "all", "naive_hire", "risk_difference", 12)]
    assert naive["point"] > main["point"]
    assert pd.isna(naive["lower"])
    assert set(analyses.estimate["population"]) == {"all", "mentor", "mentee"}
    assert set(analyses.estimate["variant"]) == {
        "main",
        "intention_to_treat",
        "truncated",
        "clustered_by_pair",
        "doubly_robust",
        "naive_hire",
        "naive_enrollment",
    }
    assert not estimates.index.duplicated().any()
    robust = estimates.loc[("voluntary_exit", "all", "doubly_robust", "risk_difference", 12)]
    assert abs(robust["point"] - main["point"]) < main["standard_error"]


def test_careers_and_groups_stand_beside_with_a_number_or_a_reason(analyses):
    careers = analyses.estimate[analyses.estimate["analysis"] == "careers"]
    assert set(careers["outcome"]) == {"promotion", "internal_move"}
    assert set(careers["population"]) == {"all", "mentor", "mentee"}
    assert set(careers["reason"]) == {
        "Nobody has been promoted in the time observed.",
        "Nobody has moved within the company in the time observed.",
    }
    groups = analyses.group_effect
    names = groups["cohort"] + groups["department"]
    departments = {f"D{number}" for number in range(6)}
    assert set(names[groups["grouping"] == "department"]) == {"", *departments}
    assert set(names[groups["grouping"] == "cohort"]) == {"", "first", "second"}
    shown = groups["status"] == "shown"
    assert set(groups.loc[shown, "grouping"]) == {"cohort", "department"}
    assert (groups.loc[shown, "lower"] < groups.loc[shown, "point"]).all()
    assert (groups["reason"].isna() == shown).all()
    assert groups.loc[~shown, "point"].isna().all()
    assert {"between_cohorts", "between_departments"} <= set(analyses.diagnostic["check_id"])


def test_curves_end_where_too_few_people_are_left(analyses):
    assert (analyses.curve["at_risk"] >= 10).all()
    own = analyses.curve[analyses.curve["population"] == "all"]
    assert own[own["month"] == 0]["survival"].eq(1).all()


def test_balance_and_checks_stand_beside_the_estimates(analyses):
    assert analyses.balance["after"].abs().max() < 0.1
    assert "calendar" in set(analyses.balance["covariate"])
    checks = analyses.diagnostic[analyses.diagnostic["population"] == "all"]
    assert {
        "largest_imbalance",
        "effective_sample",
        "negative_control_exits",
        "pre_period_score",
        "pre_period_promotion",
        "informal_pairs",
    } <= set(checks["check_id"])
    assert set(analyses.diagnostic["verdict"]) <= {"passed", "note", "failed"}


def test_whoever_joins_in_the_other_role_is_not_called_lost(analyses):
    found = analyses.diagnostic.set_index(["population", "check_id"])["value"]
    for role in ("mentor", "mentee"):
        assert found[role, "lost_from_sight"] == found["all", "lost_from_sight"]
        assert found[role, "joined_in_other_role"] > 0
    assert ("all", "joined_in_other_role") not in found.index


def test_an_empty_warehouse_says_why_there_is_no_answer(warehouse):
    analyses = run_analyses(warehouse, as_of=AS_OF)
    assert set(analyses.estimate["status"]) == {"not_estimable"}
    assert analyses.estimate["reason"].unique().tolist() == ["Nobody has enrolled yet."]
    assert analyses.curve.empty
    assert pair_states(read_momentum_facts(warehouse, as_of=AS_OF), as_of=AS_OF).empty


def test_a_company_with_few_joiners_says_why_there_is_no_answer(warehouse):
    frames = company_tables(simulate(1200))
    frames["participant"] = frames["participant"].head(4)
    fill(warehouse, frames)
    estimates = run_analyses(warehouse, as_of=AS_OF).estimate
    honest = estimates[~estimates["variant"].str.startswith("naive")]
    assert set(honest["status"]) == {"not_estimable"}
    assert honest["reason"].str.contains("people enrolled").any()


def test_pairs_get_their_state_from_the_facts(warehouse):
    pairs = pd.DataFrame(
        {
            "pair_id": ["a", "b"],
            "mentor_person_id": ["j1", "j2"],
            "mentee_person_id": ["s1", "s2"],
            "kind": "formal",
            "status": "active",
            "matched_on": [dt.date(2026, 3, 1)] * 2,
            "agreed_cadence_days": 14.0,
        }
    )
    sessions = pd.DataFrame(
        {
            "session_id": ["1", "2"],
            "pair_id": ["a", "a"],
            "planned_start_at": [dt.datetime(2026, 9, 25, 9), dt.datetime(2026, 10, 9, 9)],
            "status": ["held", "planned"],
        }
    )
    fill(warehouse, {"pair": pairs, "session": sessions})
    facts = read_momentum_facts(warehouse, as_of=AS_OF)
    board = pair_states(facts, as_of=AS_OF)
    assert board["pair_id"].tolist() == ["b", "a"]
    assert board["state"].tolist() == ["never_started", "on_track"]
    assert board["days_since_last"].tolist() == [213, 5]
    history = pair_state_history(facts, days=[dt.date(2026, 3, 10), AS_OF])
    assert history["pair_id"].tolist() == ["a", "b"] * 2
    assert history["state"].tolist() == ["too_early", "too_early", "on_track", "never_started"]
    codes = [reason["code"] for reason in json.loads(board["reasons"].iloc[0])]
    assert codes == ["nothing_booked", "ground_rules_missing"]
