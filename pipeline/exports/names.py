"""Names of files: which file was sent by whom, and which kind of records its name says.

Here belong a sent file, its kind, and which files nobody sent. Not here: what is in it (decoding,
rows), where it is kept (archive).
"""

from dataclasses import dataclass

from pipeline.exports.forms import ENDINGS, find_form
from pipeline.faults import FileFault
from pipeline.tables import KINDS

_OF_A_SYSTEM = frozenset((".ds_store", "thumbs.db", "desktop.ini", "__macosx"))


@dataclass(frozen=True, order=True)
class SentFile:
    """A file of a sender's month, as it lies in the inbox and in the archive.

    `place` says why it is not read, of pipeline.places; empty for a file that is read.
    """

    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int
    place: str = ""


def is_of_a_system(name: str) -> bool:
    """Whether a system or an open spreadsheet, and no sender, put a file or folder of this name."""
    folded = name.casefold()
    return folded in _OF_A_SYSTEM or folded.startswith(("~$", ".~lock.", "._"))


def kind_of_file(file_name: str) -> str:
    """The kind of records in a file, from its name. FileFault unknown_kind when it names none."""
    kind = next((kind for kind in KINDS if file_name.startswith(kind)), None)
    if kind is None:
        raise FileFault(
            "unknown_kind",
            f"the name of the file must begin with one of {', '.join(KINDS)} (small letters): "
            "rename the file",
            f"tên tệp phải bắt đầu bằng một trong các từ {', '.join(KINDS)} (chữ thường): đổi tên "
            "tệp",
        )
    if find_form(file_name) is None:
        endings = ", ".join(ENDINGS)
        raise FileFault(
            "unknown_kind",
            f"only names that end in one of {endings} are read: export the data as a workbook or "
            "as CSV (UTF-8), or rename the file if it is one already",
            f"chỉ đọc tệp có tên kết thúc bằng một trong các đuôi {endings}: xuất dữ liệu dưới "
            "dạng sổ tính hoặc CSV (UTF-8), hoặc đổi tên nếu tệp đã là dạng đó",
        )
    return kind
