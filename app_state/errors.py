"""What can be wrong with the store, in words that say what to do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

_BUSY, _READ_ONLY, _INPUT_OUTPUT, _FULL, _NO_OPEN, _NO_DATABASE = 5, 8, 10, 13, 14, 26
_NEEDED = "Follow-ups cannot be read or kept until then; nothing was changed."


class StoreError(Exception):
    """The store cannot be used; the message says what to do."""


class StoreBusy(StoreError):
    """Another process has been writing for longer than anybody should wait."""


class NewerSchema(StoreError):
    """A newer version of the program has changed the tables."""


def explain(error: DBAPIError, place: str) -> StoreError:
    """Return a driver's error in words.

    Parameters
    ----------
    error : DBAPIError
        What SQLAlchemy raised.
    place : str
        The file, or the server without its password.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state is not None or "psycopg" in type(error.orig).__module__:
        text = str(error.orig).strip().split("\n")[0]  # below it the server quotes the statement
        return _explain_server(str(state or ""), text, place)
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says where, not what
    return _explain_file(code, str(error.orig), place)


def _explain_file(code: int, text: str, place: str) -> StoreError:
    if code == _BUSY:
        return StoreBusy(
            f"Another program has been writing to {place} for many seconds. Try again; if it "
            "stays so, look for a program that hangs. Nothing was changed."
        )
    sentences = {
        _READ_ONLY: f"{place} may not be written. Give the program's user the right to write "
        "there, and to its folder.",
        _FULL: f"No room is left where {place} lies. Free some, then try again.",
        _NO_OPEN: f"{place} cannot be opened. Check that it is a file, that its folder exists, "
        "and that the program's user may read and write both.",
        _NO_DATABASE: f"{place} is no SQLite file. Move it away or name another one in "
        "OUTCOMES_APP_STATE.",
        _INPUT_OUTPUT: f"The disk of {place} reports an error ({text}). Check it.",
    }
    said = sentences.get(code, f"{place} cannot be used: {text}.")
    return StoreError(f"{said} {_NEEDED}")


def _explain_server(state: str, text: str, place: str) -> StoreError:
    if state in ("55P03", "57014"):
        return StoreBusy(f"{place} did not answer in time. Try again; nothing was changed.")
    if state == "42501":
        said = f"The user of {place} may not do this ({text}). Grant it the right."
    elif state == "53100":
        said = f"No room is left on the disk of {place}. Free some, then try again."
    elif state == "25006":
        said = f"{place} can only be read, as a standby is. Name the server that takes writes."
    else:
        said = f"{place} cannot be used: {text}. Check OUTCOMES_APP_STATE and the server."
    return StoreError(f"{said} {_NEEDED}")
