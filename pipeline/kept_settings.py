"""The files that an installation brings itself, kept as they were when an edition was published.

    archive/settings/<sha256>.json   all of them at one time, under the SHA-256 of this file

An edition can be computed anew only with the profiles, methods, registers and calendars that it was
computed with. Here belong collecting, keeping and laying them out again. Not here: reading one of
them (own_files), what they may say (profiles, methods, agencies, calendar).
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from pipeline.errors import PlainError
from pipeline.flushing import flush_folder
from pipeline.home import Home
from pipeline.own_files import MOST_BYTES
from pipeline.private_folders import make_private_folder


class KeptSettingsError(PlainError):
    """Settings that were kept are missing or have other bytes; the message names the file."""


def collect(home: Home, time_zone: str) -> bytes:
    """The own files of a home, and the zone in which its months end, as one JSON text.

    The same files give the same bytes. Files that are too large to be read are left out.
    """
    folders = (home.profiles, home.methods, home.calendars, home.corrections)
    single = (home.agencies, home.aliases, home.deliveries, home.simulation)
    paths = [path for folder in folders if folder.is_dir() for path in folder.glob("*.toml")]
    files = {
        path.relative_to(home.root).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted([*paths, *single])
        if path.is_file() and path.stat().st_size <= MOST_BYTES
    }
    return (json.dumps({"time_zone": time_zone, "files": files}, indent=1) + "\n").encode()


def keep(archive: Path, content: bytes) -> str:
    """Keeps settings in the archive, where they are not yet there; returns their SHA-256."""
    digest = hashlib.sha256(content).hexdigest()
    path = _place(archive, digest)
    if not is_whole(archive, digest):
        make_private_folder(archive)
        path.parent.mkdir(exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".half")
        half = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.chmod(0o444)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        flush_folder(path.parent)
        flush_folder(archive)
    return digest


def is_whole(archive: Path, digest: str) -> bool:
    """Whether the archive has the settings with this SHA-256."""
    try:
        return hashlib.sha256(_place(archive, digest).read_bytes()).hexdigest() == digest
    except OSError:
        return False


def lay_out(archive: Path, digest: str, home: Home) -> str:
    """Writes kept settings into an empty home; returns the zone in which its months end.

    KeptSettingsError where they are not as they were kept.
    """
    path = _place(archive, digest)
    if not is_whole(archive, digest):
        raise KeptSettingsError(f"{path} is missing or damaged: restore it from a backup")
    kept = json.loads(path.read_bytes())
    for name, text in kept["files"].items():
        target = home.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogateescape"))
    return str(kept["time_zone"])


def _place(archive: Path, digest: str) -> Path:
    return archive / "settings" / f"{digest}.json"
