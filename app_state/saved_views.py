"""Filters of the worklist under a name, so that a manager need not choose them each Monday."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app_state.checking import Refused, clean, clean_name
from app_state.store import Store
from app_state.tables import saved_view

LONGEST_VIEW_NAME, LONGEST_SEARCH, MOST_VIEWS = 60, 2_000, 50


@dataclass(frozen=True)
class SavedView:
    """A name and the query of the address that it stands for, as ``?state=stalled&q=sales``."""

    name: str
    search: str


def read_views(store: Store, owner: str) -> tuple[SavedView, ...]:
    """Return the views of an owner, by name."""
    statement = sa.select(saved_view.c.name, saved_view.c.search).where(_of(owner))
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(sorted((SavedView(*row) for row in rows), key=lambda view: view.name.casefold()))


def save_view(store: Store, owner: str, view: SavedView) -> None:
    """Keep a view in place of one with the same name.

    Raises
    ------
    Refused
        The name or the query is not acceptable, or there are :data:`MOST_VIEWS` others.
    StoreError
        The store cannot be written.
    """
    name = clean_name(clean(view.name, "The name", LONGEST_VIEW_NAME), "The name")
    search = clean(view.search, "The address", LONGEST_SEARCH)
    if search and not search.startswith("?"):
        raise Refused("A view is the part of an address from its question mark on.")
    try:
        _put(store, clean_name(owner, "Your name"), name, search)
    except IntegrityError:  # somebody saved the same name at this moment; theirs is replaced
        _put(store, clean_name(owner, "Your name"), name, search)


def forget_view(store: Store, owner: str, name: str) -> bool:
    """Remove a view; return whether it was there."""
    with store.writing() as connection:
        found = connection.execute(
            sa.delete(saved_view).where(_of(owner), saved_view.c.name == name)
        )
    return found.rowcount > 0


def _put(store: Store, owner: str, name: str, search: str) -> None:
    is_it = _of(owner) & (saved_view.c.name == name)
    with store.writing() as connection:
        if connection.execute(sa.update(saved_view).where(is_it).values(search=search)).rowcount:
            return
        count = sa.select(sa.func.count()).select_from(saved_view).where(_of(owner))
        if connection.execute(count).scalar_one() >= MOST_VIEWS:
            raise Refused(f"There are {MOST_VIEWS} saved views; remove one first.")
        row = {"owner": owner, "name": name, "search": search}
        connection.execute(sa.insert(saved_view).values(**row))


def _of(owner: str) -> sa.ColumnElement[bool]:
    return saved_view.c.owner == owner
