"""Where the rows stand that a preview names: as the sender's feedback says it.

Here belong the word for a place and its number. Not here: finding a place (pipeline.exports), the
preview as a whole (profile_preview).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import exports
from pipeline.exports import RowPlace
from pipeline.exports.forms import find_form
from pipeline.profiles import Profile

_WORDS = {"text": "line", "workbook": "row of the sheet", "zip": "file and line"}
"""What is counted, by the form of the file; in others it is records."""
_RECORD = "record"


@dataclass(frozen=True)
class Places:
    """The places of some records of a file by row number, and what is counted there: a line, a row
    of the sheet, a record, or a place in a file of a zip.
    """

    word: str = _RECORD
    found: dict[int, RowPlace] = field(default_factory=dict)

    def write_number(self, number: int) -> str:
        """The place of a record as a number, behind the name of its file where it is in a zip."""
        place = self.found.get(number)
        if place is None:
            return f"{number:,}"
        count = place.record if place.line is None else place.line
        return f"{place.file}, {count:,}" if place.file else f"{count:,}"

    def write_place(self, number: int) -> str:
        """The place with the word for it: `line 37`, `row 37 of the sheet`."""
        word, of, more = self.word.partition(" of ")
        return f"{word} {self.write_number(number)}{of}{more}"


def find_places(file: Path, profile: Profile, numbers: Collection[int], month: str) -> Places:
    """The places of records that the profile has read from a file before."""
    word = _WORDS.get(find_form(file.name) or "text", _RECORD)
    if not numbers:
        return Places(word)
    located = exports.locate_rows(file.read_bytes(), file.name, profile, numbers, month)
    return Places(word, located.places)
