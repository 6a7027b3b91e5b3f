"""Looking into the inbox: what lies where it is read, and what does not.

Here belongs walking through the folders of the inbox. Nothing is read and nothing is changed. Not
here: keeping the files (files), what was taken back (withdrawals), what is said of files in a wrong
place (pipeline.places).
"""

import errno
import os
import stat
from pathlib import Path

from pipeline import exports, letters, months
from pipeline.archive.inbox import Inbox, InboxFile, as_text, show_file, show_name
from pipeline.home import HomeError
from pipeline.places import Misplaced, Place, Reason

_MOST_DEEP = 100
"""Files of one folder that lie too deep in a month's; where there are more, the folder is named."""


_OF_A_DISK = ("lost+found", "System Volume Information", "$RECYCLE.BIN")
"""Folders that a disk or share has of itself, in which nobody sends anything."""


class InboxError(HomeError):
    """The inbox cannot be read as it lies there; the message names the place and the cure."""

    can_pass = True


def list_inbox(folder: Path) -> Inbox:
    """What lies in the inbox; nothing where there is no such folder.

    Raises InboxError where a folder cannot be read, a link leads nowhere, or something in a month's
    folder is neither file nor folder: what cannot be seen is not taken for withdrawn.
    """
    if not os.path.lexists(folder):
        return Inbox(folder, False, {}, frozenset(), ())
    return _Look(folder).list_all()


class _Look:
    """One look into the inbox, with what was found so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = os.path.realpath(folder) + os.sep
        self._files: dict[str, list[InboxFile]] = {}
        self._misplaced: list[Misplaced] = []

    def list_all(self) -> Inbox:
        folders: dict[str, list[os.DirEntry[str]]] = {}
        for entry in self._scan(self._folder):
            if entry.name in _OF_A_DISK:
                continue
            code = letters.clean_text(as_text(entry.name))
            if not _is_folder(entry) or not code or months.is_name(code):
                self._set_aside(entry, Reason.NO_SENDER)
            elif self._leads_out(entry):
                self._set_aside(entry, Reason.LEADS_OUT)
            else:
                folders.setdefault(code, []).append(entry)
        senders = set()
        for code, of_code in folders.items():
            for entry in of_code:
                if self._list_sender(code, entry, is_only=len(of_code) == 1):
                    senders.add(code)
        files = {
            month: sorted(found, key=lambda file: (file.sender_code, file.file_name))
            for month, found in sorted(self._files.items())
        }
        return Inbox(self._folder, True, files, frozenset(senders), tuple(self._misplaced))

    def _list_sender(self, code: str, folder: os.DirEntry[str], *, is_only: bool) -> bool:
        """Lists the files in a folder of a sender's; whether anything lies in it.

        Of several folders with the same code only the one that is named by the code is read.
        """
        place: Place = ""
        before = ""
        if folder.name != code:
            if is_only:
                self._set_aside(folder, Reason.OTHER_LETTERS)
            else:
                place, before = "second_folder", f"{show_name(folder.name)}/"
        entries = self._scan(folder)
        for entry in entries:
            is_folder, month = _is_folder(entry), entry.name
            if not months.is_name(month):
                self._set_aside(entry, Reason.NO_MONTH if is_folder else Reason.OUTSIDE_A_MONTH)
                continue
            found = self._files.setdefault(month, [])
            if self._leads_out(entry):
                found.append(_link(code, month, entry, before))
            elif is_folder:
                found += self._list_month(code, entry, before, place)
            else:
                _check_is_file(entry)
                found.append(InboxFile(code, month, Path(entry.path), before, "no_folder"))
        return bool(entries)

    def _list_month(
        self, code: str, folder: os.DirEntry[str], before: str, place: Place
    ) -> list[InboxFile]:
        """The files in a month's folder, those in folders within it too."""
        month, found = folder.name, []
        for entry in self._scan(folder):
            name = before + as_text(entry.name)
            if _is_folder(entry) and not entry.is_symlink():
                found += self._list_deep(code, month, entry, f"{name}/")
            elif _is_folder(entry) or self._leads_out(entry):
                found.append(_link(code, month, entry, name))
            else:
                _check_is_file(entry)
                found.append(InboxFile(code, month, Path(entry.path), name, place))
        return found

    def _list_deep(
        self, code: str, month: str, folder: os.DirEntry[str], before: str
    ) -> list[InboxFile]:
        """The files in a folder within a month's, at any depth. No link to a folder is followed."""
        found: list[InboxFile] = []
        waiting = [(folder, before)]
        while waiting:
            inner, path = waiting.pop()
            for entry in self._scan(inner):
                name = path + as_text(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry, f"{name}/"))
                elif len(found) == _MOST_DEEP:
                    self._set_aside(folder, Reason.MANY_DEEP)
                    return found
                elif _is_folder(entry) or self._leads_out(entry):
                    found.append(_link(code, month, entry, name))
                else:
                    _check_is_file(entry)
                    found.append(InboxFile(code, month, Path(entry.path), name, "too_deep"))
        return found

    def _scan(self, folder: os.DirEntry[str] | Path) -> list[os.DirEntry[str]]:
        """What lies in a folder, by name; hidden and half-copied things are set aside."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise _unreadable(os.fspath(folder), show_name(os.fspath(folder)), error) from None
        for entry in found:
            if _is_temporary(entry.name):
                self._set_aside(entry, Reason.HIDDEN)
        return [entry for entry in found if not _is_temporary(entry.name)]

    def _leads_out(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is a link to something outside the inbox."""
        return entry.is_symlink() and not os.path.realpath(entry.path).startswith(self._root)

    def _set_aside(self, entry: os.DirEntry[str], reason: Reason) -> None:
        show = show_name if entry.is_dir(follow_symlinks=False) else show_file
        path = show(os.path.relpath(entry.path, self._folder))
        self._misplaced.append(Misplaced(f"{self._folder.name}/{path}", reason))


def _link(code: str, month: str, entry: os.DirEntry[str], name: str) -> InboxFile:
    """A link that is not followed; what it says stands in for the content of a file."""
    path = Path(entry.path)
    return InboxFile(code, month, path, name, "link", str(path.readlink()))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one. InboxError where a link leads nowhere."""
    try:
        if entry.is_symlink():
            return stat.S_ISDIR(entry.stat().st_mode)
        return entry.is_dir()
    except OSError as error:
        raise _unreadable(entry.path, show_file(entry.path), error) from None


def _check_is_file(entry: os.DirEntry[str]) -> None:
    """Raises InboxError for a pipe, a socket or a device: to read one may never end."""
    if not entry.is_file():
        raise InboxError(
            f"{show_file(entry.path)} is neither a file nor a folder: remove it, and run again"
        )


def _unreadable(path: str, shown: str, error: OSError) -> InboxError:
    is_lost = Path(path).is_symlink() and error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    what = "is a link that leads nowhere" if is_lost else "cannot be read"
    return InboxError(
        f"{shown} {what} ({error.strerror}): make it readable or remove it, and run "
        "again; where it lies on a share, see that the share is mounted"
    )


def _is_temporary(name: str) -> bool:
    is_hidden = name.startswith((".", "~")) or exports.is_of_a_system(name)
    return is_hidden or name.endswith((".part", ".tmp", ".partial", "~"))
