"""Which figures about answers are new, which were published before, and which are never judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from reports.answers_record import CELL_KEYS, CELLS, Record
from reports.survey_rules import withheld_changes, withheld_gaps
from warehouse.disclosure import COMPANY_ONLY_REASON
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.printed import WORKED_OUT_REASON
from warehouse.metrics import BY_ID
from warehouse.metrics import voice as metrics
from warehouse.voice import VoiceFacts, change_links
from warehouse.voice.exposure import TOTAL, few_between_topics
from warehouse.voice.surveys import survey_atoms

LATE_REASON = "Came after the figures of its year were published"
SCALE_REASON = "Asked on different scales within the year"
_FIGURE = ["department", "cohort", "population", "period"]
_SUMS = ["n", "people", "total"]
_SCALE = ["low", "high", "units_per_point"]
_OUT = [name for name in CELLS if name != "metric_version"]

Period = tuple[str, str]  # metric, quarter or year


@dataclass(frozen=True)
class Scope:
    """The figures of one release about answers, sorted by what is done with them.

    Attributes
    ----------
    cells : DataFrame
        Figures to judge, with ``few`` (about fewer people than the minimum group) and ``guarded``
        (status by the rules for single lines).
    rest : DataFrame
        Figures without a value, or for the whole company only, as they are published.
    kept : DataFrame
        Figures of earlier releases that are published again as they were.
    atoms : DataFrame
        Sums of answers: those of earlier releases where there are some, else today's.
    fresh : frozenset of (metric, quarter)
        Those that are today's.
    years : mapping of metric to years
        Years whose figures are new.
    links : DataFrame
        metric_id, quarter, earlier_quarter of changes.
    periods : frozenset of str
        Quarters and years that this release speaks about.
    moved : frozenset of (metric, quarter)
        Quarters published before whose answers are not the same any more.
    no_topics : frozenset of str
        Quarters and years in which single topics must not be shown beside the score over all.
    """

    cells: pd.DataFrame
    rest: pd.DataFrame
    kept: pd.DataFrame
    atoms: pd.DataFrame
    fresh: frozenset[Period]
    years: dict[str, list[str]]
    links: pd.DataFrame
    periods: frozenset[str]
    moved: frozenset[Period]
    no_topics: frozenset[str]

    def stages(self) -> list[list[str]]:
        """Return the metrics with something to judge, those that others depend on first."""
        found = sorted(str(name) for name in self.cells["metric_id"].unique())
        return [
            [name for name in found if BY_ID[name].company_only == last] for last in (False, True)
        ]

    def withheld(self, metric_id: str, status: pd.DataFrame) -> pd.DataFrame:
        """Return figures that are not shown whatever they give away.

        Parameters
        ----------
        metric_id : str
        status : DataFrame
            Keys and status of the figures decided so far.
        """
        own = self._cells_of[metric_id]
        found = [own.loc[own["few"], _FIGURE]]
        if metric_id.endswith(metrics.CHANGE):
            kept = self.kept[self.kept["metric_id"] == metric_id]
            level = status[~_among(status, "period", self.moved)]
            found.append(withheld_changes(own, kept, level, self._ends(metric_id)))
        if metric_id.startswith(f"{TOTAL}_"):
            found.append(own.loc[own["period"].isin(self.no_topics), _FIGURE])
        if metric_id == metrics.GAP_METRIC:
            found.append(withheld_gaps(own, status[~_among(status, "period", self.moved)]))
        return pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]

    def _ends(self, metric_id: str) -> dict[str, set[str]]:
        """Return the earlier quarters of each quarter's changes."""
        own = self.links[self.links["metric_id"] == metric_id]
        found: dict[str, set[str]] = {}
        for quarter, earlier in zip(own["quarter"], own["earlier_quarter"], strict=True):
            found.setdefault(quarter, set()).add(earlier)
        return found

    def atoms_to_audit(self, metric_id: str) -> pd.DataFrame:
        """Return the atoms of new quarters, and of all quarters of new years."""
        return self._audited.get(metric_id, self.atoms.iloc[:0])

    @cached_property
    def _cells_of(self) -> dict[str, pd.DataFrame]:
        return _by_metric(self.cells)

    @cached_property
    def _audited(self) -> dict[str, pd.DataFrame]:
        new = {(metric, year) for metric, years in self.years.items() for year in years}
        year = self.atoms.assign(year=self.atoms["quarter"].str[:4])
        is_new = _among(self.atoms, "quarter", self.fresh) | _among(year, "year", new)
        return _by_metric(self.atoms[is_new])

    def fresh_atoms(self) -> pd.DataFrame:
        """Return the atoms that are today's."""
        return self.atoms[_among(self.atoms, "quarter", self.fresh)]

    def with_the_rest(self, decided: pd.DataFrame) -> pd.DataFrame:
        """Return decided figures with those never judged; what has no decision is withheld."""
        known, own = (zip(*(frame[name].to_numpy(object) for name in CELL_KEYS), strict=True)
                      for frame in (decided, self.cells))  # fmt: skip
        keys = set(known)
        is_open = np.array([key not in keys for key in own], dtype=bool)
        left = _hidden(self.cells[is_open], WORKED_OUT_REASON)
        frames = [frame for frame in (decided, left, self.rest) if not frame.empty]
        return pd.concat(frames, ignore_index=True)[_OUT] if frames else decided[_OUT]

    def in_force(self, blocks: pd.DataFrame) -> pd.DataFrame:
        """Return the blocks of periods spoken about, a year's in place of its quarters'."""
        own = blocks[blocks["block"].isin(self.periods)]
        is_quarter = np.array(["Q" in block for block in own["block"]], dtype=bool)
        years = set(_pairs(own[~is_quarter], "block"))
        is_closed = _among(own.assign(block=own["block"].str[:4]), "block", years)
        return own[~(is_quarter & is_closed)]


