"""Small exports as mentoring platforms write them, one per shipped mapping and quirk.

People are known by the addresses ada, ben and cem at example.com; ada is the junior and mentors.
"""

# ruff: noqa: E501 - a line of an export is as long as it is

from __future__ import annotations

PEOPLE = {
    "people.csv": "person_id,display_name\np1,Ada One\np2,Ben Two\np3,Cem Three\n",
    "person_identifiers.csv": (
        "person_id,id_type,value\n"
        "p1,email,ada@example.com\np2,email,ben@example.com\np3,email,cem@example.com\n"
    ),
}

CHRONUS_USERS = """Member ID,Email,Roles,Program,Joined On
71,ada@example.com,Mentor,Reverse,2025-01-10
72,ben@example.com,"Mentor, Mentee",Reverse,2025-01-11
73,cem@example.com,Administrator,Reverse,2025-01-11
"""
CHRONUS_CONNECTIONS = """Mentoring Connection Name,Mentor Email Address,Mentee Email Address,Program,Status,Started On,Closed On
Ada & Ben,ada@example.com,ben@example.com,Reverse,Completed,2025-02-01,2025-09-30
"""
CHRONUS_MEETINGS = """Mentoring Connection Name,Meeting Start Time,Meeting Duration (Minutes),Meeting Status
Ada & Ben,2025-03-01 10:00,60,Completed
Ada & Ben,2025-04-01 10:00,60,Accepted
"""
CLIQ_PARTICIPANTS = """Participant ID,Email,Program,Role,Enrollment Date
c1,ada@example.com,Reverse,Mentor,2025-01-10
c2,ben@example.com,Reverse,Mentee,2025-01-11
"""
CLIQ_MENTORSHIPS = """Mentorship ID,Program,Mentor Email,Mentee Email,Start Date,End Date,Mentorship Status
m1,Reverse,ada@example.com,ben@example.com,2025-02-01,,Active
"""
CLIQ_ACTIVITIES = """Activity ID,Mentorship ID,Activity Date,Activity Type,Mentoring Hours
a1,m1,2025-03-01,Meeting,1.5
a2,m1,2025-03-02,Reading,2
"""
TOGETHER_DIRECTORY = """employeeId,firstName,lastName,email,employeeStatusCode,supervisorId,departmentId,departmentName,lastHireDate,dateOfTermination
e1,Ada,One,ada1@example.com,A,e2,S,Sales,2020-01-01,
e2,Ben,Two,ben1@example.com,L,,S,Sales,2010-05-01,
e3,Cem,Three,cem1@example.com,T,e2,S,Sales,2012-02-01,2026-02-14
"""
TOGETHER_REGISTRATIONS = """Program,User Email,Role,Registered At
Reverse,ada@example.com,Mentor,2025-01-10
Reverse,ben@example.com,Mentee,2025-01-11
"""
TOGETHER_MATCHES = """Match ID,Program,Mentor Email,Mentee Email,Match Status,Start Date,End Date
t1,Reverse,ada@example.com,ben@example.com,Ended,2025-06-01,2025-07-15
t1,Reverse,ada@example.com,ben@example.com,Ended,2025-02-01,2025-04-30
t1,Reverse,ada@example.com,ben@example.com,Ended,2025-09-01,2025-12-20
t2,Reverse,ada@example.com,cem@example.com,Ended,2025-02-01,2025-04-30
t2,Reverse,ada@example.com,cem@example.com,Active,2025-05-01,
"""
TOGETHER_SESSIONS = """Session ID,Match ID,Session Start,Duration (Minutes),Session Status
s1,t1,2025-03-01 10:00,45,Completed
s2,t1,2030-03-01 10:00,45,Upcoming
"""
TOGETHER_FEEDBACK = """Session ID,User Email,Role,Session Rating,Feedback
s1,ada@example.com,Mentor,4,Lovely
s1,ben@example.com,Mentee,1,
"""
LOOP_PARTICIPANTS = """Program,Role ID,Name,Email,Mentoring Role,Signup Date,Completion
Reverse,501,Ada One,ada@example.com,Mentor,2025-01-10 09:00,100%
Reverse,502,Ben Two,ben@example.com,Mentee,2025-01-10 09:00,100%
Parents,501,Cem Three,cem@example.com,Mentor,2025-01-10 09:00,100%
Parents,503,Ada One,ada@example.com,Mentee,2025-01-10 09:00,100%
"""
LOOP_LOOPS = """Program,Loop ID,Mentor Role ID,Mentee Role ID,Loop Status,Created Date,Closed Date
Reverse,l1,501,502,Active,2025-02-01,
Parents,l2,501,503,Closed by mentee,2025-02-01,2025-05-01
Reverse,l3,501,502,Draft,2025-02-01,
"""
LOOP_MEETINGS = """Loop ID,Meeting Date,Meeting Status
l1,2025-03-01 10:00,Past
l1,2025-04-01 10:00,Completed
"""
QOOPER_PARTICIPANTS = """Program,Email,Role,Registered (MM-DD-YYYY)
Reverse,ada@example.com,Mentor,01-10-2025
Reverse,ben@example.com,Mentee,01-11-2025
"""
QOOPER_MATCHES = """Matching Status,Program,Mentor Email,Mentee Email,Matched (MM-DD-YYYY),Concluded (MM-DD-YYYY)
Matched-Active,Reverse,Ada@example.com,ben@example.com,02-01-2025,
Unmatched,Reverse,cem@example.com,,,
"""
QOOPER_MEETINGS = """Program,Mentor Email,Mentee Email,Meeting Date,Duration (Minutes),Meeting Status
Reverse,ada@example.com,ben@example.com,03-05-2025 10:00,30,Completed
Reverse,ada@example.com,ben@example.com,04-05-2025 10:00,30,Canceled
"""
PUSHFAR_PARTICIPANTS = """Program ID,Email,Mentoring Type,Joined
9,ada@example.com,mentor,2025-01-10
9,ben@example.com,both,2025-01-10
9,cem@example.com,disabled,2025-01-10
"""
PUSHFAR_RELATIONSHIPS = """Mentoring Relationship ID,Program ID,Mentor Email,Mentee Email,Relationship Status,Relationship Start,Relationship End
r1,9,ada@example.com,ben@example.com,Ended,2025-02-01,2025-08-31
"""
PUSHFAR_MEETINGS = """Meeting ID,Mentoring Relationship ID,Meeting Start,Duration (Minutes),Meeting Type,Meeting Status
k1,r1,2025-03-01 10:00,60,Virtual,Completed
k2,r1,2025-04-01 10:00,60,In Person,Confirmed
"""

