"""Errors that arise where Dagster is at work and that end a command.

They are apart from the modules that raise them, so that whoever tells of errors need not import
Dagster, which takes longer than most commands. Not here: errors that arise elsewhere.
"""


class WrongMonthError(Exception):
    """A month cannot be run; the message says why."""


class BrokenRulesError(Exception):
    """A table that the program made breaks its own rules; the message names table, rule, rows."""
