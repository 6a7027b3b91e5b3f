"""The command `agencies`: the register's codes and names, for a person who looks for one.

Not here: searching (pipeline.agencies), all other commands (app).
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assets.command_line.options import HomeOption
from assets.command_line.printing import console, print_line
from assets.month.environment import DEFAULT_HOME
from pipeline.agencies import find_agencies, load, suggest_agencies
from pipeline.home import Home
from pipeline.plurals import count_of


def agencies(
    text: Annotated[
        str,
        typer.Argument(help="A part of a code or name, with or without accents; without it, all."),
    ] = "",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List agencies, built in and own: code, name, kind, and the agency that each belongs to.

    They are those in force now. The code is what --sender wants, and the name of a folder in the
    inbox. Own agencies stand in the home's agencies.csv.
    """
    register = load(Home(Path(home)).agencies)
    found = find_agencies(register, text)
    if found.is_empty():
        near = suggest_agencies(register, text)
        print_line(f"no agency has {text!r} in its code or name{near}: try a shorter part of it")
        return
    table = Table()
    for name in ("code", "name", "kind", "belongs to"):
        table.add_column(name, overflow="fold")
    for row in found.select("code", "name_vi", "kind", "parent_code").iter_rows():
        table.add_row(*(cell or "" for cell in row))
    console.print(table)
    print_line(count_of(found.height, "agency", "agencies"))