PLATFORM_EXPORTS: dict[str, tuple[str, str]] = {
    "chronus_users.toml": ("c_users.csv", CHRONUS_USERS),
    "chronus_connections.toml": ("c_connections.csv", CHRONUS_CONNECTIONS),
    "chronus_meetings.toml": ("c_meetings.csv", CHRONUS_MEETINGS),
    "mentorcliq_participants.toml": ("q_people.csv", CLIQ_PARTICIPANTS),
    "mentorcliq_mentorships.toml": ("q_mentorships.csv", CLIQ_MENTORSHIPS),
    "mentorcliq_activities.toml": ("q_log.csv", CLIQ_ACTIVITIES),
    "together_directory.toml": ("directory 2026-03-31.csv", TOGETHER_DIRECTORY),
    "together_registrations.toml": ("t_registrations.csv", TOGETHER_REGISTRATIONS),
    "together_matches.toml": ("t_matches.csv", TOGETHER_MATCHES),
    "together_sessions.toml": ("t_log.csv", TOGETHER_SESSIONS),
    "together_feedback.toml": ("t_ratings.csv", TOGETHER_FEEDBACK),
    "mentorloop_participants.toml": ("l_people.csv", LOOP_PARTICIPANTS),
    "mentorloop_loops.toml": ("l_loops.csv", LOOP_LOOPS),
    "mentorloop_meetings.toml": ("l_meetings.csv", LOOP_MEETINGS),
    "qooper_participants.toml": ("o_people.csv", QOOPER_PARTICIPANTS),
    "qooper_matches.toml": ("o_matches.csv", QOOPER_MATCHES),
    "qooper_meetings.toml": ("o_meetings.csv", QOOPER_MEETINGS),
    "pushfar_participants.toml": ("f_people.csv", PUSHFAR_PARTICIPANTS),
    "pushfar_relationships.toml": ("f_relationships.csv", PUSHFAR_RELATIONSHIPS),
    "pushfar_meetings.toml": ("f_log.csv", PUSHFAR_MEETINGS),
}
