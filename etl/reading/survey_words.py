"""What survey tools call the columns beside the questions, in the languages they write them in.

Words are compared without regard to case and to white space around them.
"""

from __future__ import annotations

from collections.abc import Sequence

RESPONSE, STARTED, RECORDED, EMAIL = "response", "started", "recorded", "email"
RESPONDENT, REFERENCE = "respondent", "reference"
FINISHED, KIND, OTHER = "finished", "kind", "other"

_MAIL = (
    "email",
    "e-mail",
    "email address",
    "e-mail-adresse",
    "e-mailadres",
    "adresse de messagerie",
    "adresse e-mail",
    "correo electrónico",
    "dirección de correo electrónico",
    "posta elettronica",
    "indirizzo email",
    "indirizzo e-mail",
)
_FORMS = {
    RESPONSE: ("id", "id."),
    STARTED: (
        "start time",
        "startzeit",
        "heure de début",
        "hora de inicio",
        "begintijd",
        "ora di inizio",
    ),
    RECORDED: (
        "completion time",
        "fertigstellungszeit",
        "heure de fin",
        "hora de finalización",
        "tijd van voltooien",
        "ora di completamento",
    ),
    EMAIL: _MAIL,
    RESPONDENT: ("name", "nom", "nombre", "naam", "nome"),
    OTHER: (
        "last modified time",
        "uhrzeit der letzten änderung",
        "heure de la dernière modification",
        "hora de la última modificación",
        "tijd van laatste wijziging",
        "ora dell'ultima modifica",
        "ora ultima modifica",
        "language",
        "sprache",
        "langue",
        "idioma",
        "taal",
        "lingua",
        # what a quiz adds
        "total points",
        "gesamtpunktzahl",
        "total points obtenus",
        "total de points",
        "total de puntos",
        "totaal aantal punten",
        "punteggio totale",
        "quiz feedback",
        "quizfeedback",
        "feedback zum quiz",
        "commentaires sur le quiz",
        "comentarios del cuestionario",
    ),
}
_GOOGLE = {
    RECORDED: (
        "timestamp",
        "zeitstempel",
        "horodateur",
        "marca temporal",
        "tijdstempel",
        "informazioni cronologiche",
        "carimbo de data/hora",
    ),
    EMAIL: (*_MAIL, "username", "nutzername", "benutzername", "nombre de usuario", "nome utente"),
    OTHER: ("score", "punkte", "punktestand", "total score", "puntuación", "punteggio"),
}
_SURVEYMONKEY = {
    RESPONSE: ("respondent id", "respondentid"),
    STARTED: ("start date", "startdate"),
    RECORDED: ("end date", "enddate", "date modified"),
    EMAIL: _MAIL,
    RESPONDENT: ("first name", "last name", "firstname", "lastname"),
    REFERENCE: ("custom data", "custom data 1", "customdata"),
    OTHER: ("collector id", "collectorid", "ip address", "date created", "title"),
}
_QUALTRICS = {
    RESPONSE: ("responseid",),
    STARTED: ("startdate",),
    RECORDED: ("recordeddate", "enddate"),
    EMAIL: ("recipientemail", "emailaddress"),
    REFERENCE: ("externalreference", "externaldatareference"),
    FINISHED: ("finished",),
    KIND: ("status",),
    OTHER: (
        "progress",
        "duration (in seconds)",
        "distributionchannel",
        "userlanguage",
        "responseset",
    ),
}
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "microsoft_forms": _FORMS,
    "google_forms": _GOOGLE,
    "surveymonkey": _SURVEYMONKEY,
    "qualtrics": _QUALTRICS,
}
SURVEY_FORMATS = tuple(_WORDS)


def role_of(form: str, name: str) -> str | None:
    """Return what a column beside the questions is for, None where it is a question."""
    plain = name.strip().casefold()
    return next((role for role, words in _WORDS[form].items() if plain in words), None)


def leading_roles(form: str, names: Sequence[str]) -> list[str]:
    """Return the roles of the columns before the first question."""
    found: list[str] = []
    for name in names:
        role = role_of(form, name)
        if role is None:
            break
        found.append(role)
    return found


def columns_by_role(form: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Return role to columns, the preferred first.

    Only Qualtrics puts such columns behind the questions; elsewhere a later column of that name
    is a question.
    """
    count = len(names) if form == "qualtrics" else len(leading_roles(form, names))
    found: dict[str, list[str]] = {}
    for role, words in _WORDS[form].items():
        mine = [name for name in names[:count] if name.strip().casefold() in words]
        if mine:
            found[role] = sorted(mine, key=lambda name: words.index(name.strip().casefold()))
    return found
