"""Small exports as HR systems write them, one per shipped mapping and quirk."""

# ruff: noqa: E501 - a line of an export is as long as it is

from __future__ import annotations

from io import BytesIO

import openpyxl

_RAAS = "urn:com.workday.report/Workers_As_Of"
_RAAS_ENTRY = """<wd:Report_Entry>
<wd:Employee_ID>{id}</wd:Employee_ID>
<wd:Worker wd:Descriptor="{name}"><wd:ID wd:type="WID">w{id}</wd:ID></wd:Worker>
<wd:Worker_Status>{status}</wd:Worker_Status>
<wd:Hire_Date>2020-01-01-08:00</wd:Hire_Date>
<wd:Department wd:Descriptor="Sales"><wd:ID wd:type="WID">d1</wd:ID>
<wd:ID wd:type="Organization_Reference_ID">SALES</wd:ID></wd:Department>
<wd:Work_Email>{name}@example.com</wd:Work_Email>{more}
</wd:Report_Entry>"""


def raas(*entries: str) -> str:
    """Return a Workday report in XML."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<wd:Report_Data xmlns:wd="{_RAAS}">'
    return f"{head}{''.join(entries)}</wd:Report_Data>"


def raas_entry(number: int, name: str, status: str = "Active", more: str = "") -> str:
    """Return one worker of a Workday report in XML."""
    return _RAAS_ENTRY.format(id=number, name=name, status=status, more=more)


def viva_workbook() -> bytes:
    """Return organizational data as Viva Insights has it: real and written dates, odd formats."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    header = ["PersonId", "EffectiveDate", "ManagerId", "LevelDesignation", "Organization"]
    sheet.append([*header, "HireDate", "TimeZone", "FunctionType", "YrsServ", "EmployeeType"])
    for person, manager, hired in (
        ("Ada@example.com", "ben@example.com", "05/18/2017"),
        ("ben@example.com", "ben@example.com", "09/20/2016"),
    ):
        row = [person, "2019-01-06", manager, "Support", "Claims", hired, "\tGMT Standard Time"]
        sheet.append([*row, "Clerk", 1071, "PERM"])
    for row in sheet.iter_rows(min_row=2):
        row[8].number_format = "yyyy-mm-dd"  # years of service, read as a day of 1902
    out = BytesIO()
    book.save(out)
    return out.getvalue()


