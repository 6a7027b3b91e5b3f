"""Feedback to a sender as a workbook, as CSV and as lines: what it has to mend, in its language.

Here belong the words and the sheets. Not here: what is to be mended and in which order
(pipeline.feedback), where the files are written (assets).
"""

import csv
import io
from collections.abc import Sequence

from pipeline.feedback import (
    MOST_ROWS,
    MOST_ROWS_OF_A_RULE,
    BrokenRow,
    BrokenRule,
    BrokenSetRule,
    Feedback,
    JudgedFile,
    list_allowed,
)
from pipeline.published_data import without_formula
from reports.language import Language
from reports.workbook.sheets import Cell, Column, Sheet, Workbook
from reports.workbook.xlsx import write_xlsx

VIETNAMESE, ENGLISH = Language("vi"), Language("en")
_BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet program takes the letters of a CSV file for those of another code."""


def make_xlsx(feedback: Feedback, language: Language = VIETNAMESE) -> bytes:
    """The workbook: a summary, what is to be mended, the files. The same feedback, the same bytes.

    Texts are cells of text, and none begins as a formula does.
    """
    return write_xlsx(make_workbook(feedback, language))


def make_workbook(feedback: Feedback, language: Language) -> Workbook:
    """The sheets of the workbook. Without anything to mend there is no list of it."""
    sheets = (
        make_summary(feedback, language),
        *((make_list(feedback, language),) if not feedback.is_empty else ()),
        _make_files(feedback, language),
    )
    return Workbook(write_title(feedback, language), language.code, feedback.month, sheets)


def make_csv(feedback: Feedback, language: Language = VIETNAMESE) -> bytes:
    """What is to be mended as CSV in UTF-8, with a header; no text begins as a formula does."""
    text = io.StringIO()
    writer = csv.writer(text)
    columns, rows = _list_columns(language), _list_mends(feedback, language)
    writer.writerows([[column.head for column in columns], *rows])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def write_title(feedback: Feedback, language: Language) -> str:
    """The title, with the month."""
    return language.text("feedback.title", month=language.month(feedback.month))


def write_verdict(feedback: Feedback, file: str, language: Language) -> str:
    """What would become of one file that is checked, in one sentence."""
    if feedback.refused:
        key = "feedback.checked_refused"
    elif feedback.rejected_rows:
        key = "feedback.checked_with_rejected"
    else:
        key = "feedback.checked"
    return language.text(key, file=file, month=language.short_month(feedback.month))


def write_counts(feedback: Feedback, language: Language) -> list[str]:
    """How many rows are accepted and rejected, and how many files are refused."""
    lines = []
    if refused := len(feedback.refused):
        lines.append(language.text("feedback.refused", count=refused))
    if rows := feedback.accepted_rows + feedback.rejected_rows:
        lines.append(
            language.text(
                "feedback.counts",
                count=rows,
                accepted=feedback.accepted_rows,
                rejected=feedback.rejected_rows,
            )
        )
    return lines


def write_first(feedback: Feedback, most: int, language: Language) -> str:
    """That the first places follow of all that are to be mended."""
    of_rows = sum(rule.rows for rule in feedback.rules)
    count = len(feedback.refused) + len(feedback.set_rules) + of_rows
    return language.text("feedback.first_of", shown=min(most, count), count=count)


def write_check_as_kind(language: Language) -> str:
    """How to check a file whose name says no kind of records."""
    return language.text("feedback.check_as_kind")


def write_unread_sheets(sheets: int, language: Language) -> str:
    """That other sheets of a workbook look like the one that is read, with the cure."""
    return language.text("feedback.unread_sheets", count=sheets)


def write_masked(language: Language) -> str:
    """What is masked in the values that were found."""
    return language.text("feedback.masked")


def make_summary(feedback: Feedback, language: Language) -> Sheet:
    """What came of the month, and a row for each refused file and each rule that rows break."""
    name, code = (without_formula(each) for each in (feedback.sender_name, feedback.sender_code))
    lines = [
        *([language.text("page.simulated")] if feedback.is_simulated else []),
        write_title(feedback, language),
        language.text("feedback.to", name=name, code=code),
        *write_counts(feedback, language),
    ]
    if feedback.is_empty:
        lines.append(language.text("feedback.nothing"))
    else:
        to_mend = language.text("feedback.to_mend")
        lines += [
            language.text("feedback.what_to_do"),
            language.text("feedback.where", sheet=to_mend),
            write_masked(language),
        ]
    if feedback.is_cut:
        lines.append(_write_cut(language))
    has_table = not feedback.is_empty
    return Sheet(
        name=language.text("feedback.summary"),
        lines=tuple(lines),
        columns=(
            Column(language.text("feedback.file_or_kind")),
            Column(language.text("feedback.fault")),
            Column(language.text("feedback.rows"), "count"),
            Column(language.text("feedback.listed"), "count"),
            Column(language.text("feedback.rule")),
        )
        if has_table
        else (),
        rows=tuple(_list_faults(feedback, language)),
        about=language.text("feedback.summary_about"),
    )


def _write_cut(language: Language) -> str:
    return language.text("feedback.cut", most=MOST_ROWS_OF_A_RULE, most_rows=MOST_ROWS)


def _list_faults(feedback: Feedback, language: Language) -> list[tuple[Cell, ...]]:
    refused: list[tuple[Cell, ...]] = [
        (without_formula(file.name), _write_message(file, language), None, None, None)
        for file in feedback.refused
    ]
    of_month: list[tuple[Cell, ...]] = [
        (language.kind(rule.kind), _write_set_rule(rule, language), None, None, rule.rule)
        for rule in feedback.set_rules
    ]
    broken: list[tuple[Cell, ...]] = [
        (
            language.kind(rule.kind),
            _write_reason(rule, language),
            rule.rows,
            rule.listed,
            rule.rule,
        )
        for rule in feedback.rules
    ]
    return refused + of_month + broken


def make_list(feedback: Feedback, language: Language) -> Sheet:
    """Every place to mend: the refused files, the rows, what to mend first at the top, and what the
    whole month breaks.
    """
    lines = [language.text("feedback.to_mend")]
    if feedback.is_cut:
        lines.append(_write_cut(language))
    return Sheet(
        name=language.text("feedback.to_mend"),
        lines=tuple(lines),
        columns=_list_columns(language),
        rows=tuple(_list_mends(feedback, language)),
        about=language.text("feedback.to_mend_about"),
    )


def _list_columns(language: Language) -> tuple[Column, ...]:
    names = (
        language.text("feedback.file"),
        language.text("feedback.line"),
        language.text("feedback.column"),
        language.text("feedback.found"),
        language.text("feedback.fault"),
        language.text("feedback.allowed"),
        language.text("feedback.rule"),
    )
    return tuple(map(Column, names))


def _list_mends(feedback: Feedback, language: Language) -> list[tuple[Cell, ...]]:
    """The refused files, the rows that break a rule, and what the whole month breaks: the columns
    of `_list_columns`.
    """
    mends: list[tuple[Cell, ...]] = [
        (
            without_formula(file.name),
            language.text("feedback.whole_file"),
            None,
            None,
            _write_message(file, language),
            None,
            None,
        )
        for file in feedback.refused
    ]
    empty = language.text("feedback.empty")
    # What is the same for all rows of a file that break a rule: there may be very many.
    written: dict[tuple[str, str, str], tuple[str, str, str, str | None]] = {}
    for row in feedback.rows:
        key = (row.file.kind, row.file.sha256, row.rule.rule)
        if key not in written:
            written[key] = (
                without_formula(row.file.name),
                _write_column(row, language),
                _write_reason(row.rule, language),
                without_formula("; ".join(list_allowed(row, feedback.month))) or None,
            )
        name, column, reason, allowed = written[key]
        found = empty if row.found is None else without_formula(row.found)
        place = _write_place(row, language)
        mends.append((name, place, column, found, reason, allowed, row.rule.rule))
    mends += [
        (
            language.kind(rule.kind),
            language.text("feedback.whole_month"),
            None,
            None,
            _write_set_rule(rule, language),
            None,
            rule.rule,
        )
        for rule in feedback.set_rules
    ]
    return mends


def _write_place(row: BrokenRow, language: Language) -> Cell:
    """The number of the line, alone where it can be; else the words that say what is counted."""
    if row.place is None:
        return language.text("feedback.counted", record=row.record - 1)
    file, line, record = row.place
    if file:
        shown = without_formula(file)
        if line is None:
            return language.text("feedback.in_zip_record", file=shown, record=record)
        return language.text("feedback.in_zip", file=shown, line=line)
    return language.text("feedback.record", record=record) if line is None else line


def _write_column(row: BrokenRow, language: Language) -> str:
    ours, theirs = row.rule.column, row.theirs
    if not ours:
        return language.text("feedback.whole_row")
    if not theirs and row.file.lacks_column(ours):
        return f"{ours} ({language.text('feedback.not_sent')})"
    return without_formula(f"{theirs} ({ours})" if theirs and theirs != ours else ours)


def _make_files(feedback: Feedback, language: Language) -> Sheet:
    rows: Sequence[tuple[Cell, ...]] = [
        (
            without_formula(file.name),
            language.kind(file.kind) if file.kind else None,
            language.text("feedback.file_refused" if file.is_refused else "feedback.file_accepted"),
            None if file.is_refused else file.accepted,
            None if file.is_refused else file.rejected,
        )
        for file in feedback.files
    ]
    return Sheet(
        name=language.text("feedback.by_file"),
        lines=(language.text("feedback.by_file"),),
        columns=(
            Column(language.text("feedback.file")),
            Column(language.text("feedback.kind")),
            Column(language.text("feedback.result")),
            Column(language.text("feedback.accepted_rows"), "count"),
            Column(language.text("feedback.rejected_rows"), "count"),
        ),
        rows=tuple(rows),
        about=language.text("feedback.by_file_about"),
    )


def _write_message(file: JudgedFile, language: Language) -> str:
    return without_formula(file.message_vi if language.is_vietnamese else file.message)


def _write_reason(rule: BrokenRule, language: Language) -> str:
    return without_formula(rule.reason_vi if language.is_vietnamese else rule.reason)


def _write_set_rule(rule: BrokenSetRule, language: Language) -> str:
    return without_formula(rule.message_vi if language.is_vietnamese else rule.message)
