# ruff: noqa: PLC0415 - the web server of Dagster takes seconds to import
"""The Dagster UI of a home: its web server, its daemon, and the host names that it answers to.

A page on the Internet can have its own name lead to this machine, and its script could then read
and start runs, for the browser takes both for one site. So the UI answers only where it is called
by a name that it was told. Here belongs starting the two programs of Dagster. Not here: the pages
beside the UI (pages_server).
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assets.month.environment import configured_ui_hosts

if TYPE_CHECKING:
    from starlette.middleware import Middleware

WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 30


def build_host_check() -> "Middleware":
    """What refuses a request under a host name that the UI was not told, with status 400."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    return Middleware(
        TrustedHostMiddleware, allowed_hosts=list(configured_ui_hosts()), www_redirect=False
    )


def run_ui(port: int) -> int:
    """Runs web server and daemon until one of them ends, or a signal ends the command.

    Gives the exit status: 0 where a signal did. The command turns each into KeyboardInterrupt.
    """
    workspace = ("-w", str(WORKSPACE))
    environment = os.environ | {"DAGSTER_IS_DEV_CLI": "1"}
    programs = [
        subprocess.Popen([sys.executable, *arguments, *workspace], env=environment)
        for arguments in (
            ("-m", __name__, "-p", str(port)),
            ("-m", "dagster._daemon", "run"),
        )
    ]
    try:
        while all(program.poll() is None for program in programs):
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(programs)
    return 1


def _end(programs: list[subprocess.Popen[bytes]]) -> None:
    """Ends programs, and waits until they have ended."""
    for program in programs:
        program.terminate()
    for program in programs:
        try:
            program.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def serve() -> None:
    """Dagster's own web server with the check of host names; arguments as dagster-webserver."""
    from dagster_webserver import app, cli
    from dagster_webserver.webserver import DagsterWebserver
    from starlette.middleware import Middleware

    class CheckedWebserver(DagsterWebserver):  # type: ignore[type-arg]
        """Dagster's web server, which looks at the host name before anything else."""

        def build_middleware(self) -> list[Middleware]:
            return [build_host_check(), *super().build_middleware()]

    # Dagster offers no setting for its middleware, so its class is replaced where it is looked up.
    vars(app)["DagsterWebserver"] = CheckedWebserver
    cli.cli(auto_envvar_prefix="DAGSTER_WEBSERVER")


if __name__ == "__main__":
    serve()
