"""Locks that PostgreSQL keeps for a connection: they hold over all machines that reach it.

A lock of a file does not hold over a network share. PostgreSQL lets a lock go when the connection
that took it ends, whatever ends it: a killed program, a machine that is off, a cut network. Here
belongs taking, asking after and letting go such a lock. Not here: what is locked, and the locks of
files beside it (assets.month.lock).
"""

import hashlib
import threading
from contextlib import suppress

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.warehouse.connection import explain_errors, make_engine, parse_url

_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_IS_OURS = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) + objid::bigint = :key AND pid = pg_backend_pid())"
)
_IS_TAKEN = text(str(_IS_OURS).replace(" AND pid = pg_backend_pid()", ""))
_UPTIME = text("SELECT extract(epoch FROM now() - pg_postmaster_start_time())")
_SECONDS_TO_RETURN = 60.0
"""How long a database that was started anew waits for those that held locks before."""


class AdvisoryLock:
    """A lock of a name in a database of PostgreSQL, held by a connection of its own.

    Several threads may use it. WarehouseError where the database cannot be used.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = parse_url(url)
        self._key = derive_key(name)
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def try_take(self) -> bool:
        """Whether the lock is ours from now on; it does not wait for another that holds it."""
        with self._guard, explain_errors(self._url, "asked for a lock"):
            if self._connection is None:
                self._connection = _connect(self._url)
            try:
                return bool(self._connection.scalar(_TAKE, {"key": self._key}))
            except SQLAlchemyError:
                self._close()
                raise

    def is_held(self) -> bool:
        """Whether the connection that took the lock is still there and holds it."""
        with self._guard:
            try:
                return self._connection is not None and bool(
                    self._connection.scalar(_IS_OURS, {"key": self._key})
                )
            except SQLAlchemyError:
                return False

    def let_go(self) -> None:
        """Ends the connection, and the lock with it."""
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None


def is_taken(url: str, name: str) -> bool:
    """Whether anybody holds the lock of a name, or may hold it again: the database just started.

    WarehouseError where the database cannot be used.
    """
    parsed = parse_url(url)
    with explain_errors(parsed, "asked for a lock"):
        connection = _connect(parsed)
        try:
            if connection.scalar(_IS_TAKEN, {"key": derive_key(name)}):
                return True
            return float(connection.scalar(_UPTIME) or 0) < _SECONDS_TO_RETURN
        finally:
            connection.close()


def is_postgresql(url: str) -> bool:
    """Whether a URL names a database of PostgreSQL. WarehouseError where it names none at all."""
    return parse_url(url).get_backend_name() == "postgresql"


def derive_key(name: str) -> int:
    """The number by which PostgreSQL knows a lock: 63 bits of a hash of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1


def _connect(url: URL) -> Connection:
    """A connection without transactions: an open one would keep the database from cleaning up."""
    connection = make_engine(url).connect()
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    # A server may end connections that say nothing for long, as this one does.
    with suppress(SQLAlchemyError):
        connection.execute(text("SET idle_session_timeout = 0"))
    return connection
