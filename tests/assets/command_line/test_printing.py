"""Lines and a bar on one terminal, and what Dagster prints by itself."""

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assets.command_line import printing
from assets.command_line.dagster_lines import short_dagster_lines

_BAR_AND_LINES = """
from assets.command_line import printing
bar, listener = printing.progress_bar()
with bar:
    listener("tallies", 1, 1)
    printing.print_line("2026-05: edition 1 published")
    listener("tallies", 0, 1)
    printing.print_warning("a warning")
    printing.print_line("2026-06: edition 1 published")
printing.print_line("the end")
"""
_BAR_WITHOUT_STANDARD_ERROR = """
import os
from assets.command_line import printing
bar, listener = printing.progress_bar()
with bar:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    listener("rankings", 0, 0)
    bar.refresh()
"""


def read_terminal(program: str, *arguments: str | Path) -> str:
    """All that a program writes to a terminal that is its standard output and error."""
    own, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=its, stderr=its, env=environment
    )
    os.close(its)
    written = b""
    while True:
        try:
            block = os.read(own, 1 << 16)
        except OSError:  # Linux says so that nobody writes any more.
            break
        if not block:
            break
        written += block
    os.close(own)
    assert process.wait(120) == 0, written
    return written.decode()


def show_lines(written: str) -> list[str]:
    """The lines that a terminal shows: `\\r` goes to the start of the line, ESC[2K empties it."""
    lines, place = [""], 0
    for part in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\n":
            lines.append("")
            place = 0
        elif part == "\r":
            place = 0
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif part == "\x1b[1A":
            lines.pop()
        elif not part.startswith("\x1b"):
            lines[-1] = lines[-1][:place].ljust(place) + part + lines[-1][place + len(part) :]
            place += len(part)
    return lines


def test_each_line_has_a_line_of_the_terminal_where_a_bar_is_shown() -> None:
    shown = show_lines(read_terminal(_BAR_AND_LINES))
    assert [line for line in shown if line.strip()] == [
        "2026-05: edition 1 published",
        "a warning",
        "2026-06: edition 1 published",
        "the end",
    ]


def test_the_bar_is_shown_while_standard_error_goes_elsewhere() -> None:
    assert "rankings" in read_terminal(_BAR_WITHOUT_STANDARD_ERROR)


def test_the_bar_has_no_letters_that_the_terminal_cannot_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not read_terminal(_BAR_WITHOUT_STANDARD_ERROR).isascii()
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert read_terminal(_BAR_WITHOUT_STANDARD_ERROR).isascii()


@pytest.mark.runs
def test_a_run_shows_each_stage_on_the_terminal(pilot_home: Path) -> None:
    program = "from assets.command_line.app import main; main()"
    written = read_terminal(program, "run", "--home", pilot_home)
    shown = re.findall(r"\r(?:\x1b\[2K)?(\w+) ", re.sub(r"\x1b\[[\d;?]*[a-zA-JL-Z]", "", written))
    stages = ["reading", "records", "tallies", "indices", "rankings", "pages"]
    assert [stage for stage in dict.fromkeys(shown) if stage in stages] == stages


def test_the_bar_shows_the_stage_and_how_many_parts_are_done_where_they_are_counted() -> None:
    bar, listener = printing.progress_bar()
    shown = []
    for told in (("records", 1, 4), ("records", 2, 4), ("rankings", 0, 0), ("records", 1, 1)):
        listener(*told)
        (task,) = bar.tasks
        shown.append((task.description, task.completed, task.total))
    assert shown == [
        ("records", 1, 4),
        ("records", 2, 4),
        ("rankings", 0, None),
        ("records", 1, 1),
    ]


def test_dagsters_tries_to_reach_its_database_are_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with short_dagster_lines():
        for _ in range(18):
            logging.warning("Retrying failed database connection: %s", "(OperationalError) ...")
        logging.warning("another line")
    logging.warning("Retrying failed database connection: %s", "afterwards")
    assert [record.getMessage() for record in caplog.records] == [
        "Dagster's database does not answer: it is asked again",
        "another line",
        "Retrying failed database connection: afterwards",
    ]
