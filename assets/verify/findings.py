"""What verifying found, and how bad it is.

Not here: finding it (hashes, anew), printing it (command_line.verify_command).
"""

from dataclasses import dataclass, field

from pipeline.errors import ExitStatus


@dataclass(frozen=True)
class Verdict:
    """What was found of one edition, or of one part of the home.

    `place` says of what. `alarms` are changes that nobody may make; `remarks` say what could not be
    compared, or is known already. `compared` says what was compared and is equal.
    """

    place: str
    alarms: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    compared: str = ""


@dataclass(frozen=True)
class Verified:
    """All verdicts, and the newest check of the chain of editions (empty where it has not begun).

    `newest_edition` is the edition that the newest line of the chain is of.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    newest_check: str = ""
    newest_edition: str = ""

    @property
    def alarm_count(self) -> int:
        """How many faults were found."""
        return sum(len(verdict.alarms) for verdict in self.verdicts)

    @property
    def remark_count(self) -> int:
        """How many things could not be compared."""
        return sum(len(verdict.remarks) for verdict in self.verdicts)

    @property
    def status(self) -> ExitStatus:
        """0: all is equal; 1: something was changed; 3: nothing was, but not all was compared."""
        if self.alarm_count:
            return ExitStatus.NOTHING_PUBLISHED
        return ExitStatus.PUBLISHED_WITH_GAPS if self.remark_count else ExitStatus.COMPLETE


def name_some(names: list[str], most: int = 8) -> str:
    """Names with commas between them; of many the first ones, and how many others there are."""
    others = f" and {len(names) - most} others" * (len(names) > most)
    return ", ".join(names[:most]) + others
