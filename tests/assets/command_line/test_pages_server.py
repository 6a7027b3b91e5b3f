"""The pages beside the Dagster UI: served to this machine, as long as whoever asked for them."""

import http.client
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assets.command_line.pages_server import PortError, start_pages_server
from pipeline.home import Home

PATIENCE_SECONDS = 60
ASKING = """
import sys
from assets.command_line.pages_server import start_pages_server
from pipeline.home import Home
print(start_pages_server(Home.at(sys.argv[1]), int(sys.argv[2])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return int(any_socket.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a page of a month."""
    page = tmp_path / "published" / "2026-10" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>Tháng 10</p>", encoding="utf-8")
    return Home.at(tmp_path)


@pytest.fixture
def asking(home: Home, port: int) -> Iterator[subprocess.Popen[str]]:
    """A process that had the pages served, and that ends when its input does."""
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING, str(home.root), str(port)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def page_at(port: int) -> str | None:
    """The page of the month; None where nobody answers."""
    page = f"http://localhost:{port}/2026-10/index.html"
    try:
        with urllib.request.urlopen(page, timeout=10) as answer:
            return str(answer.read().decode("utf-8"))
    except (OSError, http.client.HTTPException):
        # Nobody listens, or the server ended in the middle of its answer.
        return None


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def test_pages_are_served_until_the_process_that_asked_for_it_ends(
    asking: subprocess.Popen[str], port: int
) -> None:
    assert asking.stdout is not None
    assert asking.stdout.readline() == f"http://localhost:{port}\n"
    wait_until(lambda: page_at(port) == "<p>Tháng 10</p>")
    asking.kill()
    wait_until(lambda: page_at(port) is None)


def test_a_browser_that_opens_a_connection_and_asks_nothing_keeps_nobody_waiting(
    asking: subprocess.Popen[str], port: int
) -> None:
    wait_until(lambda: page_at(port) is not None)
    with socket.create_connection(("localhost", port)):
        assert page_at(port) == "<p>Tháng 10</p>"
    asking.kill()
    wait_until(lambda: page_at(port) is None)


def test_a_port_that_is_taken_is_an_error_before_anything_is_started(home: Home, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(PortError, match=r"in use.* with --pages-port"):
            start_pages_server(home, port)


def test_a_home_in_which_nothing_is_published_yet_has_an_empty_folder_of_pages(
    tmp_path: Path, port: int
) -> None:
    process = subprocess.run(
        [sys.executable, "-c", ASKING, str(tmp_path), str(port)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout == f"http://localhost:{port}\n"
    assert list((tmp_path / "published").iterdir()) == []
    wait_until(lambda: page_at(port) is None)


def test_a_foreign_host_name_is_refused(asking: subprocess.Popen[str], port: int) -> None:
    wait_until(lambda: page_at(port) is not None)
    for host, status in ((f"localhost:{port}", 200), ("example.org", 400), ("", 400)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/2026-10/index.html", headers={"Host": host})
        assert connection.getresponse().status == status
        connection.close()
    asking.kill()
