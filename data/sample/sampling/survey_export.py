"""Survey exports in the shape Qualtrics writes today, and the lists of those invited."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from sampling.plan import LAST_DAY, Plan
from sampling.slips import Change, Ledger, Slip, to
from sampling.text import day, write_csv
from sampling.voices import AFTER_MONTHS, ITEMS
from sampling.world import World

ZONE = "Europe/Berlin"
METADATA = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
)
PULSE_ITEMS = {
    "ENG1": "I look forward to my work.",
    "ENG2": "I have the energy my work asks for.",
    "ENG3": "I forget the time over my work.",
}
PULSE_OPENS, PULSE_CLOSES = 6, 24  # days of the month, counted from 1
LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))


def write_surveys(world: World, folder: Path, ledger: Ledger) -> None:
    """Write all waves of the pulse, the participant survey, and the invitations."""
    for frame in world.journeys.pulses:
        _write_pulse(world, frame, folder, ledger)
    _write_participants(world, folder, ledger)


def pulse_wave(plan: Plan, month: int) -> str:
    """Return the id of the pulse of a month, such as ``P2024-05``."""
    return f"P{plan.first_month + month}"


def _write_pulse(world: World, frame: pd.DataFrame, folder: Path, ledger: Ledger) -> None:
    plan, month = world.plan, int(frame["month"].iloc[0])
    wave = pulse_wave(plan, month)
    rng = plan.stream("pulse export", month)
    file = f"surveys/pulse_{wave[1:]}.csv"
    invited = pd.DataFrame(
        {
            "Wave": wave,
            "Employee ID": world.employee_ids[frame["person"]],
            "Invited": str(plan.first_day(month) + PULSE_OPENS - 1),
        }
    )
    _write_invitations(invited, folder, f"surveys/pulse_{wave[1:]}_invitations.csv", ledger)
    back = frame[frame["answered"]]
    days = plan.first_day(month) + rng.integers(PULSE_OPENS - 1, PULSE_CLOSES, size=len(back))
    answers = {f"ENG{i}": back[f"eng{i}"].astype(str).to_numpy() for i in (1, 2, 3)}
    rows = _responses(world, back["person"].to_numpy(), days, wave, answers, rng)
    planted = ledger.plant(rows, file, _slips("ENG2", ("7", "55")))
    _write_qualtrics(planted, folder / file, PULSE_ITEMS, first_question=11)


def _write_participants(world: World, folder: Path, ledger: Ledger) -> None:
    survey = world.participant_survey
    rng = world.plan.stream("participant export")
    invited = pd.DataFrame(
        {
            "Wave": survey["wave_id"].to_numpy(),
            "Employee ID": world.employee_ids[survey["person"]],
            "Invited": day(survey["invited_on"]),
        }
    )
    _write_invitations(invited, folder, "surveys/participants_invitations.csv", ledger)
    back = survey[survey["answered"]]
    answers = {item.code: back[item.code].astype(str).to_numpy() for item in ITEMS}
    days = back["answered_on"].to_numpy().astype("datetime64[D]")
    people, waves = back["person"].to_numpy(), back["wave_id"].to_numpy()
    rows = _responses(world, people, days, waves, answers, rng)
    file = "surveys/participants.csv"
    planted = ledger.plant(rows, file, _slips("ENPS", ("11", "100")))
    texts = {item.code: item.text for item in ITEMS}
    _write_qualtrics(planted, folder / file, texts, first_question=31)


def _write_invitations(invited: pd.DataFrame, folder: Path, file: str, ledger: Ledger) -> None:
    slips = (
        Slip("unknown_person", "invitation", 0.004, _nobody("Employee ID")),
        Slip("unknown_wave", "invitation", 0.002, to("Wave", "P2023-01")),
    )
    write_csv(ledger.plant(invited, file, slips), folder / file)


def _nobody(column: str) -> Change:
    def change(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        numbers = rng.choice(99_999, len(rows), replace=False)
        return {column: [f"9{number:06d}" for number in numbers]}

    return change


def _response_ids(count: int, rng: np.random.Generator) -> np.ndarray:
    letters = LETTERS[rng.integers(len(LETTERS), size=(count, 15))]
    return np.char.add("R_", letters.astype("<U1").view("<U15").ravel())


def _slips(item: str, values: tuple[str, ...]) -> tuple[Slip, ...]:
    def off_scale(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        return {item: rng.choice(values, len(rows))}

    def stranger(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
        return {
            "ResponseId": _response_ids(len(rows), rng),
            **_nobody("ExternalReference")(rows, rng),
        }

    return (
        Slip("unknown_person", "response", 0.003, stranger),
        Slip("off_scale", "answer", 0.003, off_scale, in_place=True),
    )


def _responses(
    world: World,
    people: np.ndarray,
    days: np.ndarray,
    wave: str | np.ndarray,
    answers: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> pd.DataFrame:
    count = len(people)
    end = days.astype("datetime64[s]") + rng.integers(7 * 3600, 20 * 3600, size=count)
    seconds = np.rint(30 + rng.gamma(2.0, 40.0, count)).astype(int)
    start = end - seconds
    written_end = _seconds(end)
    columns = {name: np.full(count, "", dtype=object) for name, _, _ in METADATA}
    columns |= {
        "StartDate": _seconds(start),
        "EndDate": written_end,
        "Status": np.full(count, "0"),
        "Progress": np.full(count, "100"),
        "Duration (in seconds)": seconds.astype(str),
        "Finished": np.full(count, "1"),
        "RecordedDate": written_end,
        "ResponseId": _response_ids(count, rng),
        "ExternalReference": world.employee_ids[people],
        "DistributionChannel": np.full(count, "email"),
        "UserLanguage": np.full(count, "EN"),
    }
    frame = pd.DataFrame(columns | answers)
    frame["wave"] = wave
    return frame.iloc[np.argsort(end, kind="stable")].reset_index(drop=True)


def _seconds(moments: np.ndarray) -> np.ndarray:
    return pd.Series(moments).dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy()


def _write_qualtrics(
    frame: pd.DataFrame, path: Path, questions: dict[str, str], *, first_question: int
) -> None:
    labels = [label for _, label, _ in METADATA] + list(questions.values()) + ["wave"]
    ids = [_import_id(name, key) for name, _, key in METADATA]
    ids += [_import_id(code, f"QID{first_question + i}") for i, code in enumerate(questions)]
    ids.append(_import_id("wave", "wave"))
    header = pd.DataFrame([labels, ids], columns=frame.columns)
    write_csv(pd.concat([header, frame]), path)


def _import_id(name: str, key: str) -> str:
    zone = {"timeZone": ZONE} if name in ("StartDate", "EndDate", "RecordedDate") else {}
    return json.dumps({"ImportId": key} | zone, separators=(",", ":"))


def declared_waves(plan: Plan, months: list[int]) -> dict[str, str]:
    """Return the [[wave]] tables of both surveys' mappings, as TOML."""
    pulses = []
    for month in months:
        first = plan.first_day(month)
        name = f"Pulse {plan.first_month + month}"
        window = (first + PULSE_OPENS - 1, first + PULSE_CLOSES - 1)
        pulses.append(_wave_toml(pulse_wave(plan, month), "pulse", name, window))
    waves = []
    for cohort in plan.cohorts:
        start = np.datetime64(cohort.opens, "M")
        for after in AFTER_MONTHS:
            opens = (start + after).astype("datetime64[D]") - 2
            closes = (start + after + len(cohort.intake)).astype("datetime64[D]") + 12
            if opens > LAST_DAY:
                continue
            name = f"{cohort.name}, " + ("before" if after == 0 else f"after {after} months")
            wave = f"{cohort.cohort_id}-M{after}"
            waves.append(_wave_toml(wave, "participants", name, (opens, closes)))
    return {"pulse": "\n".join(pulses), "participants": "\n".join(waves)}


def _wave_toml(wave_id: str, survey_id: str, name: str, window: tuple[object, object]) -> str:
    return (
        f'[[wave]]\nwave_id = "{wave_id}"\nsurvey_id = "{survey_id}"\nname = "{name}"\n'
        f"opens_on = {window[0]}\ncloses_on = {window[1]}\n"
    )


def declared_items() -> str:
    """Return the [[item]] tables of the participant survey's mapping, as TOML."""
    tables = [
        f'[[item]]\nsurvey_id = "participants"\nitem_code = "{item.code}"\n'
        f'construct = "{item.construct}"\nscale_min = {item.low}\nscale_max = {item.high}\n'
        f"is_reversed = {str(item.is_reversed).lower()}\n"
        for item in ITEMS
    ]
    return "\n".join(tables)