WORKDAY_CSV = """Employee ID,Preferred Name,Worker Status,Hire Date,Termination Date,Termination Category,Supervisory Organization,Manager ID,Work Email,FTE
1001,Ada One,Active,2020-01-01,2026-12-31,,Sales,1002,ada@example.com,0.8
1002,Ben Two,On Leave,2010-05-01,,,Sales,,ben@example.com,1
1003,Cem Three,Terminated,2012-02-01,2026-02-14,Voluntary,Research,1002,cem@example.com,1
"""
WORKDAY_HISTORY = """Worker ID,Effective_Date,Hire_Date,Worker_Status,Department,Manager_ID
1001,2020-01-01,2020-01-01,Active,Sales,1002
1001,2021-03-01,2020-01-01,On Leave,Sales,1002
1001,2021-09-01,2020-01-01,Active,Research,1002
1002,2010-05-01,2010-05-01,Active,Sales,
1002,2022-01-01,2010-05-01,Terminated,Sales,
1002,2023-06-01,2023-06-01,Active,Research,
"""
_LANDED = "_fivetran_deleted,_fivetran_start,_fivetran_end"
WORKDAY_LANDED_WORKERS = f"""id,{_LANDED},active,hire_date,hire_rescinded,terminated,termination_date,termination_last_day_of_work,primary_termination_reason,termination_involuntary,regrettable_termination,user_id,worker_code
w1,false,2000-01-01 00:00:00,9999-12-31 23:59:59,false,2020-03-01,false,true,2020-11-13,2020-11-12,Commute,false,true,ada,1001
w2,false,2024-01-01 00:00:00,2025-03-31 23:59:59,true,2024-01-01,false,false,,,,,false,ben,1002
w2,false,2025-04-01 00:00:00,9999-12-31 23:59:59,true,2024-01-01,false,false,,,,,false,ben,1002
w3,true,2025-04-01 00:00:00,9999-12-31 23:59:59,true,2024-01-01,false,false,,,,,false,cem,1003
"""
WORKDAY_LANDED_POSITIONS = f"""position_id,worker_id,{_LANDED},effective_date,is_primary_job,business_title,business_site_summary_location,full_time_equivalent_percentage
x1,w2,false,2024-01-01 00:00:00,2025-03-31 23:59:59,2024-01-01,true,Engineer,Sydney,50
x2,w2,false,2025-04-01 00:00:00,9999-12-31 23:59:59,2025-04-01,true,Lead,Sydney,100
x3,w2,false,2025-04-01 00:00:00,9999-12-31 23:59:59,2025-04-01,false,Fire warden,Sydney,1
"""
WORKDAY_LANDED_EMAILS = """id,personal_info_system_id,_fivetran_deleted,email_address,email_code
e1,w1,false,Ada@example.com,Ada_WORK_Primary
"""
SF_EMPLOYMENT = """person-id-external,user-id,start-date,end-date,is-contingent-worker
Person ID External,User ID,Hire Date,Termination Date,Is Contingent Worker
1001,ada1,2019-04-01,2021-06-30,No
1001,ada2,2023-02-01,,No
1002,ben,2010-01-01,9999-12-31,No
"""
SF_JOB = """user-id,start-date,seq-number,event-reason,emplStatus,department,manager-id,job-code
User ID,Event Date,Sequence Number,Event Reason,Employee Status,Department,Manager,Job Code
ada1,2019-04-01,1,HIRNEW,A,Sales,ben,J1
ada1,2020-05-01,1,DATACHG,A,Sales,ben,J2
ada1,2020-05-01,2,TRANSFER,A,Research,ben,J2
ada1,2021-07-01,1,TERM,T,Research,ben,J2
ada2,2023-02-01,1,REHNEW,A,Research,nobody,J3
ben,2010-01-01,1,HIRNEW,A,Sales,NO_MANAGER,J9
"""
SF_JOB_JSON = r"""{"d": {"results": [
{"__metadata": {"uri": "x", "type": "SFOData.EmpJob"}, "userId": "ben", "seqNumber": "1",
 "startDate": "\/Date(1262304000000)\/", "endDate": "\/Date(253402214400000)\/", "event": "5602",
 "emplStatus": "7001", "department": "Sales", "managerId": "NO_MANAGER", "jobCode": null,
 "emplStatusNav": {"__metadata": {}, "externalCode": "A"}, "eventNav": {"externalCode": "H"},
 "userNav": {"__deferred": {"uri": "x"}}},
{"userId": "ben", "seqNumber": "1", "startDate": "\/Date(1640995200000)\/", "event": "5603",
 "endDate": "\/Date(253402214400000)\/", "emplStatus": "7001", "department": "Research",
 "managerId": "ada2", "emplStatusNav": {"externalCode": "A"}, "eventNav": {"externalCode": "5"}}
]}}"""
BAMBOO_EMPLOYEES = """id,firstName,lastName,workEmail,hireDate
1,Ada,One,ada@example.com,2020-01-01
2,Ben,Two,,2010-05-01
"""
BAMBOO_STATUS = """[{"id":"11","employeeId":"1","date":"2020-01-01","employmentStatus":"Full-Time","terminationTypeId":null},
{"id":"12","employeeId":"1","date":"2023-03-31","employmentStatus":"Terminated","terminationTypeId":"Resignation (Voluntary)"},
{"id":"13","employeeId":"2","date":"2010-05-01","employmentStatus":"Contractor","terminationTypeId":null}]"""
BAMBOO_JOB = """id,employeeId,date,location,department,division,jobTitle,reportsTo
1,1,2020-01-01,Bern,Sales,,Clerk,Ben Two
2,1,2021-01-01,Bern,Research,,Analyst,Ben Two
3,2,2010-05-01,Bern,Sales,,Head,
"""
PERSONIO = """id,first_name,last_name,email,status,hire_date,termination_date,termination_type,department,supervisor_id
1,Ada,One,ada@example.com,active,2020-09-01T00:00:00+02:00,,,Sales,2
2,Ben,Two,ben@example.com,inactive,1983-09-01T00:00:00+02:00,2026-01-31T00:00:00+01:00,employee,Sales,
"""
BOB_PEOPLE = """id,displayName,email,work.startDate,work.employeeIdInCompany
b1,Ada One,ada@example.com,2020-01-01,77
b2,Ben Two,ben@example.com,2010-05-01,
"""
BOB_LIFECYCLE = """id,employeeId,effectiveDate,status,reasonType,reason
1,b1,2020-01-01,employed,,
2,b1,2024-04-17,terminated,voluntary,New job
"""
BOB_WORK = """id,employeeId,effectiveDate,department,site,title,reportsTo.id
1,b1,2020-01-01,Sales,Bern,Clerk,b2
2,b2,2010-05-01,Sales,Bern,Head,
"""
HDL = r"""COMMENT written by an extract
SET FILE_ESCAPE \
METADATA|Worker|SourceSystemOwner|SourceSystemId|EffectiveStartDate|EffectiveEndDate|PersonNumber|DateOfBirth
MERGE|Worker|HRC|PER_1|2019/02/18|4712/12/31|1001|1990/05/05
MERGE|Worker|HRC|PER_2|2010/01/01|4712/12/31|1002|#NULL

METADATA|PersonEmail|SourceSystemOwner|SourceSystemId|PersonId(SourceSystemId)|EmailType|EmailAddress
MERGE|PersonEmail|HRC|EM_1|PER_1|W1|Ada@example.com
METADATA|WorkRelationship|SourceSystemOwner|SourceSystemId|PersonId(SourceSystemId)|DateStart|WorkerType|ActualTerminationDate|ActionCode
MERGE|WorkRelationship|HRC|POS_1|PER_1|2019/02/18|E|2021/06/30|RESIGNATION
MERGE|WorkRelationship|HRC|POS_2|PER_2|2010/01/01|E||
METADATA|Assignment|SourceSystemOwner|SourceSystemId|PersonId(SourceSystemId)|AssignmentNumber|EffectiveStartDate|EffectiveEndDate|EffectiveSequence|ActionCode|AssignmentStatusTypeCode|DepartmentName|JobCode
MERGE|Assignment|HRC|ASG_1|PER_1|E1001|2019/02/18|2020/04/30|1|HIRE|ACTIVE_PROCESS|Sales \| North|J1
MERGE|Assignment|HRC|ASG_1|PER_1|E1001|2020/05/01|2020/05/01|1|CHANGE|ACTIVE_PROCESS|Sales \| North|J2
MERGE|Assignment|HRC|ASG_1|PER_1|E1001|2020/05/01|4712/12/31|2|TRANSFER|ACTIVE_PROCESS|Research|J2
MERGE|Assignment|HRC|ASG_2|PER_2|E1002|2010/01/01|4712/12/31|1|HIRE|SUSPEND_PROCESS|Research|J9
DELETE|Assignment|HRC|ASG_3|PER_2|E1003|2010/01/01|4712/12/31|1|HIRE|ACTIVE_PROCESS|Research|J9
"""
UKG = """Employee Number,First Name,Last Name,Email Address,Employee Status,Last Hire Date,Termination Date,Termination Type,Org Level 1,Supervisor Employee Number,As Of Date
000101,Ada,One,ada@example.com,A,03/15/2020,,,SALES,000102,03/31/2026
000102,Ben,Two,ben@example.com,T,05/20/2010,02/28/2026,V,SALES,,03/31/2026
"""
ADP = """Associate ID,Position ID,Legal First Name,Legal Last Name,Position Status,Hire Date,Rehire Date,Termination Date,Termination Reason Description,Home Department Description,Reports To Associate ID,Work Contact: Work Email
A1,P1,Ada,One,Active,01/13/2015,06/01/2020,,,Sales,A2,ada@example.com
A2,P2,Ben,Two,Terminated,05/20/2010,,02/28/2026,Retirement,Sales,,ben@example.com
"""
VISIER_SNAPSHOT = """EmployeeID|SnapshotDate|Organization_ID|Supervisor_ID|Start_Date|EmailAddress
1|2024-04-30|HR|2|2020-01-01|ada@example.com
2|2024-04-30|HR||2010-05-01|
1|2024-05-31|IT|2|2020-01-01|ada@example.com
"""
VISIER_TRANSACTIONS = """EmployeeID|EventDate|Organization_ID|Supervisor_ID|Start_Date|Employment_Status
1|2020-01-01|HR|2|2020-01-01|Active
1|2024-05-15|IT|2|2020-01-01|Active
2|2010-05-01|HR||2010-05-01|Active
"""
VISIER_EXITS = """EmployeeID|EventDate|ExitType|ExitReason
2|2024-05-10|Voluntary|New job
"""

