"""What the register of deliveries knows of each file: when it was received, and when it ended.

Here belongs reading that from the register's events. Not here: what it says of a sender
(pipeline.delivery_states).
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipeline.archive.deliveries import RECEIVED, Event
from pipeline.delivery_states import Receipt


def list_receipts(events: Iterable[Event], zone: ZoneInfo) -> dict[str, list[Receipt]]:
    """By month, the files that were ever received for it, each of a sender's once.

    `events` are those of the register, oldest first. A file in force under one of several names is
    in force. Days are those of the zone.
    """
    in_force: dict[tuple[str, str, str], str] = {}
    received: dict[tuple[str, str, str], date] = {}
    ended: dict[tuple[str, str, str], date] = {}
    for event in events:
        day = datetime.fromisoformat(event.at).astimezone(zone).date()
        place = event.month, event.sender_code, event.file_name
        before = in_force.pop(place, None)
        if before is not None:
            ended[event.month, event.sender_code, before] = day
        if event.event == RECEIVED:
            in_force[place] = event.sha256
            received.setdefault((event.month, event.sender_code, event.sha256), day)
    valid = {(month, sender, sha256) for (month, sender, _), sha256 in in_force.items()}
    found: dict[str, list[Receipt]] = {}
    for file, day in received.items():
        month, sender, sha256 = file
        end = None if file in valid else ended[file]
        found.setdefault(month, []).append(Receipt(sender, sha256, day, end))
    return found
