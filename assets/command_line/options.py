"""Options that several commands of the command line have.

Not here: the commands (app, check_command).
"""

from typing import Annotated

import typer

from pipeline.home import HOME_VARIABLE

LIST_AGENCIES = "`reform-index agencies TEXT` lists codes and names"
"""What is said wherever the code of an agency is wanted."""
HomeOption = Annotated[
    str,
    typer.Option("--home", envvar=HOME_VARIABLE, help="Folder of the installation."),
]
