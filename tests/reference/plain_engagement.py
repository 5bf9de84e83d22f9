"""A slow, plain second implementation: one comparison, written out with statsmodels."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf


def response_chances(rows: pd.DataFrame, covariates: str) -> pd.Series:
    """Chance of answering per row, from one logistic model of all rows."""
    data = rows.sort_values(["person_id", "wave"]).copy()
    data["answered"] = data["score"].notna().astype(int)
    waves = sorted(data["wave"].unique())
    earlier = {wave: before for before, wave in itertools.pairwise(waves)}
    known = {(p, w): a for p, w, a in zip(data.person_id, data.wave, data.answered, strict=True)}
    data["last"] = [
        {None: "none", 0: "no", 1: "yes"}[known.get((person, earlier.get(wave)))]
        for person, wave in zip(data.person_id, data.wave, strict=True)
    ]
    first = data["first_treated_wave"].astype(float)
    data["enrolled"] = (first <= data["wave"]).astype(int)
    formula = f"answered ~ C(wave) + enrolled + C(last) + {covariates}"
    fit = smf.glm(formula, data, family=sm.families.Binomial()).fit(tol=1e-12, maxiter=100)
    return fit.fittedvalues


def compare_plainly(
    rows: pd.DataFrame,
    group: int,
    wave: int,
    base: int,
    *,
    covariates: str,
    cap: float | None = 10.0,
) -> float:
    """Effect in one group and wave against people not treated by the later of both waves."""
    data = rows.assign(first=rows["first_treated_wave"].astype(float).fillna(np.inf))
    if cap is not None:
        data["chance"] = response_chances(rows, covariates)
    then = data[data["wave"] == base].set_index("person_id")
    now = data[data["wave"] == wave].set_index("person_id")
    if wave < group:
        before = data.loc[data["wave"] < group, "wave"].max()
        then = then.loc[then.index.isin(data.loc[data["wave"] == before, "person_id"])]
    both = then.join(now[["score", "chance"] if cap else ["score"]], rsuffix="_now", how="inner")
    both = both[both["score"].notna() & both["score_now"].notna()]
    both = both[(both["first"] == group) | (both["first"] > max(wave, base))].copy()
    both["treated"] = (both["first"] == group).astype(int)
    both["change"] = both["score_now"] - both["score"]
    both["w"] = 1.0
    if cap is not None:
        both["w"] = np.minimum(1 / (both["chance"] * both["chance_now"]), cap)
    propensity = smf.glm(
        f"treated ~ {covariates}", both, family=sm.families.Binomial(), freq_weights=both["w"]
    ).fit(tol=1e-12, maxiter=100)
    chance = propensity.fittedvalues
    controls = both[both["treated"] == 0]
    outcome = smf.wls(f"change ~ {covariates}", controls, weights=controls["w"]).fit()
    rest = both["change"] - outcome.predict(both)
    as_treated = both["w"] * both["treated"]
    as_control = both["w"] * (1 - both["treated"]) * chance / (1 - chance)
    return float(np.average(rest, weights=as_treated) - np.average(rest, weights=as_control))
