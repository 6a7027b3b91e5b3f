"""Unit codes: a code for a unit that the register lacks, made of the unit's name.

The same name gives the same code, whatever other units a file has, so next month's file needs no
other codes. Not here: which values are units (units), codes of the register (agencies).
"""

import hashlib
from collections.abc import Iterable

from pipeline import letters
from pipeline.agencies.names import fold_name

_LONGEST = 40
_DIGITS = 4


def make_codes(sender: str, names: Iterable[str]) -> dict[str, str]:
    """A code for each name, like H44.so-y-te for Sở Y tế of H44.

    Names that differ in capitals and blanks alone, or in that one of them has no accents, are of
    one unit. Of names that only their accents tell apart each code has a few digits more.
    """
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(_make_stem(name), []).append(name)
    codes = {}
    for stem, same in by_stem.items():
        with_accents = {fold_name(name) for name in same if not name.isascii()}
        for name in same:
            end = f"-{_digest(fold_name(name))}" if len(with_accents) > 1 else ""
            codes[name] = f"{sender}.{stem}{end}"
    return codes


def _make_stem(name: str) -> str:
    """The name in small letters without accents, with - for what stands between its words."""
    stem = letters.make_slug(fold_name(name).replace("'", ""))
    if not stem:
        return _digest(fold_name(name))
    if len(stem) <= _LONGEST:
        return stem
    return f"{stem[:_LONGEST].rpartition('-')[0] or stem[:_LONGEST]}-{_digest(fold_name(name))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
