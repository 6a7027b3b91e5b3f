"""What an installation declares of exports beside its profiles: corrections, and names of units.

Here belongs what of it concerns a file: its digest, and how it changes the reading of the file. Not
here: profiles, the register, rows that are typed (records).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

from pipeline.agencies import Aliases, Register, UnitNames
from pipeline.declarations.applied import AppliedCorrection, CorrectedColumn, describe_applied
from pipeline.declarations.correcting import correct_rows
from pipeline.declarations.corrections import (
    Correction,
    CorrectionError,
    Corrections,
    load_corrections,
)
from pipeline.exports import TextRows, name_in_frame
from pipeline.profiles import Profile

__all__ = [
    "AppliedCorrection",
    "CorrectedColumn",
    "Correction",
    "CorrectionError",
    "Corrections",
    "Declarations",
    "describe_applied",
    "load_corrections",
]

_UNIT = "unit_code"


@dataclass(frozen=True)
class Declarations:
    """The corrections and aliases of an installation."""

    corrections: Corrections = field(default_factory=Corrections)
    aliases: Aliases = field(default_factory=Aliases)

    @property
    def digest(self) -> str:
        """SHA-256 of all of them."""
        return _digest(self.corrections.digest, self.aliases.digest)

    def digest_of_file(self, sender: str, month: str, sha256: str) -> str | None:
        """SHA-256 of those that concern a file; None where none does."""
        corrections = self.corrections.of_file(sender, month, sha256)
        aliases = self.aliases.at(sender, month)
        if not corrections and not aliases:
            return None
        named = [(each.file, each.digest) for each in corrections]
        return _digest(repr(named), repr(sorted(aliases.items())))

    def names_of_units(self, register: Register, sender: str, month: str) -> UnitNames:
        """The names by which a sender's exports of a month may call its units."""
        return UnitNames(register, sender, month, self.aliases.at(sender, month))

    def apply(
        self, rows: TextRows, profile: Profile, sha256: str, names: UnitNames
    ) -> tuple[TextRows, Profile]:
        """A file's rows as corrected, and the profile that knows the names of units in them.

        `names` are those of its sender and month. Raises FileFault broken_correction.
        """
        corrections = self.corrections.of_file(names.sender_code, names.month, sha256)
        corrected = correct_rows(rows, profile, corrections) if corrections else rows
        return corrected, _with_names_of_units(corrected, profile, names)


def _with_names_of_units(rows: TextRows, profile: Profile, names: UnitNames) -> Profile:
    """The profile that also maps the names of units that stand in the file.

    What the profile maps itself stays, and so does what it says of all other values.
    """
    theirs = profile.columns.get(_UNIT)
    if theirs is None or name_in_frame(theirs) not in rows.frame.columns:
        return profile
    sent = rows.frame[name_in_frame(theirs)].drop_nulls().unique()
    found = _find_codes(set(sent) - names.codes, profile, names)
    if not found:
        return profile
    return profile.model_copy(
        update={
            "values": profile.values | {_UNIT: found | profile.values.get(_UNIT, {})},
            "unmapped": profile.unmapped | {_UNIT: profile.choice_for_unmapped(_UNIT)},
        }
    )


def _find_codes(sent: Collection[str], profile: Profile, names: UnitNames) -> dict[str, str]:
    """The code of each text that names a unit, unless the profile says what the text means."""
    known = {*profile.values.get(_UNIT, {}), *profile.missing_codes_of(_UNIT)}
    codes = {text: names.find_code(text) for text in sorted({*sent} - known)}
    return {text: code for text, code in codes.items() if code}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