def scope_of(
    facts: VoiceFacts,
    computed: pd.DataFrame,
    guarded: pd.DataFrame,
    *,
    record: Record,
    policy: Policy,
) -> Scope:
    """Sort the figures about answers; parameters as ``reports.survey_figures`` takes them."""
    kept_periods = frozenset(_pairs(record.cells, "period"))
    periods = frozenset(
        [period.name for period in facts.quarters.final().values()] + [str(y) for y in facts.years]
    )
    today = _today(computed, guarded, policy)
    today = today[~_among(today, "period", kept_periods)].reset_index(drop=True)
    atoms = survey_atoms(facts)
    moved = _moved(record.atoms, atoms)
    between = few_between_topics(facts, minimum=policy.minimum_group)
    today, atoms = _without_misfits(today, atoms)
    atoms = atoms[~_among(atoms, "quarter", kept_periods)]
    is_late = _among(atoms.assign(year=atoms["quarter"].str[:4]), "year", kept_periods)
    late = frozenset(_pairs(atoms[is_late], "quarter"))
    atoms = atoms[~is_late & atoms["quarter"].isin(periods)]
    fresh = frozenset(_pairs(atoms, "quarter"))
    atoms = pd.concat([f for f in (record.atoms, atoms) if not f.empty] or [atoms])
    atoms = atoms.reset_index(drop=True)
    scales = atoms.assign(year=atoms["quarter"].str[:4])
    scales = scales.groupby(["metric_id", "year"])[_SCALE].nunique().max(axis=1)
    mixed = frozenset((str(m), str(y)) for m, y in scales[scales > 1].index)
    is_new = today["status"] == "shown"
    is_mixed, is_late = (_among(today, "period", chosen) for chosen in (mixed, late))
    years: dict[str, list[str]] = {}
    chosen = today[is_new & (today["period_kind"] == "year") & ~is_mixed]
    for metric_id, year in dict.fromkeys(_pairs(chosen, "period")):
        years.setdefault(metric_id, []).append(year)
    is_part = (today[["department", "cohort"]] != "").any(axis=1)
    is_small = is_part & today["metric_id"].map(lambda name: BY_ID[name].company_only).astype(bool)
    rest = [
        _hidden(today[is_small], COMPANY_ONLY_REASON),
        _hidden(today[~is_small & is_late], LATE_REASON),
        _hidden(today[~is_small & is_new & is_mixed], SCALE_REASON),
        _unjudged(today[~is_small & ~is_new & ~is_late], policy),
    ]
    judged = today[~is_small & is_new & ~is_late & ~is_mixed]
    is_kept = record.cells["period"].isin(periods) & record.cells["metric_id"].isin(BY_ID)
    return Scope(
        cells=judged,
        rest=pd.concat(rest, ignore_index=True),
        kept=record.cells[is_kept].reset_index(drop=True),
        atoms=atoms,
        fresh=fresh,
        years=years,
        links=change_links(facts)[["metric_id", "quarter", "earlier_quarter"]].drop_duplicates(),
        periods=periods,
        moved=moved,
        no_topics=between | {quarter[:4] for quarter in between},
    )


