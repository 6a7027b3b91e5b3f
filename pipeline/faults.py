"""File faults: why a whole file is refused, from a closed list.

A fault refuses its file and nothing else. Here belongs too how messages write numbers in
Vietnamese. Not here: rules on rows (expectations).
"""

from pipeline.errors import PlainError

FAULTS = {
    "unknown_sender": "no such agency in the register",
    "wrong_place": "it does not lie in its month's folder itself, or is a link that leads away",
    "unknown_kind": "the file name does not begin with a kind of records",
    "no_profile": "no profile fits",
    "ambiguous_profile": "two profiles of the sender fit",
    "broken_profile": "the sender's profile cannot be used",
    "empty": "it has no bytes, or a header and no rows",
    "unreadable": "it cannot be unpacked, decoded or cut into records",
    "too_large": "it passes a limit of its profile or of every file",
    "missing_column": "a column that the profile names is not in the header",
    "ambiguous_dates": "its dates can be read in two ways",
    "impossible_weights": "its weights stand for more people than live",
    "wrong_month": "its rows belong to another month",
    "lost_codes": "a spreadsheet wrote its codes or times as numbers, and digits are lost",
    "broken_correction": "a correction that is declared for it cannot be used",
    "ambiguous_identity": "one code stands for several of its records",
    "repeated_rows": "its rows are also in another file of the sender",
    "archive_damaged": "its bytes are no longer what was sent",
    "foreign_sender": "its rows belong to another agency",
    "not_processed": "the program could not process it",
}
"""Every fault, with its meaning."""


def write_number_vi(number: int) -> str:
    """A whole number as Vietnamese writes it, with points between thousands: 131.072."""
    return f"{number:,}".replace(",", ".")


class FileFault(PlainError):
    """A fault of FAULTS, with a message in English and one in Vietnamese that name the cure."""

    def __init__(self, fault: str, message: str, message_vi: str) -> None:
        if fault not in FAULTS:
            raise ValueError(f"{fault!r} is not in the list of faults")
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.message_vi = message_vi


def fault_columns(fault: FileFault) -> dict[str, object]:
    """What a plan says of a file that a fault refuses, by column."""
    return {"fault": fault.fault, "message": fault.message, "message_vi": fault.message_vi}
