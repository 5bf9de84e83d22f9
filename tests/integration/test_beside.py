"""What is computed beside the figures, and where."""

from __future__ import annotations

import subprocess
import sys

from models.analyses import analyze_exits, analyze_scores
from models.momentum_runs import pair_risk
from reports import beside
from reports.apart import ANALYSES
from reports.beside import place_for
from reports.state_history import state_figures
from reports.survey_figures import survey_figures
from warehouse.engine import Warehouse


def test_only_a_large_company_is_worth_a_process(warehouse: Warehouse, monkeypatch) -> None:
    assert place_for(warehouse)._process is None
    monkeypatch.setattr(beside, "LARGE", 0)
    found = place_for(warehouse)
    assert found._process is not None
    found.stop()


def test_the_process_knows_its_functions_before_it_is_asked() -> None:
    asked = (analyze_exits, analyze_scores, state_figures, pair_risk, survey_figures)
    look = (
        "import sys, importlib; [importlib.import_module(m) for m in sys.argv[1].split()]; "
        "print(set(sys.argv[2].split()) - set(sys.modules))"
    )
    modules = " ".join(function.__module__ for function in asked)
    command = [sys.executable, "-c", look, " ".join(ANALYSES), modules]
    assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"set()"
