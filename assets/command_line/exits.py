"""How a command ends: its exit status, and errors in plain words.

Here belongs what is printed of an error. Not here: which errors there are and with which status
each ends (pipeline.errors), the commands (app).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assets.command_line import printing
from pipeline.errors import ExitStatus, PlainError
from pipeline.warehouse import WarehouseError


@contextmanager
def plain_errors(published: Sequence[str] = ()) -> Iterator[None]:
    """Ends the command with a plain message and its exit status where a known error arises.

    `published` are the months that the command has published by then; they are named, and the
    status says that there are some.
    """
    try:
        yield
    except (PlainError, OSError) as error:
        message, status = _describe(error)
        _print(message)
        if published:
            _print(f"these months were run before that and are published: {', '.join(published)}")
            status = ExitStatus.PUBLISHED_WITH_GAPS
        sys.exit(status)


def _describe(error: PlainError | OSError) -> tuple[str, ExitStatus]:
    """What to say of an error, and the exit status of a command that it ends."""
    if isinstance(error, WarehouseError):
        # The warehouse comes after the commit point.
        message = f"the edition is published, but the warehouse is not filled: {error}"
        return f"{message}. Then run again", error.exit_status
    if isinstance(error, PlainError):
        return str(error), error.exit_status
    place = error.filename or "a file or folder"
    message = (
        f"{place} cannot be used ({error.strerror or error}): see that it is there, that this "
        "account may read and write it, and that the disk is not full"
    )
    return message, ExitStatus.NOTHING_PUBLISHED


def _print(message: str) -> None:
    printing.print_warning(f"reform-index: {message}")
