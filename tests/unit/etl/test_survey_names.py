from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.choosing.survey_names import survey_id, survey_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Puls Führung(1-45).xlsx", "Puls Führung"),
        ("Puls Führung (1-45) (2).xlsx", "Puls Führung"),
        ("Mentor+check-in_April+27,+2026_11.34.csv", "Mentor check-in"),
        ("Mentor_check-in_May_25_2021_14.25.csv", "Mentor check-in"),
        ("pulse_2026-04.csv", "pulse"),
        ("pulse_20260427.csv", "pulse"),
        ("27.04.2026 Puls.csv", "Puls"),
        ("Engagement 2026 Q2.csv", "Engagement"),
        ("Q2-2026 Engagement.csv", "Engagement"),
        ("Feedback (Responses) - Form Responses 1.csv", "Feedback"),
        ("Umfrage (Antworten).xlsx", "Umfrage"),
        ("UWES-9 wave.csv", "UWES-9 wave"),
        ("Umfrage 3 - Kopie.csv", "Umfrage 3"),
        ("2026-04-27.csv", ""),
    ],
)
def test_a_survey_is_called_as_its_file_without_dates_and_copies(file: str, name: str) -> None:
    assert survey_name(Path(file)) == name


@given(st.text(max_size=30))
def test_every_name_gives_an_id_of_letters_digits_and_hyphens(name: str) -> None:
    found = survey_id(name)
    assert found and found == found.casefold()
    assert all(part and part.isalnum() for part in found.split("-")) or not name.isascii()
