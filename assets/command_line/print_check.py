"""Printing what would become of a file that is checked, and writing it down.

Not here: the judgement (check), the words and sheets (reports.feedback).
"""

from pathlib import Path

from rich.table import Table

from assets.command_line.printing import console, print_line
from pipeline.errors import ExitStatus, WrongUseError
from pipeline.feedback import Feedback
from reports import feedback as drawn
from reports.language import Language
from reports.workbook.sheets import Sheet

_SHOWN = 20
"""So many places to mend are printed; --out has all."""
_MAKE = {".xlsx": drawn.make_xlsx, ".csv": drawn.make_csv}


class WrongOutputError(WrongUseError):
    """What is to be mended cannot be written into such a file."""


def check_output(out: Path, file: Path) -> None:
    """Raises WrongOutputError for a file that is neither workbook nor CSV, or the one checked."""
    if out.suffix not in _MAKE:
        raise WrongOutputError(f"--out {out}: its name must end in one of {', '.join(_MAKE)}")
    if out.resolve() == file.resolve():
        raise WrongOutputError(f"--out {out} is the file that is checked: name another")


def print_check(feedback: Feedback, language: Language) -> None:
    """Prints whether the file would be accepted, how many rows, and what to mend, first first."""
    (file,) = feedback.files
    print_line(drawn.write_verdict(feedback, file.name, language))
    for line in drawn.write_counts(feedback, language):
        print_line(line)
    if feedback.is_empty:
        return
    summary = drawn.make_summary(feedback, language)
    console.print(_build_table(summary, len(summary.rows)))
    if feedback.rows:
        print_line(drawn.write_first(feedback, _SHOWN, language))
        console.print(_build_table(drawn.make_list(feedback, language), _SHOWN))
        print_line(drawn.write_masked(language))


def write_output(out: Path, feedback: Feedback, language: Language) -> None:
    """Writes the workbook, or the list as CSV. OSError where it cannot be written."""
    out.write_bytes(_MAKE[out.suffix](feedback, language))


def find_status(feedback: Feedback) -> ExitStatus:
    """0 where all would be accepted, 1 where the file would be refused, 3 where rows of it would be
    rejected: as a run ends with this file alone.
    """
    if feedback.refused:
        return ExitStatus.NOTHING_PUBLISHED
    return ExitStatus.PUBLISHED_WITH_GAPS if feedback.rejected_rows else ExitStatus.COMPLETE


def _build_table(sheet: Sheet, most: int) -> Table:
    table = Table()
    for column in sheet.columns:
        table.add_column(column.head, overflow="fold")
    for row in sheet.rows[:most]:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    return table
