"""A simulated company as warehouse tables: what a load would have left behind."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

from models.months import month_start
from models.simulate import Simulation, simulate_program
from warehouse import tables
from warehouse.engine import Warehouse

FIRST_MONTH = 2023 * 12 + 9
AS_OF = dt.date(2026, 9, 30)


def simulate(people: int = 1500, *, seed: int = 3) -> Simulation:
    return simulate_program(people, 36, seed=seed)


def company_tables(simulation: Simulation) -> dict[str, pd.DataFrame]:
    """Employment, jobs, exits and participants of a simulation; the last exits involuntary."""
    rows = simulation.person_month
    person = rows.groupby("person_id")
    first, last = person.first(), person.last()
    ids = "P" + first.index.astype(str)
    tenure = np.round(np.expm1(first["tenure"]) * 12).astype(int)
    hired = month_start(first["month"] + FIRST_MONTH - tenure)
    left = month_start(last["month"] + FIRST_MONTH + 1)
    gone = last["exited"].to_numpy()
    employment = pd.DataFrame({"person_id": ids, "spell_no": 1, "hired_on": hired})
    employment["end_on"] = pd.Series(left).where(pd.Series(gone)).to_numpy()
    exits = pd.DataFrame({"person_id": ids[gone], "exit_on": left[gone] - np.timedelta64(1, "D")})
    exits["voluntary"] = np.where(np.arange(len(exits)) % 5 == 0, "no", "yes")
    exits["reason_group"] = np.where(exits["voluntary"] == "no", "retirement", "resignation")
    jobs = pd.DataFrame({"person_id": ids, "valid_from": hired, "valid_to": pd.NaT, "seq_no": 1})
    jobs["department_id"] = first["department"].to_numpy()
    jobs["level"] = first["level"].to_numpy()
    joined = first[first["enrolled_month"].notna()]
    members = pd.DataFrame({"person_id": "P" + joined.index.astype(str)})
    members["participant_id"] = members["person_id"]
    enrolled = joined["enrolled_month"].to_numpy(dtype=int) + FIRST_MONTH
    members["enrolled_on"] = month_start(enrolled) + np.timedelta64(9, "D")
    members["cohort_id"] = np.where(joined["enrolled_month"] < 12, "first", "second")
    members["role"] = np.where(joined["level"] >= 2, "mentee", "mentor")
    return {"employment": employment, "exit": exits, "job_history": jobs, "participant": members}


def fill(warehouse: Warehouse, frames: dict[str, pd.DataFrame]) -> None:
    """Append frames to tables; columns they lack are NULL."""
    with warehouse.writing() as writer:
        for name, frame in frames.items():
            table = tables.metadata.tables[name]
            whole = frame.reindex(columns=[column.name for column in table.columns])
            whole["source_record_id"] = [str(number) for number in range(len(whole))]
            whole["source_system"] = "test"
            writer.append(table, writer.staging.load(pa.Table.from_pandas(whole), name))
