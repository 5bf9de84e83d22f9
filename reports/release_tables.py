"""The tables of a release: the only numbers that pages and reports ever see.

An empty string in a slice column (program, cohort, department) means "all". Rates are fractions.
``status`` says whether a value may be read: shown, suppressed (too few people), undefined (the
denominator is empty) or not_estimable; ``reason`` is the sentence shown in place of the value.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from reports.people_columns import declare_people

metadata = MetaData()

release = Table(
    "release",
    metadata,
    Column("release_id", Integer),
    Column("built_at", DateTime),
    Column("data_as_of", Date),  # last day the data speaks about
    Column("code_version", String),
    Column("metric_versions_sha256", String),  # one hash over every metric's declaration
    Column("disclosure_policy", String),  # in words
    Column("minimum_group", Integer),
    Column("is_sample", Boolean),  # true when built from data/sample
)
dimension = Table(
    "dimension",
    metadata,
    Column("kind", String),  # program, cohort, department, month, quarter, year
    Column("value", String),  # as used in the slice columns
    Column("label", String),  # as shown
    Column("parent", String),  # a cohort's program; a month's quarter; a quarter's year
    Column("position", Integer),
    Column("is_complete", Boolean),  # periods: the data covers its last day
)
metric = Table(
    "metric",
    metadata,
    Column("metric_id", String),
    Column("family", String),
    Column("label", String),
    Column("definition", String),
    Column("formula", String),
    Column("unit", String),  # fraction, count, days, hours, grades, bits, ratio, points
    Column("grain", String),
    Column("sensitivity", String),  # operational, confidential, workforce
    Column("minimum_group", Integer),
    Column("company_only", Boolean),  # no figure below company level
    Column("higher_is_better", Boolean),  # NULL where neither is better
    Column("owner", String),
    Column("source", String),
    Column("version", Integer),
    Column("reviewed_on", Date),
    Column("position", Integer),
    Column("declaration_sha256", String),  # of what the figure is computed from and by
)
metric_change = Table(
    "metric_change",
    metadata,
    Column("metric_id", String),
    Column("version", Integer),  # that the change led to; the first version has no row
    Column("changed_on", Date),
    Column("what", String),
)
metric_cell = Table(  # a view in the file
    "metric_cell",
    metadata,
    Column("metric_id", String),
    Column("program", String),
    Column("cohort", String),
    Column("department", String),
    # '', participants / eligible_non_participants / everyone, or the grade, job family or site that
    # a metric representativeness_* compares
    Column("population", String),
    Column("period_kind", String),  # month, quarter, year
    Column("period", String),  # 2026-09, 2026Q3, 2026
    Column("value", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("numerator", Double),
    Column("denominator", Double),
    Column("n", Integer),  # people or pairs behind the value; NULL when suppressed
    Column("status", String),
    Column("reason", String),
    Column("metric_version", Integer),  # of the definition the value was computed under
    # "or lower", "or higher": the value is a bound, nearly all answers lie at an end of the scale
    Column("bound", String),
)
estimate = Table(
    "estimate",
    metadata,
    Column("analysis", String),  # retention, careers, engagement
    Column("outcome", String),  # voluntary_exit, any_exit; promotion, internal_move; a construct
    Column("population", String),  # all, mentor, mentee
    Column("variant", String),  # main, intention_to_treat, truncated, naive_hire, naive_enrollment
    # risk_difference (fraction still employed, or promoted), months_employed, score_difference
    Column("measure", String),
    Column("horizon_months", Integer),  # NULL for scores
    Column("point", Double),
    Column("standard_error", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("n_treated", Integer),
    Column("n_control", Integer),
    Column("effective_sample_size", Double),
    Column("minimum_detectable_effect", Double),
    Column("status", String),
    Column("reason", String),
)
curve = Table(
    "curve",
    metadata,
    Column("analysis", String),
    Column("outcome", String),
    Column("population", String),
    Column("arm", String),  # joined, not_joined
    Column("month", Integer),  # 0 = month of joining
    Column("survival", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("at_risk", Integer),  # people; NULL when suppressed
)
balance = Table(
    "balance",
    metadata,
    Column("analysis", String),
    Column("population", String),
    Column("covariate", String),
    Column("before", Double),  # standardized mean difference without weights
    Column("after", Double),
)
diagnostic = Table(
    "diagnostic",
    metadata,
    Column("analysis", String),
    Column("outcome", String),
    Column("population", String),
    Column("check_id", String),  # largest_imbalance, overlap, effective_sample, ...
    Column("value", Double),
    Column("threshold", Double),
    Column("verdict", String),  # passed, note, failed
)
# Effects in single cohorts and departments, drawn towards their mean; never the raw ones.
group_effect = Table(
    "group_effect",
    metadata,
    Column("analysis", String),
    Column("outcome", String),
    Column("population", String),
    Column("measure", String),
    Column("horizon_months", Integer),
    Column("cohort", String),  # '' for a department, and for the mean over groups
    Column("department", String),  # '' for a cohort, and for the mean over groups
    Column("grouping", String),  # cohort, department
    Column("point", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("n_treated", Integer),
    Column("status", String),
    Column("reason", String),
)
event_study = Table(
    "event_study",
    metadata,
    Column("analysis", String),
    Column("outcome", String),
    Column("population", String),
    Column("waves_since", Integer),  # 0 = first wave after joining; below 0 before joining
    Column("point", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("n_treated", Integer),
    Column("status", String),
    Column("reason", String),
)
verdict = Table(
    "verdict",
    metadata,
    Column("analysis", String),
    Column("outcome", String),
    Column("population", String),
    Column("verdict", String),  # works, works_against, too_early, no_sign, do_not_trust
    Column("reasons", String),  # codes with numbers, a JSON list, the deciding one first
)
# How well the warning about silent pairs would have done so far.
backtest = Table(
    "backtest",
    metadata,
    # logistic, boosting, silent_30_days, recency; all: about the test; none: no warning is given
    Column("model", String),
    Column("measure", String),
    Column("value", Double),
    Column("is_used", Boolean),  # the model behind the risk on the board
)
flow = Table(
    "flow",
    metadata,
    Column("program", String),
    Column("mentor_department", String),
    Column("mentee_department", String),
    Column("pairs", Integer),  # pairs ever active; NULL when suppressed
    Column("status", String),
    Column("reason", String),
)
pair_board = Table(
    "pair_board",
    metadata,
    Column("pair_id", String),
    Column("program", String),
    Column("cohort", String),
    Column("mentor_name", String),
    Column("mentee_name", String),
    Column("mentor_department", String),
    Column("mentee_department", String),
    Column("state", String),  # codes of models.momentum
    Column("reasons", String),  # codes with parameters, a JSON list
    Column("needs_attention", Boolean),
    Column("need_rank", Integer),  # 1 = first to call
    Column("matched_on", Date),
    Column("agreed_cadence_days", Double),
    Column("last_held_on", Date),
    Column("next_planned_on", Date),
    Column("days_since_last", Integer),  # since the match where none was held
    Column("sessions_held", Integer),
    Column("sessions_cancelled_by_mentee", Integer),
    # chance that no session is held in the next 30 days; NULL where it says nothing
    Column("risk", Double),
)
pair_event = Table(
    "pair_event",
    metadata,
    Column("pair_id", String),
    Column("happened_on", Date),
    Column("kind", String),  # matched, held, cancelled, no_show, planned, goal_set, ...
    Column("detail", String),  # codes only, never free text
    Column("moved_to_on", Date),  # day of the session that replaced it
    Column("moved_from_on", Date),  # day of the session it replaced
)
# What checks of a pair of the board found, and what it agreed on; codes and days only.
pair_fact = Table(
    "pair_fact",
    metadata,
    Column("pair_id", String),
    # none, mentor_below (the mentor is in the senior's reporting line), mentee_below, not_known
    Column("line_match", String),  # on the day of the match
    Column("steps_match", Integer),  # 1 = direct manager; NULL where there is no such line
    Column("line_now", String),  # on the release day
    Column("steps_now", Integer),
    # fine (the mentor was the junior by level at the match), same_level, other_way, not_known
    Column("role_direction", String),
    Column("covers_topics", Boolean),  # NULL where no ground rules are on record
    Column("covers_off_limits", Boolean),
    Column("covers_place", Boolean),
    Column("covers_frequency", Boolean),
    Column("covers_confidentiality", Boolean),
    Column("mentor_agreed_on", Date),
    Column("mentee_agreed_on", Date),
)
pair_item = Table(
    "pair_item",
    metadata,
    Column("pair_id", String),
    Column("kind", String),  # goal, action, milestone
    Column("code", String),  # a goal's topic, the milestone; NULL where it is free text
    Column("owner_role", String),  # of an action: mentor, mentee
    Column("begun_on", Date),  # a goal was set, an action noted
    Column("due_on", Date),
    Column("closed_on", Date),  # a goal was attained or dropped, a milestone reached
    Column("status", String),  # open, attained, dropped, done, reached
)
pair_topic = Table(
    "pair_topic",
    metadata,
    Column("pair_id", String),
    Column("topic", String),  # NULL for topics in free text
    Column("sessions", Integer),  # held sessions that were about it
)
# When pairs met that have left the board since, for what became of follow-ups; no names.
former_pair = Table(
    "former_pair",
    metadata,
    Column("pair_id", String),
    Column("program", String),
    Column("held_on", Date),  # one row per session held; NULL for a pair that never met
)
waiting_person, cancelling_senior, ended_pair, rematch = declare_people(metadata)
load_summary = Table(
    "load_summary",
    metadata,
    Column("batch_id", String),
    Column("loaded_at", DateTime),
    Column("file_name", String),
    Column("format", String),
    Column("source_system", String),
    Column("entity", String),
    Column("mapping_name", String),
    Column("rows_read", Integer),
    Column("rows_inserted", Integer),
    Column("rows_updated", Integer),
    Column("rows_unchanged", Integer),
    Column("rows_rejected", Integer),
)
refused = Table(
    "refused",
    metadata,
    Column("file_name", String),
    Column("code", String),
    Column("problem", String),
    Column("remedy", String),
    Column("refused_at", DateTime),
)
rejected = Table(
    "rejected",
    metadata,
    Column("file_name", String),
    Column("entity", String),
    Column("source_row", Integer),
    Column("rule", String),
    Column("column_name", String),
    Column("value", String),
    Column("message", String),
    Column("row_json", String),
)
# What tells why a figure changed between two releases; see reports.change_causes.
figure_source = Table(
    "figure_source",
    metadata,
    Column("figures", String),  # a metric, or an analysis of the table estimate
    Column("entity", String),  # table of loaded facts they are computed from
)
fact_rows = Table(
    "fact_rows",
    metadata,
    Column("entity", String),
    Column("month", String),  # of the day the rows speak about, 2026-09; '' where they name none
    Column("batch_id", String),  # load that last wrote them
    Column("rows", Integer),
)
# What tells which figures can be taken over from the release before; see reports.carrying.
fact_digest = Table(
    "fact_digest",
    metadata,
    Column("entity", String),
    Column("month", String),  # as in fact_rows
    Column("digest", String),  # differs where facts of the month do
)
# What disclosure control of survey figures did: counts only, for everybody to read.
survey_audit = Table(
    "survey_audit",
    metadata,
    Column("measure", String),
    Column("title", String),
    Column("value", Double),  # NULL where there is none
)
check = Table(
    "check",
    metadata,
    Column("check_id", String),
    Column("title", String),
    Column("verdict", String),  # passed, note, failed
    Column("detail", String),
)

# What pages look up; figures lie in the order they are looked up in, see reports.packed_cells.
Index("pair_event_by_pair", pair_event.c.pair_id)
Index("pair_board_by_pair", pair_board.c.pair_id)
Index("pair_fact_by_pair", pair_fact.c.pair_id)
Index("pair_item_by_pair", pair_item.c.pair_id)
Index("pair_topic_by_pair", pair_topic.c.pair_id)
Index("rejected_by_file", rejected.c.file_name)
