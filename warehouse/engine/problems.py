"""Why a warehouse cannot be used, in words that say what to do about it."""

from __future__ import annotations

import re

import sqlalchemy as sa

# What the built-in engine says of a file that no warehouse ever was; of a database of another
# make it says which extension would read it.
_FOREIGN = re.compile("not a valid DuckDB database file|sqlite_scanner")
_DAMAGED = re.compile("Corrupt database file|Could not read enough bytes|while replaying WAL")
_AFTER_DAMAGE = (
    "Put a copy of it back, or move it away and load the exports again with 'outcomes load "
    "FOLDER'; what was published stays."
)
_UNREACHED = re.compile(
    "Connection refused|resolve host|translate host name|No such file or directory|"
    "timed? ?out|timeout|unreachable|No route to host",
    re.IGNORECASE,
)


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says what to do."""


class WarehouseBusy(WarehouseError):
    """Another process is writing."""


def cannot_open(error: Exception, url: sa.URL) -> WarehouseError:
    """Return why a warehouse cannot be opened, and what to do.

    Parameters
    ----------
    error : Exception
        What the engine's driver raised.
    url : URL
        Of the warehouse.
    """
    if url.get_backend_name() == "postgresql":
        return _no_server(error, url)
    path, said = url.database, _first_line(error)
    if "Could not set lock" in said or "being used by another process" in said:
        return WarehouseBusy(
            "Another load or publish is using the warehouse. Wait until it has finished and run "
            f"the command again; nothing was changed. ({said.split('. See also', maxsplit=1)[0]})"
        )
    if _FOREIGN.search(said):
        return WarehouseError(
            f"{path} is no warehouse. Move the file away, or set OUTCOMES_HOME to another folder, "
            "and run the command again; the file is as it was."
        )
    if said.endswith("Is a directory"):
        return WarehouseError(
            f"{path} is a folder, where the warehouse would be a file. Rename the folder, or set "
            "OUTCOMES_HOME to another one, and run the command again."
        )
    return damaged(error, url) or WarehouseError(
        f"The warehouse cannot be opened: {said}. Set OUTCOMES_HOME to a folder that you may read "
        "and write."
    )


def damaged(error: Exception, url: sa.URL) -> WarehouseError | None:
    """Return what to do about a file whose contents are damaged; None where they are not."""
    said = _first_line(error)
    if url.get_backend_name() == "postgresql" or not _DAMAGED.search(said):
        return None
    return WarehouseError(f"The warehouse {url.database} is damaged ({said}). {_AFTER_DAMAGE}")


def not_written(what: str, error: Exception) -> WarehouseError:
    """Return what to do where writing failed; ``what`` names what was to be written."""
    said = _first_line(error)
    remedy = (
        "Check that there is room on the disk and that you may write to the warehouse, then load "
        "it again."
    )
    if _DAMAGED.search(said):
        remedy = f"The warehouse is damaged. {_AFTER_DAMAGE}"
    return WarehouseError(f"{what} was not loaded and left nothing behind: {said}. {remedy}")


def connection_lost(error: Exception) -> WarehouseError:
    """Return what to do where a server went away in the middle."""
    return WarehouseError(
        f"The connection to the warehouse was lost: {_first_line(error)}. Nothing half-done was "
        "kept; run the command again once the server answers."
    )


def not_an_address() -> WarehouseError:
    """Return what to do about a setting that names no warehouse; it may hold a password."""
    return WarehouseError(
        "OUTCOMES_WAREHOUSE is not the address of a warehouse. Write it as "
        "postgresql+psycopg://user@host:5432/database, or leave it unset for the built-in one."
    )


def _no_server(error: Exception, url: sa.URL) -> WarehouseError:
    said = _first_line(error)
    if _UNREACHED.search(said):
        where = f"{url.host or 'this computer'}, port {url.port or 5432}"
        return WarehouseError(
            f"No PostgreSQL server answers on {where} ({said}). Start it, or correct "
            "OUTCOMES_WAREHOUSE, and run the command again."
        )
    return WarehouseError(
        f"The PostgreSQL server refuses the warehouse: {said}. Correct user, password and database "
        "in OUTCOMES_WAREHOUSE, or have whoever runs the server create what is missing."
    )


def _first_line(error: Exception) -> str:
    """Return what a driver says, without the name of its kind of error and a sentence's end."""
    said = str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]
    return re.sub(r"^[\w ]*Error: |^connection (failed|is bad): ", "", said).rstrip(" .!")
