"""A signal ends a command in a line of its own, whatever code it meets."""

import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.runs

BEGIN = """
import os, signal, time
import polars as pl
from assets.command_line.app import main
from assets.command_line import app
"""
IN_POLARS = """
def work(series):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
    return series
def command():
    pl.DataFrame({"a": [1]}).select(pl.col("a").map_batches(work, return_dtype=pl.Int64))
    time.sleep(60)
"""
IN_A_DESTRUCTOR = """
class Closed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)
def command():
    closed = Closed()
    del closed
    time.sleep(60)
"""
IN_A_LIBRARY_THAT_LOGS = """
import logging
def command():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    except BaseException:
        logging.getLogger("library").error("lost", exc_info=True)
        raise
"""
NOTICED_BEFORE_POLARS_IS_DONE = """
from assets.command_line import interrupts
def work(series):
    os.kill(os.getpid(), signal.SIGTERM)
    return series
def command():
    pl.DataFrame({"a": [1]}).select(pl.col("a").map_batches(work, return_dtype=pl.Int64))
    interrupts.raise_arrived()
told = interrupts.read_signal
def tell_slowly():
    time.sleep(0.2)
    return told()
interrupts.read_signal = tell_slowly
"""
IN_THE_READING_OF_ARGUMENTS = """
from typer.core import TyperGroup
def read(*_, **__):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
TyperGroup.make_context = read
command = app.app
"""


@pytest.mark.parametrize(
    "work",
    [
        IN_POLARS,
        IN_A_DESTRUCTOR,
        IN_A_LIBRARY_THAT_LOGS,
        NOTICED_BEFORE_POLARS_IS_DONE,
        IN_THE_READING_OF_ARGUMENTS,
    ],
)
def test_a_signal_ends_a_command_with_its_line_and_nothing_else(work: str) -> None:
    code = f"{BEGIN}{work}\napp.app = command\nmain()\n"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False
    )
    assert ended.stderr == (
        "reform-index: ended by SIGTERM before it was done; nothing is half done, run it again\n"
    )
    assert ended.returncode == 128 + signal.SIGTERM


def test_a_command_in_the_background_of_a_script_does_not_hear_ctrl_c() -> None:
    code = f"{BEGIN}\napp.app = lambda: os.kill(os.getpid(), signal.SIGINT)\nmain()\n"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
