"""Trying again what can pass: a database or a share that is away for a time.

A fault of what was sent, of the settings or of the program is never tried again: it would fail in
the same way. Here belongs telling the two apart, and asking Dagster for another attempt. Not here:
how long a run waits for the lock (resources), runs that were killed (dagster_home).
"""

import errno
import inspect
from collections.abc import Callable, Generator
from functools import wraps
from typing import Any, TypeVar

import dagster as dg

from assets.month.lock import LockLostError
from assets.resources import HomeResource
from pipeline.errors import PlainError

Asset = TypeVar("Asset", bound=Callable[..., Any])

RETRY_SECONDS = (60.0, 300.0, 900.0)
"""How long the daemon's runs wait before each further attempt; a command does not try again."""
_PASSING = {
    errno.EIO,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.ECONNRESET,
    errno.ECONNREFUSED,
    errno.EREMOTEIO,
}
"""What the system says of a share that is away."""
_RUN_AGAIN = {"dagster/max_retries": "3", "dagster/retry_on_asset_or_op_failure": "true"}


def can_pass(error: BaseException | None) -> bool:
    """Whether the cause of an error may pass by itself."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _PASSING:
            return True
        if isinstance(error, PlainError) and error.can_pass:
            return True
        error = error.__cause__ or error.__context__
    return False


def retried(asset: Asset) -> Asset:
    """An asset that is tried again where it fails of what can pass.

    Where the lock was lost, the whole run is run again: another one may hold the home meanwhile.
    """

    @wraps(asset)
    def attempt(context: dg.AssetExecutionContext, home: HomeResource) -> Any:  # noqa: ANN401
        try:
            return asset(context, home)
        except Exception as error:
            _ask_for_another_attempt(context, home, error)
            raise

    @wraps(asset)
    def attempt_each(
        context: dg.AssetExecutionContext, home: HomeResource
    ) -> Generator[Any, None, None]:
        try:
            yield from asset(context, home)
        except Exception as error:
            _ask_for_another_attempt(context, home, error)
            raise

    return attempt_each if inspect.isgeneratorfunction(asset) else attempt  # type: ignore[return-value]


def _ask_for_another_attempt(
    context: dg.AssetExecutionContext, home: HomeResource, error: Exception
) -> None:
    """Raises RetryRequested where another attempt may help and is left."""
    waits = home.retry_seconds
    if isinstance(error, LockLostError):
        if waits:
            context.instance.add_run_tags(context.run_id, _RUN_AGAIN)
        return
    number = context.retry_number
    if number >= len(waits) or not can_pass(error):
        return
    reason = str(error) if isinstance(error, PlainError) else type(error).__name__
    context.log.warning(f"tried again in {waits[number]:.0f} s: {reason}")
    raise dg.RetryRequested(max_retries=len(waits), seconds_to_wait=waits[number]) from error
