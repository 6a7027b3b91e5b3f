"""A webhook for the tests."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "T0ken-of-the-hook"


class Hook(ThreadingHTTPServer):
    """A server that keeps what is posted to it and answers with a status."""

    def __init__(self, status: int = 200, seconds: float = 0.0) -> None:
        self.posted: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posted.append(json.loads(body))
                time.sleep(seconds)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", outer.url)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/{SECRET}"
        threading.Thread(target=self.serve_forever, daemon=True).start()
