"""The archive: every file as sent, under its SHA-256, and the register of deliveries.

    inbox        a file that lies in the inbox
    listing      what lies in the inbox
    withdrawals  what was taken from the inbox and may not be missing without a word
    files        what was taken from the inbox, kept for ever
    deliveries   the register: who sent what when
    receipts     when each file was received, and when it was replaced or taken back

Not here: what a file means (exports, records).
"""

from pipeline.archive.deliveries import DeliveriesError, Event
from pipeline.archive.files import Archive, DamagedFileError
from pipeline.archive.inbox import Digests, Inbox, InboxFile
from pipeline.archive.listing import InboxError, list_inbox
from pipeline.archive.receipts import list_receipts
from pipeline.archive.withdrawals import WithdrawalError, check_withdrawals

__all__ = [
    "Archive",
    "DamagedFileError",
    "DeliveriesError",
    "Digests",
    "Event",
    "Inbox",
    "InboxError",
    "InboxFile",
    "WithdrawalError",
    "check_withdrawals",
    "list_inbox",
    "list_receipts",
]
