"""A warehouse that cannot be used says why, what to do, and never asks anybody else for help."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from etl.load import load_paths
from tests.integration.small_exports import NOW, write_exports
from tests.postgres_server import administrate
from warehouse.engine import Warehouse, WarehouseError, not_written, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import metadata

BLOCK = 262_144  # bytes the built-in engine reads at once


def settings_in(home: Path) -> Settings:
    return Settings(home, f"duckdb:///{home / 'warehouse.duckdb'}")


def be_of_another_make(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE person (name)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(bytes(range(256)) * 500), "no warehouse"),
        (lambda path: path.write_bytes(b""), "no warehouse"),
        (be_of_another_make, "no warehouse"),
        (Path.mkdir, "is a folder"),
        (lambda path: path.symlink_to("/nowhere/warehouse.duckdb"), "No such file or directory"),
    ],
)
def test_what_lies_in_the_place_of_a_warehouse_is_named_and_left_alone(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "warehouse.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(WarehouseError) as refused:
        open_warehouse(settings_in(tmp_path))
    said = str(refused.value)
    assert words in said and str(path) in said and "OUTCOMES_HOME" in said
    # a database of another make would have been read by something fetched from the network
    assert "http" not in said and "extension" not in said
    assert before is None or path.read_bytes() == before


def test_a_damaged_file_is_called_damaged_wherever_the_damage_is_found(tmp_path: Path) -> None:
    warehouse = open_warehouse(settings_in(tmp_path))
    assert load_paths(warehouse, [write_exports(tmp_path / "in")], now=NOW).is_complete
    warehouse.close()
    path = tmp_path / "warehouse.duckdb"
    whole = path.read_bytes()
    assert len(whole) > 2 * BLOCK
    for first, last in ((16, 4096), (12_288, len(whole))):  # behind its mark, then all it holds
        path.write_bytes(whole[:first] + bytes(b ^ 0x55 for b in whole[first:last]) + whole[last:])
        with pytest.raises(WarehouseError, match=r"damaged.*copy.*outcomes load") as refused:
            read_all(open_warehouse(settings_in(tmp_path)))
        assert str(path) in str(refused.value)
    path.write_bytes(whole)
    read_all(open_warehouse(settings_in(tmp_path)))


def test_a_file_that_meets_damage_says_so_and_not_that_there_is_no_room() -> None:
    error = duckdb.IOException("IO Error: Corrupt database file: computed checksum 1")
    said = str(not_written("people.csv", error))
    assert said.startswith("people.csv was not loaded and left nothing behind: Corrupt database")
    assert "Put a copy of it back" in said and "room" not in said


def read_all(warehouse: Warehouse) -> None:
    try:
        for table in metadata.sorted_tables:
            warehouse.read(sa.select(table))
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql+psycopg://u:secret@127.0.0.1:1/x", "No PostgreSQL server answers on 127.0"),
        ("postgresql+psycopg://u:secret@host.invalid/x", "answers on host.invalid, port 5432"),
        ("postgresql+psycopg://u:secret@127.0.0.1:port/x", "not the address of a warehouse"),
        ("u:secret", "not the address of a warehouse"),
        ("mysql://u:secret@127.0.0.1/x", "'mysql', which is not supported"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_its_password(
    tmp_path: Path, address: str, words: str
) -> None:
    with pytest.raises(WarehouseError, match="OUTCOMES_WAREHOUSE") as refused:
        open_warehouse(Settings(tmp_path, address))
    assert words in str(refused.value)
    assert "secret" not in str(refused.value) and "OUTCOMES_HOME" not in str(refused.value)


def test_a_server_without_the_database_or_the_right_to_fill_it_says_so(
    tmp_path: Path, postgres_template: str, postgres_url: str
) -> None:
    with pytest.raises(WarehouseError, match=r'database "nowhere" does not exist.*create what'):
        open_warehouse(Settings(tmp_path, postgres_template.format("nowhere")))
    administrate(postgres_template, "CREATE ROLE guest LOGIN")
    try:
        as_guest = postgres_url.replace("//outcomes@", "//guest@")
        with pytest.raises(WarehouseError, match=r"refuses the warehouse: .*[Cc]orrect user"):
            open_warehouse(Settings(tmp_path, as_guest)).read(sa.select(metadata.sorted_tables[0]))
    finally:
        administrate(postgres_template, "DROP ROLE guest")


def test_a_server_that_goes_away_says_that_nothing_half_done_was_kept(
    tmp_path: Path, postgres_template: str, postgres_url: str
) -> None:
    warehouse = open_warehouse(Settings(tmp_path, postgres_url))
    end_all = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{sa.make_url(postgres_url).database}'"
    )

    def write() -> None:
        with warehouse.writing() as writer:
            administrate(postgres_template, end_all)
            writer.read(sa.select(metadata.sorted_tables[0]))

    with pytest.raises(WarehouseError, match=r"lost.*Nothing half-done"):
        write()
    warehouse.close()
