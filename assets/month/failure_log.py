"""The log of what the program could not process: `logs/<YYYY-MM>.log` of a home.

A log is what is sent with a report of a fault, so no value of a row may be in it: it has the frames
of a traceback, the type of the error, and its message with all that is quoted taken out. Here
belongs writing it. Not here: what a failure leads to (failures).
"""

import re
import traceback
from datetime import UTC, datetime

from pipeline.home import Home
from pipeline.letters import show_invisible
from pipeline.private_folders import make_private_file, make_private_folder

_MOST_LETTERS = 300
"""Letters of a message that are kept."""
_QUOTED = re.compile(r"[\"'`\[({«“‘].*[\"'`\])}»”’]?", re.DOTALL)
_WORD = re.compile(r"[^\s:;,.]*[^\x00-\x7f\s:;,.][^\s:;,.]*|(?<=\s)[A-Z][^\s:;,.]*")


def place(month: str) -> str:
    """Where in the home the log of a month lies."""
    return f"logs/{month}.log"


def describe(month: str, sender_code: str, stage: str, cause: str) -> str:
    """One line: which delivery could not be processed, where it failed, and why."""
    sender = show_invisible(sender_code)
    return f"{month}: {sender} was not processed ({stage}: {cause}); {place(month)} has the details"


def describe_error(error: BaseException) -> str:
    """The frames of an error and of its causes, their types, and their messages without values."""
    parts = []
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        # Deep recursion repeats its frames; Python says how often.
        frames = traceback.StackSummary.extract(traceback.walk_tb(each.__traceback__))
        kind = f"{type(each).__module__}.{type(each).__qualname__}"
        parts.append("".join([*frames.format(), f"{kind}: {mask_message(str(each))}\n"]))
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "caused by:\n".join(parts)


def mask_message(message: str) -> str:
    """A message of a library without the values that it may quote.

    Everything from its first quotation mark or bracket on is taken out, for a value may hold such
    marks itself; so are names, words in other letters than those of English, and digits.
    """
    masked = _QUOTED.sub("…", message)
    return re.sub(r"\d", "9", _WORD.sub("…", masked))[:_MOST_LETTERS]


def write(home: Home, line: str, month: str, details: str) -> None:
    """Adds a line and the details to the log of a month. OSError where it cannot be written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    make_private_folder(home.logs)
    path = home.root / place(month)
    make_private_file(path)
    with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{now} {line}\n{details.rstrip()}\n\n")
