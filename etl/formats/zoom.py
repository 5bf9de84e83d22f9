"""Zoom participant reports: of one meeting, with or without lines about it, and of a whole month.

The report of one meeting lists every join; a person who came back has several lines. Exported for
many meetings (usage report with participants) each line also says which meeting it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.csv_text import split_leniently
from etl.reading.meeting_rows import COLUMNS, Line, add_up, broken_row, moments_of, with_starts
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.report_moments import find_date_order
from etl.reading.row_staging import RowBuffer, name_columns
from etl.reading.sample import Sample
from etl.reading.text_traits import decoded, peek, read_traits

NAME = "zoom"
CONTAINERS = frozenset({"text"})
_DELIMITERS = (",", ";", "\t")
_PREAMBLE = 12  # records about the meeting above the participants, at most
_LABELS: dict[str, tuple[str, ...]] = {
    "topic": ("topic", "thema", "sujet", "tema"),
    "meeting": ("meeting id", "id", "webinar id", "meeting-id", "id de réunion", "id de reunión"),
    "start": ("start time", "actual start time", "startzeit", "heure de début", "hora de inicio"),
    "name": (
        *("name (original name)", "user name (original name)", "name (originalname)"),
        *("nom (nom d'origine)", "nom (nom original)", "nombre (nombre original)"),
    ),
    "email": (
        *("user email", "email", "e-mail", "e-mail des benutzers", "benutzer-e-mail"),
        *("e-mail de l'utilisateur", "adresse e-mail", "correo electrónico del usuario"),
        *("correo electrónico",),
    ),
    "joined": (
        *("join time", "beitrittszeit", "teilnahmezeit", "heure d'arrivée"),
        *("heure de connexion", "hora de entrada", "hora de ingreso", "hora de unión"),
    ),
    "left": (
        *("leave time", "verlassenszeit", "austrittszeit", "heure de départ"),
        *("heure de sortie", "hora de salida"),
    ),
    "minutes": (
        *("duration (minutes)", "total duration (minutes)", "time in session (minutes)"),
        *("dauer (minuten)", "gesamtdauer (minuten)", "durée (minutes)"),
        *("durée totale (minutes)", "duración (minutos)", "duración total (minutos)"),
    ),
    "waiting": (
        *("in waiting room", "im warteraum", "dans la salle d'attente"),
        *("en la sala de espera", "en sala de espera"),
    ),
    "participants": ("participants", "teilnehmer", "participantes"),
}
_PERSON = ("email", "joined", "left", "minutes", "waiting")
_YES = ("yes", "ja", "oui", "sí", "si")
_SHOWN = "Untick the merging of users (Show unique users) before the export."
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class _Header:
    """Where the list of participants begins and which column is where.

    Parameters
    ----------
    place
        Position among the records.
    columns
        Column to position in the record.
    """

    place: int
    columns: dict[str, int]


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins like one of Zoom's reports."""
    _, header = _records(sample.text)
    return header is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns every report is turned into.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    _check_header(path, _records(peek(path, hints.encoding))[1])
    return COLUMNS


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage one row per person and meeting; rejoins add up, time in the waiting room is left out.

    Moments become ISO text without zone (the report is written in the zone of the account).

    Raises
    ------
    FileProblem
        wrong_file, missing_column, ambiguous_dates.
    """
    traits = read_traits(path, hints.encoding)
    records, found = _records("".join(decoded(path, traits)))
    header = _check_header(path, found)
    lines, broken, waited = _lines(list(records), header)
    if not any(line.joined or line.start for line in lines) and lines:
        raise FileProblem("missing_column", path, "No line says when anybody joined.", _SHOWN)
    order = hints.date_order or find_date_order(path, moments_of(lines))
    buffer = RowBuffer(len(COLUMNS))
    for number, cells in add_up(with_starts(lines, order), order):
        buffer.add(number, cells)
    relation, columns = name_columns(staging, buffer.store(staging), COLUMNS)
    details = {"encoding": traits.encoding, "date_order": order, "decimal": "."}
    if waited:
        details["waiting_room_lines"] = str(waited)
    return RawTable(relation, columns, NAME, details, {}, tuple(broken))


def _records(text: str) -> tuple[Iterator[Record], _Header | None]:
    """Split a text by the delimiter under which it has a list of participants of Zoom's."""
    for delimiter in _DELIMITERS:
        numbered = enumerate(split_leniently(text, delimiter), 1)
        filled = ((n, record) for n, record in numbered if any(map(str.strip, record)))
        first = list(islice(filled, _PREAMBLE))
        header = _find_header(first)
        if header is not None:
            return chain(first, filled), header
    return iter(()), None


