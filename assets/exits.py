"""Exit statuses of the command line, and plain errors.

Here belongs which error ends a command with which status. Not here: the commands (command_line).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from assets import printing
from assets.explain import NotPublishedError
from assets.lock import HomeIsBusyError
from assets.months import NothingToPublishError
from assets.runs import WrongMonthError
from pipeline.agencies import RegisterError
from pipeline.editions import EditionError
from pipeline.faults import FileFault
from pipeline.home import HomeError
from pipeline.methods import MethodError
from pipeline.months import MonthNameError
from pipeline.profiles import ProfileError
from pipeline.simulator import SimulationError
from pipeline.warehouse import WarehouseError

COMPLETE = 0
NOTHING_PUBLISHED = 1
WRONG_USE = 2
PUBLISHED_WITH_GAPS = 3
"""Published, with refused or missing deliveries, or without the warehouse."""

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
_STOPPED = (HomeIsBusyError, NothingToPublishError, EditionError, FileFault)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Ends the command with a plain message and its exit status where a known error arises."""
    try:
        yield
    except WarehouseError as error:
        # The warehouse comes after the commit point.
        _say(f"the edition is published, but the warehouse is not filled: {error}. Then run again")
        sys.exit(PUBLISHED_WITH_GAPS)
    except _STOPPED as error:
        _say(str(error))
        sys.exit(NOTHING_PUBLISHED)
    except _WRONG_USE as error:
        _say(str(error))
        sys.exit(WRONG_USE)
    except OSError as error:
        place = error.filename or "a file or folder"
        _say(
            f"{place} cannot be used ({error.strerror or error}): see that it is there, that this "
            "account may read and write it, and that the disk is not full"
        )
        sys.exit(NOTHING_PUBLISHED)


def _say(message: str) -> None:
    printing.errors.print(f"reform-index: {message}", markup=False, soft_wrap=True)
