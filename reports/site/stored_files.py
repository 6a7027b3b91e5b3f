"""Files that wait on the disk until they are published: those of a nation fill the memory.

Here belong writing them, reading them, and handing them to another process. Not here: which files
there are (reports.site), the files as they are published (pipeline.editions).
"""

import os
import tempfile
from collections.abc import Iterator, MutableMapping
from multiprocessing.resource_sharer import DupFd

Spans = dict[str, tuple[int, int]]
"""By path of a file, where it begins and its bytes."""


class StoredFiles(MutableMapping[str, bytes]):
    """Files by path, one after the other in a temporary file without a name: nothing of it is left
    even where the process is killed.

    Another process that gets the object has the same temporary file. The one that sent it must
    live until then, and neither may add files to it later.
    """

    def __init__(self) -> None:
        self._spans: Spans = {}
        self._end = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with this object

    def __setitem__(self, path: str, content: bytes) -> None:
        with open(self._file.fileno(), "r+b", closefd=False) as file:
            file.seek(self._end)
            file.write(content)
        self._spans[path] = self._end, len(content)
        self._end += len(content)

    def __getitem__(self, path: str) -> bytes:
        first, size = self._spans[path]
        return os.pread(self._file.fileno(), size, first)

    def __delitem__(self, path: str) -> None:
        del self._spans[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __getstate__(self) -> tuple[DupFd, Spans, int]:
        return DupFd(self._file.fileno()), self._spans, self._end

    def __setstate__(self, state: tuple[DupFd, Spans, int]) -> None:
        handle, self._spans, self._end = state
        self._file = os.fdopen(handle.detach(), "r+b")
