"""What an export that is refused as a whole is, for the page of messages.

Not here: which exports there are (provoking_files).
"""

from dataclasses import dataclass

from bench.provoking_rows import MONTH

FIGURES = "indicator,breakdown,month,numerator,denominator\n"
GOOD = f"{FIGURES}due_on_time,,{MONTH},90,100\n"


@dataclass(frozen=True)
class ProvokingFile:
    """An export that is refused: its fault, what it is in words, its name and bytes.

    `profiles` are the sender's own profiles, without the line of senders. SENDER stands for the
    code of whoever sends it. `corrections` are declared for the file, without the lines of sender,
    month and hash. `beside` is another file of the sender, of the same kind.
    """

    fault: str
    given: str
    content: bytes = GOOD.encode()
    file_name: str = "figures.csv"
    profiles: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    beside: bytes = b""
