"""Decoding: the bytes of a file become text in UTF-8, within the limits of its profile.

Here belong unpacking, decoding, and one form of letters. Not here: what other formats look like
(formats), cutting text into records (cutting, rows).
"""

import codecs
import gzip
import io
import unicodedata
import zlib
from collections.abc import Iterator

from pipeline import letters
from pipeline.exports.formats import check_format, check_text_format, wrong_encoding
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles.limits import Limits

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 1 << 20
_BLOCK_CHARACTERS = 1 << 24
"""Text is decoded in blocks of so many characters, up to a line's end."""
_LINE_CHARACTERS = 1 << 23
"""A block ends here at the latest. A line as long as this is refused when records are cut."""
_INVISIBLE_UTF8 = (
    (b"\xe2", (b"\xe2\x80", b"\xe2\x81")),
    (b"\xef", (b"\xef\xbb\xbf",)),
    (b"\xc2", (b"\xc2\xad", b"\xc2\xa0")),
    (b"\x8e", (b"\xe1\xa0\x8e",)),
)
"""A rare byte, and the bytes with which characters that letters.compose_text changes begin or are
written.

One byte is found much faster than several, and most texts have none of these.
"""


def check_size(size: int, limits: Limits) -> None:
    """Raises FileFault too_large for more bytes than the limit."""
    if size > limits.bytes:
        raise FileFault(
            "too_large",
            f"it has more than {limits.megabytes:,} MB of text once unpacked: send it in several "
            "files, or raise megabytes under [limits] in the profile",
            f"tệp có hơn {write_number_vi(limits.megabytes)} MB văn bản sau khi giải nén: chia "
            "thành nhiều tệp, hoặc tăng megabytes trong mục [limits] của cấu hình ánh xạ",
        )


def decode_text(
    data: bytes, encoding: str, limits: Limits | None = None, *, is_json: bool = False
) -> bytes:
    """The file's text as UTF-8 bytes without a byte order mark, unpacked if it is gzip.

    Letters are composed (NFC), because Windows-1258 writes a Vietnamese letter in two parts,
    invisible characters are left out, and no-break spaces are spaces (letters). `is_json` says that
    JSON is expected, which is refused otherwise. Raises FileFault: empty, too_large (more text than
    the limit), or unreadable (broken gzip, another encoding, another format).
    """
    limits = limits or Limits()
    is_packed = data.startswith(_GZIP_MAGIC)
    check_size(len(data), limits)
    if is_packed:
        data = _unpack(data, encoding, limits, is_json=is_json)
    check_format(data, encoding, is_unpacked=is_packed)
    data = _compose(data, encoding)
    if not data[:1024].strip() and not data.strip():
        raise FileFault(
            "empty",
            "the file is empty: export it again",
            "tệp rỗng: xuất lại rồi gửi lại tệp",
        )
    check_text_format(data, is_json=is_json)
    return data


def _unpack(data: bytes, encoding: str, limits: Limits, *, is_json: bool) -> bytes:
    """What the gzip holds. It ends at the limit, and where the beginning is another format."""
    unpacked = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            while chunk := packed.read(_CHUNK_BYTES):
                if not unpacked.tell():
                    check_format(chunk, encoding, is_unpacked=True)
                    # NUL bytes are in every text of UTF-16 and UTF-32, and in no other.
                    if not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
                        check_text_format(chunk, is_json=is_json)
                unpacked.write(chunk)
                check_size(unpacked.tell(), limits)
    except (EOFError, OSError, zlib.error) as error:
        raise FileFault(
            "unreadable",
            f"the gzip is broken or cut short ({error}): send the file again",
            "tệp nén gzip bị hỏng hoặc không đầy đủ: gửi lại tệp",
        ) from None
    return unpacked.getvalue()


def _compose(data: bytes, encoding: str) -> bytes:
    """The text in UTF-8 and NFC; the bytes themselves where they are in it already."""
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    if is_utf8:
        data = data.removeprefix(codecs.BOM_UTF8)
        if data.isascii():
            return data
        encoding = "utf-8"
    try:
        if is_utf8 and _is_composed(data):
            return data
        composed = io.BytesIO()
        for block in _decode_blocks(data, encoding):
            composed.write(letters.compose_text(block).encode())
    except UnicodeError:
        raise wrong_encoding(encoding) from None
    return composed.getvalue()


def _is_composed(data: bytes) -> bool:
    """Whether UTF-8 text is in NFC and has nothing invisible; UnicodeError where it is no UTF-8."""
    blocks = _decode_blocks(data, "utf-8")
    is_normalized = [unicodedata.is_normalized("NFC", block) for block in blocks]
    return all(is_normalized) and not any(
        rare in data and any(begin in data for begin in begins) for rare, begins in _INVISIBLE_UTF8
    )


def _decode_blocks(data: bytes, encoding: str) -> Iterator[str]:
    """The text in blocks that end where a line does, so that memory stays bounded."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    while block := text.read(_BLOCK_CHARACTERS):
        yield block + text.readline(_LINE_CHARACTERS)
