"""Exit statuses of the command line, and plain errors.

Here belongs which error ends a command with which status. Not here: the commands (command_line).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assets.command_line import printing
from assets.errors import BrokenRulesError, WrongMonthError
from assets.explain.explain import NotPublishedError
from assets.month.edition import NothingToPublishError, OutdatedError
from assets.month.lock import HomeIsBusyError
from expectations.engine.runner import SuiteError
from pipeline.agencies import RegisterError
from pipeline.calendar import CalendarError
from pipeline.editions import EditionError
from pipeline.faults import FileFault
from pipeline.home import HomeError
from pipeline.methods import MethodError
from pipeline.months import MonthNameError
from pipeline.planning import PlanError
from pipeline.profiles import ProfileError
from pipeline.published_data import PublishedDataError
from pipeline.simulator import SimulationError
from pipeline.warehouse import WarehouseError

COMPLETE = 0
NOTHING_PUBLISHED = 1
WRONG_USE = 2
PUBLISHED_WITH_GAPS = 3
"""Published, but not all: deliveries refused or missing, months that failed, or no warehouse."""

_WRONG_USE = (
    HomeError,
    WrongMonthError,
    NotPublishedError,
    RegisterError,
    MethodError,
    ProfileError,
    SimulationError,
    MonthNameError,
)
_STOPPED = (
    HomeIsBusyError,
    NothingToPublishError,
    OutdatedError,
    PlanError,
    EditionError,
    FileFault,
    BrokenRulesError,
    SuiteError,
    PublishedDataError,
    CalendarError,
)


@contextmanager
def plain_errors(published: Sequence[str] = ()) -> Iterator[None]:
    """Ends the command with a plain message and its exit status where a known error arises.

    `published` are the months that the command has published by then; they are named, and the
    status says that there are some.
    """
    try:
        yield
    except (WarehouseError, *_STOPPED, *_WRONG_USE, OSError) as error:
        message, status = _told(error)
        _say(message)
        if published:
            _say(f"these months were run before that and are published: {', '.join(published)}")
            status = PUBLISHED_WITH_GAPS
        sys.exit(status)


def _told(error: Exception) -> tuple[str, int]:
    """What to say of an error, and the exit status of a command that it ends."""
    if isinstance(error, WarehouseError):
        # The warehouse comes after the commit point.
        message = f"the edition is published, but the warehouse is not filled: {error}"
        return f"{message}. Then run again", PUBLISHED_WITH_GAPS
    if isinstance(error, _STOPPED):
        return str(error), NOTHING_PUBLISHED
    if isinstance(error, OSError):
        place = error.filename or "a file or folder"
        message = (
            f"{place} cannot be used ({error.strerror or error}): see that it is there, that this "
            "account may read and write it, and that the disk is not full"
        )
        return message, NOTHING_PUBLISHED
    return str(error), WRONG_USE


def _say(message: str) -> None:
    printing.errors.print(f"reform-index: {message}", markup=False, soft_wrap=True)
