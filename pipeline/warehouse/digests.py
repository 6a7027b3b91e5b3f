"""The digest of an edition's data: two editions with the same digest have the same data.

Here belong the two ways to it: from all data files, and from `datapackage.json` alone, which is
thousands of times smaller. Not here: which editions are in the warehouse (filling).
"""

import hashlib
import json
from collections.abc import Mapping

from pipeline import parquet

PACKAGE = "data/datapackage.json"
_ALGORITHM = "sha256:"


def data_digest(data: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the data files of an edition, given by path; copies do not count."""
    return _combine({path: _hash(each) for path, each in parquet.drop_copies(data).items()})


def read_data_digest(package: bytes) -> str | None:
    """The `data_digest` of an edition, from the bytes of its `datapackage.json` alone.

    The package holds the SHA-256 of each CSV file beside it. None where it cannot be read, or
    where a file has no SHA-256 in it. A CSV file that was changed after publication is not
    noticed: its bytes are not read.
    """
    try:
        resources = json.loads(package)["resources"]
        hashes = {f"data/{file['path']}": str(file["hash"]) for file in resources}
    except (ValueError, KeyError, TypeError):
        return None
    if not all(value.startswith(_ALGORITHM) for value in hashes.values()):
        return None
    digests = {path: value.removeprefix(_ALGORITHM) for path, value in hashes.items()}
    return _combine(digests | {PACKAGE: _hash(package)})


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _combine(digests: Mapping[str, str]) -> str:
    """The digest of an edition from those of its files by path; the order of paths counts."""
    return _hash("\n".join(digests[path] for path in sorted(digests)).encode())
