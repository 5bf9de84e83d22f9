from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.panel import Facts
from models.wave_panel import COVARIATES, ScoreFacts, WavePanel, build_wave_panels

WAVES = [
    ("w1", "pulse", "2025-02-03"),
    ("w2", "pulse", "2025-08-04"),
    ("w3", "pulse", "2026-02-02"),
    ("m0", "members", "2025-03-01"),
]


def frame(rows: list[tuple[Any, ...]], columns: str) -> pd.DataFrame:
    names = columns.split()
    found = pd.DataFrame(rows, columns=names)
    for name in names:
        if name.endswith("_on") or name.startswith("valid"):
            found[name] = pd.to_datetime(found[name]).astype("datetime64[s]")
    return found


def facts(**changes: list[tuple[Any, ...]]) -> Facts:
    given = {
        "employment": [(p, "2020-02-03", None) for p in "abcd"],
        "jobs": [(p, "2020-02-03", None, 1, "Sales", 3, "F", "L") for p in "abcd"],
    } | changes
    columns = "person_id valid_from valid_to seq_no department level function_type location"
    jobs = frame(given["jobs"], columns)
    none = pd.DataFrame()
    return Facts(
        frame(given["employment"], "person_id hired_on end_on"),
        jobs.assign(level=jobs["level"].astype("float64")),
        none,
        none,
        none,
    )


def surveys(**changes: list[tuple[Any, ...]]) -> ScoreFacts:
    given = {
        "waves": WAVES,
        "invitations": [(p, w) for p in "abcd" for w in ("w1", "w2", "w3")] + [("a", "m0")],
        "scores": [(p, w, "engagement", "both", 4.0) for p in "abc" for w in ("w1", "w2", "w3")]
        + [("a", "m0", "chemistry", "both", 3.0)],
        "members": [("a", "2025-03-10", "mentor", "C1")],
    } | changes
    return ScoreFacts(
        frame(given["waves"], "wave_id survey_id opens_on"),
        frame(given["invitations"], "person_id wave_id"),
        frame(given["scores"], "person_id wave_id construct role score"),
        frame(given["members"], "person_id enrolled_on role cohort"),
    )


def only_panel(company: Facts, scores: ScoreFacts) -> WavePanel:
    (panel,) = build_wave_panels(company, scores)
    return panel


def rows_of(person: int, company: Facts | None = None, **changes: Any) -> pd.DataFrame:
    panel = only_panel(company or facts(), surveys(**changes))
    return panel.rows[panel.rows["person_id"] == person].set_index("wave")


def test_what_only_participants_are_asked_has_no_panel():
    panel = only_panel(facts(), surveys())
    assert (panel.construct, panel.role) == ("engagement", "both")
    assert len(panel.rows) == 12 and panel.rows["score"].notna().sum() == 9


def test_a_wave_of_participants_within_a_survey_of_everybody_does_not_count():
    invitations = [(p, w) for p in "abcd" for w in ("w1", "w3")] + [("a", "w2")]
    assert rows_of(1, invitations=invitations).index.tolist() == [1, 2]


def test_without_invitations_those_who_answered_tell_who_was_asked():
    found = only_panel(facts(), surveys(invitations=[]))
    assert found.construct == "engagement" and len(found.rows) == 12
    members = [(p, "2025-03-10", "mentor", "C1") for p in "abc"]
    assert build_wave_panels(facts(), surveys(invitations=[], members=members)) == []


def test_somebody_is_treated_from_the_first_wave_that_opens_after_the_day_of_enrollment():
    assert rows_of(0)["first_treated_wave"].unique().tolist() == [2]
    for day, wave in (("2025-08-03", 2), ("2025-08-04", 3), ("2024-01-01", 1)):
        found = rows_of(0, members=[("a", day, "mentor", "C1")])
        assert found["first_treated_wave"].unique().tolist() == [wave]
    late = rows_of(0, members=[("a", "2026-02-02", "mentor", "C1")])
    assert late["first_treated_wave"].isna().all()
    assert rows_of(1)["first_treated_wave"].isna().all() and rows_of(1)["role"].isna().all()


def test_a_wave_in_which_nobody_has_a_score_of_the_construct_does_not_count():
    scores = [(p, w, "inclusion", "both", 4.0) for p in "abc" for w in ("w1", "w3")]
    found = rows_of(0, scores=scores)
    assert found.index.tolist() == [1, 2]
    assert found["first_treated_wave"].unique().tolist() == [2]


def test_people_count_who_were_employed_on_the_first_day_and_asked():
    employment = [
        ("a", "2020-02-03", None),
        ("b", "2025-08-04", None),
        ("c", "2020-02-03", "2025-08-04"),
        ("d", None, "2026-02-03"),
    ]
    company = facts(employment=employment)
    invitations = [(p, w) for p in "bcd" for w in ("w1", "w2", "w3")]
    for person, waves in enumerate([[1, 2, 3], [2, 3], [1], [1, 2, 3]]):
        # a is not on the lists, but answered
        assert rows_of(person, company, invitations=invitations).index.tolist() == waves
    silent = [(p, w, "engagement", "both", 4.0) for p in "bcd" for w in ("w1", "w2", "w3")]
    panel = only_panel(company, surveys(invitations=invitations, scores=silent))
    assert 0 not in set(panel.rows["person_id"])


