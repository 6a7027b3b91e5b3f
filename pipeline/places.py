"""Places: what lies in the inbox and is not read, for it lies in a wrong place or is no file.

Here belong the list of such places, and what is said of each. Pure. Not here: looking into the
inbox (archive), faults of a file that is read (exports, records).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from pipeline.faults import FileFault

Place = Literal["", "too_deep", "second_folder", "link", "no_folder"]
"""Why a file of a sender's month is not read: it is refused by name. Empty: it is read."""

_NAMED = 3
"""Names in a line; the rest are counted."""

_MESSAGES: dict[str, tuple[str, str]] = {
    "too_deep": (
        "it lies in a folder inside the month's folder, so it was not read: move it into the "
        "month's folder itself",
        "tệp nằm trong một thư mục con của thư mục tháng nên không được đọc: chuyển tệp ra ngay "
        "thư mục tháng",
    ),
    "second_folder": (
        "two folders have this sender's code, and it lies in the one whose name has other letters, "
        "so it was not read: move it into the folder that is named by the code alone",
        "có hai thư mục mang mã của cơ quan này, và tệp nằm trong thư mục có tên khác ký tự nên "
        "không được đọc: chuyển tệp sang thư mục có tên đúng bằng mã",
    ),
    "link": (
        "it is a link to what lies outside the inbox or to another folder, so it was not read: put "
        "the file itself into the month's folder",
        "đây là liên kết trỏ ra ngoài inbox hoặc tới thư mục khác nên không được đọc: đặt chính "
        "tệp đó vào thư mục tháng",
    ),
    "no_folder": (
        "a file lies where the month's folder belongs, so it was not read: make a folder of this "
        "name and put the file into it",
        "có một tệp nằm ở chỗ của thư mục tháng nên không được đọc: tạo thư mục có tên này và đặt "
        "tệp vào đó",
    ),
}


def refuse_place(place: str) -> FileFault:
    """The fault of a file that is not read because of its place."""
    return FileFault("wrong_place", *_MESSAGES[place])


class Reason(Enum):
    """Why something in the inbox is passed over, with the cure; or read though it looks wrong."""

    NO_SENDER = "not read, for it lies in no sender's folder (move it to inbox/<sender>/<YYYY-MM>/)"
    NO_MONTH = "not read, for the folder's name is not a month (rename the folder like 2026-10)"
    OUTSIDE_A_MONTH = (
        "not read, for it lies outside a month's folder (move it to inbox/<sender>/<YYYY-MM>/)"
    )
    LEADS_OUT = (
        "not read, for it is a link that leads out of the inbox (put the folder itself there)"
    )
    MANY_DEEP = (
        "not named one by one, for very many files lie in it, a folder too deep (move them into "
        "the month's folder)"
    )
    HIDDEN = (
        "not read, for its name is that of a hidden or half-copied file (rename it when it is "
        "complete, or remove it)"
    )
    COPY = "counted once, for the sender has another file with the same bytes (remove one of them)"
    OTHER_LETTERS = (
        "read as the sender's, though its name has other letters than the code (rename the folder)"
    )


@dataclass(frozen=True)
class Misplaced:
    """Something in the inbox, by its path as it is shown, and why it is passed over."""

    path: str
    reason: Reason


def describe_misplaced(found: Iterable[Misplaced]) -> list[str]:
    """A line for each reason: some are named, the rest are counted."""
    by_reason: dict[Reason, list[str]] = {reason: [] for reason in Reason}
    for each in found:
        by_reason[each.reason].append(each.path)
    return [f"{reason.value}: {name_some(paths)}" for reason, paths in by_reason.items() if paths]


def name_some(names: Sequence[str]) -> str:
    """The first names, and how many others there are."""
    others = len(names) - _NAMED
    # One other takes no more room by name.
    shown = names[:_NAMED] if others > 1 else names
    return ", ".join(shown) + (f" and {others} others" if others > 1 else "")
