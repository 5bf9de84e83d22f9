"""How sessions come in: compared with what their source said before, named as they are known now.

See :mod:`etl.sessions.settling` for where each row of a source stands.
"""

from __future__ import annotations

from warehouse.engine import MergeCounts, Writer
from warehouse.tables import PROVENANCE, facts, session, session_report

_OWN = [name for name in facts(session) if name != "session_id"]


def merge_sessions(writer: Writer, relation: str, source_system: str) -> MergeCounts:
    """Merge incoming sessions with what their own source said before.

    Parameters
    ----------
    relation
        Staged rows with every column of ``session``, keys unique.
    """
    reports = writer.staging.reference(session_report)
    if not writer.staging.rows(f"SELECT 1 FROM {reports} LIMIT 1"):
        return writer.merge(session, relation, source_system=source_system)
    staging = writer.staging
    known = (
        f"{relation} n JOIN {reports} r ON r.source_system = n.source_system "
        "AND r.source_record_id = n.source_record_id"
    )
    own = ", ".join(f'n."{name}"' for name in [*_OWN, *PROVENANCE])
    # Kept apart before anything is merged: the view looks at the tables that merging changes.
    told, new = staging.fresh("told"), staging.fresh("new")
    staging.run(
        f"CREATE TEMP TABLE {told} AS SELECT r.session_id, n.session_id AS reported_session_id, "
        f"{own} FROM {known}"
    )
    staging.run(
        f"CREATE TEMP TABLE {new} AS SELECT * FROM {relation} WHERE source_record_id NOT IN "
        f"(SELECT n.source_record_id FROM {known})"
    )
    one = writer.merge(session_report, told, source_system=source_system)
    two = writer.merge(session, new, source_system=source_system)
    return MergeCounts(
        one.inserted + two.inserted, one.updated + two.updated, one.unchanged + two.unchanged
    )


def standing_sessions(writer: Writer) -> str | None:
    """Return a query over ``{rows}`` that names sessions by the id that stands for them now.

    None where every session is known by the id its source gives it.
    """
    reports = writer.staging.reference(session_report)
    renamed = f"SELECT 1 FROM {reports} WHERE session_id <> reported_session_id LIMIT 1"
    if not writer.staging.rows(renamed):
        return None
    standing = (
        f"SELECT reported_session_id AS own, min(session_id) AS standing FROM {reports} GROUP BY 1"
    )
    return (
        "SELECT {rows}.* REPLACE (coalesce(s.standing, {rows}.session_id) AS session_id) "
        f"FROM {{rows}} LEFT JOIN ({standing}) s ON s.own = {{rows}}.session_id"
    )
