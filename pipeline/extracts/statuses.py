"""Statuses: which words of a sender's mean that a record is open, or finished.

Not here: at which records they are written (cutting).
"""

from dataclasses import dataclass

from pipeline.errors import WrongUseError
from pipeline.profiles import Profile
from pipeline.tables import (
    CLOSED_STATUSES,
    ENDED_STATUSES,
    LEFT_STATUSES,
    PETITION_STATUSES,
    STATUSES,
)

KNOWN = {"dossiers": STATUSES, "petitions": PETITION_STATUSES}
"""Our statuses, of the kinds of records that are open from one moment to another."""
ENDED = {
    "dossiers": (*ENDED_STATUSES, *LEFT_STATUSES),
    "petitions": CLOSED_STATUSES,
}
NEVER_OPEN = "not_received"
"""A dossier that was refused at the desk: it needs no end, and stands in one month."""
OPEN = {
    "dossiers": tuple(
        status for status in STATUSES if status not in (*ENDED["dossiers"], NEVER_OPEN)
    ),
    "petitions": tuple(status for status in PETITION_STATUSES if status not in CLOSED_STATUSES),
}
_SHOWN_OPEN = ("in_progress", "received")
"""What a record is shown as before its end, the first that the profile has a word for."""


class StatusWordError(WrongUseError):
    """The profile has no word for a status; the message names the cure."""


@dataclass(frozen=True)
class StatusWords:
    """The sender's words for an open record, for a dossier that waits for a supplement, and for one
    that is finished; None where there is none.
    """

    shown_open: str | None
    waiting: str | None
    finished: str | None


def find_words(profile: Profile, open_status: str = "") -> StatusWords:
    """The sender's words for the statuses that records had before.

    `open_status` is the word for an open record, where the profile's own choice is not wanted.
    StatusWordError where it means something else.
    """
    if profile.kind not in KNOWN:
        return StatusWords(None, None, None)
    if open_status and _read_status(open_status, profile) not in OPEN[profile.kind]:
        raise StatusWordError(
            f"{open_status!r} is no word for an open record: name one that [values.status] of the "
            f"profile {profile.name} maps to one of {', '.join(OPEN[profile.kind])}"
        )
    return StatusWords(
        open_status or _find_word(profile, _SHOWN_OPEN),
        _find_word(profile, ("supplement_requested",)),
        _find_word(profile, ("finished",)),
    )


def _find_word(profile: Profile, ours: tuple[str, ...]) -> str | None:
    """The first word of the sender's for the first of our statuses that has one."""
    sent = profile.values.get("status", {})
    for status in ours:
        for word in (*sent, status):
            if _read_status(word, profile) == status:
                return word
    return None


def _read_status(word: str, profile: Profile) -> str | None:
    """What a sender's status is in our words."""
    sent, choice = profile.values.get("status", {}), profile.choice_for_unmapped("status")
    if word in profile.missing_codes_of("status"):
        return None
    if word in sent:
        return sent[word]
    return word if not sent or choice == "keep" else choice


def no_open_word(profile: Profile) -> StatusWordError:
    """What is wrong where records are to be shown open and no word says so."""
    return StatusWordError(
        f"records that ended later are to be shown open, and the profile {profile.name} has no "
        f"word for an open one: map one to in_progress in [values.status], or name it with "
        "--open-status"
    )
