"""HR exports: the effective-dated worker report, the leavers' list, the department list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from sampling import company
from sampling.slips import Change, Ledger, Slip, to
from sampling.text import day, write_csv
from sampling.workforce import NO_ONE
from sampling.world import World

WORKERS = "hr/workday_worker_history.csv"
LEAVERS = "hr/Austritte.csv"
DEPARTMENTS = "hr/departments.xlsx"
STATUS = {"active": "Active", "leave": "On Leave", "terminated": "Terminated"}
GERMAN_REASON = (
    "Kündigung durch Mitarbeiter",
    "Rente",
    "Kündigung durch Arbeitgeber",
    "Betriebsbedingte Kündigung",
    "Vertragsende (Befristung)",
    "Todesfall",
)


def write_hr(world: World, folder: Path, ledger: Ledger) -> None:
    """Write the three files of the HR department."""
    workers = ledger.plant(_workers(world), WORKERS, _WORKER_SLIPS)
    write_csv(workers, folder / WORKERS)
    leavers = ledger.plant(_leavers(world), LEAVERS, _leaver_slips(world))
    write_csv(leavers, folder / LEAVERS, separator=";", encoding="cp1252", line_end="\r\n")
    _write_departments(folder / DEPARTMENTS)


def _workers(world: World) -> pd.DataFrame:
    rows, ids = world.workforce.rows, world.employee_ids
    person, manager = rows["person"].to_numpy(), rows["manager"].to_numpy()
    careers = world.careers
    fte = careers.fte[person]
    return pd.DataFrame(
        {
            "Employee ID": ids[person],
            "Preferred Name": world.names[person],
            "Work Email": world.addresses[person],
            "Year of Birth": careers.birth_year[person].astype(str),
            "Effective Date": day(rows["effective_on"]),
            "Hire Date": day(rows["hired_on"]),
            "Worker Status": rows["status"].map(STATUS).to_numpy(),
            "Department": company.column(company.DEPARTMENTS, "code")[rows["department"]],
            "Manager ID": np.where(manager == NO_ONE, "", ids[np.maximum(manager, 0)]),
            "Management Level": rows["level"].astype(str).to_numpy(),
            "Job Family": company.column(company.FUNCTIONS, "name")[careers.function[person]],
            "Location": company.column(company.SITES, "name")[rows["site"]],
            "FTE": np.where(fte == 1, "1", np.round(fte, 2).astype(str)),
        }
    )


def _dated_later(days: int, spoilt: dict[str, str]) -> Change:
    """Return a change that dates a row otherwise, so that its key is its own, and spoils it."""

    def change(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        moved = pd.to_datetime(rows["Effective Date"]) + pd.Timedelta(days=days)
        return {"Effective Date": moved.dt.strftime("%Y-%m-%d").to_numpy(), **spoilt}

    return change


def _impossible(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    year = rows["Effective Date"].str[:4]
    return {"Effective Date": year + rng.choice(["-02-30", "-06-31", "-13-01"], len(rows))}


def _long_ago(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    return {"Effective Date": "18" + rows["Effective Date"].str[2:]}


def _other_department(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    return {"Department": np.where(rows["Department"] == "D01", "D02", "D01")}


_WORKER_SLIPS = tuple(
    Slip(rule, "worker_record", share, change)
    for rule, share, change in (
        ("not_a_date", 0.0015, _impossible),
        ("date_out_of_range", 0.001, _long_ago),
        ("missing_value", 0.001, to("Effective Date", "")),
        ("duplicate_key", 0.0015, _other_department),
        ("unknown_department", 0.0015, _dated_later(10, {"Department": "D99"})),
        ("not_in_list", 0.001, _dated_later(11, {"Worker Status": "Actve"})),
        ("not_a_number", 0.001, _dated_later(12, {"FTE": "full"})),
    )
)


def _leavers(world: World) -> pd.DataFrame:
    journeys = world.journeys
    gone = np.flatnonzero(~np.isnat(journeys.exit_on))
    gone = gone[np.lexsort((gone, journeys.exit_on[gone]))]
    rng = world.plan.stream("leavers list")
    reason = journeys.reason[gone]
    exit_on = journeys.exit_on[gone]
    voluntary = reason == 0
    # Notice is given weeks before; what was entered late was entered in the week after.
    days_before = rng.integers(-6, 60, size=len(gone))
    notice = np.where(voluntary, rng.choice([28, 31, 61, 91], len(gone)), days_before)
    leave_days = np.where(rng.random(len(gone)) < 0.35, rng.integers(1, 24, size=len(gone)), 0)
    rest = np.round(rng.gamma(1.5, 3.0, len(gone)) * 2) / 2
    regretted = rng.random(len(gone)) < 0.45
    return pd.DataFrame(
        {
            "Personalnummer": world.employee_ids[gone],
            "Austrittsdatum": day(exit_on, "%d.%m.%Y"),
            "Letzter Arbeitstag": day(exit_on - leave_days, "%d.%m.%Y"),
            "Erfasst am": day(exit_on - notice, "%d.%m.%Y"),
            "Austrittsgrund": np.array(GERMAN_REASON)[reason],
            "Freiwillig": np.where(voluntary, "ja", "nein"),
            "Bedauert": np.where(voluntary, np.where(regretted, "ja", "nein"), ""),
            "Resturlaub (Tage)": [f"{value:.1f}".replace(".", ",") for value in rest],
        }
    )


def _leaver_slips(world: World) -> tuple[Slip, ...]:
    hired = dict(zip(world.employee_ids, world.careers.hired_on, strict=True))

    def before_hire(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        days = np.array([hired[person] for person in rows["Personalnummer"]]) - 40
        return {"Austrittsdatum": day(days, "%d.%m.%Y"), "Letzter Arbeitstag": ""}

    def nobody(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        numbers = rng.choice(9999, len(rows), replace=False)
        return {"Personalnummer": [f"99{number:04d}" for number in numbers]}

    def other_reason(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        is_pension = rows["Austrittsgrund"] == "Rente"
        return {"Austrittsgrund": np.where(is_pension, "Todesfall", "Rente"), "Freiwillig": "nein"}

    def month_13(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        return {"Austrittsdatum": "31.13." + rows["Austrittsdatum"].str[-4:]}

    return (
        Slip("duplicate_key", "exit", 0.0012, other_reason),
        Slip("not_a_date", "exit", 0.0016, month_13),
        Slip("unknown_person", "exit", 0.0016, nobody),
        Slip("exit_before_hire", "exit", 0.0018, before_hire),
    )


def _write_departments(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": dt.datetime(2026, 10, 1)})
        sheet = book.add_worksheet("Departments")
        bold = book.add_format({"bold": True})
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, title in enumerate(("Code", "Department", "Cost center", "Valid from")):
            sheet.write_string(0, column, title, bold)
        for row, place in enumerate(company.DEPARTMENTS, 1):
            sheet.write_string(row, 0, place.code)
            sheet.write_string(row, 1, place.name)
            sheet.write_number(row, 2, 4000 + 10 * row)
            sheet.write_datetime(row, 3, dt.datetime(2015, 1, 1), dated)
        sheet.set_column(1, 1, 28)
