"""`make bench`: a measurement in a process of its own, and what it used of the processors.

Not here: what is measured (the modules that are run).
"""

import json
import subprocess
import sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any


def run_apart(module: str, *arguments: str) -> dict[str, Any]:
    """The JSON that a module prints last when it is run in a process of its own.

    SystemExit where the process fails.
    """
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{module} {arguments[0]} failed")
    found: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return found


def count_cpu_seconds() -> float:
    """The seconds of processors of this process and of those that it started and that ended."""
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
