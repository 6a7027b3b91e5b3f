"""Apart: forms whose readers may end the whole process are read in a process of its own.

The readers of workbooks and Parquet are libraries in Rust. A broken file can make them ask for more
memory than there is, and then they end their process, with all that it does. Here belongs reading
there, and what is said of a file that ended it. Not here: the readers (workbooks, parquet_tables).
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Lock

from pipeline.exports.cell_text import CellText
from pipeline.faults import FileFault
from pipeline.processes import start_processes
from pipeline.profiles import Profile

Reader = Callable[[bytes, Profile], CellText]

_STDERR = 2
_MOST_BYTES = 8 << 30
"""A reader may take so much memory more than the modules that it needs."""
_free: list[ProcessPoolExecutor] = []
"""Processes that read nothing now. A file has one of its own: where it ends, no other file does."""
_lock = Lock()


def read_apart(read: Reader, data: bytes, profile: Profile) -> CellText:
    """What a reader makes of a file, read in another process. Raises what the reader raises.

    FileFault unreadable where the file makes its reader end, or take too much memory.
    """
    with _lock:
        process = _free.pop() if _free else start_processes(1, _MOST_BYTES)
    try:
        found = process.submit(_read, read, data, profile).result()
    except BrokenProcessPool:
        process.shutdown(wait=False)
        # Somebody else may have ended it: only a file that ends a second one is at fault.
        process = start_processes(1, _MOST_BYTES)
        try:
            found = process.submit(_read, read, data, profile).result()
        except BrokenProcessPool:
            raise broken_file() from None
    except BaseException:
        # It may be reading still: the next file has another one.
        process.shutdown(wait=False, cancel_futures=True)
        raise
    with _lock:
        _free.append(process)
    if isinstance(found, CellText):
        return found
    raise FileFault(*found)


def _read(read: Reader, data: bytes, profile: Profile) -> CellText | tuple[str, str, str]:
    """What the reader makes of a file, or the fault that it finds."""
    # What ends this process writes its stack there, which says nothing to who runs the month.
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), _STDERR)
    try:
        return read(data, profile)
    except FileFault as fault:
        return fault.fault, fault.message, fault.message_vi
    except BaseException as error:
        # What the libraries' own language calls a panic is no Exception.
        if type(error).__name__ != "PanicException" and not isinstance(error, MemoryError):
            raise
        broken = broken_file()
        return broken.fault, broken.message, broken.message_vi


def broken_file() -> FileFault:
    """The fault of a file that its reader cannot read to its end."""
    return FileFault(
        "unreadable",
        "it is damaged, protected by a password or written in a way that is not read: open it, "
        "save it anew without a password (a workbook as XLSX), and send it again",
        "tệp bị hỏng, có mật khẩu hoặc không đọc được: mở tệp, lưu lại không có mật khẩu (sổ tính "
        "lưu dạng XLSX) rồi gửi lại",
    )
