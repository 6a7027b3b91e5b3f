"""Reading the files that an installation brings itself: register, profiles, methods, calendars.

Such a file is written by hand, so it may be anything: a folder, an export of 100 MB, text in
another encoding. Here belongs reading it as text and as TOML, with what is wrong in plain words.
Not here: what a file may say (agencies, profiles, methods, calendar).
"""

import stat
import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import WrongUseError

MOST_BYTES = 16 << 20
"""A register of all communes of Vietnam takes a thirtieth of it."""
_MOST_LEVELS = 32


class OwnFileError(WrongUseError):
    """A file cannot be read; the message says why, and not which file it is."""


def read_text(path: Path) -> str:
    """The text of a file. OwnFileError as `read_bytes` and `decode_text`."""
    return decode_text(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    OwnFileError for what is no file, cannot be read, or has more than MOST_BYTES.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            is_folder = stat.S_ISDIR(about.st_mode)
            raise OwnFileError(
                f"it is {'a folder' if is_folder else 'no ordinary file'}: put a file in its place"
            )
        if about.st_size > MOST_BYTES:
            raise OwnFileError(
                f"it has {about.st_size:,} bytes, and at most {MOST_BYTES:,} are read: see that it "
                "is the right file"
            )
        return path.read_bytes()
    except OSError as error:
        raise OwnFileError(
            f"{error.strerror or error}: see that this account may read it"
        ) from None


def decode_text(content: bytes) -> str:
    """The text of UTF-8 with or without a byte order mark, its lines ended as Python has them.

    OwnFileError for another encoding.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise OwnFileError(
            f"it is not UTF-8 text (byte {error.start + 1:,}): save it as UTF-8"
        ) from None


def parse_toml(text: str) -> dict[str, Any]:
    """The keys and values of a TOML text. OwnFileError where it is none, or nested too deeply."""
    try:
        keys = tomllib.loads(text)
    except RecursionError:
        raise _nested_too_deeply() from None
    except ValueError as error:
        # TOMLDecodeError is one; a number with thousands of digits gives another.
        raise OwnFileError(str(error)) from None
    level: list[Any] = [keys]
    for _ in range(_MOST_LEVELS):
        level = [each for value in level for each in _list_values(value)]
        if not level:
            return keys
    raise _nested_too_deeply()


def _list_values(value: Any) -> list[Any]:  # noqa: ANN401 -- whatever TOML may hold
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _nested_too_deeply() -> OwnFileError:
    return OwnFileError(
        f"its values are nested more than {_MOST_LEVELS} levels deep: see that it is the right file"
    )
