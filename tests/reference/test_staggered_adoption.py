"""Group-time effects as published and as computed by an independent package."""

from __future__ import annotations

import warnings

import moderndid
import numpy as np
import pandas as pd
import pytest
from causaldata import castle

from models.engagement import estimate_engagement
from models.engagement_effects import EngagementEffect
from models.engagement_options import EngagementOptions
from models.estimate import Estimate

PUBLISHED_TOLERANCE = 1e-4
PACKAGE_TOLERANCE = 1e-9

# Vignette "Getting started with the did package" (Callaway & Sant'Anna): county teen employment,
# never-treated controls, no covariates, varying base period
PUBLISHED = {
    (2004, 2004): (-0.0105, 0.0233),
    (2004, 2005): (-0.0704, 0.0310),
    (2004, 2006): (-0.1373, 0.0364),
    (2004, 2007): (-0.1008, 0.0344),
    (2006, 2004): (0.0065, 0.0234),
    (2006, 2005): (-0.0028, 0.0196),
    (2006, 2006): (-0.0046, 0.0178),
    (2006, 2007): (-0.0412, 0.0202),
    (2007, 2004): (0.0305, 0.0150),
    (2007, 2005): (-0.0027, 0.0164),
    (2007, 2006): (-0.0311, 0.0179),
    (2007, 2007): (-0.0261, 0.0167),
}


def as_person_wave(
    frame: pd.DataFrame, person: str, wave: str, score: str, first: str
) -> pd.DataFrame:
    names = {person: "person_id", wave: "wave", score: "score"}
    treated = frame[first].where(frame[first] > 0)
    return frame.rename(columns=names).assign(first_treated_wave=treated)


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    return moderndid.load_mpdta().to_pandas()


@pytest.fixture(scope="module")
def employment(counties) -> EngagementEffect:
    rows = as_person_wave(counties, "countyreal", "year", "lemp", "first.treat")
    return estimate_engagement(rows, control="never_treated")


def test_the_twelve_published_group_time_effects_are_reproduced(employment):
    assert employment.group_time.keys() == PUBLISHED.keys()
    for key, (point, error) in PUBLISHED.items():
        found = employment.group_time[key]
        assert found.point == pytest.approx(point, abs=PUBLISHED_TOLERANCE)
        # the vignette's errors come from a bootstrap
        assert found.standard_error == pytest.approx(error, rel=0.07)


def test_the_published_averages_are_reproduced(employment):
    assert employment.simple.point == pytest.approx(-0.0400, abs=PUBLISHED_TOLERANCE)
    assert employment.over_groups.point == pytest.approx(-0.0310, abs=PUBLISHED_TOLERANCE)
    assert employment.over_event_times.point == pytest.approx(-0.0772, abs=PUBLISHED_TOLERANCE)
    for group, point in {2004: -0.0797, 2006: -0.0229, 2007: -0.0261}.items():
        assert employment.by_group[group].point == pytest.approx(point, abs=PUBLISHED_TOLERANCE)
    for time, point in {-3: 0.0305, -2: -0.0006, -1: -0.0245, 0: -0.0199, 1: -0.0510}.items():
        assert employment.event_study[time].point == pytest.approx(point, abs=PUBLISHED_TOLERANCE)


def test_the_published_pre_trend_test_is_reproduced(employment):
    assert employment.pre_trend_p_value == pytest.approx(0.16812, abs=1e-5)


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("base_period", ["varying", "universal"])
@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("covariates", [(), ("lpop",)], ids=["alone", "with population"])
def test_every_number_is_that_of_the_package(
    counties, control, base_period, anticipation, covariates
):
    rows = as_person_wave(counties, "countyreal", "year", "lemp", "first.treat")
    options = EngagementOptions(base_period=base_period, anticipation=anticipation)
    effect = estimate_engagement(rows, covariates=covariates, control=control, options=options)
    theirs = att_gt(
        counties,
        ("lemp", "year", "countyreal", "first.treat"),
        xformla=f"~{' + '.join(covariates) or '1'}",
        control_group=control.replace("_", ""),
        base_period=base_period,
        anticipation=anticipation,
    )
    compare(effect, theirs)
    assert effect.pre_trend_p_value == pytest.approx(theirs.wald_pvalue, abs=1e-5)


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
def test_few_states_and_groups_of_one_are_that_of_the_package_too(control):
    states = castle.load_pandas().data.astype({"l_homicide": float, "poverty": float})
    first = states[states["post"] > 0].groupby("sid")["year"].min()
    states["first"] = states["sid"].map(first).fillna(0)
    rows = as_person_wave(states, "sid", "year", "l_homicide", "first")
    effect = estimate_engagement(rows, control=control)
    theirs = att_gt(
        states,
        ("l_homicide", "year", "sid", "first"),
        control_group=control.replace("_", ""),
    )
    compare(effect, theirs)
    assert any("Fewer than 5 people treated" in warning for warning in effect.warnings)
    assert effect.pre_trend_p_value.code == "too_few_clusters"


def att_gt(frame: pd.DataFrame, names: tuple[str, str, str, str], **choices):
    score, wave, person, group = names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return moderndid.att_gt(
            data=frame, yname=score, tname=wave, idname=person, gname=group, boot=False, **choices
        )


def compare(effect: EngagementEffect, theirs) -> None:
    keys = [(int(g), int(t)) for g, t in zip(theirs.groups, theirs.times, strict=True)]
    assert effect.group_time.keys() == set(keys)
    for key, point, error in zip(keys, theirs.att_gt, theirs.se_gt, strict=True):
        same(effect.group_time[key], point, error)
    ours = {
        "simple": effect.simple,
        "group": effect.over_groups,
        "dynamic": effect.over_event_times,
        "calendar": effect.over_waves,
    }
    for kind, found in ours.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            average = moderndid.aggte(theirs, type=kind)
        same(found, average.overall_att, average.overall_se)
        if kind != "simple":
            parts = {
                "group": effect.by_group,
                "dynamic": effect.event_study,
                "calendar": effect.by_wave,
            }[kind]
            for time, point, error in zip(
                average.event_times, average.att_by_event, average.se_by_event, strict=True
            ):
                same(parts[int(time)], point, error)


def same(found: Estimate, point: float, error: float) -> None:
    assert found.point == pytest.approx(point, abs=PACKAGE_TOLERANCE)
    # the package gives the base wave of a universal base no error; it is 0 by construction
    expected = error if np.isfinite(error) else 0.0
    assert found.standard_error == pytest.approx(expected, abs=PACKAGE_TOLERANCE)
