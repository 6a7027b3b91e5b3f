"""A publication killed before any of its steps on the disk leaves a month that can be read."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.editions import Editions

BEFORE = {"index.html": b"1", "data/indices.csv": b"old\n", "data/rankings.csv": b"old\n"}
AFTER = {"index.html": b"2", "data/indices.csv": b"new\n", "data/rankings.csv": b"new\n"}

# Python tells its audit hooks before each of these calls; the process dies at the given one.
# Without a number it publishes to the end and prints how many there were.
KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.editions import Editions

STEPS = {"os.mkdir", "open", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod",
         "shutil.rmtree"}
folder, files, last_step = Path(sys.argv[1]), eval(sys.argv[2]), int(sys.argv[3])
seen = 0

def die_at_the_step(event, arguments):
    global seen
    if event in STEPS and seen >= 0:
        seen += 1
        if seen == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die_at_the_step)
Editions(folder).publish("2026-10", 2, files)
steps, seen = seen, -1
print(steps)
"""


def publish_until(step: int, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED, str(folder), repr(AFTER), str(step)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def data_of(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("data/")}


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    editions = Editions(tmp_path / "published")
    editions.publish("2026-10", 1, BEFORE)
    return editions


def test_whatever_step_a_kill_comes_before_the_month_is_whole_and_the_next_run_publishes(
    tmp_path: Path,
) -> None:
    seen = []
    for step in range(1, 100):
        editions = Editions(tmp_path / str(step))
        editions.publish("2026-10", 1, BEFORE)
        ended = publish_until(step, editions.folder)
        number = editions.in_force("2026-10")
        assert editions.data("2026-10") == data_of({1: BEFORE, 2: AFTER}[number])
        seen.append(number)
        if ended.returncode == 0:
            assert int(ended.stdout) == step - 1
            break
        assert ended.returncode == -9, ended.stderr
        editions.publish("2026-10", number + 1, AFTER)
        assert editions.data("2026-10") == data_of(AFTER)
        assert not list(editions.folder.rglob(".*"))
    # The first edition until the link is replaced, then the second, and never back.
    assert seen == sorted(seen)
    assert set(seen) == {1, 2}
    assert len(seen) > len(AFTER) + 4  # each file, its folders, the rename, the link, the commit


def test_a_kill_while_an_uncommitted_folder_is_replaced_is_survived_too(editions: Editions) -> None:
    uncommitted = editions.folder / "editions" / "2026-10" / "2"
    for step in (8, 10, 12, 14):
        uncommitted.mkdir(exist_ok=True)
        (uncommitted / "half").write_text("")
        assert publish_until(step, editions.folder).returncode == -9
        assert editions.in_force("2026-10") == 1
        assert editions.data("2026-10") == data_of(BEFORE)
    editions.publish("2026-10", 2, AFTER)
    assert editions.data("2026-10") == data_of(AFTER)