def test_covariates_are_those_of_the_first_day_and_home_is_where_people_began():
    jobs = [
        ("a", "2020-02-03", "2025-08-04", 1, "Sales", 3, "F", "L"),
        ("a", "2025-08-04", None, 1, "Sales", 4, "F", "L"),
        ("a", "2025-08-04", None, 2, "IT", 5, "G", "M"),
        *[(p, "2020-02-03", None, 1, "Sales", 3, "F", "L") for p in "bcd"],
    ]
    found = rows_of(0, facts(jobs=jobs))
    assert found["department"].tolist() == ["Sales", "IT", "IT"]
    assert found["location"].tolist() == ["L", "M", "M"]
    assert found["grade"].tolist() == [3, 5, 5]
    assert found["home"].tolist() == ["Sales"] * 3
    assert np.expm1(found["log_tenure"]).tolist() == pytest.approx([60, 66, 72], abs=0.1)


def test_unknown_work_and_hire_dates_stay_missing():
    company = facts(employment=[(p, None, None) for p in "abcd"], jobs=[])
    found = rows_of(0, company)
    assert found[["department", "grade", "log_tenure", "home"]].isna().all(axis=None)
    assert found[["grade_squared", "tenure_curve_1"]].eq(0).all(axis=None)


def test_a_construct_is_followed_in_the_survey_with_the_most_waves():
    waves = [*WAVES, ("y1", "yearly", "2025-05-05")]
    scores = [(p, w, "engagement", "both", 2.0) for p in "abcd" for w in ("w1", "w2")]
    scores += [(p, "y1", c, "both", 5.0) for p in "abcd" for c in ("engagement", "inclusion")]
    invitations = [(p, w) for p in "abcd" for w in ("w1", "w2", "y1")]
    panels = build_wave_panels(
        facts(), surveys(waves=waves, scores=scores, invitations=invitations)
    )
    assert [panel.construct for panel in panels] == ["engagement", "inclusion"]
    assert set(panels[0].rows["score"]) == {2.0} and set(panels[1].rows["score"]) == {5.0}


def test_nobody_asked_and_nobody_employed_have_no_panel():
    assert build_wave_panels(facts(), surveys(scores=[])) == []
    assert build_wave_panels(facts(employment=[]), surveys()) == []


def random_company(seed: int) -> tuple[Facts, ScoreFacts]:
    random = np.random.default_rng(seed)
    people = [f"p{i:02}" for i in range(30)]
    day = lambda: pd.Timestamp("2024-06-01") + pd.Timedelta(days=int(random.integers(900)))  # noqa: E731
    employment, jobs, members, invitations, scores = [], [], [], [], []
    for person in people:
        end = day() if random.random() < 0.3 else None
        employment.append((person, None if random.random() < 0.1 else day(), end))
        starts = sorted(day() for _ in range(random.integers(0, 4)))
        for number, start in enumerate(starts):
            stop = starts[number + 1] if number + 1 < len(starts) else None
            place = [str(random.choice(list(options))) for options in ("ST", "FG", "LM")]
            jobs.append((person, start, stop, number, place[0], random.integers(1, 6), *place[1:]))
        if random.random() < 0.3:
            members.append((person, day(), str(random.choice(["mentor", "mentee"])), "C"))
        for wave, _, _ in WAVES[:3]:
            if random.random() < 0.7:
                invitations.append((person, wave))
            if random.random() < 0.6:
                scores.append((person, wave, "engagement", "both", float(random.integers(7))))
    random.shuffle(scores)
    company = facts(employment=employment, jobs=jobs)
    return company, surveys(invitations=invitations, scores=scores, members=members)


def plainly(company: Facts, given: ScoreFacts) -> list[dict[str, Any]]:
    """The rows of a panel, one at a time."""
    people = list(dict.fromkeys(company.employment["person_id"]))
    opens = given.waves[given.waves["survey_id"] == "pulse"].set_index("wave_id")["opens_on"]
    score = given.scores.set_index(["person_id", "wave_id"])["score"].to_dict()
    invited = set(given.invitations.itertuples(index=False, name=None))
    member = given.members.set_index("person_id")
    rows = []
    for number, person in enumerate(people):
        home: Any = "unset"
        for wave, (name, day) in enumerate(sorted(opens.items(), key=lambda one: one[1]), start=1):
            spell = company.employment[company.employment["person_id"] == person].iloc[0]
            if spell["hired_on"] > day or spell["end_on"] <= day:
                continue
            if (person, name) not in invited and (person, name) not in score:
                continue
            job = company.jobs[company.jobs["person_id"] == person]
            job = job[(job["valid_from"] <= day) & ~(job["valid_to"] <= day)]
            work = job.iloc[-1].to_dict() if len(job) else {}
            home = work.get("department") if home == "unset" else home
            first = np.nan
            if person in member.index:
                later = [
                    w
                    for w, d in enumerate(sorted(opens), 1)
                    if d > member.loc[person, "enrolled_on"]
                ]
                first = later[0] if later else np.nan
            rows.append(
                {
                    "person_id": number,
                    "wave": wave,
                    "score": score.get((person, name), np.nan),
                    "first_treated_wave": first,
                    "department": work.get("department"),
                    "location": work.get("location"),
                    "grade": work.get("level", np.nan),
                    "home": home,
                    "role": member["role"].get(person),
                    "log_tenure": np.log1p((day - spell["hired_on"]).days / (365.25 / 12)),
                }
            )
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_the_panel_is_that_of_a_plain_second_implementation(seed):
    company, given = random_company(seed)
    expected = pd.DataFrame(plainly(company, given))
    found = only_panel(company, given).rows
    assert set(COVARIATES) <= set(found.columns)
    own = found[expected.columns].astype(object).where(found[expected.columns].notna(), None)
    pd.testing.assert_frame_equal(
        own.reset_index(drop=True),
        expected.astype(object).where(expected.notna(), None),
        check_dtype=False,
    )
