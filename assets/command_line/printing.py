"""Printing to the terminal: the console, progress, and what has arrived.

Not here: commands and arguments (app), an explanation or a preview (print_explanation,
print_preview), rankings (reports).
"""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets.command_line.status import CHANGED, GONE, NEW, Status
from pipeline import planning

_PIPED_WIDTH = 200
"""Characters to a line where nobody watches: tables that are piped are not folded."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
errors = Console(stderr=True, highlight=False)


def print_line(line: str) -> None:
    """Prints a line as it is: nothing in it is markup, and it is not folded."""
    console.print(line, markup=False, soft_wrap=True)


def print_warning(line: str) -> None:
    """Prints a line as it is to standard error."""
    errors.print(line, markup=False, soft_wrap=True)


_SIGNS = {
    planning.ACCEPTED: "[green]✓[/]",
    planning.REFUSED: "[red]refused[/]",
    planning.MISSING: "[yellow]missing[/]",
    NEW: "[cyan]new[/]",
    CHANGED: "[cyan]changed[/]",
    GONE: "[magenta]gone[/]",
}


def build_status_table(status: Status) -> Table:
    """Months as rows, senders as columns turned: one row a sender, one column a month."""
    months = status.cells["month"].unique().sort().to_list()
    table = Table(title="What has arrived", title_justify="left")
    table.add_column("sender")
    for month in months:
        table.add_column(month, justify="center")
    states = {
        (row["month"], row["sender_code"]): row["state"]
        for row in status.cells.iter_rows(named=True)
    }
    senders = status.cells.unique("sender_code").sort("sender_code")
    for code, name in senders.select("sender_code", "sender_name").iter_rows():
        cells = [_mark_state(states.get((month, code), "")) for month in months]
        table.add_row(f"{code} {name}", *cells)
    return table


def _mark_state(state: str) -> str:
    return ", ".join(_SIGNS[word] for word in state.split(", ") if word)


def progress_bar() -> tuple[Progress, Callable[[str, int, int], None]]:
    """A bar that is shown on a terminal only, and the listener that moves it."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    task = bar.add_task("reading", total=None)

    def listener(stage: str, done: int, total: int) -> None:
        bar.update(task, description=stage, completed=done, total=total)

    return bar, listener
