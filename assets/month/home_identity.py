"""The identity of a home: a text that stays the same on every machine and under every path.

Two machines may see one folder under two paths, and two homes may have the same path on two
machines. Here belongs the file that tells homes apart. Not here: the locks that are named by it
(lock).
"""

import os
import re
import uuid
from contextlib import suppress
from pathlib import Path

from pipeline.home import Home, HomeError

_IDENTITY = re.compile(r"[0-9a-f]{32}")


def read_identity(home: Home) -> str:
    """The identity of a home; made where it has none yet, once for all machines.

    HomeError where its file was changed.
    """
    if not home.identity.exists():
        _make_identity(home)
    text = home.identity.read_text(encoding="ascii", errors="replace").strip()
    if not _IDENTITY.fullmatch(text):
        raise HomeError(
            f"{home.identity} is not as it was made: restore the file from a backup, or remove it "
            "while no run is under way on any machine; the next run makes it"
        )
    return text


def _make_identity(home: Home) -> None:
    """Writes the file whole, then gives it its name: the first of several machines wins."""
    identity = uuid.uuid4().hex
    unfinished = home.root / f".{identity}.identity"
    unfinished.write_text(f"{identity}\n", encoding="ascii")
    try:
        with suppress(FileExistsError):
            _give_name(unfinished, home)
    finally:
        unfinished.unlink()


def _give_name(unfinished: Path, home: Home) -> None:
    """FileExistsError where another machine was first."""
    try:
        os.link(unfinished, home.identity)
    except FileExistsError:
        raise
    except OSError:
        # A share without hard links.
        with home.identity.open("x", encoding="ascii") as file:
            file.write(unfinished.read_text(encoding="ascii"))
