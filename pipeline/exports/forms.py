"""Forms: what a file is by the ending of its name, text, workbook, JSON, Parquet or zip.

Here belong the endings that are read, and that the bytes are what the name says. Not here: how each
form becomes records (workbooks, json_records, parquet_tables, packages), other formats (formats).
"""

from typing import Literal

from pipeline.exports.formats import find_ending, name_document, name_format
from pipeline.faults import FileFault

Form = Literal["text", "workbook", "json", "parquet", "zip"]

ENDINGS: dict[str, Form] = {
    ".csv": "text",
    ".csv.gz": "text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".json": "json",
    ".json.gz": "json",
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".parquet": "parquet",
    ".zip": "zip",
}
"""The endings of names of files that are read, each with its form."""

_NAMES: dict[Form, tuple[str, str]] = {
    "workbook": ("a workbook", "sổ tính"),
    "json": ("JSON", "dữ liệu JSON"),
    "parquet": ("a Parquet file", "tệp Parquet"),
    "zip": ("a zip archive", "tệp nén zip"),
}


def find_form(file_name: str) -> Form | None:
    """The form that the ending of a name says; None for an ending that is not read."""
    name = file_name.lower()
    endings = [ending for ending in ENDINGS if name.endswith(ending)]
    return ENDINGS[max(endings, key=len)] if endings else None


def check_form(data: bytes, form: Form) -> None:
    """Raises FileFault unreadable where the bytes are another form than the name says.

    Text is judged where it is decoded.
    """
    if form in ("text", name_format(data)):
        return
    what, what_vi = _NAMES[form]
    document, document_vi = name_document(data) or ("something else", "")
    if document_vi and form == "workbook":
        cure = "open it in a spreadsheet and save it as XLSX"
        cure_vi = "mở tệp bằng phần mềm bảng tính rồi lưu lại dạng XLSX"
    elif not document_vi and (ending := find_ending(data)):
        cure, cure_vi = f"let its name end in {ending}", f"đổi đuôi tên tệp thành {ending}"
    else:
        cure, cure_vi = "export it again", "xuất lại tệp"
    content_vi = f"nội dung là {document_vi}" if document_vi else "nội dung không phải"
    raise FileFault(
        "unreadable",
        f"its name says that it is {what}, and its content is {document}: {cure}",
        f"tên tệp cho biết đây là {what_vi} nhưng {content_vi}: {cure_vi}",
    )
