"""The UI answers only where it is called by a host name that it was told."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assets.command_line.ui_server import build_host_check
from assets.month.environment import UI_HOSTS_VARIABLE


def status_for(host: str) -> int:
    """The status of an answer to a request under a host name."""

    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("the UI")

    app = Starlette(routes=[Route("/", answer)], middleware=[build_host_check()])
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    (status,) = statuses
    return status


@pytest.mark.parametrize("host", ["localhost", "localhost:3000", "127.0.0.1:3000"])
def test_this_machine_is_answered(host: str) -> None:
    assert status_for(host) == 200


@pytest.mark.parametrize(
    "host", ["", "example.org", "example.org:3000", "localhost.example.org", "192.0.2.1:3000"]
)
def test_a_foreign_host_name_is_refused(host: str) -> None:
    assert status_for(host) == 400


def test_a_host_name_that_the_setting_names_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UI_HOSTS_VARIABLE, "reform.example.org, Reform2.example.org")
    assert status_for("reform.example.org") == 200
    assert status_for("reform2.example.org:8080") == 200
    assert status_for("other.example.org") == 400
