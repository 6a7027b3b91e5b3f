"""A small web server for the published pages, alone or beside the Dagster UI.

A browser opens no file from a page of a server, so `reform-index dev` shows the pages over HTTP and
the UI links to them; `reform-index serve` shows them without the UI. It answers to this machine
alone. Not here: the UI (ui_server), the commands (app).
"""

import errno
import io
import os
import re
import subprocess
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from assets.month.environment import configured_ui_hosts
from pipeline.errors import PlainError, WrongUseError
from pipeline.home import Home

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 1.0


class PortError(WrongUseError):
    """A server cannot use a port; the message says why and what to do."""


class NoPagesError(PlainError):
    """There is no page of all months to show; the message says what to do."""


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files to who calls it by a name that it was told; writes no line for each request."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """The file that was asked for; a foreign name of the host is refused."""
        host = self.headers.get("Host", "").lower()
        if re.sub(r":\d+$", "", host) not in configured_ui_hosts():
            self.send_error(HTTPStatus.BAD_REQUEST, "Invalid host header")
            return None
        return super().send_head()

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class _QuietServer(ThreadingHTTPServer):
    """Says nothing of a browser that went away before it had its answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Any other error is printed, and the server goes on."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def start_pages_server(home: Home, port: int) -> str:
    """Starts a process that serves the folder `published` as long as this one lives; its URL.

    PortError where it cannot use the port.
    """
    _open_server(home, port, "--pages-port").server_close()
    home.published.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(home.published), str(port), str(os.getpid())]
    subprocess.Popen(command, cwd=Path(__file__).parents[2])
    return f"http://localhost:{port}"


def open_pages_server(home: Home, port: int) -> ThreadingHTTPServer:
    """A server of the folder `published` that begins with `serve_forever`; 0 takes any free port.

    NoPagesError where there is no page to begin with, PortError where it cannot use the port.
    """
    if not (home.published / "index.html").is_file():
        raise NoPagesError(
            f"there is no page of all months in {home.published}: run a month, which writes it "
            f"(reform-index run --home {home.root})"
        )
    return _open_server(home, port, "--port")


def _open_server(home: Home, port: int, option: str) -> ThreadingHTTPServer:
    handler = partial(_QuietHandler, directory=str(home.published))
    try:
        return _QuietServer((_HOST, port), handler)
    except OSError as error:
        wrong = {
            errno.EADDRINUSE: "is in use by another program: end that one, or",
            errno.EACCES: "is not open to this account:",
        }.get(error.errno or 0, f"cannot be used ({error.strerror}):")
        raise PortError(f"port {port} {wrong} name another port with {option}") from None


def serve(folder: str, port: int, parent: int) -> None:
    """Serves a folder until the process that asked for it has ended."""
    with _QuietServer((_HOST, port), partial(_QuietHandler, directory=folder)) as server:
        server.timeout = _PATIENCE_SECONDS
        while os.getppid() == parent:
            server.handle_request()


if __name__ == "__main__":
    try:
        serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(0)
