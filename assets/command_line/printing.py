"""How the command line shows what it has to say.

Here belong tables and words for the terminal. Not here: commands and arguments (command_line),
rankings (reports).
"""

import sys
from collections.abc import Callable

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets.command_line.status import CHANGED, GONE, NEW, Status
from assets.explain.composition import COUNTED
from assets.explain.explain import Explanation
from pipeline import planning
from pipeline.methods import NOTES

_PIPED_WIDTH = 200
"""Characters to a line where nobody watches: tables that are piped are not folded."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
errors = Console(stderr=True, highlight=False)

_SIGNS = {
    planning.ACCEPTED: "[green]✓[/]",
    planning.REFUSED: "[red]refused[/]",
    planning.MISSING: "[yellow]missing[/]",
    NEW: "[cyan]new[/]",
    CHANGED: "[cyan]changed[/]",
    GONE: "[magenta]gone[/]",
}


def status_table(status: Status) -> Table:
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
        cells = [_signs(states.get((month, code), "")) for month in months]
        table.add_row(f"{code} {name}", *cells)
    return table


def _signs(state: str) -> str:
    return ", ".join(_SIGNS[word] for word in state.split(", ") if word)


def explain(explanation: Explanation, depth: int = 0) -> None:
    """Prints a number, its formula, its counts and its files."""
    row, indicator = explanation.row, explanation.indicator
    indent = "  " * depth
    console.print(
        f"{indent}[bold]{row['unit_name']} ({row['unit_code']}), {row['month']}: "
        f"{indicator.title_en} = {_value(row)}[/]",
        soft_wrap=True,
    )
    method = f"method {explanation.method.name} {explanation.method.version}"
    console.print(f"{indent}edition {explanation.edition}, {method}", soft_wrap=True)
    console.print(
        f"{indent}formula: {indicator.formula_en} [{indicator.source}; {indicator.confidence}]",
        markup=False,
        soft_wrap=True,
    )
    if row["note"]:
        note = NOTES[str(row["note"])].text_en
        console.print(f"{indent}note: {note} ({row['note']})", soft_wrap=True)
    if row["lower"] is not None:
        console.print(
            f"{indent}95 % limits: {row['lower']} to {row['upper']} ({row['interval_source']})"
        )
    if row["numerator"] is not None or row["denominator"] is not None:
        counted = COUNTED.get(indicator.name)
        meaning = f", that is: {' / '.join(counted)}" if counted else ", as the formula says"
        console.print(f"{indent}counts: {_counts(row)}{meaning}", soft_wrap=True)
    for part in explanation.follows_from:
        of_others = part["denominator"] != row["denominator"]
        others = ", not of the same cases: figures sent ready-made are in it" if of_others else ""
        told = f"{part['indicator']} = {_value(part)}, counts: {_counts(part)}{others}"
        console.print(f"{indent}made of: {told}", soft_wrap=True)
    if row["left_out"]:
        console.print(f"{indent}counted apart: {_count(row['left_out'])}")
    if explanation.files.height:
        console.print(_files_table(explanation.files))
    if not explanation.adds_up:
        console.print(
            f"{indent}[red]The files no longer add up to the published counts: files changed "
            f"since. Run {row['month']} again.[/]",
            soft_wrap=True,
        )
    for made_of in explanation.parts:
        explain(made_of, depth + 1)


def _value(row: dict[str, object]) -> str:
    of = "" if row["maximum"] is None else f" of {row['maximum']:g}"
    return "empty" if row["value"] is None else f"{row['value']}{of} {row['unit']}"


def _counts(row: dict[str, object]) -> str:
    return f"{_count(row['numerator'])} / {_count(row['denominator'])}"


def _count(value: object) -> str:
    return (
        "-" if value is None else f"{value:g}" if not isinstance(value, float) else f"{value:,.10g}"
    )


def _files_table(files: pl.DataFrame) -> Table:
    table = Table(
        title="files, what each gives, and its rows accepted and rejected", title_justify="left"
    )
    for name in ("file", "sha256"):
        table.add_column(name, overflow="fold")
    for name in ("numerator", "denominator", "accepted", "rejected"):
        table.add_column(name, justify="right")
    for row in files.iter_rows(named=True):
        table.add_row(
            f"{row['sender_code']}/{row['month']}/{row['file_name']}",
            row["sha256"],
            _count(row["numerator"]),
            _count(row["denominator"]),
            str(row["accepted"]),
            str(row["rejected"]),
        )
    table.add_section()
    table.add_row(
        "together",
        "",
        _count(float(files["numerator"].sum())),
        _count(float(files["denominator"].sum())),
    )
    return table


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
