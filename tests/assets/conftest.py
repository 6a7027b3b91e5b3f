"""A small home for the tests of assets: three senders, four months, the last two of them run."""

import gc
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Protocol

import dagster as dg
import pytest

from assets.command_line.app import main
from assets.command_line.run import run_month
from assets.definitions import build_definitions
from assets.month import deliveries, lineage, receive
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from assets.resources import InstallationResource
from pipeline import months, simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

from ..conftest import MakeOnce

SMALL = Parameters(
    months=tuple(months.span("2026-03", "2026-06")),
    dossiers_total=3_000,
    seed=766,
    senders=3,
    faults_share=0.001,
)
RUN_MONTHS = ("2026-05", "2026-06")
LAST_MONTH = InstallationResource().finished_months()[-1]


@pytest.fixture(scope="session", autouse=True)
def _imported() -> None:
    """What every run imports is there, and no search for garbage looks through it."""
    for name in ("assets.command_line.run", "great_expectations", "matplotlib.pyplot"):
        import_module(name)
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def small_home_template(make_once: MakeOnce) -> Path:
    """Simulated; RUN_MONTHS are published. Read it, never write it: others share it."""

    def make(root: Path) -> None:
        simulator.simulate(Home.at(root), SMALL)
        for month in RUN_MONTHS:
            run_month(Installation.at(root), month)

    return make_once("small_home_template", make)


@pytest.fixture
def small_home(small_home_template: Path, tmp_path: Path) -> Path:
    """A copy of the small home that is the test's own."""
    return shutil.copytree(small_home_template, tmp_path / "home", symlinks=True)


@pytest.fixture
def pilot_home(tmp_path: Path) -> Path:
    """A home whose one agency sends ready-made counts: nobody is missing, and runs are quick."""
    home = tmp_path / "pilot"
    home.mkdir()
    (home / "agencies.csv").write_text(
        "code,name_vi,kind\nT1,Trung tâm hành chính công thử nghiệm,pilot\n", encoding="utf-8"
    )
    folder = home / "inbox" / "T1" / LAST_MONTH
    folder.mkdir(parents=True)
    (folder / "figures.csv").write_text(
        "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"T1,due_on_time,,{LAST_MONTH},90,100\n",
        encoding="utf-8",
    )
    return home


def tally_month(home: Path, month: str) -> MonthInputs:
    """The inputs of a month once what lies in the inbox is counted; nothing is checked."""
    inputs = receive.receive_exports(Installation.at(home), month)
    deliveries.record_pending(inputs)
    deliveries.tally_pending(inputs)
    deliveries.merge_pending(inputs)
    return inputs


def stale_months(home: Path, month: str) -> list[str]:
    """Other months whose editions rest on what has changed, once a month is planned."""
    inputs = receive.receive_exports(Installation.at(home), month)
    return lineage.find_stale_months(inputs, lineage.read_digests(inputs))


STEMS = ("exports", "records", "tallies", "indices", "rankings", "bulletin")
"""The assets in the order in which they are built."""


def run_job(
    home: Path,
    month: str,
    *assets: str,
    is_raised: bool = True,
    instance: dg.DagsterInstance | None = None,
    resources: dict[str, object] | None = None,
) -> dg.ExecuteInProcessResult:
    """The job for a month, or some of its assets.

    Without an `instance` it runs on one that is gone afterwards.
    """
    return (
        build_definitions(
            InstallationResource(home_folder=str(home)), wait_seconds=0, resources=resources or {}
        )
        .resolve_job_def("edition")
        .execute_in_process(
            partition_key=month,
            instance=instance or dg.DagsterInstance.ephemeral(),
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=is_raised,
        )
    )


def built_assets(result: dg.ExecuteInProcessResult) -> list[str]:
    """The assets that a run materialized, in order."""
    events = result.get_asset_materialization_events()
    return [event.asset_key.to_user_string() for event in events if event.asset_key]


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


class ReformIndex(Protocol):
    """The command line: calls `reform-index` with some arguments."""

    def __call__(self, *arguments: str | Path) -> Said: ...


@pytest.fixture(scope="session")
def reform_index() -> ReformIndex:
    """Calls the command line in this process; an error that is not plain fails the test."""

    def call(*arguments: str | Path) -> Said:
        out, err = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["reform-index", *map(str, arguments)])
            patch.setenv("COLUMNS", "200")
            with pytest.raises(SystemExit) as end:
                main()
        return Said(int(end.value.code or 0), out.getvalue(), err.getvalue())

    return call
