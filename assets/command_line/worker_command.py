# ruff: noqa: PLC0415 - Dask is imported only by who starts a worker
"""The command `reform-index worker`: this machine works for runs on other machines.

Here belong its arguments. Not here: what a worker does (assets.month.cluster).
"""

import gc
from pathlib import Path
from typing import Annotated

import typer

from assets.command_line import printing
from assets.month.environment import CLUSTER_VARIABLE
from pipeline.home import HOME_VARIABLE, Home


def worker(
    scheduler: Annotated[
        str,
        typer.Argument(
            envvar=CLUSTER_VARIABLE,
            help="Address of the scheduler, like tcp://host:8786 (`dask scheduler` starts one).",
        ),
    ],
    threads: Annotated[
        int, typer.Option(min=0, help="Threads of the work; 0: one for each core.")
    ] = 0,
    memory: Annotated[
        str,
        typer.Option(
            help="Memory at which the worker is ended and started anew, like 8GB; else that of "
            "the machine less a tenth, and at least 1 GiB less.",
        ),
    ] = "",
    home: Annotated[
        str,
        typer.Option(
            "--home",
            envvar=HOME_VARIABLE,
            help="Where this machine finds the home; else where the run finds it.",
        ),
    ] = "",
) -> None:
    """Work for runs on other machines, one group of deliveries at a time, until Ctrl-C.

    Runs with REFORM_INDEX_CLUSTER send their deliveries to the workers of that scheduler. Every
    worker needs the same version of the program, the folder of the home, and an account that may
    write it. Two workers on one machine share it with --threads and --memory.
    """
    from assets.month.cluster import process

    process.import_dask()
    settings = process.WorkerSettings(
        scheduler,
        threads or process.default_threads(),
        process.parse_memory(memory) if memory else process.default_memory(),
        str(Home.at(Path(home)).root) if home else "",
    )
    gc.enable()  # it may run for weeks: see app.main
    process.run_worker(settings, printing.print_line)
