"""Packages: what is in a zip, as far as it may be unpacked.

A workbook is a zip too. Here belong the limits of what a zip becomes, and the files in one that
holds exports. Not here: reading these files (reading).
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pipeline.exports.decoding import check_size
from pipeline.exports.names import is_of_a_system
from pipeline.faults import FileFault
from pipeline.profiles.limits import Limits

MOST_FILES = 1_000
"""A zip has at most so many files: a nation's month has fewer."""
_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER, _LOCAL_MARK = struct.Struct("<4s5H3L2H"), b"PK\x03\x04"
_LONGEST_MATCH = 64
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1


def open_package(data: bytes) -> zipfile.ZipFile:
    """The zip of some bytes. FileFault unreadable where they are none."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError):
        raise _broken() from None
    if len(package.infolist()) > MOST_FILES:
        raise FileFault(
            "too_large",
            f"it holds more than {MOST_FILES:,} files: send the files of one kind and month",
            f"tệp nén có hơn {MOST_FILES} tệp: chỉ gửi các tệp cùng loại của một tháng",
        )
    return package


def check_package(data: bytes, limits: Limits) -> None:
    """Raises FileFault too_large where a zip holds more than the limit, whatever it says itself.

    Everything is unpacked once, a piece at a time, and let go. Also unreadable for a broken zip, or
    one with a password.
    """
    total = 0
    for info in open_package(data).infolist():
        for piece in unpack(data, info):
            total += len(piece)
            check_size(total, limits)


def list_files(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The files in a zip by name, in order of name, without folders and what systems add.

    Raises FileFault: unreadable for a broken zip, one with a password, a name that leads out of
    the zip, or no file; too_large.
    """
    check_package(data, limits)
    package = open_package(data)
    infos = sorted(
        (
            info
            for info in package.infolist()
            if not info.is_dir() and not _is_of_a_system(info.filename)
        ),
        key=lambda info: (info.filename, info.header_offset),
    )
    if not infos:
        raise FileFault(
            "empty",
            "the zip holds no file: pack the export and send it again",
            "tệp nén không có tệp nào: nén lại rồi gửi lại",
        )
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise FileFault(
                "unreadable",
                "a name in the zip leads out of it: pack the files themselves, without paths",
                "trong tệp nén có đường dẫn trỏ ra ngoài: chỉ nén các tệp, không kèm đường dẫn",
            )
    # One name may stand there twice, and each is a file.
    for info in infos:
        content = b"".join(unpack(data, info))
        yield PurePosixPath(info.filename.replace("\\", "/")).name, content


def unpack(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a file of a zip unpacks to, in pieces: as much as there is, whatever its size says.

    Raises FileFault unreadable for what is broken, has a password or is packed in a rare way.
    """
    if info.flag_bits & _ENCRYPTED:
        raise FileFault(
            "unreadable",
            "it is protected by a password: send it without one",
            "tệp có mật khẩu: gửi lại tệp không có mật khẩu",
        )
    if info.compress_type not in (_STORED, _DEFLATED):
        raise FileFault(
            "unreadable",
            "the zip is packed in a way that is not read: pack it as an ordinary zip",
            "tệp nén dùng kiểu nén không đọc được: nén lại bằng zip thông thường",
        )
    if not 0 <= info.header_offset <= len(data) - _LOCAL_HEADER.size:
        raise _broken()
    mark, *_, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, info.header_offset)
    if mark != _LOCAL_MARK:
        raise _broken()
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    checksum = 0
    for piece in _inflate(memoryview(data)[start : start + info.compress_size], info.compress_type):
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if checksum != info.CRC:
        raise _broken()


def _inflate(packed: memoryview, compress_type: int) -> Iterator[bytes]:
    if compress_type == _STORED:
        yield bytes(packed)
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        piece = unpacker.decompress(packed, _CHUNK_BYTES)
        while piece:
            yield piece
            piece = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK_BYTES)
    except zlib.error:
        raise _broken() from None


def has_match(pattern: re.Pattern[bytes], pieces: Iterable[bytes]) -> bool:
    """Whether a pattern is found in what a file unpacks to, also across the ends of two pieces."""
    rest = b""
    for piece in pieces:
        if pattern.search(rest + piece):
            return True
        rest = piece[-_LONGEST_MATCH:]
    return False


def _is_of_a_system(name: str) -> bool:
    return any(map(is_of_a_system, PurePosixPath(name.replace("\\", "/")).parts))


def _broken() -> FileFault:
    return FileFault(
        "unreadable",
        "the file is broken or cut short (it is a zip or a workbook): send it again",
        "tệp bị hỏng hoặc không đầy đủ (tệp nén hoặc sổ tính): gửi lại tệp",
    )
