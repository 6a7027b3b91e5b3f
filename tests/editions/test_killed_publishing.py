"""A publication killed before any of its steps on the disk leaves a month that can be read."""

import signal
from functools import partial
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from pipeline.editions import Editions, find_breaks

from .killing import Ended, run_until

BEFORE = {"index.html": b"1", "data/indices.csv": b"old\n", "data/rankings.csv": b"old\n"}
AFTER = {"index.html": b"2", "data/indices.csv": b"new\n", "data/rankings.csv": b"new\n"}


def publish_until(step: int, folder: Path, processes: ForkServerContext) -> Ended:
    """Publishes the second edition in a process that dies before the given step."""
    publish = partial(Editions(folder).publish, "2026-10", 2, AFTER)
    return run_until(step, publish, folder.with_name(f"{folder.name}.steps"), processes)


def data_of(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("data/")}


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    editions = Editions(tmp_path / "published")
    editions.publish("2026-10", 1, BEFORE)
    return editions


def test_whatever_step_a_kill_comes_before_the_month_is_whole_and_the_next_run_publishes(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    seen = []
    for step in range(1, 100):
        editions = Editions(tmp_path / str(step))
        editions.publish("2026-10", 1, BEFORE)
        ended = publish_until(step, editions.folder, processes)
        number = editions.in_force("2026-10")
        assert editions.data("2026-10") == data_of({1: BEFORE, 2: AFTER}[number])
        # A killed run is no change of what was published, and the chain loses nothing.
        assert find_breaks(editions) == []
        assert [link.number for link in editions.read_chain().links] == [1, 2][:number]
        seen.append(number)
        if ended.status == 0:
            assert ended.steps == step - 1
            break
        assert ended.status == -signal.SIGKILL
        # Another month is published first.
        editions.publish("2026-09", 1, BEFORE)
        assert find_breaks(editions) == []
        editions.publish("2026-10", number + 1, AFTER)
        assert editions.data("2026-10") == data_of(AFTER)
        assert not list(editions.folder.rglob(".*"))
        assert find_breaks(editions) == []
        told = [link.edition for link in editions.read_chain().links]
        numbers = range(1, number + 1)
        assert told == [
            *(("2026-10", each) for each in numbers),
            ("2026-09", 1),
            ("2026-10", number + 1),
        ]
    # The first edition until the link is replaced, then the second, and never back.
    assert seen == sorted(seen)
    assert set(seen) == {1, 2}
    assert len(seen) > len(AFTER) + 4  # each file, its folders, the rename, the link, the commit


def test_a_kill_while_an_uncommitted_folder_is_replaced_is_survived_too(
    editions: Editions, processes: ForkServerContext
) -> None:
    uncommitted = editions.folder / "editions" / "2026-10" / "2"
    for step in (8, 10, 12, 14):
        uncommitted.mkdir(exist_ok=True)
        (uncommitted / "half").write_text("")
        assert publish_until(step, editions.folder, processes).status == -signal.SIGKILL
        assert editions.in_force("2026-10") == 1
        assert editions.data("2026-10") == data_of(BEFORE)
    editions.publish("2026-10", 2, AFTER)
    assert editions.data("2026-10") == data_of(AFTER)
