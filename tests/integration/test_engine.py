"""Both engines merge, read and roll back alike."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from warehouse.engine import MergeCounts, StagingError, Warehouse
from warehouse.settings import Settings
from warehouse.tables import exit_, metadata, worker_record

DAY = pa.array([19000, None], type=pa.date32())


def staged(names: list[str], reasons: list[str | None]) -> pa.Table:
    count = len(names)
    given = {"source_system": ["hr"] * count, "source_record_id": names, "person_id": names}
    given |= {"reason_source": reasons, "is_inferred": [False] * count}
    kinds = {"DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"), "DATETIME": pa.timestamp("us")}
    kinds |= {"BOOLEAN": pa.bool_(), "INTEGER": pa.int32()}
    arrays = [
        pa.array(given.get(c.name, [None] * count), type=kinds.get(str(c.type), pa.string()))
        for c in exit_.columns
    ]
    return pa.Table.from_arrays(arrays, names=[c.name for c in exit_.columns])


def merge(warehouse: Warehouse, table: pa.Table) -> MergeCounts:
    with warehouse.writing() as writer:
        return writer.merge(exit_, writer.staging.load(table, "exit"))


def test_merging_counts_new_changed_and_equal_rows(warehouse: Warehouse) -> None:
    first = merge(warehouse, staged(["a", "b", "c"], ["x", None, 'quote " , \n line']))
    assert first == MergeCounts(inserted=3, updated=0, unchanged=0)
    second = merge(warehouse, staged(["b", "c", "d"], ["y", 'quote " , \n line', None]))
    assert second == MergeCounts(inserted=1, updated=1, unchanged=1)
    found = warehouse.read(sa.select(exit_.c.person_id, exit_.c.reason_source))
    assert dict(found.fillna("-").to_numpy().tolist()) == {
        "a": "x", "b": "y", "c": 'quote " , \n line', "d": "-"
    }  # fmt: skip


def test_a_large_relation_is_merged_like_any_other(warehouse: Warehouse) -> None:
    names = [str(number) for number in range(300_000)]
    with warehouse.writing() as writer:
        relation = writer.staging.load(staged(names, names), "exit")
        first = writer.merge(exit_, relation, is_large=True)
        again = writer.merge(exit_, relation, is_large=True)
        kept = writer.staging.rows("SELECT current_setting('preserve_insertion_order')")
    assert first == MergeCounts(inserted=300_000, updated=0, unchanged=0)
    assert again == MergeCounts(inserted=0, updated=0, unchanged=300_000)
    assert kept == [(True,)]
    found = warehouse.read(sa.select(exit_.c.source_record_id, exit_.c.reason_source))
    assert (found["source_record_id"] == found["reason_source"]).all()
    assert sorted(found["source_record_id"]) == sorted(names)


def test_rows_keep_their_order_again_after_a_large_merge_that_failed(warehouse: Warehouse) -> None:
    with pytest.raises((DBAPIError, StagingError)), warehouse.writing() as writer:
        writer.merge(exit_, "no_such_relation", is_large=True)
    with warehouse.writing() as writer:
        kept = writer.staging.rows("SELECT current_setting('preserve_insertion_order')")
    assert kept == [(True,)]


def test_an_error_leaves_nothing_behind(warehouse: Warehouse) -> None:
    def fail_halfway() -> None:
        with warehouse.writing() as writer:
            writer.merge(exit_, writer.staging.load(staged(["a"], ["x"]), "exit"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert warehouse.read(sa.select(exit_.c.person_id)).empty


def test_staging_sees_rows_merged_before_in_the_same_transaction(warehouse: Warehouse) -> None:
    with warehouse.writing() as writer:
        assert writer.staging.rows(f"SELECT count(*) FROM {writer.staging.reference(exit_)}") == [
            (0,)
        ]
        writer.merge(exit_, writer.staging.load(staged(["a"], ["x"]), "exit"))
        found = writer.staging.rows(f"SELECT person_id FROM {writer.staging.reference(exit_)}")
        assert found == [("a",)]


def test_a_second_writer_is_told_to_wait(warehouse: Warehouse, settings: Settings) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom warehouse.engine import *\n"
        "from warehouse.settings import Settings\n"
        "try:\n"
        "    with open_warehouse(Settings(Path(sys.argv[1]), sys.argv[2])).writing(): print('in')\n"
        "except WarehouseBusy as error: print('busy', error)\n"
    )
    with warehouse.writing():
        command = [sys.executable, "-c", program, str(settings.home), settings.warehouse_url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("busy") and "nothing was changed" in said


def test_frames_have_the_same_types_on_both_engines(warehouse: Warehouse) -> None:
    merge(warehouse, staged(["a", "b"], ["x", None]))
    query = sa.select(
        sa.func.count().label("n"),
        sa.func.sum(sa.literal(2)).label("s"),
        sa.func.max(exit_.c.exit_on).label("d"),
    )
    found = warehouse.read(query)
    assert found["n"].dtype == "int64" and float(found["s"][0]) == 4.0
    assert pd.api.types.is_datetime64_any_dtype(found["d"])


def test_every_column_has_type_unit_and_meaning() -> None:
    for table in metadata.tables.values():
        assert table.info["meaning"]
        for column in table.columns:
            assert column.info.get("unit"), f"{table.name}.{column.name} has no unit"
            assert len(column.info.get("meaning", "")) > 5, f"{table.name}.{column.name}"


def test_an_older_warehouse_gets_the_columns_it_lacks(warehouse: Warehouse) -> None:
    merge(warehouse, staged(["a"], ["x"]))
    with warehouse.writing() as writer:
        writer.execute(sa.text('ALTER TABLE "exit" DROP COLUMN "reason_group"'))
    warehouse.create_tables()
    found = warehouse.read(sa.select(exit_.c.source_record_id, exit_.c.reason_group))
    assert found["source_record_id"].tolist() == ["a"] and found["reason_group"].isna().all()


def test_codes_of_an_older_warehouse_are_stored_as_they_are_declared_now(
    embedded: Warehouse,
) -> None:
    asked = "SELECT data_type FROM information_schema.columns "
    asked += "WHERE table_name = 'worker_record' AND column_name = 'status'"
    with embedded.writing() as writer:
        writer.execute(sa.text("ALTER TABLE worker_record ALTER COLUMN status TYPE VARCHAR"))
        writer.execute(
            sa.text("INSERT INTO worker_record (person_id, status) VALUES ('a', 'leave')")
        )
        writer.execute(sa.text("INSERT INTO worker_record (person_id) VALUES ('b')"))
    embedded.create_tables()
    with embedded.writing() as writer:
        kind = writer.execute(sa.text(asked)).scalar()
        writer.execute(sa.text("DELETE FROM worker_record WHERE status = 'no such code'"))
    assert kind == "ENUM('active', 'leave', 'terminated')"
    rows = embedded.read(sa.select(worker_record.c.person_id, worker_record.c.status))
    assert dict(rows.fillna("-").to_numpy().tolist()) == {"a": "leave", "b": "-"}


def test_codes_are_read_as_texts_and_sort_like_them(warehouse: Warehouse) -> None:
    codes = ["terminated", "active", "leave"]
    with warehouse.writing() as writer:
        writer.execute(sa.insert(worker_record), [{"status": code} for code in codes])
    status = worker_record.c.status
    found = warehouse.read(sa.select(status).order_by(status))["status"]
    assert found.dtype != "category" and found.tolist() == sorted(codes)
    most = warehouse.read(sa.select(sa.func.max(status).label("most")))["most"]
    assert most.tolist() == ["terminated"]


def test_a_small_embedded_warehouse_answers_with_one_thread_for_a_while(
    embedded: Warehouse,
) -> None:
    threads = sa.select(sa.func.current_setting("threads").label("threads"))
    before = embedded.read(threads)["threads"][0]
    with embedded.sparingly():
        with embedded.sparingly():  # as where a publication computes figures
            assert embedded.read(threads)["threads"][0] == 1
        assert embedded.read(threads)["threads"][0] == 1
    assert embedded.read(threads)["threads"][0] == before
