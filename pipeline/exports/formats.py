"""Formats: what a file is that is no text of an export.

Here belong the marks by which other formats are known, and the messages that say what the file is
and what to do. Not here: unpacking and decoding (decoding).
"""

import codecs
import io
import re
import zipfile

from pipeline.faults import FileFault

_HEAD = 1 << 16
"""So many bytes at the beginning of a file are looked at."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_EN = "open it and save it as CSV (UTF-8)"
_SAVE_VI = "mở tệp và lưu lại dưới dạng CSV (UTF-8)"
_RENAME_EN = "let its name end in {}, or save it as CSV (UTF-8)"
_RENAME_VI = "đổi đuôi tên tệp thành {}, hoặc lưu lại dưới dạng CSV (UTF-8)"
_EXPORT_EN = "export the data as CSV (UTF-8)"
_EXPORT_VI = "xuất dữ liệu dưới dạng CSV (UTF-8)"
_UNPACK_EN = "unpack it, and send the CSV file or one gzip of it"
_UNPACK_VI = "giải nén rồi gửi tệp CSV, hoặc nén một lần bằng gzip"
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
_UTF_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Marks of byte order; those of UTF-32 first, because one of them begins as one of UTF-16."""
_MARK_OF = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
_HTML = re.compile(rb"<(!doctype html|html|head|meta|body|table|script|style)\b", re.IGNORECASE)
_NO_TEXT = re.compile(rb"^(?:%PDF-|\{\\rtf)|[\x00-\x08\x0e-\x1f]")
_BEFORE_JSON = codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b" \t\r\n\x00"
_JSON = re.compile(rb'\{\s*"[^"]*"\s*:|\[\s*[\[{]')


def check_format(data: bytes, encoding: str, *, is_unpacked: bool) -> None:
    """Raises FileFault unreadable where the bytes are another format, or text in another UTF."""
    for mark, name in _PACKED.items():
        if data.startswith(mark) and (mark != b"BZh" or data[4:10] == b"1AY&SY"):
            twice = is_unpacked and name == "gzip"
            raise _other(
                "packed as gzip twice" if twice else f"packed as {name}",
                "được nén gzip hai lần" if twice else f"được nén dạng {name}",
                _UNPACK_EN,
                _UNPACK_VI,
            )
    if data.startswith(_ZIP):
        raise _zip(data)
    if data.startswith(_OLD_OFFICE):
        what = "an Excel workbook (.xls, or one with a password)"
        raise _misnamed(what, "sổ tính Excel (.xls, hoặc có mật khẩu)", ".xls")
    if data.startswith(b"%PDF-"):
        raise _other("a PDF", "tệp PDF", _EXPORT_EN, _EXPORT_VI)
    if data.startswith(b"PAR1") and data.endswith(b"PAR1"):
        raise _misnamed("a Parquet file", "tệp Parquet", ".parquet")
    if data.startswith(b"SQLite format 3\x00"):
        raise _other("a SQLite database", "cơ sở dữ liệu SQLite", _EXPORT_EN, _EXPORT_VI)
    _check_byte_order(data, encoding)


def name_format(data: bytes) -> str:
    """`workbook`, `zip`, `parquet` or `json`, as the bytes look; empty for any other."""
    if data.startswith(_OLD_OFFICE):
        return "workbook"
    if data.startswith(_ZIP):
        return "workbook" if _is_workbook(data) else "zip"
    if data.startswith(b"PAR1") and data.endswith(b"PAR1"):
        return "parquet"
    is_packed = data.startswith(b"\x1f\x8b")
    return "json" if is_packed or data.lstrip(_BEFORE_JSON)[:1] in (b"{", b"[") else ""


def name_document(data: bytes) -> tuple[str, str] | None:
    """What is said of a page or an XML document, which some programs name .xls; else None."""
    encoding = next((wide for mark, wide in _UTF_MARKS if data.startswith(mark)), "utf-8-sig")
    return _name_document(data[:_HEAD].decode(encoding, "replace").encode().lstrip())


def _name_document(head: bytes) -> tuple[str, str] | None:
    is_xml = head[:5].lower() == b"<?xml"
    if _HTML.match(head) or (is_xml and _HTML.search(head)):
        return "an HTML page", "trang HTML"
    return ("an XML document", "tệp XML") if is_xml else None


def find_ending(data: bytes) -> str:
    """The ending of names of files with such bytes; empty where it is not clear."""
    form = name_format(data)
    if form == "workbook":
        is_ods = b"opendocument.spreadsheet" in data[:_HEAD]
        return ".xls" if data.startswith(_OLD_OFFICE) else ".ods" if is_ods else ".xlsx"
    if form == "json":
        return ".json" if _JSON.match(data[:_HEAD].lstrip(_BEFORE_JSON)) else ""
    if form:
        return "" if form == "zip" and _is_word(data) else f".{form}"
    is_wide = any(data.startswith(mark) for mark, _ in _UTF_MARKS)
    is_text = is_wide or not _NO_TEXT.search(data[:_HEAD])
    return ".csv" if is_text and b"\n" in data else ""


