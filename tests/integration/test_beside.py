"""What is computed beside the figures, and where."""

from __future__ import annotations

from reports import beside
from reports.beside import place_for
from warehouse.engine import Warehouse


def test_only_a_large_company_is_worth_a_process(warehouse: Warehouse, monkeypatch) -> None:
    assert place_for(warehouse)._process is None
    monkeypatch.setattr(beside, "LARGE", 0)
    found = place_for(warehouse)
    assert found._process is not None
    found.stop()
