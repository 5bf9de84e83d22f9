"""A saved view is its owner's, one for each name, and is kept until it is forgotten."""

from __future__ import annotations

import pytest

from app_state.checking import Refused
from app_state.saved_views import MOST_VIEWS, SavedView, forget_view, read_views, save_view
from app_state.store import Store


def test_views_come_back_by_name_and_to_their_owner_only(store: Store) -> None:
    save_view(store, "Ann", SavedView("sales", "?department=Sales"))
    save_view(store, "Ann", SavedView("All of mine", ""))
    save_view(store, "Bob", SavedView("sales", "?q=sales"))
    assert [view.name for view in read_views(store, "Ann")] == ["All of mine", "sales"]
    assert read_views(store, "Bob") == (SavedView("sales", "?q=sales"),)
    assert read_views(store, "Cid") == ()


def test_a_name_saved_again_stands_for_the_newer_view(store: Store) -> None:
    save_view(store, "Ann", SavedView(" sales ", "?state=stalled"))
    save_view(store, "Ann", SavedView("sales", "?state=dormant"))
    assert read_views(store, "Ann") == (SavedView("sales", "?state=dormant"),)


def test_a_forgotten_view_is_gone_and_others_stay(store: Store) -> None:
    save_view(store, "Ann", SavedView("a", ""))
    save_view(store, "Bob", SavedView("a", ""))
    assert forget_view(store, "Ann", "a")
    assert not forget_view(store, "Ann", "a")
    assert read_views(store, "Bob") == (SavedView("a", ""),)


@pytest.mark.parametrize(
    ("name", "search", "words"),
    [
        ("", "", "The name is missing"),
        ("x" * 61, "", "The name has 61 characters"),
        ("a\u202eb", "", "control character"),
        ("a", "/pairs?x=1", "from its question mark on"),
        ("a", "?" + "x" * 2_000, "The address has"),
    ],
)
def test_what_is_no_view_is_refused_in_words(
    store: Store, name: str, search: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        save_view(store, "Ann", SavedView(name, search))
    assert read_views(store, "Ann") == ()


def test_more_views_than_anyone_finds_again_are_refused(store: Store) -> None:
    for number in range(MOST_VIEWS):
        save_view(store, "Ann", SavedView(f"view {number}", ""))
    with pytest.raises(Refused, match="remove one first"):
        save_view(store, "Ann", SavedView("one more", ""))
    save_view(store, "Ann", SavedView("view 7", "?q=x"))  # which is no further one
    assert len(read_views(store, "Ann")) == MOST_VIEWS
