"""How a command ends: its exit status, and errors in plain words.

Here belongs what is printed of an error. Not here: which errors there are and with which status
each ends (pipeline.errors), the commands (app), signals (interrupts).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assets.command_line import interrupts, printing
from pipeline.errors import ExitStatus, PlainError
from pipeline.warehouse import WarehouseError

_BY_SIGNAL = 128
"""A command that a signal ended has this status and the signal's number, as shells have it."""


@contextmanager
def plain_errors(published: Sequence[str] = ()) -> Iterator[None]:
    """Ends the command with a plain message and its exit status where a known error arises.

    `published` are the months that the command has published by then; they are named, and the
    status says that there are some. The same where a signal ends the command.
    """
    try:
        yield
    except (PlainError, OSError) as error:
        message, status = describe(error)
        tell(message)
        _tell_published(published)
        sys.exit(ExitStatus.PUBLISHED_WITH_GAPS if published else status)
    except KeyboardInterrupt:
        interrupts.drop_postponed()
        signal = interrupts.read_signal()
        tell(f"ended by {signal.name} before it was done; nothing is half done, run it again")
        _tell_published(published)
        sys.exit(_BY_SIGNAL + signal)


def describe(error: BaseException) -> tuple[str, ExitStatus]:
    """What to say of an error, and the exit status of a command that it ends."""
    if isinstance(error, WarehouseError):
        # The warehouse comes after the commit point.
        message = f"the edition is published, but the warehouse is not filled: {error}"
        return f"{message}. Then run again", error.exit_status
    if isinstance(error, PlainError):
        return str(error), error.exit_status
    if not isinstance(error, OSError):
        return f"the program failed ({type(error).__name__})", ExitStatus.NOTHING_PUBLISHED
    place = error.filename or "a file or folder"
    message = (
        f"{place} cannot be used ({error.strerror or error}): see that it is there, that this "
        "account may read and write it, and that the disk is not full"
    )
    return message, ExitStatus.NOTHING_PUBLISHED


def _tell_published(published: Sequence[str]) -> None:
    if published:
        tell(f"these months were run before that and are published: {', '.join(published)}")


def tell(message: str) -> None:
    """Prints a message on standard error, with the name of the program before it."""
    printing.print_warning(f"reform-index: {message}")
