from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.planning import exports_in, may_be_export
from etl.problems import FileProblem
from etl.reading import archive_limits
from etl.reading.archive_names import unsafe_name
from etl.reading.archives import Archives, Export, is_archive
from etl.report import FileOutcome

CSV = "a,b\n1,2\n"


@pytest.fixture
def archives() -> Iterator[Archives]:
    with Archives(may_be_export) as opened:
        yield opened


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def found(archives: Archives, path: Path) -> dict[str, str]:
    """Return names to content, or to the code of the problem."""
    outcomes = list(exports_in([path], archives))
    return {
        one.name: str(one.problem and one.problem.code)
        if isinstance(one, FileOutcome)
        else one.path.read_text()
        for one in outcomes
    }


def test_members_that_may_be_exports_are_unpacked_and_named_by_archive_and_place(
    archives: Archives, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "surveys.zip",
        packed({"2026/q1.csv": CSV, "q2.csv": "x", "README.md": "notes", "team.png": b"\x89PNG"}),
    )
    (first, second) = archives.unpack(Export.loose(path)).exports
    assert (first.name, first.shown) == ("surveys.zip/2026/q1.csv", path / "2026" / "q1.csv")
    assert (second.name, second.path.name) == ("surveys.zip/q2.csv", "q2.csv")
    assert first.path.read_text() == CSV


def test_what_was_unpacked_is_gone_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"q.csv": CSV}))
    with Archives(may_be_export) as archives:
        (one,) = archives.unpack(Export.loose(path)).exports
        assert one.path.exists()
    assert not one.path.parent.parent.exists()


def test_an_archive_within_an_archive_is_opened_but_no_further(
    archives: Archives, tmp_path: Path
) -> None:
    inner = packed({"q.csv": CSV, "more.zip": packed({"deep.csv": CSV})})
    path = write(tmp_path / "outer.zip", packed({"inner.zip": inner}))
    assert found(archives, path) == {
        "outer.zip/inner.zip/q.csv": CSV,
        "outer.zip/inner.zip/more.zip": "wrong_file",
    }


def test_mappings_beside_the_archive_and_in_it_lie_beside_its_members(
    archives: Archives, tmp_path: Path
) -> None:
    (tmp_path / "outside.mapping.toml").write_text("outer")
    path = write(
        tmp_path / "a.zip",
        packed({"x/q.csv": CSV, "x/inside.mapping.toml": "inner", "y/q.csv": CSV}),
    )
    (x, y) = archives.unpack(Export.loose(path)).exports
    beside = [sorted(one.name for one in e.path.parent.glob("*.toml")) for e in (x, y)]
    assert beside == [["inside.mapping.toml", "outside.mapping.toml"], ["outside.mapping.toml"]]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/people.csv", "absolute"),
        ("C:/people.csv", "absolute"),
        ("..\\people.csv", "outside"),
        ("x/../../people.csv", "outside"),
        ("aux.csv", "device"),
        ("x/COM1", "device"),
        ("people\n.csv", "characters"),
        ("people.csv:stream", "characters"),
        ("x" * 300, "too long"),
    ],
)
def test_a_member_with_an_unsafe_name_is_refused_by_name(
    archives: Archives, tmp_path: Path, name: str, reason: str
) -> None:
    path = write(tmp_path / "a.zip", packed({name: CSV, "good.csv": CSV}))
    unpacked = archives.unpack(Export.loose(path))
    assert [one.name for one in unpacked.exports] == ["a.zip/good.csv"]
    ((_, problem),) = unpacked.refused
    assert problem.code == "unsafe_name" and reason in problem.problem
    assert not (tmp_path / "people.csv").exists()


@pytest.mark.parametrize("name", ["a.csv", "x/y/a b.csv", "console.csv", "nully.csv", "a..b.csv"])
def test_ordinary_names_are_safe(name: str) -> None:
    assert unsafe_name(name) == ""


def test_a_symbolic_link_is_refused(archives: Archives, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("people.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert found(archives, tmp_path / "a.zip") == {"a.zip/people.csv": "unsafe_name"}


def test_two_members_of_one_name_are_both_refused(archives: Archives, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"q.csv": CSV, "Q.CSV": "x", "r.csv": CSV}))
    assert found(archives, path) == {
        "a.zip/r.csv": CSV,
        "a.zip/q.csv": "doubled_name",
        "a.zip/Q.CSV": "doubled_name",
    }


def test_a_member_behind_a_password_is_refused(archives: Archives, tmp_path: Path) -> None:
    content = bytearray(packed({"q.csv": CSV}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path = write(tmp_path / "a.zip", bytes(content))
    assert found(archives, path) == {"a.zip/q.csv": "protected_file"}


@pytest.mark.parametrize("members", [{}, {"README.md": "x", "LICENSE": "y"}, {"x/": ""}])
def test_an_archive_without_exports_is_empty(
    archives: Archives, tmp_path: Path, members: dict[str, str | bytes]
) -> None:
    path = write(tmp_path / "a.zip", packed(members))
    assert found(archives, path) == {"a.zip": "empty_archive"}


def test_what_macos_adds_is_skipped(archives: Archives, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"q.csv": CSV, "__MACOSX/q.csv": "fork"}))
    assert found(archives, path) == {"a.zip/q.csv": CSV}


def test_a_bomb_is_refused_by_what_it_declares(archives: Archives, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"q.csv": bytes(archive_limits.HARMLESS + 1)}))
    assert found(archives, path) == {"a.zip": "too_large"}


def test_bombs_that_share_their_bytes_are_refused_by_what_they_declare_together(
    archives: Archives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_limits, "MAX_UNPACKED", 1000)
    path = write(tmp_path / "a.zip", packed({f"{n}.csv": bytes(200) for n in range(6)}))
    assert found(archives, path) == {"a.zip": "too_large"}


def test_archives_in_an_archive_are_refused_by_what_they_write_together(
    archives: Archives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_limits, "MAX_UNPACKED", 1000)
    inner = {f"{n}.zip": packed({"q.csv": bytes(400)}) for n in range(3)}
    path = write(tmp_path / "a.zip", packed(inner))
    assert set(found(archives, path).values()) == {bytes(400).decode(), "too_large"}


def test_too_many_members_are_refused(
    archives: Archives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_limits, "MAX_MEMBERS", 3)
    path = write(tmp_path / "a.zip", packed({f"{n}.csv": CSV for n in range(4)}))
    assert found(archives, path) == {"a.zip": "too_large"}


def test_a_member_that_lies_about_its_size_is_refused(archives: Archives, tmp_path: Path) -> None:
    content = bytearray(packed({"q.csv": bytes(5000), "r.csv": CSV}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    path = write(tmp_path / "a.zip", bytes(content))
    assert found(archives, path) == {"a.zip/r.csv": CSV, "a.zip/q.csv": "unreadable_bytes"}


def test_an_archive_cut_off_is_refused(archives: Archives, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"q.csv": CSV})[:-30])
    assert found(archives, path) == {"a.zip": "unreadable_bytes"}


def test_an_archive_without_room_to_unpack_is_refused(
    archives: Archives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("etl.reading.archives._write", full)
    path = write(tmp_path / "a.zip", packed({"q.csv": CSV}))
    assert found(archives, path) == {"a.zip": "no_room"}


def test_spreadsheets_are_no_archives_though_they_are_zips_inside(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", packed({"xl/workbook.xml": "<x/>"}))
    assert not is_archive(path)
    assert not is_archive(tmp_path / "nowhere.zip")
    with pytest.raises(FileProblem):
        is_archive(write(tmp_path / "b.zip", b"PK\x03\x04 cut off"))
