"""Drafted lines: lines for the register of agencies that a draft wrote beside it.

They hold for nothing before a person adds them to the home's agencies.csv. Here belong finding
them, and the command that adds them. Not here: drafting them (profile_draft).
"""

import csv
import io
import shlex
from pathlib import Path

from pipeline.home import Home
from pipeline.own_files import OwnFileError, read_text
from pipeline.plurals import count_of


def name_drafted_lines(profile_name: str) -> str:
    """The name of the file with the lines that belong to a drafted profile."""
    return f"agencies-draft-{profile_name}.csv"


def explain_drafted_lines(home: Home, known: set[str]) -> str:
    """That drafts in a home have lines whose codes are not `known`, with the command that adds
    them, to stand behind a reason; empty where none has.
    """
    found = []
    for path in sorted(home.root.glob(name_drafted_lines("*"))):
        if count := len(_read_codes(path) - known):
            lines = count_of(count, "line")
            found.append(f"{lines} for agencies.csv in {path}, added by: {add_lines(path, home)}")
    return f"; there are {'; and '.join(found)}" if found else ""


def add_lines(lines: Path, home: Home) -> str:
    """The command that adds drafted lines to the register of a home."""
    if not home.agencies.exists():
        return f"cp {_quote(lines)} {_quote(home.agencies)}"
    has_end = home.agencies.read_bytes().endswith(b"\n")
    end = "" if has_end else f"echo >> {_quote(home.agencies)}; "
    return f"{end}tail -n +2 {_quote(lines)} >> {_quote(home.agencies)}"


def _read_codes(path: Path) -> set[str]:
    try:
        rows = csv.DictReader(io.StringIO(read_text(path)))
        return {row["code"] for row in rows if row.get("code")}
    except (OwnFileError, csv.Error):
        return set()


def _quote(path: Path) -> str:
    return shlex.quote(str(path))
