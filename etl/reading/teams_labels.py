"""The words of Teams attendance reports in English, German, French and Spanish.

Teams writes its reports in the language of whoever downloads them, and translations change between
versions. Columns whose words are not listed are recognized by what they hold, see
:func:`columns_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.reading.report_moments import is_moment, read_minutes

LABELS: dict[str, tuple[str, ...]] = {
    "name": (
        *("name", "full name", "vollständiger name", "vor- und nachname", "teilnehmer"),
        *("nom", "nom complet", "nombre", "nombre completo"),
    ),
    "joined": (
        *("first join", "join time", "first joined", "erster beitritt", "beitrittszeit"),
        *("beitritt", "beitreten", "uhrzeit des beitritts", "zuerst beigetreten"),
        *("première participation", "première connexion", "première arrivée", "heure d'arrivée"),
        *("heure de participation", "heure de connexion", "heure de début", "premier accès"),
        *("primera unión", "primera conexión", "primer acceso", "hora de unión"),
        *("hora de entrada", "hora de incorporación", "primera incorporación", "primera entrada"),
    ),
    "left": (
        *("last leave", "leave time", "last left", "letztes verlassen", "verlassenszeit"),
        *("verlassen", "austrittszeit", "uhrzeit des verlassens", "zuletzt verlassen"),
        *("dernière sortie", "dernier départ", "dernière déconnexion", "heure de départ"),
        *("heure de sortie", "heure de déconnexion", "heure de fin"),
        *("última salida", "última desconexión", "hora de salida", "hora de abandono"),
        *("último abandono",),
    ),
    "minutes": (
        *("in-meeting duration", "duration", "dauer", "dauer der besprechung"),
        *("besprechungsdauer", "dauer in besprechung", "dauer in der besprechung"),
        *("durée", "durée de la réunion", "durée en réunion", "durée dans la réunion"),
        *("duración", "duración de la reunión", "duración en la reunión"),
    ),
    "email": (
        *("email", "e-mail", "email address", "e-mail-adresse", "adresse e-mail", "courriel"),
        *("adresse de messagerie", "e-mail address", "correo electrónico", "correo"),
        *("dirección de correo electrónico",),
    ),
    "upn": (
        *("participant id (upn)", "upn", "teilnehmer-id (upn)", "id du participant (upn)"),
        *("id de participant (upn)", "id. de participante (upn)", "id de participante (upn)"),
        *("identificador de participante (upn)", "identifiant du participant (upn)"),
        *("id. del participante (upn)", "id del participante (upn)"),
    ),
    "role": ("role", "rolle", "rôle", "rol", "función"),
    "action": (
        *("user action", "benutzeraktion", "action de l'utilisateur", "action utilisateur"),
        *("acción del usuario", "acción de usuario"),
    ),
    "at": ("timestamp", "zeitstempel", "horodatage", "marca de tiempo"),
    "title": (
        *("meeting title", "besprechungstitel", "titel der besprechung", "titre de la réunion"),
        *("título de la reunión",),
    ),
    "start": (
        *("start time", "meeting start time", "startzeit", "startzeit der besprechung"),
        *("beginn", "heure de début", "heure de début de la réunion"),
        *("hora de inicio", "hora de inicio de la reunión"),
    ),
}
JOINED = (
    *("joined", "joined before", "beigetreten", "hat teilgenommen", "teilgenommen", "rejoint"),
    *("a rejoint", "participe", "connecté", "se unió", "se ha unido", "unido", "unió"),
)
LEFT = (
    *("left", "verlassen", "hat verlassen", "a quitté", "quitté", "parti", "sorti"),
    *("se fue", "salió", "ha salido", "abandonó", "ha abandonado"),
)


def label_of(cell: str, wanted: Sequence[str]) -> str | None:
    """Return which of the wanted columns or lines a label names; None where none."""
    plain = " ".join(cell.replace("’", "'").split()).strip(" :").lower()
    return next((name for name in wanted if plain in LABELS[name]), None)


_TABLE = ("name", "joined", "left", "minutes", "email", "upn", "role")


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the position of each column of a list of participants.

    What the words leave open is taken from what the cells hold: exactly two columns of moments are
    join and leave, exactly one of lengths is the duration, columns of addresses are e-mail and
    login in this order, and the first column is the name.
    """
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = label_of(cell, _TABLE)
        if name:
            found.setdefault(name, place)
    free = [place for place in range(len(header)) if place not in found.values()]
    _fill(found, ("joined", "left"), _holding(is_moment, free, rows))
    _fill(found, ("minutes",), _holding(lambda cell: read_minutes(cell) is not None, free, rows))
    addresses = _holding(lambda cell: "@" in cell, free, rows)
    missing = [name for name in ("email", "upn") if name not in found]
    found |= dict(zip(missing, addresses, strict=False))
    if "name" not in found and 0 in free:
        found["name"] = 0
    return found


def _fill(found: dict[str, int], names: Sequence[str], places: Sequence[int]) -> None:
    """Give columns their places where none of them is known and there is one place for each."""
    if not any(name in found for name in names) and len(places) == len(names):
        found.update(zip(names, places, strict=True))


def _holding(
    holds: Callable[[str], bool], places: Sequence[int], rows: Sequence[Sequence[str]]
) -> list[int]:
    """Return the columns all of whose cells, where not blank, hold something of a kind."""
    kept = []
    for place in places:
        cells = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
        if cells and all(map(holds, cells)):
            kept.append(place)
    return kept
