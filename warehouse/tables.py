"""Every warehouse table and column, declared once with type, unit and meaning.

The loader, the data dictionary (docs/dictionary.md) and the tests all read these declarations.
Conventions: days end in ``_on``, moments in ``_at`` (UTC, stored without zone), intervals are
half-open [from, to), an open end is NULL, rates are fractions, ids are the text the source used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Double, Integer, MetaData, String, Table

metadata = MetaData()


def _column(kind: Any, name: str, meaning: str, unit: str) -> Column[Any]:
    return Column(name, kind, info={"meaning": meaning, "unit": unit})


def _id(name: str, meaning: str, *, is_distinct: bool = False) -> Column[Any]:
    """Declare an id; distinct where hardly any occurs twice, which decides how it is stored."""
    column = _column(String, name, meaning, "id")
    column.info["is_distinct"] = is_distinct
    return column


def _code(name: str, meaning: str, *, codes: tuple[str, ...] = ()) -> Column[Any]:
    """Declare a code; where ``codes`` are all there can be, they may be stored as numbers."""
    column = _column(String, name, meaning, "code")
    column.info["codes"] = codes
    return column


def _text(name: str, meaning: str) -> Column[Any]:
    return _column(String, name, meaning, "text")


def _day(name: str, meaning: str) -> Column[Any]:
    return _column(Date, name, meaning, "day")


def _moment(name: str, meaning: str) -> Column[Any]:
    return _column(DateTime, name, meaning, "UTC")


def _flag(name: str, meaning: str) -> Column[Any]:
    return _column(Boolean, name, meaning, "true/false")


def _number(name: str, meaning: str, unit: str) -> Column[Any]:
    return _column(Double, name, meaning, unit)


def _count(name: str, meaning: str, unit: str = "count") -> Column[Any]:
    return _column(Integer, name, meaning, unit)


def _provenance() -> list[Column[Any]]:
    """Where a row came from; the first two columns are its key when a corrected file arrives."""
    return [
        _code("source_system", "System that wrote the row, as the mapping names it"),
        _id("source_record_id", "Key of the row in its source system", is_distinct=True),
        _code("source_file_sha256", "SHA-256 of the file the row was last taken from"),
        _count("source_row", "Row of that file as a spreadsheet numbers it, header = 1", "row"),
        _id("batch_id", "Load that wrote the row"),
        _moment("loaded_at", "When the row was written"),
    ]


PROVENANCE = tuple(column.name for column in _provenance())


def _canonical(name: str, meaning: str, *columns: Column[Any]) -> Table:
    info = {"meaning": meaning, "is_canonical": True}
    return Table(name, metadata, *columns, *_provenance(), info=info)


def _ledger(name: str, meaning: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, info={"meaning": meaning, "is_canonical": False})


# --- people and their work -------------------------------------------------------------------

person = _canonical(
    "person",
    "One row per human being the HR system knows",
    _id("person_id", "The person, by the id of the leading HR system"),
    _text("display_name", "Name shown to managers of the person's own program; may be absent"),
    _count("birth_year", "Year of birth, for the generation gap within a pair", "year"),
)
person_identifier = _canonical(
    "person_identifier",
    "Every id, address or login a person is known by, and when",
    _id("person_id", "The person"),
    _code("id_type", "hr_id, email, upn, platform or survey"),
    _text("value", "The identifier, lower case for addresses"),
    _id("program_id", "Program in which the id is valid; NULL where it is valid everywhere"),
    _day("valid_from", "First day the identifier is valid; NULL when unknown"),
    _day("valid_to", "First day it is no longer valid; NULL while valid"),
)
department = _canonical(
    "department",
    "Departments as the organization chart lists them, effective-dated",
    _id("department_id", "The department, as HR rows name it"),
    _text("name", "Name shown to people"),
    _id("parent_department_id", "Department above, NULL at the top"),
    _day("valid_from", "First day of this version; NULL when unknown"),
    _day("valid_to", "First day after this version; NULL while valid"),
)
worker_record = _canonical(
    "worker_record",
    "What HR systems said about a worker, row by row, before history is derived from it",
    _id("person_id", "The person", is_distinct=True),
    _code(
        "record_kind",
        "effective (valid from a day on) or snapshot (true on a day)",
        codes=("effective", "snapshot"),
    ),
    _day("recorded_on", "Effective date of the row, or the day of the snapshot"),
    _count("seq_no", "Order among rows of one person and day", "rank"),
    _day("hired_on", "Hire date of the spell the row belongs to"),
    _code("status", "active, leave or terminated", codes=("active", "leave", "terminated")),
    _code(
        "worker_type",
        "employee, contingent or other",
        codes=("employee", "contingent", "other"),
    ),
    _id("department_id", "Department"),
    _id("manager_person_id", "Direct manager"),
    _count("level", "Grade, higher is more senior", "grade"),
    _code("function_type", "Job family"),
    _text("location", "Site where the person works"),
    _number("fte", "Contracted share of full time", "fraction"),
    Column(
        "speaks_of",
        String,
        info={
            "meaning": "Columns the row's load maps, of hired_on to fte without seq_no; of the "
            "others the row says nothing, while a blank one of them says blank. NULL where it maps "
            "all of them, or the row is older than this column",
            "unit": "code",
            "is_filled_by_load": True,
        },
    ),
)
employment = _canonical(
    "employment",
    "Spells of employment, derived from worker_record and exit; a rehire starts a new spell",
    _id("person_id", "The person"),
    _count("spell_no", "1 for the first spell of the person", "rank"),
    _day("hired_on", "First day employed; NULL when unknown (employed since before the records)"),
    _day("end_on", "First day no longer employed; NULL while employed"),
    _code("worker_type", "employee, contingent or other"),
)
job_history = _canonical(
    "job_history",
    "Half-open stretches with one department, manager, level and status, derived from "
    "worker_record",
    _id("person_id", "The person"),
    _day("valid_from", "First day of the stretch"),
    _day("valid_to", "First day after it; NULL while current"),
    _count("seq_no", "Order among rows that begin on one day", "rank"),
    _id("department_id", "Department"),
    _id("manager_person_id", "Direct manager"),
    _count("level", "Grade, higher is more senior", "grade"),
    _code("function_type", "Job family"),
    _text("location", "Site where the person works"),
    _number("fte", "Contracted share of full time", "fraction"),
    _code("status", "active or leave"),
    _flag("is_inferred_from_snapshot", "True where only snapshots bound the stretch"),
)
exit_ = _canonical(
    "exit",
    "Departures from the company",
    _id("person_id", "The person"),
    _day("exit_on", "Last day of employment; the spell ends on the day after"),
    _day("last_day_worked_on", "Last day at work, where it differs"),
    _day(
        "recorded_on",
        "Day the departure was entered, of an inferred one the snapshot that settled it; NULL when "
        "unknown, of an inferred one while it is provisional",
    ),
    _text("reason_source", "Reason in the words of the source"),
    _code(
        "reason_group",
        "resignation, retirement, dismissal, redundancy, end_of_contract, death, other or unknown",
    ),
    _code("voluntary", "yes, no or unknown; never guessed"),
    _code("regretted", "yes, no or unknown; never guessed"),
    _flag("is_inferred", "True where the person vanished between snapshots"),
)

# --- the program -----------------------------------------------------------------------------

program = _canonical(
    "program",
    "Reverse mentoring programs",
    _id("program_id", "The program"),
    _text("name", "Name shown to people"),
    _day("starts_on", "First day"),
    _day("ends_on", "First day after the program; NULL while open"),
)
cohort = _canonical(
    "cohort",
    "Groups that start together",
    _id("cohort_id", "The cohort"),
    _id("program_id", "Its program"),
    _text("name", "Name shown to people"),
    _day("starts_on", "First day"),
    _day("ends_on", "First day after the cohort's planned end"),
)
participant = _canonical(
    "participant",
    "People in a program: the junior is the mentor, the senior the mentee",
    _id("participant_id", "The participation"),
    _id("person_id", "The person"),
    _id("program_id", "The program"),
    _id("cohort_id", "The cohort; NULL before a place is given"),
    _code("role", "mentor (junior) or mentee (senior)"),
    _day("eligible_on", "First day the person could join"),
    _day("applied_on", "Day of the application"),
    _day("enrolled_on", "Day of enrollment; NULL for applicants without a place"),
    _day("withdrew_on", "Day of withdrawal; NULL while taking part"),
)
pair = _canonical(
    "pair",
    "A mentor and a mentee matched with each other",
    _id("pair_id", "The pair"),
    _id("program_id", "The program"),
    _id("cohort_id", "The cohort"),
    _id("mentor_person_id", "The junior, who mentors"),
    _id("mentee_person_id", "The senior, who is mentored"),
    _code("kind", "formal, informal, one-off or project"),
    _day("matched_on", "Day of the match"),
    _day("accepted_on", "Day both had accepted"),
    _day("ended_on", "First day the pair no longer exists; NULL while active"),
    _code("status", "active, paused, completed, withdrawn or ended"),
    _text("end_reason", "Reason of the end in the words of the source"),
    _number("agreed_cadence_days", "Days between sessions the pair agreed on", "days"),
    _number("match_score", "Score of the matching, as the platform gave it", "fraction"),
)
pair_status_change = _canonical(
    "pair_status_change",
    "When a pair's status changed",
    _id("pair_id", "The pair"),
    _day("changed_on", "First day of the new status"),
    _code("status", "active, paused, completed, withdrawn or ended"),
)
needs_form = _canonical(
    "needs_form",
    "Skills a participant offers and wants",
    _id("person_id", "The person"),
    _id("program_id", "The program"),
    _day("answered_on", "Day of the form"),
    _code("direction", "offered or wanted"),
    _text("skill", "The skill"),
)
session = _canonical(
    "session",
    "Meetings of a pair, planned and held",
    _id("session_id", "The session"),
    _id("pair_id", "The pair"),
    _moment("planned_start_at", "Planned begin"),
    _text("planned_zone", "Time zone the session was planned in (IANA name)"),
    _number("planned_minutes", "Planned length", "minutes"),
    _number("actual_minutes", "Length both were present", "minutes"),
    _code("status", "planned, held, cancelled, no_show or unknown"),
    _code("status_basis", "attendance, self_report, calendar or past_dated"),
    _code("cancelled_by", "mentor, mentee or organiser; NULL when not cancelled or unknown"),
    _moment("cancelled_at", "When it was cancelled"),
    _id("rescheduled_from_session_id", "Session this one replaces"),
    _code("mode", "video, in_person, phone or chat"),
    _flag("place_is_neutral", "True when neither met on home ground"),
)
session_report = _canonical(
    "session_report",
    "What each source said of a session that several sources speak of, or that attendance "
    "confirms; session holds what follows from all of them",
    _id("session_id", "The session it was found to be about"),
    _id("reported_session_id", "The session, by the id this source gives it"),
    *(
        Column(column.name, column.type, info=dict(column.info))
        for column in session.columns
        if column.name not in ("session_id", *PROVENANCE)
    ),
)
session_topic = _canonical(
    "session_topic",
    "Topics of a session, one row each",
    _id("session_id", "The session"),
    _code("topic", "The topic"),
)
session_attendance = _canonical(
    "session_attendance",
    "Who was present in a session, and how long",
    _id("session_id", "The session"),
    _id("person_id", "The person"),
    _moment("joined_at", "First join"),
    _moment("left_at", "Last leave"),
    _number("present_minutes", "Time present, rejoins added up", "minutes"),
    _id("reported_session_id", "The session, by the id the report was found to speak of"),
)
session_feedback = _canonical(
    "session_feedback",
    "What each side said after a session, in closed answers",
    _id("session_id", "The session"),
    _id("person_id", "The person who answered"),
    _code("role", "mentor or mentee"),
    _number("rating", "How good it was, 1 to 5", "points"),
    _number("benefit", "How useful it was to the answering person, 1 to 5", "points"),
    _number("listened_to", "How much the person felt listened to, 1 to 5", "points"),
    _code("who_mostly_advised", "mentor, mentee or balanced"),
)

# --- practice --------------------------------------------------------------------------------

goal = _canonical(
    "goal",
    "Goals a pair set itself",
    _id("goal_id", "The goal"),
    _id("pair_id", "The pair"),
    _code("topic", "Topic of the goal"),
    _day("set_on", "Day it was set"),
    _day("due_on", "Day it is due"),
    _code("status", "open, attained or dropped"),
    _day("closed_on", "Day it was attained or dropped"),
)
milestone = _canonical(
    "milestone",
    "Steps every pair is expected to reach",
    _id("pair_id", "The pair"),
    _code("milestone", "first_session, midpoint, completed, ..."),
    _day("reached_on", "Day it was reached"),
)
action_item = _canonical(
    "action_item",
    "Things someone promised to do after a session",
    _id("action_id", "The action"),
    _id("pair_id", "The pair"),
    _code("owner_role", "mentor or mentee"),
    _day("created_on", "Day it was noted"),
    _day("due_on", "Day it is due"),
    _code("status", "open, done or dropped"),
    _flag("is_shared", "True when the result was shared beyond the pair"),
)
ground_rules = _canonical(
    "ground_rules",
    "What a pair agreed about how to work together",
    _id("pair_id", "The pair"),
    _flag("covers_topics", "Topics agreed"),
    _flag("covers_off_limits", "Off-limits agreed"),
    _flag("covers_place", "Place agreed"),
    _flag("covers_frequency", "Frequency agreed"),
    _flag("covers_confidentiality", "Confidentiality agreed"),
    _day("mentor_agreed_on", "Day the mentor agreed"),
    _day("mentee_agreed_on", "Day the mentee agreed"),
)
recognition = _canonical(
    "recognition",
    "Recognition given for taking part",
    _id("recognition_id", "The recognition"),
    _id("person_id", "Who received it"),
    _id("program_id", "The program"),
    _day("given_on", "Day it was given"),
    _code("kind", "award, mention, certificate, ..."),
)
training = _canonical(
    "training",
    "Preparation of participants",
    _id("person_id", "The person"),
    _id("program_id", "The program"),
    _day("completed_on", "Day it was completed"),
    _code("course", "The course"),
)
event_attendance = _canonical(
    "event_attendance",
    "Who came to program events",
    _id("person_id", "The person"),
    _id("program_id", "The program"),
    _id("event_id", "The event"),
    _day("held_on", "Day of the event"),
    _flag("attended", "True when present"),
)
success_story = _canonical(
    "success_story",
    "Stories people agreed to have told",
    _id("story_id", "The story"),
    _id("program_id", "The program"),
    _id("pair_id", "The pair"),
    _day("told_on", "Day it was told"),
    _flag("is_consented", "True when both agreed to publication"),
)

# --- voices ----------------------------------------------------------------------------------

survey = _canonical(
    "survey",
    "Questionnaires",
    _id("survey_id", "The survey"),
    _text("name", "Name shown to people"),
)
wave = _canonical(
    "wave",
    "One fielding of a survey",
    _id("wave_id", "The wave"),
    _id("survey_id", "The survey"),
    _text("name", "Name shown to people"),
    _day("opens_on", "First day"),
    _day("closes_on", "Last day"),
)
item = _canonical(
    "item",
    "Questions of a survey; texts of licensed instruments are never shipped",
    _id("survey_id", "The survey"),
    _code("item_code", "The item"),
    _code("construct", "Construct it measures"),
    _number("scale_min", "Lowest answer", "points"),
    _number("scale_max", "Highest answer", "points"),
    _flag("is_reversed", "True when a high answer means a low construct"),
)
invitation = _canonical(
    "invitation",
    "Who was asked: the denominator of a response rate",
    _id("wave_id", "The wave"),
    _id("person_id", "The person"),
    _day("invited_on", "Day of the invitation"),
)
response = _canonical(
    "response",
    "A returned questionnaire",
    _id("response_id", "The response"),
    _id("wave_id", "The wave"),
    _id("person_id", "The person"),
    _moment("recorded_at", "When it was recorded"),
    _flag("is_finished", "True when the last page was reached"),
    _number("progress", "Share of pages seen", "fraction"),
)
answer = _canonical(
    "answer",
    "One answer to one item",
    _id("response_id", "The response"),
    _code("item_code", "The item"),
    _text("raw_text", "The answer as exported"),
    _number("number", "The answer on the item's scale; NULL when missing", "points"),
    _code("missing_code", "unseen, skipped or not_applicable; NULL when answered"),
)

# --- the ledger ------------------------------------------------------------------------------

batch = _ledger(
    "batch",
    "One run of the loader",
    _id("batch_id", "The load"),
    _moment("started_at", "When it began"),
    _code("code_version", "Version of the program"),
)
loaded_file = _ledger(
    "loaded_file",
    "What became of each file, per entity: read = inserted + updated + unchanged + rejected",
    _id("batch_id", "The load"),
    _text("file_name", "Name of the file, without its folder"),
    _code("file_sha256", "SHA-256 of its bytes"),
    _code("source_system", "System that wrote it, as the mapping names it"),
    _code("format", "What it was recognized as"),
    _code("entity", "Canonical table its rows went to"),
    _code("mapping_sha256", "SHA-256 of the mapping used"),
    _count("rows_read", "Rows below the header", "rows"),
    _count("rows_inserted", "Rows that were new", "rows"),
    _count("rows_updated", "Rows that replaced an earlier version", "rows"),
    _count("rows_unchanged", "Rows the warehouse already held, or that said nothing new", "rows"),
    _count("rows_rejected", "Rows set aside with a reason", "rows"),
    _moment("loaded_at", "When the file was committed"),
)
rejected_row = _ledger(
    "rejected_row",
    "Rows set aside, whole, with the rule they broke",
    _id("batch_id", "The load"),
    _text("file_name", "Name of the file"),
    _code("file_sha256", "SHA-256 of its bytes"),
    _code("source_system", "System that wrote it"),
    _code("entity", "Canonical table the row was meant for"),
    _count("source_row", "Row of the file as a spreadsheet numbers it", "row"),
    _code("rule", "Rule it broke, by its stable name"),
    _text("column_name", "Column that broke it, as the file names it"),
    _text("value", "The offending value"),
    _text("message", "What is wrong and what to do, in words"),
    _text("row_json", "The whole row as read, as a JSON object"),
    _code("returned_in", "SHA-256 of the file in which it came back corrected; NULL while waiting"),
)
file_reading = _ledger(
    "file_reading",
    "How each file was read: its mapping with everything decided that the mapping left open",
    _code("file_sha256", "SHA-256 of the bytes"),
    _code("mapping_sha256", "SHA-256 of mapping and corrections, as in loaded_file"),
    _text("mapping_name", "Name of the mapping"),
    _text("mapping_toml", "The mapping as a mapping file"),
)
refused_file = _ledger(
    "refused_file",
    "Files of which nothing was loaded, and why",
    _id("batch_id", "The load"),
    _text("file_name", "Name of the file"),
    _code("code", "What kept it out, by its stable name"),
    _text("problem", "What is wrong, in words"),
    _text("remedy", "What to do"),
    _moment("refused_at", "When it was refused"),
)
correction_applied = _ledger(
    "correction_applied",
    "Declared corrections that changed a row",
    _id("batch_id", "The load"),
    _code("file_sha256", "SHA-256 of the file"),
    _count("source_row", "Row of the file", "row"),
    _text("column_name", "Column changed"),
    _text("old_value", "Value before"),
    _text("new_value", "Value after"),
    _text("reason", "Why, and who said so"),
)

CANONICAL = tuple(t for t in metadata.tables.values() if t.info["is_canonical"])
DERIVED = (employment, job_history, session_report)


def closed_codes(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the codes a table's columns can hold, of columns that declare all of them."""
    return {c.name: c.info["codes"] for c in table.columns if c.info.get("codes")}


def facts(table: Table) -> list[str]:
    """Return the names of a table's own columns, provenance left out."""
    return [column.name for column in table.columns if column.name not in PROVENANCE]


def mappable(table: Table) -> list[str]:
    """Return the names of the columns a file may fill: facts, but for what a load notes itself."""
    own = table.columns
    return [name for name in facts(table) if not own[name].info.get("is_filled_by_load")]
