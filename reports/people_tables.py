"""Tables of a release about people beyond the board: who waits, cancels, left, could be matched."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

import numpy as np
import pandas as pd

from models.pair_facts import PairFacts
from models.people_sessions import find_cancelling, find_ended_early, reasons_in_use
from models.rematch import Market, suggest_matches
from models.reporting_lines import lines_on
from models.waiting import ROLES, find_free, find_waiting, open_places
from reports.people_reading import PeopleKnown, read_people
from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED

_WHO = ["program", "role", "person_id"]


def people_tables(
    warehouse: Warehouse,
    facts: PairFacts,
    board: pd.DataFrame,
    *,
    as_of: dt.date,
    minimum_group: int,
) -> dict[str, pd.DataFrame]:
    """Return four release tables: waiting_person, cancelling_senior, ended_pair, and rematch.

    Parameters
    ----------
    warehouse : Warehouse
    facts : PairFacts
        From :func:`models.momentum_runs.read_momentum_facts`, as of the same day.
    board : DataFrame
        From :func:`reports.pair_tables.pair_board`.
    as_of : date
        Nothing that happened later counts.
    minimum_group : int
        People who must have named a skill, and pairs that must share the words of a reason, before
        either is shown: both are free text of their source.
    """
    known = read_people(warehouse, as_of=as_of)
    skills = shared_skills(known.skills, known.participants["program"], minimum=minimum_group)
    places = open_places(known.participants, as_of=as_of)
    left = known.people.index[known.people["has_left"]]
    places = places[~places["person_id"].isin(left)].reset_index(drop=True)
    waiting = find_waiting(places, known.pairs, as_of=as_of)
    seekers = _in_need(waiting, board, known, places)
    market = Market(
        seekers=seekers[_WHO].drop_duplicates(),
        free=find_free(places, known.pairs, as_of=as_of),
        people=known.people,
        skills=skills,
        lines=lines_on(facts.managers, as_of=as_of),
        paired=frozenset(
            zip(known.pairs["mentor_person_id"], known.pairs["mentee_person_id"], strict=True)
        ),
    )
    cancelling = find_cancelling(known.pairs, facts.sessions, as_of=as_of)
    cancelling = cancelling[~cancelling["person_id"].isin(left)]
    return {
        "waiting_person": _waiting_rows(waiting, known, skills),
        "cancelling_senior": _cancelling_rows(cancelling, known),
        "ended_pair": _ended_rows(known, facts, as_of=as_of, minimum=minimum_group),
        "rematch": _rematch_rows(seekers, market, known),
    }


def shared_skills(skills: pd.DataFrame, programs: pd.Series, *, minimum: int) -> pd.DataFrame:
    """Return skills that enough people named, as topics; what fewer wrote may tell about them.

    Parameters
    ----------
    skills : DataFrame
        program (missing: said of no program, so it counts in all), person_id, direction, skill.
    programs : Series of str
        The programs there are.
    minimum : int
    """
    people = skills.groupby("skill")["person_id"].nunique()
    found = skills[skills["skill"].map(people) >= minimum]
    everywhere = found[found["program"].isna()].drop(columns="program")
    everywhere = everywhere.merge(programs.dropna().drop_duplicates(), how="cross")
    own = found[found["program"].notna()]
    return pd.concat([own, everywhere[own.columns]]).drop_duplicates(ignore_index=True)


def _in_need(
    waiting: pd.DataFrame, board: pd.DataFrame, known: PeopleKnown, places: pd.DataFrame
) -> pd.DataFrame:
    """Return for whom somebody is sought: who waits, and both sides of pairs that need attention.

    Columns: program, role, person_id, cohort, need, pair_id, days; the most pressing first. Who
    has left the company or withdrawn seeks nobody.
    """
    needing = board[board["needs_attention"].astype(bool)].set_index("pair_id")
    pairs = known.pairs[known.pairs["pair_id"].isin(needing.index)]
    told = needing.loc[pairs["pair_id"]]
    names = {"need": "state", "need_rank": "need_rank", "days": "days_since_last"}
    pairs = pairs.assign(**{name: told[column].to_numpy() for name, column in names.items()})
    sides = [pairs.assign(role=role, person_id=pairs[f"{role}_person_id"]) for role in ROLES]
    both = pd.concat(sides, ignore_index=True)
    registered = _keys(known.participants, _WHO[::2])
    still = _keys(places, _WHO)
    stays = [
        not has_left and (who[::2] not in registered or who in still)
        for who, has_left in zip(
            zip(*(both[name] for name in _WHO), strict=True),
            known.people["has_left"].reindex(both["person_id"]),
            strict=True,
        )
    ]
    both = both[np.array(stays, dtype=bool)].sort_values(["need_rank", "role"], kind="stable")
    alone = waiting.rename(columns={"days_waiting": "days"}).assign(need="waiting", pair_id=None)
    columns = [*_WHO, "cohort", "need", "pair_id", "days"]
    return pd.concat([alone[columns], both[columns]], ignore_index=True)


def _keys(frame: pd.DataFrame, columns: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(frame[name] for name in columns), strict=True))


def _waiting_rows(waiting: pd.DataFrame, known: PeopleKnown, skills: pd.DataFrame) -> pd.DataFrame:
    named = _with_person(waiting, known)
    keys = list(zip(named["program"], named["person_id"], strict=True))
    own = skills[skills["person_id"].isin(waiting["person_id"])]
    for column, direction in (("offers", "offered"), ("wants", "wanted")):
        said: dict[tuple[str, str], list[str]] = {}
        for row in own[own["direction"] == direction].itertuples(index=False):
            said.setdefault((row.program, row.person_id), []).append(row.skill)
        named[column] = [_sorted_json(said.get(key, ())) for key in keys]
    return named


def _cancelling_rows(found: pd.DataFrame, known: PeopleKnown) -> pd.DataFrame:
    return _with_person(found, known).assign(running=found["running"].map(json.dumps).to_numpy())


def _ended_rows(
    known: PeopleKnown, facts: PairFacts, *, as_of: dt.date, minimum: int
) -> pd.DataFrame:
    is_over = known.pairs["ended_on"].notna()
    reasons = known.pairs["end_reason"].where(is_over)
    pairs = known.pairs.assign(
        reason=reasons_in_use(reasons, minimum=minimum), has_reason=reasons.notna()
    )
    found = find_ended_early(pairs, facts.sessions, as_of=as_of)
    for role in ROLES:
        side = known.people.reindex(found[f"{role}_person_id"])
        found[f"{role}_name"] = side["name"].to_numpy()
        found[f"{role}_department"] = side["department"].fillna(NOT_RECORDED).to_numpy()
    return found


def _rematch_rows(seekers: pd.DataFrame, market: Market, known: PeopleKnown) -> pd.DataFrame:
    """Return a row for each suggestion, and one saying why for people without any."""
    found = suggest_matches(market)
    free = market.free.rename(columns={"person_id": "candidate_id", "role": "their_role"})
    found["their_role"] = found["role"].map({ROLES[0]: ROLES[1], ROLES[1]: ROLES[0]})
    keys = ["program", "their_role", "candidate_id"]
    found = found.merge(free, on=keys, how="left").rename(
        columns={"free": "candidate_free", "free_since": "candidate_since"}
    )
    rows = _with_person(seekers, known).merge(found, on=_WHO, how="left", sort=False)
    other = known.people.reindex(rows["candidate_id"])
    rows["candidate_name"] = other["name"].to_numpy()
    rows["candidate_department"] = other["department"].to_numpy()
    for column in ("gets", "gives"):
        listed = [
            _sorted_json(value) if isinstance(value, tuple) else "[]" for value in rows[column]
        ]
        rows[column] = listed
    answered = set(zip(market.skills["program"], market.skills["person_id"], strict=True))
    has_form = [key in answered for key in zip(rows.program, rows.person_id, strict=True)]
    why = pd.Series(has_form, dtype=bool).map({True: "nobody", False: "no_form"})
    rows["why_none"] = why.where(rows["place"].isna())
    return rows


def _with_person(rows: pd.DataFrame, known: PeopleKnown) -> pd.DataFrame:
    """Return rows with the person's name and department, and no missing cohort."""
    who = known.people.reindex(rows["person_id"])
    return rows.assign(
        person_name=who["name"].to_numpy(),
        department=who["department"].fillna(NOT_RECORDED).to_numpy(),
        cohort=rows["cohort"].fillna(""),
    )


def _sorted_json(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))
