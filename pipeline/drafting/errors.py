"""The error of a file from which no profile can be drafted.

Not here: files that cannot be read (faults).
"""

from pipeline.errors import WrongUseError


class DraftError(WrongUseError):
    """No profile can be drafted from a file; the message says why and what to do."""


def no_header() -> DraftError:
    """The error of a table without a header. What is in its rows is not shown: it may be names."""
    return DraftError(
        "no header was found, a row with the names of the columns: add one to the file (a title "
        "above it is no matter), with names like Mã hồ sơ, Ngày tiếp nhận, Trạng thái"
    )
