"""Whatever is known to go wrong ends a command with a plain message and an honest status."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from assets.command_line import exits
from assets.command_line.exits import plain_errors
from assets.month import tally
from assets.month.environment import WrongMonthError
from expectations.engine.runner import SuiteError
from pipeline import months
from pipeline.calendar import CalendarError
from pipeline.errors import ExitStatus, PlainError
from pipeline.planning import PlanError
from pipeline.published_data import PublishedDataError
from pipeline.warehouse import WarehouseError

from ..conftest import LAST_MONTH, ReformIndex, count_a_hundred_more

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


def test_an_error_in_the_third_month_names_the_two_that_were_published(
    pilot_home: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (months.shifted(LAST_MONTH, -back) for back in (2, 1))
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    for month in (first, second):
        folder = pilot_home / "inbox" / "T1" / month
        folder.mkdir()
        (folder / "figures.csv").write_text(sent.read_text("utf-8").replace(LAST_MONTH, month))
    arguments = ("run", "--from", first, "--to", LAST_MONTH, "--home", pilot_home)
    assert reform_index(*arguments).status == 0
    sent.write_text(sent.read_text("utf-8").replace("90,100", "80,100"), encoding="utf-8")
    # A fault of the program, as it were: 180 of 100 in the last month.
    monkeypatch.setattr(tally, "count_figures", count_a_hundred_more)

    said = reform_index(*arguments)
    assert said.status == 3
    assert f"{first}: edition 1 unchanged\n{second}: edition 1 unchanged\n" in said.out
    assert f"nothing was published for {LAST_MONTH}: the table figures breaks the rule " in said.err
    assert f"these months were run before that and are published: {first}, {second}\n" in said.err
