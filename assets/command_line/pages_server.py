"""A small web server for the published pages, beside the Dagster UI.

A browser opens no file from a page of a server, so `reform-index dev` shows the pages over HTTP and
the UI links to them. It answers to this machine alone. Not here: the UI (app).
"""

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
from pipeline.home import Home

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 1.0


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


def start_pages_server(home: Home, port: int) -> str:
    """Starts a process that serves the folder `published` as long as this one lives; its URL.

    OSError where the port is taken.
    """
    ThreadingHTTPServer((_HOST, port), _QuietHandler).server_close()
    home.published.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(home.published), str(port), str(os.getpid())]
    subprocess.Popen(command, cwd=Path(__file__).parents[2])
    return f"http://localhost:{port}"


def serve(folder: str, port: int, parent: int) -> None:
    """Serves a folder until the process that asked for it has ended."""
    with ThreadingHTTPServer((_HOST, port), partial(_QuietHandler, directory=folder)) as server:
        server.timeout = _PATIENCE_SECONDS
        while os.getppid() == parent:
            server.handle_request()


if __name__ == "__main__":
    try:
        serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(0)
