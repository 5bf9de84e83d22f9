from __future__ import annotations

import tomllib
from collections import Counter
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

pytestmark = pytest.mark.xdist_group("sample")

FIRST, LAST = pd.Timestamp("2023-10-01"), pd.Timestamp("2026-09-30")


def _read(exports: Path, name: str, **options: object) -> pd.DataFrame:
    return pd.read_csv(exports / name, dtype=str, keep_default_na=False, **options)


def _planted(fresh: SimpleNamespace, file: str) -> Counter[str]:
    by_entity = fresh.truth["rejected_rows"]["by_file"].get(file, {})
    return sum((Counter(rules) for rules in by_entity.values()), Counter())


def test_worker_history_is_good_rows_and_planted_ones(fresh: SimpleNamespace) -> None:
    rows = _read(fresh.exports, "hr/workday_worker_history.csv")
    planted = _planted(fresh, "hr/workday_worker_history.csv")
    assert len(rows) == fresh.truth["counts"]["worker_rows"] + planted.total()
    days = pd.to_datetime(rows["Effective Date"], errors="coerce", format="%Y-%m-%d")
    blank = rows["Effective Date"] == ""
    assert (days.isna() & ~blank).sum() == planted["not_a_date"]
    assert blank.sum() == planted["missing_value"]
    assert (days < FIRST).sum() == planted["date_out_of_range"]
    assert (rows["Department"] == "D99").sum() == planted["unknown_department"]
    assert (rows["Worker Status"] == "Actve").sum() == planted["not_in_list"]
    assert (rows["FTE"] == "full").sum() == planted["not_a_number"]
    known = rows[days >= FIRST]
    assert known.duplicated(["Employee ID", "Effective Date"]).sum() == planted["duplicate_key"]


def test_no_good_worker_row_lies_outside_the_history(fresh: SimpleNamespace) -> None:
    rows = _read(fresh.exports, "hr/workday_worker_history.csv")
    good = rows[(rows["Department"] != "D99") & (rows["Worker Status"] != "Actve")]
    good = good[good["FTE"] != "full"]
    days = pd.to_datetime(good["Effective Date"], errors="coerce", format="%Y-%m-%d")
    assert days[days > pd.Timestamp("1900-01-01")].between(FIRST, LAST).all()


def test_leavers_list_is_what_a_german_office_sends(fresh: SimpleNamespace) -> None:
    raw = (fresh.exports / "hr/Austritte.csv").read_bytes()
    assert b"K\xfcndigung" in raw
    assert b"\r\n" in raw
    rows = pd.read_csv(BytesIO(raw), sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    planted = _planted(fresh, "hr/Austritte.csv")
    assert len(rows) == fresh.truth["counts"]["exits"] + planted.total()
    assert rows["Austrittsdatum"].str.startswith("31.13.").sum() == planted["not_a_date"]
    assert rows["Resturlaub (Tage)"].str.contains(r"^\d+,\d$").all()


def test_session_log_is_good_rows_and_planted_ones(fresh: SimpleNamespace) -> None:
    rows = _read(fresh.exports, "platform/sessions.csv")
    planted = _planted(fresh, "platform/sessions.csv")
    assert len(rows) == fresh.truth["counts"]["sessions"] + planted.total()
    assert rows.duplicated("Session ID").sum() == planted["duplicate_key"]
    matched = _read(fresh.exports, "platform/matches.csv").set_index("Match ID")["Matched"]
    known = rows[rows["Match ID"].isin(matched.index)]
    day = pd.to_datetime(known["Planned start"].str[:10], errors="coerce", format="%Y-%m-%d")
    assert day.isna().sum() <= planted["not_a_date"]
    before = day < pd.to_datetime(known["Match ID"].map(matched), format="%m/%d/%Y")
    spoilt = known["Session ID"].str.match(r"S[3-7]\d{5}$")
    assert (before & ~spoilt).sum() == planted["session_before_pair"]


def test_all_mistakes_together_are_about_one_row_in_a_hundred(fresh: SimpleNamespace) -> None:
    rows = sum(len(file.read_bytes().splitlines()) for file in fresh.exports.rglob("*.csv"))
    assert 0.005 < fresh.truth["rejected_rows"]["total"] / rows < 0.015


def test_every_address_ends_in_the_domain_kept_for_examples(fresh: SimpleNamespace) -> None:
    rows = _read(fresh.exports, "hr/workday_worker_history.csv")
    assert rows["Work Email"].str.endswith("@example.com").all()
    people = rows.drop_duplicates("Employee ID")
    assert people["Work Email"].is_unique
    assert people["Preferred Name"].duplicated().mean() < 0.03


def test_pulse_has_three_header_rows_and_seventeen_columns_of_metadata(
    fresh: SimpleNamespace,
) -> None:
    rows = _read(fresh.exports, "surveys/pulse_2024-05.csv")
    assert rows.iloc[1]["ENG1"].startswith('{"ImportId":')
    assert list(rows.columns).index("ENG1") == 17
    answers = rows.iloc[2:]
    planted = _planted(fresh, "surveys/pulse_2024-05.csv")
    off = ~answers["ENG2"].isin([*map(str, range(7)), "-99"])
    assert off.sum() == planted["off_scale"]
    extra = planted["unknown_person"]
    assert answers["ExternalReference"].duplicated().sum() == 0
    assert len(answers) > 100 * extra
    assert answers["ResponseId"].is_unique


def test_attendance_reports_are_utf16_and_name_their_session(fresh: SimpleNamespace) -> None:
    sessions = set(_read(fresh.exports, "platform/sessions.csv")["Session ID"])
    files = sorted((fresh.exports / "teams").glob("*.csv"))
    assert len(files) == fresh.truth["counts"]["teams_files"] == 24
    for file in files:
        text = file.read_bytes().decode("utf-16")
        title = next(line for line in text.splitlines() if line.startswith("Meeting title"))
        assert title.split()[-1] in sessions


def test_every_mapping_is_toml_and_fits_a_file_beside_it(fresh: SimpleNamespace) -> None:
    mappings = sorted(fresh.exports.rglob("*.mapping.toml"))
    assert mappings
    for mapping in mappings:
        content = tomllib.loads(mapping.read_text("utf-8"))
        files = [file for pattern in content["files"] for file in mapping.parent.glob(pattern)]
        assert files, mapping.name
