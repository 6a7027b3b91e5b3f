"""Exports: a file as sent, from its name and bytes to rows of text.

Here belong the kinds and names of files (names), unpacking and decoding (decoding), what a file is
that is no text of an export (formats), cutting text into records (cutting), and the frame of
numbered rows (rows), without judging them. Not here: types and meaning (records), where files are
kept (archive).
"""

from pipeline.exports.decoding import check_size, decode_text
from pipeline.exports.names import SUFFIXES, SentFile, kind_of_file
from pipeline.exports.rows import (
    EXPECTED_FIELD_COUNT,
    FIELD_COUNT,
    ROW_NUMBER,
    TextRows,
    name_in_frame,
    read_rows,
)

__all__ = [
    "EXPECTED_FIELD_COUNT",
    "FIELD_COUNT",
    "ROW_NUMBER",
    "SUFFIXES",
    "SentFile",
    "TextRows",
    "check_size",
    "decode_text",
    "kind_of_file",
    "name_in_frame",
    "read_rows",
]
