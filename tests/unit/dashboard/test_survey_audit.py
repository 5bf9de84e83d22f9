"""The Data page tells how answers are protected, to everybody."""

from __future__ import annotations

from dashboard.content import survey_audit
from dashboard.data import ReleaseData, View
from tests.page_asker import Asker
from tests.unit.dashboard.conftest import VIEWERS


def test_the_title_says_what_is_hidden_and_what_the_attack_found(hr_view: View) -> None:
    figure = survey_audit.audit_figure(hr_view)
    assert figure.title == "The attack found nothing; 10 of 78 survey figures are hidden"
    words = [row[0].text for row in figure.table.rows]
    assert "Hidden for too few answers" in words


def test_every_role_may_read_the_counts(data: ReleaseData) -> None:
    for viewer in VIEWERS.values():
        assert survey_audit.read_counts(data.view(viewer, {}))["learned"] == 0


def test_the_page_shows_the_counts(asker: Asker) -> None:
    assert "The attack found nothing" in asker.page("/data")
