"""The tables come by migrations, up and down on both engines, and equal what is declared."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app_state import schema
from app_state.errors import NewerSchema
from app_state.migrations import NEWEST
from app_state.store import Store, migrate, open_store
from app_state.tables import VERSION_TABLE, metadata
from tests.follow_up_rows import contact


def described(engine: sa.Engine) -> dict[str, Any]:
    """What the database says about every table."""
    seen = sa.inspect(engine)
    names = sorted(set(seen.get_table_names()) - {VERSION_TABLE})
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"] and "has")
             for c in seen.get_columns(name)],
            seen.get_pk_constraint(name),
            seen.get_foreign_keys(name),
            sorted(map(repr, seen.get_unique_constraints(name))),
            sorted(map(repr, seen.get_indexes(name))),
        )
        for name in names
    }  # fmt: skip


def test_the_migrated_tables_equal_the_declared_ones(store: Store) -> None:
    with store.reading() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(
            connection, opts=options | {"version_table": VERSION_TABLE}
        )
        assert compare_metadata(context, metadata) == []
    migrated = described(store.engine)
    migrate(store, "base")
    metadata.create_all(store.engine)
    assert described(store.engine) == migrated
    assert set(migrated) == set(metadata.tables)


def test_every_column_says_what_it_means() -> None:
    for table in metadata.tables.values():
        assert table.info["meaning"]
        assert all(len(column.info["meaning"]) > 5 for column in table.columns), table.name


def test_migrations_run_down_and_up_again(store: Store) -> None:
    contact(store, "p1")
    migrate(store, "base")
    assert described(store.engine) == {}
    migrate(store)
    assert set(described(store.engine)) == set(metadata.tables)
    contact(store, "p1")  # as the first one: what the tables held went with them


def test_opening_again_keeps_what_is_there(store: Store, url: str) -> None:
    contact(store, "p1")
    before = described(store.engine)
    open_store(url).close()
    assert described(store.engine) == before
    with store.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM follow_up")).scalar() == 1


def test_a_step_that_fails_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(store, "base")
    create = sa.schema.CreateTable

    def break_on_last(table: sa.Table, *args: Any, **kwargs: Any) -> Any:
        if table.name == "digest_sent":
            raise RuntimeError("no more")
        return create(table, *args, **kwargs)

    monkeypatch.setattr("alembic.ddl.impl.schema.CreateTable", break_on_last)
    with pytest.raises(RuntimeError, match="no more"):
        migrate(store)
    assert described(store.engine) == {}
    monkeypatch.undo()
    migrate(store)
    assert set(described(store.engine)) == set(metadata.tables)


def test_the_newest_step_is_the_one_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "app_state:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_every_step_is_part_of_the_package() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    assert all((parent / "__init__.py").exists() for parent in (folder, folder / "versions"))


def test_a_newer_schema_is_refused_and_left_alone(store: Store, url: str) -> None:
    contact(store, "p1")
    with store.writing() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match=f"schema 9999, which a newer .* up to {NEWEST}"):
        open_store(url)
    with store.reading() as connection:
        assert schema.version(connection) == "9999"
        assert connection.execute(sa.text("SELECT count(*) FROM follow_up")).scalar() == 1


def test_threads_that_open_at_once_make_the_tables_once(url: str) -> None:
    errors: list[Exception] = []

    def open_it() -> None:
        try:
            open_store(url).close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
