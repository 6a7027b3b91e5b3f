"""However a run is ended or its output is lost, it says so in a line, and nothing is half done."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets import dagster_home
from assets.command_line import run
from pipeline.editions import Editions
from pipeline.home import Home

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs

COMMAND = "import sys; from assets.command_line.app import main; main()"
ENDLESS = """
import sys, time
from pipeline import rankings
def compute(*given):
    print("computing", flush=True)
    time.sleep(600)
rankings.compute = compute
from assets.command_line.app import main
main()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts the command line in a process of its own, which does not outlive the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(home: Path, code: str = COMMAND, **more: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, "run", "--home", str(home)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | more
        processes.append(subprocess.Popen(command, **options))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_ends_a_run_with_a_line_and_the_home_is_free(
    pilot_home: Path, reform_index: ReformIndex, started: Start, sent: signal.Signals, status: int
) -> None:
    process = started(pilot_home, ENDLESS)
    assert process.stdout is not None
    assert process.stdout.readline() == "computing\n"
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert said == (
        f"reform-index: ended by {sent.name} before it was done; nothing is half done, run it "
        "again\n"
    )
    assert process.returncode == status
    assert not (pilot_home / ".lock.holder").exists()
    assert list((pilot_home / "dagster" / "alive").iterdir()) == []
    with dagster_home.open_instance(Home.at(pilot_home)) as instance:
        assert [each.status for each in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
    assert Editions(pilot_home / "published").months() == []
    assert reform_index("run", "--home", pilot_home).status == 0


def test_a_reader_that_goes_away_does_not_end_the_run(pilot_home: Path, started: Start) -> None:
    process = started(pilot_home)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    assert Editions(pilot_home / "published").in_force(LAST_MONTH) == 1


def test_output_that_cannot_be_written_is_told_and_the_edition_is_there(
    pilot_home: Path, started: Start
) -> None:
    with Path("/dev/full").open("w") as full:
        process = started(pilot_home, stdout=full)
        _, said = process.communicate()
    assert said == (
        "reform-index: the output cannot be written (No space left on device): see that the disk "
        "that it goes to is not full\n"
        f"reform-index: these months were run before that and are published: {LAST_MONTH}\n"
    )
    assert process.returncode == 3
    assert Editions(pilot_home / "published").in_force(LAST_MONTH) == 1


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("latin-1", marks=pytest.mark.slow)])
def test_a_terminal_without_vietnamese_letters_shows_their_codes(
    pilot_home: Path, started: Start, encoding: str
) -> None:
    shutil.rmtree(pilot_home / "inbox" / "T1" / LAST_MONTH)
    sent = pilot_home / "inbox" / "H01" / LAST_MONTH / "figures.csv"
    sent.parent.mkdir(parents=True)
    sent.write_text(
        "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"H01,due_on_time,,{LAST_MONTH},90,100\n"
    )
    environment = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": encoding}
    process = started(pilot_home, env=environment, encoding=encoding)
    out, said = process.communicate()
    assert said == ""
    assert process.returncode == 3
    assert "sent nothing: H05 B\\u1eafc Ninh" in out


def leave_little_room() -> None:
    """No file may grow beyond 100 kB: as on a disk that is full, but for this process alone."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_disk_that_is_full_ends_the_run_with_a_line(
    pilot_home: Path, reform_index: ReformIndex, started: Start
) -> None:
    process = started(pilot_home, preexec_fn=leave_little_room)
    out, said = process.communicate()
    assert process.returncode in (1, 2)
    assert "Traceback" not in out + said
    assert said.startswith("reform-index: ")
    assert "cannot be used" in said
    assert "the disk is not full" in said
    assert Editions(pilot_home / "published").months() == []
    shutil.rmtree(pilot_home / "dagster")
    assert reform_index("run", "--home", pilot_home).status == 0


@pytest.mark.parametrize("is_unchanged", [False, True])
def test_what_a_run_reports_was_read_under_its_lock(
    pilot_home: Path,
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_unchanged: bool,
) -> None:
    first = reform_index("run", "--home", pilot_home) if is_unchanged else None
    name = "find_unchanged" if is_unchanged else "_run_job"
    work = getattr(run, name)

    def work_and_lose_everything(*given: Any) -> Any:
        """Another run waited for the lock, as it were, and takes the files away."""
        done = work(*given)
        for folder in ("store", "archive", "inbox", "published"):
            shutil.rmtree(pilot_home / folder)
        return done

    monkeypatch.setattr(run, name, work_and_lose_everything)
    said = reform_index("run", "--home", pilot_home)
    assert (said.status, said.err) == (0, "")
    assert "edition 1" in said.out
    if first:
        assert said.out == first.out.replace("edition 1 published", "edition 1 unchanged")


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (("2026-01", "2999-12"), "2999-12 is not over yet"),
        (("1900-01", LAST_MONTH), "1900-01 is before 2010-01"),
        (("2999-11", "2999-12"), "2999-11 is not over yet"),
        (("2026-01", "9999-12"), "'9999-12' is not a month"),
    ],
)
def test_months_that_cannot_be_run_are_refused_before_they_are_listed(
    pilot_home: Path, reform_index: ReformIndex, span: tuple[str, str], told: str
) -> None:
    said = reform_index("run", "--from", span[0], "--to", span[1], "--home", pilot_home)
    assert said.status == 2
    assert told in said.err


def test_more_than_a_hundred_years_are_refused(
    pilot_home: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_FIRST_MONTH", "1900-01")
    said = reform_index("run", "--from", "1900-01", "--to", LAST_MONTH, "--home", pilot_home)
    assert said.status == 2
    assert "months: name at most 1,200 at a time" in said.err
    said = reform_index("simulate", "--from", "1900-01", "--to", "2999-12", "--home", pilot_home)
    assert said.status == 2
    assert "name at most 1,200 at a time" in said.err


@pytest.mark.parametrize(("wrong", "status"), [(1, 0), (2, 3)])
def test_a_sender_with_more_rejected_rows_than_the_method_allows_is_named(
    pilot_home: Path, reform_index: ReformIndex, wrong: int, status: int
) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    header, row = sent.read_text("utf-8").splitlines()
    good = [row.replace(",,", f",group {number},") for number in range(20 - wrong)]
    bad = [row.replace(",,", f",group x{number},") + "x" for number in range(wrong)]
    sent.write_text("\n".join([header, *good, *bad, ""]), encoding="utf-8")
    said = reform_index("run", "--home", pilot_home)
    # At most 5 % may be rejected, so 1 of 20 stays under the limit and 2 do not.
    assert said.status == status
    line = (
        f"{LAST_MONTH}: more than 5% of the rows were rejected, so these are not ranked by them: "
        "T1 Trung tâm hành chính công thử nghiệm (2 of 20 figures)\n"
    )
    assert (line in said.out) == (status == 3)
