"""What came in, what was set aside, and whether every row is accounted for."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.data import View
from reports import codes, wording

LAST_FILES = 12  # files listed one by one
_COUNTS = ("rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected")
_LOAD_COLUMNS = (
    Column("Content"),
    Column("From"),
    Column("Read", is_number=True),
    Column("Inserted", is_number=True),
    Column("Updated", is_number=True),
    Column("Unchanged", is_number=True),
    Column("Set aside", is_number=True),
    Column("Reconciles"),
)


def read_loads(view: View) -> list[SimpleNamespace]:
    """Return what was loaded, newest first, file by file."""
    rows = view.rows("load_summary")
    return sorted(rows, key=lambda row: (row.file_name, row.entity))


def is_reconciled(row: SimpleNamespace) -> bool:
    """Return whether read = inserted + updated + unchanged + rejected."""
    return bool(row.rows_read == sum(getattr(row, name) or 0 for name in _COUNTS[1:]))


def read_title(view: View) -> str:
    """Return what the loads say together."""
    loads = read_loads(view)
    if not loads:
        return "Nothing has been loaded into this release"
    read = sum(row.rows_read or 0 for row in loads)
    rejected = sum(row.rows_rejected or 0 for row in loads)
    open_files = sum(not is_reconciled(row) for row in loads)
    if open_files:
        files = wording.format_count(open_files, "file does", "files do")
        return f"{files} not reconcile: some rows are not accounted for"
    share = wording.format_value(rejected / read if read else 0.0, "fraction")
    return (
        f"Every row is accounted for; {wording.format_number(rejected)} of "
        f"{wording.format_number(read)} ({share}) were set aside"
    )


def read_subtitle(view: View) -> str:
    """Return when the release was built and how far its data reach."""
    return (
        f"Release {view.info.release_id}, built {wording.format_moment(view.info.built_at)} by "
        f"version {view.info.code_version}; data to {wording.format_day(view.info.data_as_of)}."
    )


def loads_figure(view: View) -> Figure:
    """Return every file and entity with its count of rows."""
    columns = (Column("File"), *_LOAD_COLUMNS)
    lines = tuple(
        (
            text_value(row.file_name),
            text_value(_words(row.entity)),
            text_value(_from(row.source_system, row.format)),
            *(number_value(getattr(row, name)) for name in _COUNTS),
            text_value("yes" if is_reconciled(row) else "no"),
        )
        for row in read_loads(view)
    )
    files = {row.file_name for row in read_loads(view)}
    return Figure(
        figure_id="loads",
        title=f"{wording.format_count(len(files), 'file')} loaded",
        subtitle="Rows read = inserted + updated + unchanged + set aside, by content; the table "
        "lists every file",
        table=Table(columns, lines),
    )


def file_names(view: View) -> list[str]:
    """Return the names of all files, those that came in last first."""
    newest = sorted(view.rows("load_summary"), key=lambda row: row.loaded_at, reverse=True)
    return list(dict.fromkeys(row.file_name for row in newest))


def files_table(view: View) -> Table:
    """Return the files that came in last, what each was taken for, and its count of rows."""
    rows = view.rows("load_summary")
    lines = tuple(
        (
            text_value(row.file_name),
            text_value(_taken_for(row)),
            text_value(_words(row.entity).capitalize()),
            *(number_value(getattr(row, name)) for name in _COUNTS),
        )
        for name in file_names(view)[:LAST_FILES]
        for row in rows
        if row.file_name == name and row.rows_read
    )
    columns = (
        Column("File", is_long=True),
        Column("Taken for"),
        Column("Content"),
        *_LOAD_COLUMNS[2:-1],
    )
    return Table(columns, lines)


def refused_figure(view: View) -> Figure:
    """Return the files of which nothing was loaded, and what to do about each."""
    refused = view.rows("refused")
    lines = tuple(
        (
            text_value(row.file_name),
            text_value(row.problem),
            text_value(row.remedy),
            text_value(wording.format_moment(row.refused_at)),
        )
        for row in reversed(refused)
    )
    columns = (
        Column("File", is_long=True),
        Column("What kept it out", is_long=True),
        Column("What to do", is_long=True),
        Column("When"),
    )
    title = f"{wording.format_count(len(refused), 'file')} refused as a whole"
    return Figure("refused", title, "Nothing of them was loaded", Table(columns, lines))


def files_to_correct(view: View) -> list[tuple[str, int]]:
    """Return the files with rows set aside and how many wait, most first."""
    return Counter(row.file_name for row in view.rows("rejected")).most_common()


def loads_table(view: View) -> Table:
    """Return the loads added up by content and source, as short as a page wants them."""
    groups: dict[tuple[str, str, str], list[SimpleNamespace]] = {}
    for row in read_loads(view):
        groups.setdefault((row.entity, row.source_system, row.format), []).append(row)
    lines = []
    for (entity, source, form), rows in sorted(groups.items()):
        names = {row.file_name for row in rows}
        lines.append(
            (
                text_value(_words(entity).capitalize()),
                text_value(_from(source, form)),
                number_value(len(names)),
                *(number_value(sum(getattr(row, name) or 0 for row in rows)) for name in _COUNTS),
                text_value("yes" if all(is_reconciled(row) for row in rows) else "no"),
            )
        )
    columns = (
        Column("Content"),
        _LOAD_COLUMNS[1],
        Column("Files", is_number=True),
        *_LOAD_COLUMNS[2:],
    )
    return Table(columns, tuple(lines))


def read_checks(view: View) -> list[SimpleNamespace]:
    """Return every check of the release, failed ones first."""
    order = {"failed": 0, "note": 1, "passed": 2}
    return sorted(view.rows("check"), key=lambda row: order.get(row.verdict, 3))


def checks_figure(view: View) -> Figure:
    """Return every check with its verdict."""
    columns = (Column("Check"), Column("Verdict"), Column("Detail", is_long=True))
    lines = tuple(
        (
            text_value(row.title),
            text_value(codes.VERDICTS.get(row.verdict, row.verdict)),
            text_value(row.detail or ""),
        )
        for row in read_checks(view)
    )
    failed = sum(row.verdict == "failed" for row in read_checks(view))
    title = f"{wording.format_count(failed, 'check')} failed" if failed else "No check failed"
    return Figure(
        "checks", title, "Run on every release before it is published", Table(columns, lines)
    )


def rules_figure(view: View) -> Figure:
    """Return the rejected rows by rule: how many, in which files, and an example in words."""
    rejected = view.rows("rejected")
    counts = Counter(row.rule for row in rejected)
    examples = {row.rule: row.message for row in reversed(rejected)}
    files: dict[str, set[str]] = {}
    for row in rejected:
        files.setdefault(row.rule, set()).add(row.file_name)
    lines = tuple(
        (
            text_value(rule.replace("_", " ").capitalize()),
            number_value(count),
            text_value(_few(sorted(files[rule]))),
            text_value(examples[rule]),
        )
        for rule, count in counts.most_common()
    )
    columns = (
        Column("Rule"),
        Column("Rows", is_number=True),
        Column("Files", is_long=True),
        Column("For example", is_long=True),
    )
    return Figure(
        figure_id="rejected-by-rule",
        title=_rules_title(counts),
        subtitle="Rows that were set aside, by the rule that set them aside",
        table=Table(columns, lines),
        notes=(
            "Correct them at the source and load the file again, or correct the sheet below and "
            "load that; rows taken stay unchanged.",
        ),
    )


def rejected_figure(view: View) -> Figure:
    """Return every rejected row whole, to be corrected at its source."""
    columns = (
        Column("File"),
        Column("Holds"),
        Column("Row", is_number=True),
        Column("Rule"),
        Column("Column"),
        Column("Value"),
        Column("Why", is_long=True),
        Column("Whole row", is_long=True),
    )
    lines = tuple(
        (
            text_value(row.file_name),
            text_value(row.entity or ""),
            _row_number(row),
            text_value(row.rule),
            text_value(row.column_name or ""),
            text_value(row.value or ""),
            text_value(row.message or ""),
            text_value(row.row_json or ""),
        )
        for row in view.rows("rejected")
    )
    return Figure(
        "rejected-rows",
        "Rejected rows",
        "As the source wrote them; may hold names",
        Table(columns, lines),
    )


def figures(view: View) -> list[Figure]:
    """Return every figure this viewer may download."""
    found = [loads_figure(view), checks_figure(view)]
    if view.rows("refused"):
        found.append(refused_figure(view))
    if view.rights("rejected").allowed:
        found += [rules_figure(view), rejected_figure(view)]
    return found


def _row_number(row: SimpleNamespace) -> Value:
    return Value("") if row.source_row is None else Value(str(row.source_row), int(row.source_row))


def _taken_for(row: SimpleNamespace) -> str:
    """Return what the file was read as, in words a person uses: "Workday workers, text table"."""
    form = _form(row.format)
    mapping = str(row.mapping_name or "")
    if mapping.startswith("recognized "):
        return f"{form} survey"
    if mapping.startswith("canonical "):
        return f"Our own columns, {form}"
    name = _words(mapping.removesuffix(".toml").removesuffix(".mapping"))
    if not name or name == _words(row.format):
        return wording.capitalized(form)
    return f"{wording.capitalized(name)}, {form}"


def _form(code: str) -> str:
    return codes.FORMATS.get(code, _words(code))


def _from(source: str, form: str) -> str:
    """Return the system rows came from and what their file was, said once where they are one."""
    system, kind = _words(source), _form(form)
    return kind if system == kind.lower() else f"{system}, {kind}"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _few(names: list[str]) -> str:
    """Return the first names and how many more there are."""
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more"


def _rules_title(counts: Counter[str]) -> str:
    if not counts:
        return "No row was set aside"
    rule, count = counts.most_common(1)[0]
    name = rule.replace("_", " ")
    return f"Most often: {name}, {wording.format_count(count, 'row')} of {sum(counts.values()):,}"
