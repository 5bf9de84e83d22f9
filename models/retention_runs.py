"""The retention analyses of a release: populations, outcomes, variants and falsification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models import published
from models.augmented import doubly_robust_effects
from models.career_runs import career_rows, refused_career_rows
from models.careers import career_events
from models.effects import RetentionEffect
from models.estimate import EstimationError
from models.falsification_runs import falsification_rows, in_informal_pair
from models.options import RetentionOptions
from models.panel import COVARIATES, JOINED_IN_OTHER_ROLE, Panel, only_role
from models.published import Rows, Slice
from models.published_groups import Grouping, group_rows, refused_group_rows
from models.retention import FollowedStudy, RetentionStudy, months_needed, open_study
from models.retention_groups import cohort_answers, department_answers
from models.sensitivity import compare_naively

HORIZONS = (6, 12, 24)
HEADLINE = 12
POPULATIONS = ("all", "mentor", "mentee")
MAIN_OUTCOME = "voluntary_exit"
OUTCOMES = {MAIN_OUTCOME: "voluntary_exit", "any_exit": "exited"}
TRUNCATION = 0.995


def run_retention(panel: Panel, pairs: pd.DataFrame, *, seed: int = 0) -> Rows:
    """Run every retention analysis of a release.

    Parameters
    ----------
    panel : Panel
    pairs : DataFrame
        mentor_person_id, mentee_person_id and kind of every pair ever matched.
    seed : int
        Of the sample that very large enrollment models are fitted to.

    Returns
    -------
    Rows
    """
    rows = Rows()
    clusters = pair_clusters(panel.people, pairs)
    person_month = panel.rows.assign(
        pair_cluster=clusters[panel.rows["person"]],
        in_informal_pair=in_informal_pair(panel.people, pairs)[panel.rows["person"]],
        **career_events(panel.rows),
    )
    options = RetentionOptions(seed=seed)
    for population in POPULATIONS:
        chosen, censored = person_month, None
        if population != "all":
            chosen, censored = only_role(person_month, population), JOINED_IN_OTHER_ROLE
        try:
            # whether and when people join is one model, whatever the outcome
            study = open_study(
                chosen, covariates=COVARIATES, cluster="person", censored=censored, options=options
            )
        except EstimationError as error:
            rows.extend(_refuse_population(population, error))
            continue
        _run_population(study, chosen, population, rows, options)
        rows.estimate.extend(
            career_rows(study, chosen, population, horizons=HORIZONS, options=options)
        )
        if population == "all":
            _run_groups(study, chosen, rows, options)
            rows.estimate.extend(_naive(chosen))
    return rows


def refuse_retention(error: EstimationError) -> Rows:
    """Rows that say why no retention analysis could run at all."""
    rows = Rows()
    for population in POPULATIONS:
        rows.extend(_refuse_population(population, error))
    return rows


def _refuse_population(population: str, error: EstimationError) -> Rows:
    rows = Rows()
    for outcome in OUTCOMES:
        where = Slice(outcome, population)
        rows.estimate.extend(published.not_estimable_rows(where, error, HORIZONS))
    rows.estimate.extend(refused_career_rows(population, error, HORIZONS))
    if population == "all":
        where = Slice(MAIN_OUTCOME, population)
        rows.group_effect.extend(refused_group_rows(where, error, HORIZONS))
    return rows


def _run_population(
    study: RetentionStudy,
    person_month: pd.DataFrame,
    population: str,
    rows: Rows,
    options: RetentionOptions,
) -> None:
    followed = study.follow(n_months=months_needed(HORIZONS), options=options)
    for outcome, column in OUTCOMES.items():
        where = Slice(outcome, population)
        try:
            own = study.with_outcome(person_month[column].to_numpy())
        except EstimationError as error:
            rows.estimate.extend(published.not_estimable_rows(where, error, HORIZONS))
            continue
        effect = followed.of(own).estimate(HORIZONS)
        rows.estimate.extend(published.estimate_rows(where, effect))
        rows.curve.append(published.curve_rows(where, effect))
        if outcome != MAIN_OUTCOME:
            continue
        rows.balance.extend(published.balance_rows(where, effect))
        rows.diagnostic.extend(published.diagnostic_rows(where, effect))
        rows.diagnostic.extend(falsification_rows(study, followed, person_month, where))
        if population == "all":
            rows.estimate.extend(_variants(own, followed, person_month, where))
            rows.estimate.extend(_doubly_robust(followed.of(own), effect, where))


def _run_groups(
    study: RetentionStudy, person_month: pd.DataFrame, rows: Rows, options: RetentionOptions
) -> None:
    """Effects by cohort and by department, for the main outcome."""
    where = Slice(MAIN_OUTCOME, "all")
    try:
        own = study.with_outcome(person_month[MAIN_OUTCOME].to_numpy())
    except EstimationError as error:
        rows.group_effect.extend(refused_group_rows(where, error, HORIZONS))
        return
    kinds: tuple[tuple[Grouping, Any], ...] = (
        ("cohort", cohort_answers),
        ("department", department_answers),
    )
    for grouping, answer in kinds:
        column = person_month[grouping].cat
        answers = answer(
            own.period,
            own.model,
            column.codes.to_numpy()[own.period.order],
            column.categories.tolist(),
            horizons=HORIZONS,
            options=options,
        )
        found = group_rows(
            where,
            grouping,
            answers,
            horizons=HORIZONS,
            headline=HEADLINE,
            level=options.level,
        )
        rows.group_effect.extend(found.group_effect)
        rows.diagnostic.extend(found.diagnostic)


def _variants(
    study: RetentionStudy, followed: FollowedStudy, person_month: pd.DataFrame, main: Slice
) -> Iterator[dict[str, Any]]:
    options = followed.options
    for variant, choice in (
        ("intention_to_treat", replace(options, censor_at_enrollment=False)),
        ("truncated", replace(options, truncate=TRUNCATION)),
    ):
        effect = study.estimate(horizons=HORIZONS, options=choice)
        yield from published.estimate_rows(replace(main, variant=variant), effect)
    by_pair = study.with_cluster(person_month["pair_cluster"].to_numpy())
    effect = followed.of(by_pair).estimate(HORIZONS)
    yield from published.estimate_rows(replace(main, variant="clustered_by_pair"), effect)


def _doubly_robust(
    followed: FollowedStudy, effect: RetentionEffect, main: Slice
) -> list[dict[str, Any]]:
    where = replace(main, variant="doubly_robust")
    try:
        horizons = doubly_robust_effects(followed, HORIZONS)
    except EstimationError as error:
        return published.not_estimable_rows(where, error, HORIZONS)
    return published.estimate_rows(where, replace(effect, horizons=horizons))


def pair_clusters(people: pd.Index, pairs: pd.DataFrame) -> np.ndarray:
    """Join everybody connected by pairs, through shared mentors too, into one cluster.

    Parameters
    ----------
    people : Index of str
    pairs : DataFrame
        mentor_person_id, mentee_person_id; pairs of unknown people join nobody.

    Returns
    -------
    ndarray of int, shape (n_people,)
        Cluster numbers from 0; whoever is in no pair is alone.
    """
    mentor = people.get_indexer(pairs["mentor_person_id"])
    mentee = people.get_indexer(pairs["mentee_person_id"])
    known = (mentor >= 0) & (mentee >= 0)
    mentor, mentee = mentor[known], mentee[known]
    first = np.arange(len(people))  # the first person of the cluster, as far as is known
    while True:
        earlier = np.minimum(first[mentor], first[mentee])
        spread = first.copy()
        np.minimum.at(spread, mentor, earlier)
        np.minimum.at(spread, mentee, earlier)
        spread = spread[spread]
        if (spread == first).all():
            return np.unique(first, return_inverse=True)[1]
        first = spread


def _naive(person_month: pd.DataFrame) -> list[dict[str, Any]]:
    frame = person_month.assign(exited=person_month["voluntary_exit"])
    comparisons = compare_naively(frame, horizons=HORIZONS)
    names = ("naive_hire", "naive_enrollment")
    return [
        row
        for name, comparison in zip(names, comparisons, strict=True)
        for row in published.naive_rows(Slice(MAIN_OUTCOME, "all", name), comparison, HORIZONS)
    ]
