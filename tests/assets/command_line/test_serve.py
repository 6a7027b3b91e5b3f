"""`reform-index serve`: the published pages in a browser of this machine, until Ctrl-C."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import ReformIndex

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a page of all months, and a month below a link."""
    edition = tmp_path / "published" / "editions" / "2026-10" / "1"
    edition.mkdir(parents=True)
    (edition / "index.html").write_text("<p>Tháng 10</p>", encoding="utf-8")
    (tmp_path / "published" / "2026-10").symlink_to("editions/2026-10/1")
    (tmp_path / "published" / "index.html").write_text("<p>Mọi tháng</p>", encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "secret.csv").write_text("a", encoding="utf-8")
    return tmp_path


@pytest.fixture
def serving(home: Path) -> Iterator[subprocess.Popen[str]]:
    # A shell that runs the tests in the background lets Ctrl-C pass: not so in a terminal.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    process = subprocess.Popen(
        [
            *(
                sys.executable,
                "-c",
                f"{listening}; from assets.command_line.app import main; main()",
            ),
            *("serve", "--home", str(home), "--port", "0"),
        ],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def read_port(serving: subprocess.Popen[str]) -> int:
    assert serving.stdout is not None
    line = serving.stdout.readline()
    found = re.fullmatch(r"the published pages: http://localhost:(\d+)/\n", line)
    assert found, line
    return int(found[1])


def ask(port: int, path: str, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_pages_are_shown_to_this_machine_until_ctrl_c(serving: subprocess.Popen[str]) -> None:
    port = read_port(serving)
    assert ask(port, "/", f"localhost:{port}") == (200, "<p>Mọi tháng</p>")
    assert ask(port, "/2026-10/", f"127.0.0.1:{port}") == (200, "<p>Tháng 10</p>")
    assert ask(port, "/", "example.org")[0] == 400
    assert ask(port, "/../inbox/secret.csv", f"localhost:{port}")[0] == 404
    serving.send_signal(signal.SIGINT)
    out, err = serving.communicate(timeout=60)
    assert serving.returncode == 0
    assert out.endswith("the pages are no longer shown\n")
    assert err == ""


def test_nobody_answers_under_another_address_of_the_machine(
    serving: subprocess.Popen[str],
) -> None:
    port = read_port(serving)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=10)


def test_a_browser_that_goes_away_leaves_no_word(serving: subprocess.Popen[str]) -> None:
    port = read_port(serving)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            # The end is a reset and no polite farewell.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert ask(port, "/", "localhost")[0] == 200
    serving.send_signal(signal.SIGTERM)
    assert serving.communicate(timeout=60)[1] == ""


def test_a_port_in_use_is_a_plain_error_with_its_cure(
    home: Path, reform_index: ReformIndex
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = reform_index("serve", "--home", home, "--port", str(port))
    assert said.status == 2
    assert said.err == (
        f"reform-index: port {port} is in use by another program: end that one, or name another "
        "port with --port\n"
    )


def test_a_home_in_which_nothing_is_published_says_what_to_do(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    said = reform_index("serve", "--home", tmp_path)
    assert said.status == 1
    assert f"run a month, which writes it (reform-index run --home {tmp_path})" in said.err


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_wrong_use(home: Path, reform_index: ReformIndex, port: str) -> None:
    said = reform_index("serve", "--home", home, "--port", port)
    assert said.status == 2
    assert "--port" in said.err
