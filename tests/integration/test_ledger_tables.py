"""What a release says of the files that came in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from etl.load import load_paths
from etl.rows.rejects import export_rejects
from reports.ledger_tables import ledger_checks, read_ledger
from tests.integration.small_exports import FILES, NOW, write_exports
from warehouse.engine import Warehouse


def verdicts(warehouse: Warehouse) -> dict[str, str]:
    checks = ledger_checks(
        read_ledger(warehouse), as_of=dt.date(2026, 9, 30), now=NOW, is_sample=False
    )
    return {check_id: verdict for check_id, _, verdict, _ in checks}


def test_of_a_file_that_came_again_only_the_last_content_counts(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    wrong = FILES["sessions.csv"].replace("2025-04-01", "2025-14-41")
    folder = write_exports(tmp_path / "in", sessions=wrong)
    load_paths(warehouse, [folder], now=NOW)
    load_paths(warehouse, [folder], now=NOW.replace(hour=13))
    ledger = read_ledger(warehouse)
    assert len(ledger.loads) == len(FILES)
    assert list(ledger.rejected["file_name"]) == ["sessions.csv"]
    assert verdicts(warehouse)["reconciliation"] == "passed"
    load_paths(warehouse, [write_exports(folder)], now=NOW.replace(hour=14))
    ledger = read_ledger(warehouse)
    assert len(ledger.loads) == len(FILES) and ledger.rejected.empty
    assert verdicts(warehouse) == {
        "reconciliation": "passed",
        "rejected_share": "passed",
        "refused": "passed",
        "freshness": "passed",
    }


def test_rows_that_came_back_corrected_do_not_wait_and_still_reconcile(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    wrong = FILES["sessions.csv"].replace("2025-04-01", "2025-14-41")
    load_paths(warehouse, [write_exports(tmp_path / "in", sessions=wrong)], now=NOW)
    sheet = tmp_path / "back.csv"
    export_rejects(warehouse, sheet)
    sheet.write_text(sheet.read_text("utf-8-sig").replace("2025-14-41", "2025-04-01"))
    load_paths(warehouse, [sheet], now=NOW.replace(hour=13))
    assert read_ledger(warehouse).rejected.empty
    assert verdicts(warehouse)["reconciliation"] == "passed"


def test_a_refused_file_is_listed_until_it_comes_in(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write_exports(tmp_path / "in", cohort="colour,taste\nred,sweet\n")
    load_paths(warehouse, [folder], now=NOW)
    assert list(read_ledger(warehouse).refused["file_name"]) == ["cohort.csv"]
    assert verdicts(warehouse)["refused"] == "note"
    load_paths(warehouse, [write_exports(folder)], now=NOW.replace(hour=13))
    assert read_ledger(warehouse).refused.empty