HR_EXPORTS: dict[str, tuple[str, str | bytes]] = {
    "workday_workers.toml": ("workers 2026-03-31.csv", WORKDAY_CSV),
    "workday_worker_history.toml": ("history.csv", WORKDAY_HISTORY),
    "workday_landed_workers.toml": ("landed_a.csv", WORKDAY_LANDED_WORKERS),
    "workday_landed_positions.toml": ("landed_b.csv", WORKDAY_LANDED_POSITIONS),
    "workday_landed_emails.toml": ("landed_c.csv", WORKDAY_LANDED_EMAILS),
    "successfactors_employment.toml": ("employment.csv", SF_EMPLOYMENT),
    "successfactors_job.toml": ("jobs.csv", SF_JOB),
    "bamboohr_employees.toml": ("bamboo_a.csv", BAMBOO_EMPLOYEES),
    "bamboohr_employment_status.toml": ("bamboo_b.txt", BAMBOO_STATUS),
    "bamboohr_job_info.toml": ("bamboo_c.csv", BAMBOO_JOB),
    "personio_employees.toml": ("list_20260331.csv", PERSONIO),
    "hibob_people.toml": ("bob_a.csv", BOB_PEOPLE),
    "hibob_lifecycle.toml": ("bob_b.csv", BOB_LIFECYCLE),
    "hibob_work.toml": ("bob_c.csv", BOB_WORK),
    "oracle_hdl_worker.toml": ("Worker.dat", HDL),
    "ukg_pro_employees.toml": ("ukg.csv", UKG),
    "adp_workforce_now.toml": ("adp 2026-03-31.csv", ADP),
    "viva_insights.toml": ("orgdata.xlsx", viva_workbook()),
    "visier_snapshot.toml": ("WFF_Employees.txt", VISIER_SNAPSHOT),
    "visier_transactions.toml": ("WFF_Changes.txt", VISIER_TRANSACTIONS),
    "visier_exits.toml": ("WFF_Exits.txt", VISIER_EXITS),
}
