"""Question lines: what a drafted profile says of a survey with a question a column.

Not here: finding the questions (questions), the rest of the profile (writing).
"""

from collections.abc import Iterator

from pipeline import masking
from pipeline.drafting.draft import Draft
from pipeline.drafting.questions import FoundQuestion
from pipeline.drafting.toml_lines import quote, write_line
from pipeline.drafting.value_lines import FEWEST_ROWS_SHOWN
from pipeline.plurals import count_of
from pipeline.profiles.questions import UNKNOWN_QUESTION

_MEANINGS = {
    "access": "tiếp cận dịch vụ",
    "procedures": "thủ tục hành chính",
    "officials": "công chức giải quyết công việc",
    "results": "kết quả dịch vụ",
    "feedback": "tiếp nhận, xử lý góp ý, phản ánh, kiến nghị",
    "overall": "đánh giá chung",
}
"""Our words for what a question asks about, in Vietnamese."""


def write_questions(draft: Draft) -> Iterator[str]:
    """A line for each question; where its meaning is not known, a person is to write the word."""
    if not draft.questions:
        return
    words = ", ".join(f"{word} ({meaning})" for word, meaning in _MEANINGS.items())
    yield f"# Each column of answers has a line. Its question is one of: {words}."
    if any(not each.question for each in draft.questions):
        yield f"# WRITE one of these words in place of each {UNKNOWN_QUESTION}."
    yield (
        "# Several columns may have the same word: all their answers count, and the respondent "
        "counts once."
    )
    yield "# Take out the line of a column that is no question of satisfaction."
    yield "questions = ["
    for each in draft.questions:
        yield "  " + write_line(f"{{ {_write_question(each, draft.scale)} }},", _explain(each))
    yield "]"


def _write_question(found: FoundQuestion, scale: str) -> str:
    keys = [
        f"column = {quote(found.column)}",
        f"question = {quote(found.question or UNKNOWN_QUESTION)}",
    ]
    if found.scale != scale:
        keys.append(f"scale = {quote(found.scale)}")
    if found.may_be_reversed:
        keys.append("reversed = false")
    if found.missing:
        keys.append(f"missing_codes = [{', '.join(map(quote, found.missing))}]")
    if found.answers.known and not found.answers.are_ours:
        pairs = ", ".join(f"{quote(k)} = {quote(p)}" for k, (p, _) in found.answers.known.items())
        keys.append(f"values = {{ {pairs} }}")
    return ", ".join(keys)


def _explain(found: FoundQuestion) -> str:
    parts = [count_of(found.rows, "answer")]
    if found.question:
        parts.append(f"by {found.said_by!r} in its name")
    else:
        parts.append("what does it ask about?")
    parts += [f"{code}: {count_of(rows, 'row')}" for code, rows in found.missing.items()]
    if found.may_be_reversed:
        parts.append(
            "it goes against the other questions: reversed = true if the lowest answer is the most "
            "satisfied"
        )
    for value, rows in found.answers.unknown:
        shown = value if rows >= FEWEST_ROWS_SHOWN else masking.mask_text(value)
        parts.append(f"no answer of the scale: {shown} ({count_of(rows, 'row')})")
    return "; ".join(parts)