def _by_metric(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(name): own for name, own in rows.groupby("metric_id", sort=False)}


def _moved(before: pd.DataFrame, today: pd.DataFrame) -> frozenset[Period]:
    """Return metrics and quarters whose sums are not those that were published."""
    keys = ["metric_id", "quarter", "department", "cohort", "population", *_SUMS]
    known = set(_pairs(before, "quarter"))
    today = today[_among(today, "quarter", known)]
    if not known:
        return frozenset()
    rows = [set(frame[keys].itertuples(index=False, name=None)) for frame in (before, today)]
    return frozenset((str(row[0]), str(row[1])) for row in rows[0] ^ rows[1])


def _today(computed: pd.DataFrame, guarded: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    n, smallest = (computed[name].fillna(0).to_numpy(dtype=float) for name in ("n", "smallest"))
    k = policy.minimum_group
    is_rate = (computed["metric_id"] == metrics.RATE_METRIC).to_numpy()
    few = ((n > 0) & (n < k)) | ((smallest > 0) & (smallest < k) & ~is_rate)
    found = computed.assign(few=few, guarded=guarded["status"].to_numpy(), bound="")
    return found.astype(dict.fromkeys(CELL_KEYS, object))


def _without_misfits(today: pd.DataFrame, atoms: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out quarters that give no figure: their sums are no sums of answers on a scale."""
    is_unfit = today["status"] == "not_estimable"
    unfit = set(_pairs(today[is_unfit], "period"))
    broken = atoms[(atoms["metric_id"] == metrics.RATE_METRIC) & (atoms["total"] > atoms["n"])]
    no_rate = {
        (metrics.RATE_METRIC, name) for quarter in broken["quarter"]
        for name in (quarter, quarter[:4])
    }  # fmt: skip
    is_undefined = _among(today, "period", no_rate)
    today = today.assign(
        status=today["status"].mask(is_undefined, "undefined"),
        reason=today["reason"].mask(is_undefined, BY_ID[metrics.RATE_METRIC].undefined_reason),
    )
    return today, atoms[~_among(atoms, "quarter", unfit | no_rate)]


def _hidden(cells: pd.DataFrame, reason: str) -> pd.DataFrame:
    blank = dict.fromkeys(("value", "lower", "upper", "n"), np.nan)
    return cells.assign(**blank, status="suppressed", reason=reason)[_OUT]


def _unjudged(cells: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return figures without a value, with their reason."""
    n = cells["n"].astype(float)
    few = (n > 0) & (n < policy.minimum_group)
    blank = dict.fromkeys(("value", "lower", "upper"), np.nan)
    return cells.assign(**blank, n=n.mask(few))[_OUT]


def _among(rows: pd.DataFrame, period: str, chosen: Collection[Period]) -> np.ndarray:
    """Return which rows are of one of these metrics and quarters or years."""
    if not chosen:
        return np.zeros(len(rows), dtype=bool)
    return np.array([pair in chosen for pair in _pairs(rows, period)], dtype=bool)


def _pairs(rows: pd.DataFrame, period: str) -> list[Period]:
    columns = (rows[name].to_numpy(dtype=object) for name in ("metric_id", period))
    return list(zip(*columns, strict=True))
