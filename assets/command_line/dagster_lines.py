"""What Dagster itself prints in a run, made short.

Here belong lines that it repeats while its database is away. Not here: what a run says then (run).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_TRIES = "Retrying failed database"
"""How the lines begin that it prints for each try, with three lines of SQLAlchemy."""


@contextmanager
def short_dagster_lines() -> Iterator[None]:
    """Until the end of the block, Dagster's tries to reach its database are one line."""
    has_said = False

    def shorten(record: logging.LogRecord) -> bool:
        nonlocal has_said
        if not str(record.msg).startswith(_TRIES):
            return True
        is_first, has_said = not has_said, True
        record.msg, record.args = "Dagster's database does not answer: it is asked again", ()
        return is_first

    # Dagster uses the logger without a name for them.
    logger = logging.getLogger()
    logger.addFilter(shorten)
    try:
        yield
    finally:
        logger.removeFilter(shorten)
