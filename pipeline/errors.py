"""Errors that a person can cure, and the exit status of a command that one of them ends.

Here belong the base of all such errors and the exit statuses. Not here: the errors themselves,
which stand in the module that raises them.
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command ended, for whoever called it."""

    COMPLETE = 0
    NOTHING_PUBLISHED = 1
    WRONG_USE = 2
    PUBLISHED_WITH_GAPS = 3
    """Published, but not all: deliveries refused or missing, months that failed, no warehouse."""


class PlainError(Exception):
    """An error whose message says in plain words what is wrong and what to do.

    Every error that a module of ours raises on purpose is one. `exit_status` is that of a command
    that the error ends before it has published anything.
    """

    exit_status = ExitStatus.NOTHING_PUBLISHED
    can_pass = False
    """Whether the cause may pass by itself, so that the same may work later: a share is away."""


class WrongUseError(PlainError):
    """What was asked for, or a file that the installation brings itself, cannot be used."""

    exit_status = ExitStatus.WRONG_USE
