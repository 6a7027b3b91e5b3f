"""The tutorial: its files and commands, one after the other, as a reader would type them."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import ReformIndex

pytestmark = pytest.mark.runs

PAGE = Path(__file__).parents[3] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_blocks() -> Iterator[tuple[str, str, str]]:
    """What kind of block, its file's name or its commands' status, and its text."""
    yield from _BLOCK.findall(PAGE.read_text("utf-8"))


def test_every_command_of_the_tutorial_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reform_index: ReformIndex
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ""
    kinds = set()
    for kind, of_what, text in read_blocks():
        kinds.add(kind)
        if kind == "csv":
            Path(of_what).write_text(text, "utf-8")
        elif kind == "output":
            for line in text.splitlines():
                assert line in said, f"{line!r} is not in\n{said}"
        else:
            said = ""
            for command in text.splitlines():
                if command.startswith("reform-index "):
                    found = reform_index(*shlex.split(command)[1:])
                    said += found.out + found.err
                    assert found.status == int(of_what or 0), f"{command}\n{found.out}{found.err}"
                else:
                    subprocess.run(command, shell=True, check=True)
    assert kinds == {"csv", "sh", "output"}
    assert not list((tmp_path / "home" / "feedback").glob("*/*.xlsx"))
