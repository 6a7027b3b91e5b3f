"""What a run costs grows with what is new: what it reads, counted, where nothing or little is new.

The whole job runs, as schedule, sensor, UI and command line run it.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from assets.month import inputs, receive
from assets.month.installation import Installation
from pipeline import months
from pipeline.archive import files
from pipeline.editions import Editions
from pipeline.store import Store

from .conftest import LAST_MONTH, RUN_MONTHS, SMALL, STEMS, run_job

pytestmark = pytest.mark.runs

EARLIER_MONTH, MONTH = RUN_MONTHS
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Counts:
    """How often the store was asked for a month's plan, the register read, frames collected."""

    plans: Counter[str] = field(default_factory=Counter)
    plans_read: Counter[str] = field(default_factory=Counter)
    registers: int = 0
    frames: int = 0


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counts]:
    """Counts what is read from here on, in the functions that read it."""
    found = Counts()
    scan, read_plan, read_events = Store.scan, inputs.read_plan, files.read_events
    collect, collect_all = pl.LazyFrame.collect, pl.collect_all

    def counting_scan(store: Store, stage: str, key: str, name: str) -> pl.LazyFrame:
        if stage == "exports":
            found.plans[key] += 1
        return scan(store, stage, key, name)

    def counting_read_plan(installation: Installation, month: str) -> pl.DataFrame:
        found.plans_read[month] += 1
        return read_plan(installation, month)

    def counting_read_events(register: Path) -> list[files.Event]:
        found.registers += 1
        return read_events(register)

    def counting_collect(frame: pl.LazyFrame, **options: object) -> object:
        found.frames += 1
        return collect(frame, **options)  # type: ignore[call-overload]

    def counting_collect_all(frames: list[pl.LazyFrame], **options: object) -> object:
        found.frames += len(frames)
        return collect_all(frames, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Store, "scan", counting_scan)
    for module in (inputs, receive):
        monkeypatch.setattr(module, "read_plan", counting_read_plan)
    monkeypatch.setattr(files, "read_events", counting_read_events)
    monkeypatch.setattr(pl.LazyFrame, "collect", counting_collect)
    monkeypatch.setattr(pl, "collect_all", counting_collect_all)
    yield found


@pytest.mark.parametrize("month", [EARLIER_MONTH, MONTH])
def test_a_run_reads_the_plan_of_every_known_month_once(
    small_home: Path, counts: Counts, month: str
) -> None:
    run_job(small_home, month)
    once_each = dict.fromkeys(SMALL.months, 1)
    assert counts.plans == once_each
    assert counts.plans_read == once_each


def test_a_run_with_a_correction_reads_the_plan_of_every_known_month_once(
    small_home: Path, counts: Counts
) -> None:
    sent = small_home / "inbox" / "H26" / EARLIER_MONTH / "ratings.csv"
    sent.write_bytes(sent.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    result = run_job(small_home, EARLIER_MONTH)
    (told,) = result.asset_materializations_for_node("records")
    assert told.metadata["deliveries recomputed"].value == 1
    assert counts.plans == dict.fromkeys(SMALL.months, 1)


def test_assets_that_are_built_alone_read_the_plans_once_for_all_of_them(
    small_home: Path, counts: Counts
) -> None:
    run_job(small_home, MONTH, *STEMS[1:])
    assert counts.plans == dict.fromkeys(SMALL.months, 1)


def test_a_run_reads_the_register_of_deliveries_once(small_home: Path, counts: Counts) -> None:
    run_job(small_home, MONTH)
    assert counts.registers == 1


def test_the_register_is_read_again_only_after_a_month_in_which_files_are_new(
    small_home: Path, counts: Counts
) -> None:
    for sender in ("H26", "H29", "H56"):
        for month in RUN_MONTHS:
            sent = small_home / "inbox" / sender / month / "petitions.csv"
            header, *_ = sent.read_bytes().splitlines(keepends=True)
            sent.with_name("petitions-2.csv").write_bytes(header)
    run_job(small_home, MONTH)
    # For the first month, for the one after the three new files of the month before, and for the
    # ranks of the months before after those of the last month.
    assert counts.registers == 3


FRAMES_PER_MONTH = 2
"""How many frames a month of the history may cost where nothing is new: its plan, and its basis."""


def send_months(home: Path, number: int) -> None:
    """Puts figures of T1 into the inbox, of a number of months up to the last finished one."""
    sent = home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    for month in months.before(LAST_MONTH, number - 1):
        folder = sent.parents[1] / month
        folder.mkdir(exist_ok=True)
        (folder / sent.name).write_text(sent.read_text("utf-8").replace(LAST_MONTH, month), "utf-8")


@pytest.mark.parametrize(
    ("published", "few", "many"),
    [
        ("the last", 3, 9),
        ("all", 2, 5),
        pytest.param("all", 3, 9, marks=pytest.mark.slow),
    ],
)
def test_a_month_of_history_costs_a_run_in_which_nothing_is_new_hardly_a_frame(
    pilot_home: Path, counts: Counts, published: str, few: int, many: int
) -> None:
    def collected_frames(number: int) -> int:
        send_months(pilot_home, number)
        known = [*months.before(LAST_MONTH, number - 1), LAST_MONTH]
        for month in known if published == "all" else known[-1:]:
            run_job(pilot_home, month)
        before = counts.frames
        run_job(pilot_home, LAST_MONTH)
        return counts.frames - before

    with_few = collected_frames(few)
    more = collected_frames(many) - with_few
    assert more <= FRAMES_PER_MONTH * (many - few)


UNCHANGED_JOB = """
import sys
import dagster as dg
from assets.definitions import build_definitions
from assets.resources import InstallationResource
where = InstallationResource(home_folder=sys.argv[1])
job = build_definitions(where, wait_seconds=0).resolve_job_def("edition")
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
with dg.DagsterInstance.ephemeral() as instance:
    job.execute_in_process(partition_key=sys.argv[2], instance=instance, run_config=quiet)
print(*sorted({"great_expectations", "matplotlib"} & sys.modules.keys()), "imported")
"""


UNCHANGED_COMMAND = """
import sys
from assets.command_line.run import run_month
from assets.month.installation import Installation
result = run_month(Installation.at(sys.argv[1]), sys.argv[2])
print(result.published.number, result.is_new)
print(*sorted({"dagster", "great_expectations", "matplotlib"} & sys.modules.keys()), "imported")
"""


def printed_by(program: str, home: Path) -> list[str]:
    """The lines that a program prints, run in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-c", program, home, MONTH],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.splitlines()


def test_a_job_in_which_nothing_changed_imports_neither_great_expectations_nor_charts(
    small_home: Path,
) -> None:
    assert printed_by(UNCHANGED_JOB, small_home) == ["imported"]
    assert Editions(small_home / "published").in_force(MONTH) == 1


def test_a_command_in_which_nothing_changed_imports_no_scheduler_either(small_home: Path) -> None:
    assert printed_by(UNCHANGED_COMMAND, small_home) == ["1 False", "imported"]
    assert Editions(small_home / "published").in_force(MONTH) == 1
