"""A small sound file or several for every format, from which fuzzers start."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.etl.ods_file import ods, row, sheet, value
from warehouse.rejected_sheet import ADDED, FILE


def _delimited() -> list[bytes]:
    plain = 'id,name,on\n1,Ada,2026-03-01\n2,"Ben, the 2nd",2026-03-02\n3,,\n'
    decimal = 'sep=;\nid;rate\n1;"3,5"\n2;4,25\n'
    return [plain.encode(), decimal.encode("cp1252"), plain.replace(",", "\t").encode("utf-16")]


def _workbook() -> list[bytes]:
    book = openpyxl.Workbook()
    book.active.append(["id", "on", "rate", "flag"])
    book.active.append(["007", dt.date(2026, 3, 1), 3.5, True])
    book.active.append([None, dt.datetime(2026, 3, 1, 14, 30), 4, None])
    out = io.BytesIO()
    book.save(out)
    return [out.getvalue()]


def _ods() -> list[bytes]:
    on = value("date", "2026-03-01", "01.03.26", "date-value")
    return [ods(sheet(row("id", "on"), row("007", on), row(repeated=9), row("8", on, repeated=2)))]


def _parquet() -> list[bytes]:
    out = io.BytesIO()
    columns = {"id": ["1", "2"], "on": [dt.date(2026, 3, 1), None], "tags": [["a"], []]}
    pq.write_table(pa.table(columns), out)
    return [out.getvalue()]


def _json_lines() -> list[bytes]:
    lines = '{"id":1,"tags":["a"],"rate":1.10}\n\n{"id":"2","on":null,"ok":true}\n'
    return [lines.encode(), f"[{lines.strip().replace(chr(10) * 2, ',')}]".encode("utf-16")]


def _qualtrics() -> list[bytes]:
    now = (
        'StartDate,IPAddress,ResponseId,Q1\nStart,IP,Response ID,"How,\nall in all?"\n'
        '"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}",'
        '"{""ImportId"":""ipAddress""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
        "2026-03-01 10:00:00,192.0.2.1,R_1,5\n2026-03-02 10:00:00,192.0.2.2,R_2,-99\n"
    )
    older = (
        "ResponseID,IPAddress,Q1\nResponseID,IPAddress,How?\n"
        "{'ImportId': 'responseId'},{'ImportId': 'ipAddress'},{'ImportId': 'QID1'}\n"
        "R_1,192.0.2.1,2\n"
    )
    legacy = (
        "V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,\n"
        "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,"
        "StartDate,EndDate,Finished,How?,\n"
        "R_1,Default,,,,192.0.2.1,0,2015-03-01 10:00:00,2015-03-01 10:05:00,1,4,\n"
    )
    return [now.encode(), older.encode(), legacy.encode("utf-8-sig")]


def _microsoft_forms() -> list[bytes]:
    english = (
        "ID,Start time,Completion time,Email,Name,Which topics?,Rate.Content\n"
        "1,4/27/26 11:30:00,4/27/26 11:34:00,a@example.com,Ada,A;B;,4\n"
    )
    german = (
        "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Welche?\n"
        "1;27.04.2026 11:30;27.04.2026 11:34;a@example.com;Ada;A\n"
    )
    return [english.encode(), german.encode("cp1252")]


def _google_forms() -> list[bytes]:
    own = 'Timestamp,Username,How?\n"2026/10/13 11:50:46 PM GMT+5:30",a@example.com,5\n,,\n'
    sheet_text = "Timestamp,Email Address,How?\n9/8/2026 14:28:27,a@example.com,5\n"
    return [own.encode(), sheet_text.encode()]


def _surveymonkey() -> list[bytes]:
    text = (
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,Which?,,How?\n"
        ",,,,,,A,B,Response\n"
        "10000001,20000001,03/01/2026 10:00:00,03/01/2026 10:05:00,192.0.2.1,,A,,5\n"
        "10000002,20000001,03/01/2026 11:00:00,03/01/2026 11:05:00,192.0.2.2,,,B,4\n"
    )
    return [text.encode()]


def _teams_attendance() -> list[bytes]:
    sections = (
        "1. Summary\nMeeting title\tAda & Ben\nAttended participants\t2\n"
        "Start time\t3/1/26, 2:00:00 PM\nEnd time\t3/1/26, 3:00:00 PM\n\n2. Participants\n"
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole\n"
        "Ada\t3/1/26, 2:00:00 PM\t3/1/26, 3:00:00 PM\t1h\ta@example.com\ta@example.com\tPresenter\n"
        "\n3. In-Meeting Activities\nName\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
        "Ada\t3/1/26, 2:00:00 PM\t3/1/26, 3:00:00 PM\t1h\ta@example.com\tPresenter\n"
    )
    events = (
        "Full Name\tUser Action\tTimestamp\nAda\tJoined\t11/12/2020, 12:27:24 PM\n"
        "Ada\tLeft\t11/12/2020, 12:57:24 PM\n"
    )
    return [sections.encode("utf-16"), events.encode("utf-16"), sections.encode()]


def _zoom() -> list[bytes]:
    text = (
        "Topic,Meeting ID,Start Time,End Time,Duration (Minutes),Participants\n"
        "Ada & Ben,812 3456 7890,03/01/2026 02:00:00 PM,03/01/2026 03:00:00 PM,60,2\n\n"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
        "Ada,a@example.com,03/01/2026 02:00:00 PM,03/01/2026 02:20:00 PM,20\n"
        "Ada,a@example.com,03/01/2026 02:30:00 PM,03/01/2026 03:00:00 PM,30\n"
    )
    return [text.encode("utf-8-sig")]


def _icalendar() -> list[bytes]:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:m1@example.com\r\n"
        "DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20260301T140000\r\n"
        "DTEND;TZID=Europe/Berlin:20260301T150000\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n"
        "SUMMARY:Pair M1\r\nORGANIZER:mailto:a@example.com\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@\r\n example.com\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:m1@example.com\r\nDTSTAMP:20260101T000000Z\r\n"
        "RECURRENCE-ID;TZID=Europe/Berlin:20260308T140000\r\n"
        "DTSTART;TZID=Europe/Berlin:20260308T140000\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    return [text.encode()]


def _workday_xml() -> list[bytes]:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<wd:Report_Data xmlns:wd="urn:com.workday.report/Workers">\n<wd:Report_Entry>'
        "<wd:Employee_ID>1</wd:Employee_ID><wd:Hire_Date>2020-01-01-08:00</wd:Hire_Date>"
        '<wd:Department wd:Descriptor="Sales"><wd:ID wd:type="WID">a1</wd:ID></wd:Department>'
        "<wd:Job><wd:From>2020-01-01</wd:From></wd:Job><wd:Job><wd:From>2021-01-01</wd:From>"
        "</wd:Job></wd:Report_Entry>\n"
        "<wd:Report_Entry><wd:Employee_ID>2</wd:Employee_ID></wd:Report_Entry>\n</wd:Report_Data>\n"
    )
    return [text.encode()]


def _successfactors() -> list[bytes]:
    grid = (
        "user-id,start-date,seqNumber,event-reason\nUser ID,Start Date,Sequence,Reason\n"
        "1,01/01/2020,1,HIRE\n1,01/01/2020,2,TRANSFER\n"
    )
    odata = (
        '{"d":{"results":[{"__metadata":{"uri":"x"},"userId":"1","seqNumber":"1",'
        '"endDate":"/Date(253402214400000)/"},{"userId":"2","endDate":null}]}}'
    )
    return [grid.encode(), odata.encode()]


def _oracle_hdl() -> list[bytes]:
    text = (
        "COMMENT workers\nMETADATA|Worker|PersonNumber|EffectiveStartDate|EffectiveEndDate\n"
        "MERGE|Worker|1|2020/01/01|4712/12/31\n"
        "METADATA|PersonName|PersonNumber|LastName\nMERGE|PersonName|1|Mus\\|ter\n"
    )
    return [text.encode()]


def _returned_rows() -> list[bytes]:
    header = f"id,on,{','.join(ADDED)}"
    row = ",".join(["sessions.csv" if name == FILE else "2" for name in ADDED])
    return [f"{header}\n'=1+1,2026-03-01,{row}\n9,soon,{row}\n".encode("utf-8-sig")]


def _identity_review() -> list[bytes]:
    text = (
        "unknown_identifier,identifier_kind,program_id,is_person,confirmed_by,confirmed_on\n"
        "a@example.com,email,,P1,Ada,2026-03-01\n'=1+1,platform,RM,,,\n"
    )
    return [text.encode("utf-8-sig")]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "delimited": _delimited,
    "google_forms": _google_forms,
    "icalendar": _icalendar,
    "identity_review": _identity_review,
    "json_lines": _json_lines,
    "microsoft_forms": _microsoft_forms,
    "ods": _ods,
    "oracle_hdl": _oracle_hdl,
    "parquet": _parquet,
    "qualtrics": _qualtrics,
    "returned_rows": _returned_rows,
    "successfactors": _successfactors,
    "surveymonkey": _surveymonkey,
    "teams_attendance": _teams_attendance,
    "workbook": _workbook,
    "workday_xml": _workday_xml,
    "zoom": _zoom,
}
