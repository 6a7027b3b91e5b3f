"""Withdrawals: what counts, and lies in the inbox no more, is not always taken back.

Here belongs telling what a sender takes back from an inbox that is gone. Nothing is changed. Not
here: noting a withdrawal in the register (files).
"""

from collections.abc import Callable, Iterable

from pipeline import letters
from pipeline.archive.files import Archive
from pipeline.archive.inbox import Inbox, show_name
from pipeline.home import HomeError
from pipeline.places import name_some

_CONFIRM = "confirm it: reform-index run --home {home} --month <YYYY-MM> --confirm-withdrawals"


class WithdrawalError(HomeError):
    """Files are gone in a way that may be a fault of the inbox; the message names the folder."""


class InboxAwayError(WithdrawalError):
    """The inbox is missing or empty, as where its share is not mounted."""

    can_pass = True


def check_withdrawals(
    archive: Archive,
    inbox: Inbox,
    months: Iterable[str],
    has_counted: Callable[[str, str], bool],
    *,
    is_confirmed: bool = False,
) -> None:
    """Raises WithdrawalError where files of the months are gone, and nobody may have meant it.

    That is where the inbox or the folder of their sender is missing or empty, and where several
    senders take back all that they had sent for a month. A sender may take back its files without
    more ado: then its folder is still there, with other months or an empty one. `has_counted` says
    of a month and a sender whether any file did: one that was refused may always go, for that is
    its cure. What is confirmed is let pass, but an inbox that is not there never is.
    """
    gone: dict[str, list[str]] = {}
    is_any_in_force = False
    for month in months:
        sent = {file.sender_code for file in archive.in_force(month)}
        is_any_in_force |= bool(sent)
        for sender in sent - {file.sender_code for file in inbox.files_of(month)}:
            if has_counted(month, sender):
                gone.setdefault(sender, []).append(month)
    if not inbox.is_there and is_any_in_force:
        raise InboxAwayError(
            f"the inbox {show_name(inbox.folder)} is missing, and files that were received "
            "from it count: mount or restore it, and run again"
        )
    if not gone or is_confirmed:
        return
    confirm = _CONFIRM.format(home=show_name(inbox.folder.parent))
    if not inbox.senders:
        raise InboxAwayError(
            f"the inbox {show_name(inbox.folder)} is empty, and files that were received from "
            f"it count: mount or restore it, and run again. If all are taken back, {confirm}"
        )
    if absent := [sender for sender in sorted(gone) if sender not in inbox.senders]:
        folders = [_describe_folder(inbox, sender) for sender in absent]
        raise WithdrawalError(
            f"{name_some(folders)}, and files that were received from there count: mount or "
            f"restore the folder, and run again. If they are taken back, {confirm}"
        )
    if len(gone) > 1:
        senders = [
            f"{letters.show_invisible(sender)} ({name_some(of_sender)})"
            for sender, of_sender in sorted(gone.items())
        ]
        raise WithdrawalError(
            f"all files of {len(gone)} senders are gone from {show_name(inbox.folder)}: "
            f"{name_some(senders)}. Put them back, and run again. If they are taken back, "
            f"{confirm}"
        )


def _describe_folder(inbox: Inbox, sender: str) -> str:
    path = inbox.folder / sender
    if path.is_symlink():
        return f"{show_name(path)} leads out of the inbox"
    return f"{show_name(path)} is {'empty' if path.exists() else 'missing'}"