def _is_workbook(data: bytes) -> bool:
    """Whether a zip is a workbook itself, and does not hold one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        # A broken one is told where it is read.
        return b"xl/" in data[:_HEAD] or b"xl/" in data[-_HEAD:]
    is_office = any(name.startswith("xl/") for name in names)
    return is_office or ("mimetype" in names and b"opendocument.spreadsheet" in data[:_HEAD])


def check_text_format(text: bytes, *, is_json: bool = False) -> None:
    """Raises FileFault unreadable where UTF-8 text is a page or a document, or has NUL bytes.

    JSON is a document too, where it is not expected.
    """
    head = text[:_HEAD].lstrip()
    if document := _name_document(head):
        raise _other(*document, _SAVE_EN, _SAVE_VI)
    if head.startswith(b"{\\rtf"):
        raise _other("an RTF document", "văn bản RTF", _EXPORT_EN, _EXPORT_VI)
    if _JSON.match(head) and not is_json:
        raise _misnamed("JSON", "dữ liệu JSON", ".json")
    if b"\x00" in text:
        raise FileFault(
            "unreadable",
            "it has NUL bytes, which no text has, so it is damaged or no text: export it again "
            "as CSV (UTF-8)",
            "tệp có byte NUL, văn bản không bao giờ có, nên tệp bị hỏng hoặc không phải văn bản: "
            "xuất lại dưới dạng CSV (UTF-8)",
        )


def wrong_encoding(encoding: str, seems: str = "") -> FileFault:
    """The fault of text that is not in the profile's encoding, with what it seems to be."""
    named = f' (encoding = "{seems}")' if seems else ""
    return FileFault(
        "unreadable",
        f"it is not {encoding} text: name its encoding in the profile{named}, or save it as UTF-8",
        f"tệp không theo bảng mã {encoding}: khai báo đúng bảng mã trong cấu hình ánh xạ{named}, "
        "hoặc lưu lại bằng UTF-8",
    )


def _check_byte_order(data: bytes, encoding: str) -> None:
    """Raises FileFault where text is in UTF-16 or UTF-32 and the profile says something else.

    Without a mark the NUL bytes tell: nearly all delimiters, digits and letters have them.
    """
    name = codecs.lookup(encoding).name
    is_wide = name.startswith(("utf-16", "utf-32"))
    sent = next((wide for mark, wide in _UTF_MARKS if data.startswith(mark)), "")
    if sent:
        own_mark = _MARK_OF.get(name)
        if name != sent and not (own_mark is not None and data.startswith(own_mark)):
            raise wrong_encoding(encoding, sent)
        return
    guess = _guess_wide(data[:_HEAD])
    if guess and name != guess and not (name == guess[:6] and guess.endswith("-le")):
        raise wrong_encoding(encoding, guess)
    if is_wide and data and not guess and b"\x00" not in data[:_HEAD]:
        raise wrong_encoding(encoding)


def _guess_wide(head: bytes) -> str:
    """The encoding of text in UTF-16 or UTF-32 without a mark; empty for other bytes."""
    length = len(head) // 4
    nuls = [head[place : 4 * length : 4].count(0) for place in range(4)]
    most, least = 0.5 * length, 0.2 * length
    has = "".join("0" if each > most else "x" if each <= least else "?" for each in nuls)
    # ASCII in UTF-32 has one byte in four; in UTF-16 one in two.
    names = {"x000": "utf-32-le", "000x": "utf-32-be", "x0x0": "utf-16-le", "0x0x": "utf-16-be"}
    return names.get(has, "") if length else ""


def _zip(data: bytes) -> FileFault:
    if _is_workbook(data):
        if b"opendocument.spreadsheet" in data[:_HEAD]:
            return _misnamed("an OpenDocument file (.ods)", "tệp OpenDocument (.ods)", ".ods")
        return _misnamed("an Excel workbook (.xlsx)", "sổ tính Excel (.xlsx)", ".xlsx")
    if _is_word(data):
        what = "a Word document (.docx)"
        return _other(what, "văn bản Word (.docx)", _EXPORT_EN, _EXPORT_VI)
    return _misnamed("a zip archive", "tệp nén zip", ".zip")


def _is_word(data: bytes) -> bool:
    return b"word/" in data[:_HEAD] or b"word/" in data[-_HEAD:]


def _misnamed(what: str, what_vi: str, ending: str) -> FileFault:
    """The fault of a form that is read, where the name says text."""
    return _other(what, what_vi, _RENAME_EN.format(ending), _RENAME_VI.format(ending))


def _other(what: str, what_vi: str, cure: str, cure_vi: str) -> FileFault:
    return FileFault(
        "unreadable",
        f"it is {what} and not CSV text: {cure}",
        f"tệp là {what_vi}, không phải văn bản CSV: {cure_vi}"
        if not what_vi.startswith("được")
        else f"tệp {what_vi}, không phải văn bản CSV: {cure_vi}",
    )
