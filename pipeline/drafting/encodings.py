"""Encodings: in which encoding the text of a file is, by what can be read in it.

Here belongs the choice among encodings that all read the bytes. Not here: decoding
(exports.decoding).
"""

from pipeline.drafting.names import holds_words, read_dictionary, split_words
from pipeline.exports import decode_text
from pipeline.faults import FileFault
from pipeline.plurals import count_of

_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
_ONE_BYTE = ("windows-1258", "tcvn3", "windows-1252")
"""Encodings of one byte a letter, which any bytes are text in: the words tell them apart."""
_HEAD_BYTES = 8192


def find_encoding(data: bytes, *, is_json: bool) -> tuple[bytes, str, str]:
    """The text, its encoding and the reason. Raises the first fault where no encoding reads it."""
    first: FileFault | None = None
    for encoding in ("utf-8", *_WIDE):
        try:
            text = decode_text(data, encoding, is_json=is_json)
        except FileFault as fault:
            if fault.fault != "unreadable":
                raise
            first = first or fault
        else:
            return text, encoding, "all its bytes are text in it"
    found: list[tuple[float, str, bytes]] = []
    for encoding in _ONE_BYTE:
        try:
            text = decode_text(data, encoding, is_json=is_json)
        except FileFault:
            continue
        found.append((_rate_words(text), encoding, text))
    if not found:
        raise first or FileFault("unreadable", "", "")
    # Of equal ones the first: max takes it.
    score, encoding, text = max(found, key=lambda each: each[0])
    return text, encoding, f"it reads {count_of(round(score), 'known word')}, and others fewer"


def _rate_words(text: bytes) -> float:
    """How many names of the dictionary are in the first lines of a text."""
    words = split_words(text[:_HEAD_BYTES].decode(errors="ignore"))
    entries = {
        split_words(entry)
        for kind in read_dictionary()["columns"].values()
        for each in kind.values()
        for entry in each
        if not entry.isascii()
    }
    return float(sum(holds_words(words, entry) for entry in entries))
