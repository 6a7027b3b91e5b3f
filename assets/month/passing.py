"""What can pass: a database or a share that is away for a time.

A fault of what was sent, of the settings or of the program is never tried again: it would fail in
the same way. Here belongs telling the two apart. Not here: trying again (assets.resources), how
long a run waits for the lock (lock).
"""

import errno

from pipeline.errors import PlainError

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


def can_pass(error: BaseException | None) -> bool:
    """Whether the cause of an error may pass by itself."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _PASSING:
            return True
        if isinstance(error, PlainError) and error.can_pass:
            return True
        error = error.__cause__ or error.__context__
    return False
