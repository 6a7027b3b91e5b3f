"""A home as small as can be, with two months, one of them corrected: four editions.

Here belongs making it, and planting changes in it. Not here: what is expected of them.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assets.command_line.run import run_month
from assets.month.installation import Installation

from ...conftest import MakeOnce

MONTH, LATER_MONTH = "2026-05", "2026-06"
SENDER = "T1"


def send(home: Path, month: str, on_time: int, sender: str = SENDER) -> None:
    """A sender's figures of a month: how many of 100 were on time."""
    folder = home / "inbox" / sender / month
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.csv").write_text(
        "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"{sender},due_on_time,,{month},{on_time},100\n",
        encoding="utf-8",
    )


@pytest.fixture(scope="session")
def corrected_template(make_once: MakeOnce) -> Path:
    """MONTH was corrected once, and both months run after it. Read it, never write it."""

    def make(root: Path) -> None:
        (root / "agencies.csv").write_text(
            f"code,name_vi,kind\n{SENDER},Trung tâm hành chính công thử nghiệm,pilot\n",
            encoding="utf-8",
        )
        for month, on_time in ((MONTH, 90), (LATER_MONTH, 80), (MONTH, 70), (LATER_MONTH, 80)):
            send(root, month, on_time)
            run_month(Installation.at(root), month)

    return make_once("corrected_home", make)


@pytest.fixture
def home(corrected_template: Path, tmp_path: Path) -> Path:
    """A copy of the home that is the test's own."""
    return shutil.copytree(corrected_template, tmp_path / "home", symlinks=True)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Until the end of the block, a file may be written to; its permissions are as before then."""
    mode = path.stat().st_mode
    path.chmod(0o644)
    yield path
    path.chmod(mode)


def flip(path: Path, place: int = -2) -> None:
    """Flips a bit of a byte, as a failing disk does: the time of change tells nothing.

    A file that editions share by a hard link is changed in this edition alone.
    """
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[place] ^= 1
    part_from_others(path)
    with opened(path):
        path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def part_from_others(path: Path) -> None:
    """Gives a file bytes of its own, where it shares them with another edition."""
    own = path.with_name(f"{path.name}.own")
    shutil.copy2(path, own)
    own.replace(path)
