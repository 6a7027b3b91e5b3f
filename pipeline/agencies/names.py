"""Names of agencies as senders write them: which unit a text means, and which come near it.

Here belong spellings of one name (upper and lower case, accents, words like Tỉnh or Sở before it),
looked up among the units of one sender in one month, and what is said of a text that names none of
them. Not here: spellings that an installation declares (aliases), the rows that name units
(records).
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.agencies.register import Register
from pipeline.letters import clean_name, strip_accents

MOST_NEAREST = 3
"""So many units are named beside a text that names none."""
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The marks of the Vietnamese tones. Hoà and Hòa are one word, so they stand behind their word."""
_WORD_WITH_TONE = re.compile(rf"(\w*?\w[\u0302\u0306\u031b]*)([{_TONES}])([\w\u0302\u0306\u031b]*)")
_CITY = re.compile(r"^tp(?:\. ?| )")
_KINDS = "tỉnh|thành phố|sở|quận|huyện|thị xã|phường|xã"
_COMMITTEE = re.compile(r"^(?:ủy ban nhân dân|uỷ ban nhân dân|uy ban nhan dan|ubnd) (?=.)")
"""The committee of a place is the place."""


def fold_name(name: str) -> str:
    """A name as names are compared: NFC, one line, single blanks, lower and upper case alike."""
    return clean_name(name).casefold()


def _spell(name: str) -> str:
    """A folded name with each tone behind its word, TP. written out, and no committee."""
    folded = _CITY.sub("thành phố ", _COMMITTEE.sub("", fold_name(name)))
    return _WORD_WITH_TONE.sub(r"\1\3\2", unicodedata.normalize("NFD", folded))


def _compile_prefix(words: str) -> re.Pattern[str]:
    """The words at the begin of a spelling, with and without accents."""
    spelt = "|".join(map(_spell, words.split("|")))
    return re.compile(f"^(?:{spelt}|{strip_accents(spelt)}) (?=.)")


_PREFIX = _compile_prefix(_KINDS)


def _strip_prefix(spelling: str) -> str:
    """A spelling without the words that say what kind of agency it is."""
    return _PREFIX.sub("", spelling)


@dataclass(frozen=True, eq=False)
class UnitNames:
    """The names by which a sender's exports of one month may call its units.

    `aliases` are spellings that the installation declares: code by folded name.
    """

    register: Register
    sender_code: str
    month: str
    aliases: Mapping[str, str]

    def find_code(self, text: str) -> str | None:
        """The code of the unit that a text names; None for a code of the register, and for others.

        An alias comes first. Then a name of the register counts, in Vietnamese or English, where
        exactly one unit at or below the sender has it: as it is written, or with or without a word
        like Tỉnh or Sở before it. A text without any accent is compared without accents.
        """
        if text in self.codes:
            return None
        if alias := self.aliases.get(fold_name(text)):
            return alias
        for found in self._find_by_name(text):
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _find_by_name(self, text: str) -> Iterator[frozenset[str]]:
        """The units with a name, from the strictest comparison to the loosest."""
        spelling = _spell(text)
        is_plain = text.isascii()
        whole = self._plain if is_plain else self._whole
        stripped = self._plain_stripped if is_plain else self._whole_stripped
        yield self._whole.get(spelling, frozenset())
        yield whole.get(spelling, frozenset())
        # One side alone loses its first word: Phường Tân Lập is not Xã Tân Lập.
        yield stripped.get(spelling, frozenset())
        yield whole.get(_strip_prefix(spelling), frozenset())

    def describe_near(self, text: str) -> str:
        """What may be meant by a text that names no unit of the sender; empty where nothing is.

        ` → Vĩnh Long (H61)` names who took over from an agency that is no more. ` ≈ Sở Y tế
        (H26.05), …` has the units with the nearest names and codes.
        """
        if heir := self._find_heir(text):
            return f" → {self._show(heir)}"
        near = [self._show(code) for code in self._find_nearest(text)]
        return f" ≈ {', '.join(near)}" if near else ""

    def _show(self, code: str) -> str:
        return f"{self.register.name(code, self.month)} ({code})"

    def _find_heir(self, text: str) -> str | None:
        """The code that has the territory of an agency that a code or a name once stood for."""
        if text in self._heirs:
            return self._heirs[text]
        gone = self._names_of_gone.get(_spell(text), frozenset())
        heirs = {self._heirs[code] for code in gone}
        return next(iter(heirs)) if len(heirs) == 1 else None

    def _find_nearest(self, text: str) -> list[str]:
        wrong = strip_accents(_spell(text))
        candidates = self._candidates
        matches = difflib.get_close_matches(wrong, candidates, n=3 * MOST_NEAREST)
        codes = (code for match in matches for code in sorted(candidates[match]))
        return list(dict.fromkeys(codes))[:MOST_NEAREST]

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of all agencies in the month, whoever they belong to."""
        return frozenset(self.register.at(self.month)["code"])

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        """Name and code of each unit at or below the sender; a unit may have two names."""
        own = self.register.below(self.sender_code, self.month)
        rows = self.register.at(self.month).select("code", "name_vi", "name_en").iter_rows()
        return [(name, code) for code, *names in rows if code in own for name in names if name]

    @cached_property
    def _whole(self) -> dict[str, frozenset[str]]:
        return _group((_spell(name), code) for name, code in self._names)

    @cached_property
    def _whole_stripped(self) -> dict[str, frozenset[str]]:
        return _group((_strip_prefix(_spell(name)), code) for name, code in self._names)

    @cached_property
    def _plain(self) -> dict[str, frozenset[str]]:
        return _group((strip_accents(_spell(name)), code) for name, code in self._names)

    @cached_property
    def _plain_stripped(self) -> dict[str, frozenset[str]]:
        plain = ((strip_accents(_spell(name)), code) for name, code in self._names)
        return _group((_strip_prefix(name), code) for name, code in plain)

    @cached_property
    def _candidates(self) -> dict[str, frozenset[str]]:
        """What a text may come near: names without accents, and codes."""
        codes = ((code.casefold(), code) for _, code in self._names)
        pairs = [*self._plain.items(), *self._plain_stripped.items()]
        names = ((name, code) for name, found in pairs for code in found)
        return _group([*names, *codes])

    @cached_property
    def _heirs(self) -> dict[str, str]:
        return dict(self.register.successors(self.month).iter_rows())

    @cached_property
    def _names_of_gone(self) -> dict[str, frozenset[str]]:
        rows = self.register.table.select("code", "name_vi").iter_rows()
        return _group((_spell(name), code) for code, name in rows if code in self._heirs)


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The codes by name."""
    found: dict[str, set[str]] = {}
    for name, code in pairs:
        found.setdefault(name, set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}
