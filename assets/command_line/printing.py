"""Printing to the terminal: the console, lines and progress.

Not here: commands and arguments (app), what has arrived (status_table), an explanation or a preview
(print_explanation, print_preview), rankings (reports).
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.segment import Segment

from pipeline import letters
from pipeline.errors import PlainError

_PIPED_WIDTH = 200
"""Characters to a line where nobody watches: tables that are piped are not folded."""


class OutputError(PlainError):
    """What a command has to say cannot be written; the message says why."""


class PlainConsole(Console):
    """A console for which all text is text: a name in brackets is no markup, `:x:` no picture.

    A character that would control the terminal is shown by its code. Its reader may go away, as
    `head` does, without ending the command; OutputError where the output cannot be written for
    another reason.
    """

    def __init__(
        self,
        *,
        is_for_errors: bool = False,
        width: int | None = None,
        file: IO[str] | None = None,
    ) -> None:
        super().__init__(
            stderr=is_for_errors,
            width=width,
            file=file,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of what is printed, with codes for characters of control."""
        for segment in super().render(renderable, options):
            is_text = not segment.control
            shown = letters.show_controls(segment.text) if is_text else segment.text
            yield segment if shown == segment.text else segment._replace(text=shown)

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 -- as Rich has them
        """Prints as Rich does."""
        try:
            super().print(*objects, **options)
        except OSError as error:
            self.on_broken_pipe()
            raise OutputError(
                f"the output cannot be written ({error.strerror}): see that the disk that it goes "
                "to is not full"
            ) from None

    def on_broken_pipe(self) -> None:
        """Nobody reads any more: what is printed from now on is dropped."""
        self.quiet = True
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            # Python writes what is left of the output when it ends.
            os.dup2(nowhere, self.file.fileno())
            os.close(nowhere)


def accept_every_letter() -> None:
    """From now on a letter that the terminal cannot show is printed as its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


console = PlainConsole(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
errors = PlainConsole(is_for_errors=True)


_bars: list[Progress] = []
"""The bar that progress_bar made last."""


@contextmanager
def _without_bar() -> Iterator[None]:
    """Until the end of the block the bar is taken away, for it does not know of other lines."""
    shown = [bar for bar in _bars if bar.live.is_started]
    for bar in shown:
        bar.stop()
    try:
        yield
    finally:
        for bar in shown:
            bar.start()


def print_line(line: str, style: str | None = None) -> None:
    """Prints a line as it is, not folded."""
    with _without_bar():
        console.print(line, soft_wrap=True, style=style)


def print_warning(line: str) -> None:
    """Prints a line as it is to standard error."""
    with _without_bar():
        errors.print(line, soft_wrap=True)


def progress_bar() -> tuple[Progress, Callable[[str, int, int], None]]:
    """A bar that is shown on a terminal only, and the listener that moves it."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_open_terminal(),
        transient=True,
        disable=not errors.is_terminal,
    )
    _bars[:] = [bar]
    bar.add_task("reading", total=None)

    def listener(stage: str, done: int, total: int) -> None:
        (task,) = bar.tasks
        if task.description != stage or not total:
            # Each stage has a clock of its own. Without a total the bar moves to and fro.
            bar.remove_task(task.id)
            bar.add_task(stage, total=total or None, completed=done)
        else:
            bar.update(task.id, completed=done, total=total)

    return bar, listener


def _open_terminal() -> Console:
    """The terminal itself, for the bar, or standard error where that is none.

    While assets are made Dagster sends standard error into a file.
    """
    if not errors.is_terminal:
        return errors
    terminal = os.dup(sys.stderr.fileno())
    return PlainConsole(
        file=os.fdopen(terminal, "w", encoding=sys.stderr.encoding, errors="backslashreplace")
    )
