"""Files that wait on the disk until they are published: those of a nation fill the memory.

Here belong writing them, reading them, and handing them to another process. Not here: which files
there are (reports.site), the files as they are published (pipeline.editions).
"""

import os
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path


class StoredFiles(MutableMapping[str, bytes]):
    """Files by path, one after the other in a temporary file, which goes with this object.

    To pickle it hands the temporary file over to the process that reads the pickle: the sender can
    use it no more.
    """

    def __init__(self) -> None:
        self._spans: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._handle, self._name = tempfile.mkstemp(prefix="reform-index-site-")

    def __setitem__(self, path: str, content: bytes) -> None:
        with open(self._handle, "ab", closefd=False) as file:
            file.write(content)
        self._spans[path] = self._end, len(content)
        self._end += len(content)

    def __getitem__(self, path: str) -> bytes:
        first, size = self._spans[path]
        return os.pread(self._handle, size, first)

    def __delitem__(self, path: str) -> None:
        del self._spans[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __getstate__(self) -> tuple[str, dict[str, tuple[int, int]], int]:
        name, self._name = self._name, ""
        return name, self._spans, self._end

    def __setstate__(self, state: tuple[str, dict[str, tuple[int, int]], int]) -> None:
        self._name, self._spans, self._end = state
        self._handle = os.open(self._name, os.O_RDWR | os.O_APPEND)

    def __del__(self) -> None:
        os.close(self._handle)
        if self._name:
            Path(self._name).unlink(missing_ok=True)
