"""Who teaches whom: a matrix where it says something, else the counts that can be shown."""

from __future__ import annotations

from pathlib import Path

from dashboard.access import Role
from dashboard.content import teaching
from dashboard.data import ReleaseData
from reports.release_writer import write_release
from tests.synthetic_release import tables
from tests.unit.dashboard.conftest import VIEWERS


def read(folder: Path, n_shown: int) -> ReleaseData:
    frames = tables(quarters=2, pairs=20)
    flow = frames["flow"].astype({"pairs": "float64", "reason": object})
    flow[["pairs", "status", "reason"]] = [None, "suppressed", "Fewer than 5 pairs"]
    for row in flow.index[:n_shown]:
        flow.loc[row, ["pairs", "status", "reason"]] = [5.0 + row, "shown", None]
    write_release(folder, frames | {"flow": flow})
    return ReleaseData(folder)


def test_a_matrix_of_dashes_becomes_the_list_of_what_can_be_shown(tmp_path: Path) -> None:
    view = read(tmp_path, 2).view(VIEWERS[Role.HR_LEADERSHIP], {})
    figure = teaching.figure(view)
    assert [row[2].text for row in figure.table.rows] == ["6", "5"]
    n_counts = sum(row.program == "" for row in view.rows("flow"))
    assert figure.notes[0] == (
        f"{n_counts - 2} of {n_counts} pairings of departments are hidden: fewer than 5 pairs, or "
        "a smaller one could be worked out from them."
    )


def test_a_matrix_with_most_counts_stays_one(tmp_path: Path) -> None:
    data = read(tmp_path, 10_000)
    figure = teaching.figure(data.view(VIEWERS[Role.HR_LEADERSHIP], {}))
    assert len(figure.table.columns) == len(figure.table.rows) + 1


def test_a_list_of_nothing_says_so(tmp_path: Path) -> None:
    figure = teaching.figure(read(tmp_path, 0).view(VIEWERS[Role.HR_LEADERSHIP], {}))
    assert figure.title.endswith("too few pairs between most departments to show them")
    assert figure.table.rows == ()
