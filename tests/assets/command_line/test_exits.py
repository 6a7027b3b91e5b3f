"""Whatever is known to go wrong ends a command with a plain message and an honest status."""

import errno
import importlib
import inspect
import pkgutil
from pathlib import Path

import polars as pl
import pytest

from assets.command_line import exits
from assets.command_line.exits import plain_errors
from assets.month.environment import WrongMonthError
from expectations.engine.runner import SuiteError
from pipeline import indices, months
from pipeline.calendar import CalendarError
from pipeline.errors import ExitStatus, PlainError
from pipeline.planning import PlanError
from pipeline.published_data import PublishedDataError
from pipeline.store import Store
from pipeline.warehouse import WarehouseError

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs

ROOT = Path(exits.__file__).parents[2]
ROOMS = ("pipeline", "expectations", "reports", "assets")


def errors_of_the_rooms() -> list[type[Exception]]:
    """Every exception class that a module of ours defines."""
    names = [
        info.name
        for room in ROOMS
        for info in pkgutil.walk_packages([str(ROOT / room)], f"{room}.")
        if ".migrations" not in info.name
    ]
    return [
        found
        for name in names
        for _, found in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if issubclass(found, Exception) and found.__module__ == name
    ]


def ended(
    error: Exception, published: list[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end, plain_errors(published):
        raise error
    return int(end.value.code or 0), str(capsys.readouterr().err)


@pytest.mark.parametrize("error", errors_of_the_rooms(), ids=lambda error: error.__name__)
def test_no_error_of_ours_ends_in_a_traceback(error: type[Exception]) -> None:
    assert issubclass(error, PlainError)
    assert error.exit_status != ExitStatus.COMPLETE


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PublishedDataError("a number is not finite"), 1),
        (SuiteError("a rule could not be checked"), 1),
        (CalendarError("a day is listed twice"), 1),
        (PlanError("the profile own changed"), 1),
        (PermissionError(13, "Permission denied", "/home/x"), 1),
        (WrongMonthError("2009-12 is before 2010-01"), 2),
        (WarehouseError("the server does not answer"), 3),
    ],
    ids=lambda given: type(given).__name__,
)
def test_an_error_is_told_plainly_and_its_status_says_whether_anything_was_published(
    error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    alone, said = ended(error, [], capsys)
    assert alone == status
    message = error.strerror if isinstance(error, OSError) else str(error)
    assert said.startswith("reform-index: ")
    assert str(message) in said
    assert "published:" not in said
    after, said = ended(error, ["2026-08", "2026-09"], capsys)
    assert after == 3
    assert str(message) in said
    assert "these months were run before that and are published: 2026-08, 2026-09\n" in said


def test_an_unknown_error_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), plain_errors(["2026-08"]):
        raise ZeroDivisionError


@pytest.fixture
def three_months(pilot_home: Path) -> tuple[Path, list[str]]:
    """The pilot home with the same figures in three months."""
    span = [months.shifted(LAST_MONTH, -back) for back in (2, 1, 0)]
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    for month in span[:2]:
        folder = pilot_home / "inbox" / "T1" / month
        folder.mkdir()
        (folder / "figures.csv").write_text(sent.read_text("utf-8").replace(LAST_MONTH, month))
    return pilot_home, span


def test_a_month_that_fails_is_named_and_the_months_after_it_are_published(
    three_months: tuple[Path, list[str]],
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, (first, second, third) = three_months
    compute, name = indices.compute, "Trần Văn Ba"

    def fail_once(*given: object) -> pl.DataFrame:
        # A fault of the program, as it were: it meets one month alone.
        if given[1] == second:
            raise ZeroDivisionError(f"of {name!r}")
        return compute(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(indices, "compute", fail_once)
    said = reform_index("run", "--from", first, "--to", second, "--home", home)
    assert said.status == 3
    assert f"{first}: edition 1 published\n" in said.out
    assert f"{second}: the program failed (ZeroDivisionError); logs/{second}.log" in said.err
    assert f"not published: {second}\nreform-index: published: {first}\n" in said.err
    log = (home / "logs" / f"{second}.log").read_text("utf-8")
    assert "in fail_once" in log
    assert "Trần" not in log

    # The third rests on the second by its changes alone, which fail with it.
    monkeypatch.setattr(indices, "compute", compute)
    said = reform_index("run", "--from", first, "--to", third, "--home", home)
    assert said.status == 0
    assert f"{second}: edition 1 published\n{third}: edition 1 published\n" in said.out


def test_an_error_of_the_home_ends_the_command_and_names_what_was_published(
    three_months: tuple[Path, list[str]],
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, (first, second, _) = three_months
    assert reform_index("run", "--month", first, "--home", home).status == 0
    write = Store.write_once

    def find_the_disk_full(store: Store, stage: str, key: str, frames: object) -> None:
        if stage == "tallies":
            raise OSError(errno.ENOSPC, "No space left on device", "store")
        write(store, stage, key, frames)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "write_once", find_the_disk_full)
    said = reform_index("run", "--from", first, "--to", second, "--home", home)
    assert said.status == 3
    assert "store cannot be used (No space left on device): see that it is there" in said.err
    assert f"these months were run before that and are published: {first}\n" in said.err
    assert "not processed" not in said.err
