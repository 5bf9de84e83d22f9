"""A store that cannot be used says why and what to do, and has changed nothing."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
import sqlalchemy as sa

from app_state.errors import StoreBusy, StoreError
from app_state.follow_ups import current
from app_state.store import Store, open_store, store_url
from tests.follow_up_processes import PROCESSES
from tests.follow_up_rows import contact
from tests.postgres_server import administrate, url_pattern


def test_the_store_is_a_file_at_home_unless_the_environment_names_another(tmp_path: Path) -> None:
    assert store_url({"OUTCOMES_HOME": str(tmp_path)}) == f"sqlite:///{tmp_path}/app_state.sqlite3"
    named = {"OUTCOMES_HOME": str(tmp_path), "OUTCOMES_APP_STATE": "postgresql://x@y/z"}
    assert store_url(named) == "postgresql://x@y/z"
    assert store_url({}).endswith("/.outcomes/app_state.sqlite3")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://a@b/c", "starts with 'mysql', which is not supported"),
        ("no url", "is not the address of a database"),
        ("postgresql+psycopg://a:secret@b:port/c", "is not the address of a database"),
        ("sqlite:///:memory:", "must be a file"),
        ("postgresql+psycopg://a:secret@/b?host=/nowhere", "cannot be used: .*Check OUTCOMES_APP"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as told:
        open_store(url)
    assert "secret" not in str(told.value)


def test_a_folder_or_a_foreign_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, but long enough to be looked at " * 20)
    with pytest.raises(StoreError, match="no SQLite file"):
        open_store(f"sqlite:///{tmp_path / 'text'}")
    with pytest.raises(StoreError, match=r"Cannot open .*OUTCOMES_HOME"):
        open_store(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match=r"Cannot open .*OUTCOMES_HOME"):
        open_store(f"sqlite:///{tmp_path / 'text' / 'store'}")


def _open_as_nobody(pipe: object, url: str) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    try:
        store = open_store(url)
        contact(store, "p1")
        pipe.send("written")  # type: ignore[attr-defined]
    except StoreError as error:
        pipe.send(str(error))  # type: ignore[attr-defined]


def test_a_place_without_the_right_to_write_is_said(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "store.sqlite3"
    open_store(f"sqlite:///{path}").close()
    assert path.stat().st_mode & 0o777 == 0o600  # what it holds is about people
    path.chmod(0o444)
    path.parent.chmod(0o555)
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(parent.stat().st_mode | 0o055)
    mine, its = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_open_as_nobody, args=(its, f"sqlite:///{path}"))
    process.start()
    assert mine.poll(60)
    answer = mine.recv()
    process.join()
    path.parent.chmod(0o755)
    assert answer.startswith(f"Cannot open {path}: Permission denied.")


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    contact(store, "p1")

    @sa.event.listens_for(store.engine, "begin")
    def no_room(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    with pytest.raises(StoreError, match=r"No room is left where .*a\.sqlite3 lies"):
        contact(store, *(f"q{n}" for n in range(5_000)))
    sa.event.remove(store.engine, "begin", no_room)
    assert set(current(store)) == {"p1"}
    store.close()


def test_a_disk_that_does_not_confirm_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.sqlite3'}")

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("app_state.store.os.fsync", fail)
    with pytest.raises(StoreError, match="did not confirm a write"):
        contact(store, "p1")
    store.close()


def test_another_program_that_never_ends_writing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    other = open_store(url)
    monkeypatch.setattr("app_state.store._WAIT_MILLISECONDS", 50)
    store = open_store(url)
    with other.writing(), pytest.raises(StoreBusy, match="has been writing"):
        contact(store, "p1")
    contact(store, "p1")
    other.close()
    store.close()


def test_a_server_user_without_rights_is_said(postgres_socket: Path) -> None:
    base = url_pattern(postgres_socket)
    administrate(base, "CREATE DATABASE barred")
    administrate(base, "CREATE ROLE visitor LOGIN")
    barred = base.format("barred").replace("outcomes@", "visitor@")
    try:
        with pytest.raises(StoreError, match=r"may not do this .*Grant it the right"):
            open_store(barred)
    finally:
        administrate(base, "DROP DATABASE barred WITH (FORCE)")
        administrate(base, "DROP ROLE visitor")


def test_a_server_waits_for_the_disk_whatever_its_default_is(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        with store.reading() as connection:
            told = [connection.execute(sa.text(f"PRAGMA {name}")).scalar() for name in
                    ("journal_mode", "synchronous", "foreign_keys")]  # fmt: skip
        assert told == ["wal", 1, 1]
        return
    with store.reading() as connection:
        assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"
