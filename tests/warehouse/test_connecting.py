"""A database that cannot be reached is named with the cure, and never with a password."""

import socket
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.warehouse import Warehouse, WarehouseError
from pipeline.warehouse.connection import describe_database, parse_url

SECRET = "mật-khẩu-s3cret"


def everything_shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "warehouse.db",
        f"postgresql+psycopg://user:{SECRET}@host:port/database",
        f"mysql://user:{SECRET}@host/database",
        f"oracle+{SECRET}://host",
        f"{SECRET.replace('-', '')}://host",
        f"postgresql://user:half@{SECRET}@host/database",  # an @ that is not written %40
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_url_of_no_warehouse_is_answered_with_examples(url: str) -> None:
    with pytest.raises(
        WarehouseError, match=r"write sqlite:////full/path/warehouse.db or"
    ) as raised:
        Warehouse(url)
    assert SECRET not in everything_shown(raised.value)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:////tmp/warehouse.db", "sqlite+pysqlite:////tmp/warehouse.db"),
        ("postgresql://host/reform", "postgresql+psycopg://host/reform"),
        ("postgres://host/reform", "postgresql+psycopg://host/reform"),
        ("postgresql+psycopg://host/reform", "postgresql+psycopg://host/reform"),
        ("postgresql+psycopg2://host/reform", "postgresql+psycopg://host/reform"),
    ],
)
def test_the_driver_is_ours_whatever_the_url_says(url: str, meant: str) -> None:
    assert str(parse_url(url)) == meant


def test_a_database_is_named_without_user_and_password() -> None:
    url = parse_url(f"postgresql://chi:{SECRET}@db.example:5433/reform?password={SECRET}")
    assert describe_database(url) == "PostgreSQL database reform at db.example:5433"


@pytest.mark.parametrize(
    "rest",
    [f"chi:{SECRET}@127.0.0.1:PORT/reform", f"127.0.0.1:PORT/reform?user=chi&password={SECRET}"],
)
def test_a_server_that_does_not_answer_is_named_without_the_password(rest: str) -> None:
    pytest.importorskip("psycopg", reason="the driver for PostgreSQL")
    url = "postgresql+psycopg://" + rest.replace("PORT", str(free_port()))
    with pytest.raises(WarehouseError, match="See that the server runs") as raised:
        Warehouse(url).migrate()
    assert "PostgreSQL database reform at 127.0.0.1" in str(raised.value)
    assert SECRET not in everything_shown(raised.value)


def test_a_database_that_is_not_there_is_named(postgres: str) -> None:
    url = postgres.replace("/postgres?", "/elsewhere?")
    with pytest.raises(WarehouseError, match=r"database \"elsewhere\" does not exist"):
        Warehouse(url).is_behind({})


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"See that its folder exists and is writable"):
        Warehouse(f"sqlite:///{tmp_path}/absent/warehouse.db").migrate()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "warehouse.db").write_text("month,unit_code\n" * 100)
    with pytest.raises(WarehouseError, match=r"file is not a database.*can be deleted"):
        Warehouse(f"sqlite:///{tmp_path}/warehouse.db").migrate()


def test_a_warehouse_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"could not be read: no such table"):
        Warehouse(f"sqlite:///{tmp_path}/warehouse.db").is_behind({})


def test_making_a_warehouse_does_not_touch_the_database(tmp_path: Path) -> None:
    Warehouse(f"sqlite:///{tmp_path}/warehouse.db")
    assert list(tmp_path.iterdir()) == []
