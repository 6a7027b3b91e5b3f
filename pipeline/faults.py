"""File faults: why a whole file is refused, from a closed list.

A fault refuses its file and nothing else. Not here: rules on rows (expectations).
"""

from pipeline.errors import PlainError

FAULTS = {
    "unknown_sender": "no such agency in the register",
    "unknown_kind": "the file name does not begin with a kind of records",
    "no_profile": "no profile fits",
    "ambiguous_profile": "two profiles of the sender fit",
    "broken_profile": "the sender's profile cannot be used",
    "empty": "nothing in it",
    "unreadable": "it cannot be unpacked or decoded",
    "missing_column": "a column that the profile names is not in the header",
    "ambiguous_dates": "two date formats of the profile read it differently",
    "impossible_weights": "its weights stand for more people than live",
    "wrong_month": "its rows belong to another month",
    "foreign_sender": "its rows belong to another agency",
    "not_processed": "the program could not process it",
}
"""Every fault, with its meaning."""


class FileFault(PlainError):
    """A fault of FAULTS, with a message in English and one in Vietnamese that name the cure."""

    def __init__(self, fault: str, message: str, message_vi: str) -> None:
        if fault not in FAULTS:
            raise ValueError(f"{fault!r} is not in the list of faults")
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.message_vi = message_vi
