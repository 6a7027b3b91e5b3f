"""The archive: every file as sent, under its SHA-256, and the register of deliveries.

    inbox  what agencies have put into the inbox
    files  what was taken from the inbox, kept for ever

Not here: what a file means (exports, records).
"""

from pipeline.archive.files import Archive, Event
from pipeline.archive.inbox import Digests, InboxFile, list_inbox

__all__ = ["Archive", "Digests", "Event", "InboxFile", "list_inbox"]
