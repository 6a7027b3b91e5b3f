"""The hashes of an edition: what its files were when it was published, and what they are now.

Here belong the file SHA256SUMS, comparing files with it, and the signature by which a folder is
known not to have been touched since its files were compared. Not here: writing an edition
(editions).
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.bulletin import SUMS
from pipeline.errors import PlainError

MANIFEST = "manifest.json"
_PACKAGE = "data/datapackage.json"


class AlteredError(PlainError):
    """The hashes of an edition are not as they were published: by path, what is wrong."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.files = files


def write_sums(digests: Mapping[str, str]) -> bytes:
    """The bytes of SHA256SUMS for the SHA-256 of the files of an edition by path."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def read_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of the files of an edition by path.

    Editions had no SHA256SUMS at first, but the SHA-256 of their data in the package. AlteredError
    where they are not as they were published.
    """
    if not folder.is_dir():
        raise AlteredError({".": "missing"})
    name = SUMS
    try:
        if (folder / SUMS).exists():
            return _parse_sums((folder / SUMS).read_bytes())
        name = MANIFEST
        if SUMS in json.loads((folder / name).read_bytes()).values():
            raise AlteredError({SUMS: "missing"})
        name = _PACKAGE
        described = json.loads((folder / name).read_bytes()).get("resources", ())
        return {f"data/{each['path']}": each["hash"].partition(":")[2] for each in described}
    except (FileNotFoundError, NotADirectoryError):
        raise AlteredError({name: "missing"}) from None
    except OSError:
        raise AlteredError({name: "unreadable"}) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AlteredError({name: "altered"}) from None


def _parse_sums(content: bytes) -> dict[str, str]:
    """The SHA-256 by path. ValueError where they are not as `write_sums` wrote them."""
    *lines, rest = content.decode().split("\n")
    found = [re.fullmatch(r"([0-9a-f]{64})  (.+)", line) for line in lines]
    if rest or not all(found):
        raise ValueError(content)
    return {each[2]: each[1] for each in found if each}


def compare(path: Path, digest: str) -> str:
    """What is wrong with a file that should have this SHA-256; empty where nothing is."""
    try:
        with path.open("rb") as file:
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == digest
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError):
        return "unreadable"
    return "" if is_same else "altered"


def sign_file(path: Path) -> str:
    """Size, times and place on the disk of a file; empty where it cannot be asked."""
    try:
        found = path.lstat()
    except OSError:
        return ""
    return _describe(found)


def sign_folder(folder: Path) -> str:
    """A digest of names, sizes, times and places on the disk of all that lies in a folder.

    It costs no reading of files. Whoever writes to a file, replaces, links or removes it changes
    the digest, for the time of the last change of a file cannot be set. OSError where the folder
    cannot be read.
    """
    listed = "\n".join(sorted(_list_signatures(folder, "")))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()


def _list_signatures(folder: Path, above: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name, found = f"{above}{entry.name}", entry.stat(follow_symlinks=False)
            yield f"{name}\t{_describe(found)}"
            if entry.is_dir(follow_symlinks=False):
                yield from _list_signatures(folder / entry.name, f"{name}/")


def _describe(found: os.stat_result) -> str:
    return (
        f"{found.st_mode}\t{found.st_size}\t{found.st_mtime_ns}\t{found.st_ctime_ns}"
        f"\t{found.st_ino}"
    )
