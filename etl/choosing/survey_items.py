"""Which columns of a survey export are closed questions, and how their answers are to be read.

Pure functions over column profiles. What is not clearly closed is taken for free text and stays
outside: what people write may say who they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.choosing.survey_profile import ColumnProfile, Part
from etl.mapping.mapping import Choices

_LOWEST, _HIGHEST = 0, 10  # of whole numbers that are points on a scale
_FEW, _MANY = 12, 30  # different answers
_SHORT, _LONG = 60, 200  # characters of an answer
_COMMON_SCALES = ((1, 5), (1, 7), (0, 10))
_SURE_ANSWERS, _SURE_EACH = 50, 3  # from which a scale can be told by the answers alone
_FITTING = 0.99  # share of answers that a stated scale must hold to be believed
_RANGE = re.compile(
    r"(?:[(\[]|\b(?:scale|skala|échelle|escala|schaal|scala)\D{0,12}?)"
    r"([01]) ?(?:-|–|—|to|bis|à|a|tot|t/m) ?(10|[2-9])(?![\d.])",
    re.IGNORECASE,
)
_LEGEND = re.compile(r"(?<![\d.])(10|\d) ?= ?[^\d\s]")
_QUIZ = re.compile(r"(points|punkte|puntos|punti|punten|feedback|commentaires) ?[-–:]", re.I)
_OTHER = re.compile(r"\b(other|sonstige|andere|autre|otr[oa]|altro|anders|overig)", re.I)


@dataclass(frozen=True)
class Question:
    """A question as the file has it.

    Parameters
    ----------
    columns
        Its columns: one, or one per option or row.
    has_gaps
        True where some row has an answer in one of several columns and none in another.
    """

    columns: tuple[ColumnProfile, ...]
    has_gaps: bool = False


@dataclass(frozen=True)
class SurveyItems:
    """What is read.

    Parameters
    ----------
    items
        Column of the file to item code.
    choices
        Questions that take several answers.
    scales
        Item code to both ends of its scale; items whose scale is not known beyond doubt are left
        out.
    unread
        Columns that are no closed questions.
    """

    items: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choices, ...] = ()
    scales: dict[str, tuple[int, int]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def find_items(questions: Sequence[Question], separator: str | None) -> SurveyItems:
    """Return the closed questions and how they are read.

    Parameters
    ----------
    separator
        What the tool writes between several answers in one cell; None where it does not.
    """
    items, scales = dict[str, str](), dict[str, tuple[int, int]]()
    choices, unread = list[Choices](), list[str]()
    for question in questions:
        several = _choices(question, separator)
        if several is not None:
            choices.append(several)
            scales |= dict.fromkeys(several.item_codes(), (0, 1))
            continue
        closed = [one for one in question.columns if _is_closed(one, question)]
        items |= {one.name: one.name for one in closed}
        unread += [one.name for one in question.columns if one not in closed]
        numeric = [one for one in closed if one.is_whole]
        scale = _scale(numeric)
        if scale is not None:
            scales |= dict.fromkeys((one.name for one in numeric), scale)
    return SurveyItems(items, tuple(choices), scales, tuple(unread))


def _is_closed(column: ColumnProfile, question: Question) -> bool:
    """Tell whether a column holds points on a scale, or a few answers again and again."""
    if not column.filled or _QUIZ.match(column.name):
        return False
    if 2 * max(column.days, column.mails) > column.filled:
        return False
    if column.is_whole and _on_scale(column.lowest) and _on_scale(column.highest):
        return True
    return _is_repeated(dict(column.values)) or _shares_answers(column, question)


def _on_scale(number: int | None) -> bool:
    return number is not None and _LOWEST <= number <= _HIGHEST


def _shares_answers(column: ColumnProfile, question: Question) -> bool:
    """Tell whether the rows of a question are answered alike, few as the answers of each may be."""
    filled = [one for one in question.columns if one.filled and not one.is_whole]
    pooled: Counter[str] = Counter()
    for one in filled:
        pooled.update(dict(one.values))
    own = dict(column.values)
    return bool(own) and _is_repeated(pooled) and all(pooled[answer] > 1 for answer in own)


def _is_repeated(answers: dict[str, int]) -> bool:
    distinct, filled = len(answers), sum(answers.values())
    longest = max(map(len, answers), default=0)
    if not distinct or distinct > _MANY or longest > _LONG:
        return False
    each = 10 if distinct > _FEW else 5 if longest > _SHORT else 1.5
    return filled >= each * distinct


def _choices(question: Question, separator: str | None) -> Choices | None:
    """Return how a question is read that takes several answers, None where it does not."""
    if len(question.columns) > 1:
        return _option_columns(question)
    (column,) = question.columns
    parts = [part for part in column.parts if len(part.text) <= _LONG]
    options = [part for part in parts if part.cells > 1]
    if not separator or not options or len(options) > _MANY:
        return None
    if column.ended != column.filled and not _is_cut_sure(parts, options):
        return None
    codes = {part.text: f"{column.name}/{part.text}" for part in options}
    return Choices({}, column.name, separator, codes, f"{column.name}/(other)")


def _is_cut_sure(parts: Sequence[Part], options: Sequence[Part]) -> bool:
    """Tell whether cells are lists of options, not sentences or options with a comma in them.

    Options are combined freely: they occur alone, or in different company.
    """
    repeated = sum(part.cells for part in options)
    if repeated < 0.7 * sum(part.cells for part in parts):
        return False
    if not any(0 < part.alone < part.cells for part in options):
        return False
    return all(part.alone or part.values > 1 for part in options)


def _option_columns(question: Question) -> Choices | None:
    """Return how options with a column each are read; rows of a matrix hold different answers."""
    named = [one for one in question.columns if not _OTHER.search(one.name)]
    filled = [one for one in named if one.filled]
    if not question.has_gaps or not filled or not all(map(_is_mark, filled)):
        return None
    return Choices({one.name: one.name for one in question.columns})


def _is_mark(column: ColumnProfile) -> bool:
    """Tell whether the only thing a column says is that its option was chosen."""
    marks = [value for value, _ in column.values if value != "0"]
    if len(marks) != 1:
        return False
    return marks[0] == "1" or column.name.endswith(marks[0]) or column.label.endswith(marks[0])


def _scale(columns: Sequence[ColumnProfile]) -> tuple[int, int] | None:
    """Return the scale of numeric answers: as stated, or as it shows beyond doubt."""
    answers: Counter[int] = Counter()
    for column in columns:
        answers.update({int(float(v.replace(",", "."))): count for v, count in column.values})
    total = sum(answers.values())
    stated = {scale for one in columns if (scale := _stated(f"{one.label} {one.name}"))}
    if len(stated) == 1:
        (lowest, highest), *_ = stated
        fitting = sum(n for answer, n in answers.items() if lowest <= answer <= highest)
        return (lowest, highest) if fitting >= _FITTING * total else None
    if stated or total < _SURE_ANSWERS or min(answers.values()) < _SURE_EACH:
        return None
    return next((s for s in _COMMON_SCALES if set(answers) == set(range(s[0], s[1] + 1))), None)


def _stated(text: str) -> tuple[int, int] | None:
    match = _RANGE.search(text)
    if match:
        return int(match[1]), int(match[2])
    legend = sorted({int(number) for number in _LEGEND.findall(text)})
    is_scale = len(legend) > 1 and legend[0] <= 1 < legend[-1]
    return (legend[0], legend[-1]) if is_scale else None
