"""Exports: a file as sent, from its name and bytes to rows of text.

Here belong the kinds and names of files (names), the forms of files (forms) and how each becomes
text (workbooks, json_records, parquet_tables, packages, cell_text), unpacking and decoding
(decoding), what a file is that is no export (formats), cutting text into records (cutting), the
frame of numbered rows (rows), without judging them, where a row stands in its file (locating), and
writing such rows (writing). Not here: types and meaning (records), where files are kept (archive).
"""

from pipeline.exports.decoding import check_size, decode_text
from pipeline.exports.forms import ENDINGS
from pipeline.exports.locating import RowPlace, locate_rows
from pipeline.exports.names import SentFile, is_of_a_system, kind_of_file
from pipeline.exports.reading import read_file
from pipeline.exports.rows import (
    EXPECTED_FIELD_COUNT,
    FIELD_COUNT,
    ROW_NUMBER,
    TextRows,
    name_in_frame,
    read_rows,
)

__all__ = [
    "ENDINGS",
    "EXPECTED_FIELD_COUNT",
    "FIELD_COUNT",
    "ROW_NUMBER",
    "RowPlace",
    "SentFile",
    "TextRows",
    "check_size",
    "decode_text",
    "is_of_a_system",
    "kind_of_file",
    "locate_rows",
    "name_in_frame",
    "read_file",
    "read_rows",
]
