"""Connecting to the warehouse's database, and its errors in plain words.

Here belongs what differs between SQLite and PostgreSQL, and the rule that no message shows a
password. Not here: tables or rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import SQLITE_BUSY, SQLITE_LOCKED
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from pipeline.errors import ExitStatus, PlainError
from pipeline.private_folders import make_private_file

_EXAMPLES = (
    "write sqlite:////full/path/warehouse.db or postgresql+psycopg://user:password@host/database "
    "(REFORM_INDEX_WAREHOUSE). In user and password write @ : / ? # [ ] and % by their code: @ is "
    "%40, : is %3A, / is %2F, % is %25"
)
_HOST = re.compile(r"[A-Za-z0-9._-]*|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")
_NAME = re.compile(r"[^@:/?#\[\]]*")
_SECRET_KEYS = re.compile(r"pass|secret|token|key", re.IGNORECASE)
_REFUSED = re.compile(r"FATAL: .*(authentication failed|does not exist|no pg_hba\.conf entry)")
"""What PostgreSQL says in English of settings that it refuses: no waiting helps."""
_SECONDS_TO_CONNECT = 10
_SECONDS_FOR_LOCK = 30
"""How long another program may hold what is to be written."""
_SECONDS_FOR_STATEMENT = 600
"""How long one statement may take: filling a month of a nation takes a minute, in many of them."""
_SECONDS_OF_SILENCE = 60
"""How long a server may not answer at all, not even that it is there."""


class WarehouseError(PlainError):
    """The warehouse cannot be used; the message says what to do and shows no password.

    It is filled after the commit point, so an edition may have been published by then.
    """

    exit_status = ExitStatus.PUBLISHED_WITH_GAPS

    def __init__(self, message: str, *, can_pass: bool = False) -> None:
        super().__init__(message)
        self.can_pass = can_pass


def parse_url(text: str) -> URL:
    """The database named by a URL. WarehouseError when it names none that is supported."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # What could not be read may hold a password: neither it nor its error is shown.
        raise WarehouseError(f"the warehouse's URL cannot be read: {_EXAMPLES}") from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise WarehouseError(f"the warehouse's URL names no file: {_EXAMPLES}")
        return url.set(drivername="sqlite+pysqlite")
    if backend in {"postgresql", "postgres"}:
        # An unescaped @ or / in a password puts half of it where host and database stand.
        if not (_HOST.fullmatch(url.host or "") and _NAME.fullmatch(url.database or "")):
            raise WarehouseError(f"the warehouse's URL cannot be read: {_EXAMPLES}")
        return url.set(drivername="postgresql+psycopg")
    raise WarehouseError(f"the warehouse must be SQLite or PostgreSQL: {_EXAMPLES}")


def is_same_database(one: str, other: str) -> bool:
    """Whether two URLs name one database, with any driver; not where one of them names none."""
    try:
        urls = [parse_url(one), parse_url(other)]
    except WarehouseError:
        return False
    places = [(url.database, url.host or url.query.get("host"), url.port or 5432) for url in urls]
    return places[0] == places[1]


def make_engine(url: URL) -> Engine:
    """An engine that keeps no connection open between uses.

    WarehouseError when the driver is not installed.
    """
    is_sqlite = url.get_backend_name() == "sqlite"
    limits = {"timeout": _SECONDS_FOR_LOCK} if is_sqlite else _limit_postgresql()
    # What the URL itself says of them holds.
    options = {name: limit for name, limit in limits.items() if name not in url.query}
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=options)
    except (ImportError, NoSuchModuleError):
        raise WarehouseError(
            "the driver for PostgreSQL is not installed: pip install 'psycopg[binary]'"
        ) from None
    if is_sqlite:
        event.listen(engine, "do_connect", _make_sqlite_file_private)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_sqlite_file_private(
    _dialect: object, _record: object, arguments: Sequence[str], options: Mapping[str, object]
) -> None:
    if options.get("uri"):
        return
    # What cannot be made or closed to others is for SQLite to say, with its own cure.
    with suppress(OSError):
        make_private_file(Path(arguments[0]))


def _limit_postgresql() -> dict[str, int | str]:
    """How long PostgreSQL is waited for, in the words of its client library.

    A statement and a lock are limited by the server, a server that is gone by this machine.
    """
    milliseconds = {
        "lock_timeout": _SECONDS_FOR_LOCK * 1000,
        "statement_timeout": _SECONDS_FOR_STATEMENT * 1000,
    }
    return {
        "connect_timeout": _SECONDS_TO_CONNECT,
        "options": " ".join(f"-c {name}={limit}" for name, limit in milliseconds.items()),
        "keepalives_idle": _SECONDS_OF_SILENCE // 2,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": _SECONDS_OF_SILENCE * 1000,
    }


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    # The driver begins no transaction before CREATE TABLE, so a killed migration would stay half
    # done. With isolation_level None the driver begins none at all, and _begin_sqlite begins each.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def explain_errors(url: URL, done: str) -> Iterator[None]:
    """Turns what the database raises into a WarehouseError with the cure.

    `done` says what could not be done: "the warehouse could not be `done`".
    """
    try:
        yield
    except SQLAlchemyError as error:
        # The chain is cut: SQLAlchemy's own text repeats whole statements with their rows.
        raise WarehouseError(
            f"the warehouse ({describe_database(url)}) could not be {done}: "
            f"{mask_secrets(url, error)}. {_find_cure(url, error)}. "
            "The data in the database are unchanged",
            can_pass=isinstance(error, (OperationalError, InterfaceError))
            and not _REFUSED.search(str(error.orig)),
        ) from None


def describe_database(url: URL) -> str:
    """The kind, name and place of the database, without user or password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite file {url.database}"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL database {url.database} at {url.host or 'this machine'}{port}"


def mask_secrets(url: URL, error: BaseException) -> str:
    """What a database said of an error, on one line and without the passwords of its URL."""
    message = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
    for password in _find_passwords(url):
        message = message.replace(password, "***")
    return " ".join(message.split()).rstrip(".?")


def _find_passwords(url: URL) -> list[str]:
    secrets = [url.password]
    for key, values in url.query.items():
        if _SECRET_KEYS.search(key):
            secrets += [values] if isinstance(values, str) else values
    return [secret for secret in secrets if secret]


def _find_cure(url: URL, error: SQLAlchemyError) -> str:
    if isinstance(error, IntegrityError):
        return (
            "The edition's data contradict each other: publish the month again, and report it "
            "if that does not help"
        )
    if _is_held(error):
        return (
            f"Another program held it for more than {_SECONDS_FOR_LOCK} s: end what that program "
            "does, or wait until it is done"
        )
    if url.get_backend_name() == "sqlite":
        return (
            "See that its folder exists and is writable and that no other program holds the "
            "file; it can be deleted, for it is filled from the published editions"
        )
    return (
        "See that the server runs and accepts this user, password and database, and that the "
        "user may create tables there"
    )


def _is_held(error: SQLAlchemyError) -> bool:
    """Whether another program holds the database, or what is to be written in it."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    # SQLite says more in the higher bits; PostgreSQL names it lock_not_available.
    return code & 0xFF in (SQLITE_BUSY, SQLITE_LOCKED) or getattr(cause, "sqlstate", "") == "55P03"