def _find_header(records: Sequence[Record]) -> _Header | None:
    for place, (_, record) in enumerate(records[:_PREAMBLE]):
        columns = _columns(record)
        is_list = "name" in columns and {"joined", "left"} <= set(columns)
        is_totals = "name" in columns and {"email", "minutes"} <= set(columns)
        is_usage = {"topic", "meeting", "participants"} <= set(columns) and place == 0
        if is_list or is_totals:
            return _Header(place, columns)
        if is_usage and not _find_header([(n, r) for n, r in records[1:_PREAMBLE]]):
            return _Header(place, columns)
    return None


def _columns(record: Sequence[str]) -> dict[str, int]:
    """Return column to position; columns about a person stand behind the person's name."""
    labels = [" ".join(cell.replace("’", "'").split()).lower() for cell in record]
    found: dict[str, int] = {}
    for place, label in enumerate(labels):
        name = next((one for one, words in _LABELS.items() if label in words), None)
        if name and (name not in found or (name in _PERSON and "name" in found)):
            found[name] = place
    return found


def _check_header(path: Path, header: _Header | None) -> _Header:
    if header is None:
        raise FileProblem(
            "wrong_file",
            path,
            "This is no participant report of Zoom: no line names the columns of participants.",
            "Export the participants of the meeting from Zoom's reports and load it unchanged.",
        )
    if "name" not in header.columns:
        raise FileProblem(
            "wrong_file",
            path,
            "This report of Zoom lists meetings without their participants.",
            "Export it with participants, or export the participants of each meeting.",
        )
    return header


def _lines(records: Sequence[Record], header: _Header) -> tuple[list[Line], list[BrokenRow], int]:
    """Return lines about people, records that do not fit, and lines about the waiting room."""
    about = _about([record for _, record in records[: header.place]])
    names = records[header.place][1]
    width = max(n for n, cell in enumerate(names) if cell.strip()) + 1
    least = max(header.columns.values()) + 1
    lines, broken, waited = list[Line](), list[BrokenRow](), 0
    for number, record in records[header.place + 1 :]:
        if len(record) < least or any(map(str.strip, record[width:])):
            broken.append(broken_row(number, record, width))
            continue
        cells = about | {name: record[at].strip() for name, at in header.columns.items()}
        if cells.get("waiting", "").lower() in _YES:
            waited += 1
        else:
            lines.append(_line(number, cells))
    return lines, broken, waited


def _line(number: int, cells: dict[str, str]) -> Line:
    minutes = cells.get("minutes", "")
    return Line(
        number,
        title=cells.get("topic") or cells.get("meeting", ""),
        start=cells.get("start", ""),
        name=cells["name"],
        email=cells.get("email", ""),
        joined=cells.get("joined", ""),
        left=cells.get("left", ""),
        minutes=f"{minutes}m" if minutes.isdigit() else minutes,
        is_stint=True,
    )


def _about(records: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return topic, id and start of the meeting: a line of names above a line of values."""
    for names, values in pairwise(records):
        columns = _columns(names)
        if "topic" in columns:
            wanted = {
                name: columns[name] for name in ("topic", "meeting", "start") if name in columns
            }
            return {name: values[at].strip() for name, at in wanted.items() if at < len(values)}
    return {}
