"""Places: where each page of an edition lies, and how one page links to another.

Here belong the paths of pages in both languages, Vietnamese at the top and English under en/. They
stay the same from edition to edition, so a link can be shared. Not here: what a page shows.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

CHARTS = "charts"
STYLE = "style.css"
SCRIPT = "site.js"
FOLDERS = {"vi": "", "en": "en/"}
"""The folder of the pages of each language."""
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9]))*")


@dataclass(frozen=True)
class Places:
    """The pages of an edition in one language. `stems` has the file names of units by code."""

    language: str
    stems: Mapping[str, str]

    @property
    def all_months(self) -> str:
        """The page of all months: it lies beside the folders of the months, outside."""
        return "../" + self._place("index.html")

    @property
    def front(self) -> str:
        """The front page of the month."""
        return self._place("index.html")

    @property
    def official(self) -> str:
        """The page of the scoring methods; an edition without any has none."""
        return self._place("methods.html")

    @property
    def method(self) -> str:
        """How numbers are made and how to read them; `#` and an indicator's name leads to it."""
        return self._place("method.html")

    @property
    def procedures(self) -> str:
        """The procedures over all units."""
        return self._place("procedures.html")

    @property
    def glossary(self) -> str:
        """The words of the bulletin; `#` and a word's name leads to it."""
        return self._place("glossary.html")

    @property
    def data(self) -> str:
        """The data files and the meaning of their columns; `#` and a table's name leads to it."""
        return self._place("data.html")

    @property
    def bulletin(self) -> str:
        """The bulletin on paper."""
        return self._place("bulletin.pdf")

    def unit_sheets(self, slug: str) -> str:
        """The pages on paper of a league's units, by its slug."""
        return self._place(f"leagues/{slug}-units.pdf")

    def workbook(self, suffix: str) -> str:
        """All tables as a workbook: `xlsx` or `ods`."""
        return self._place(f"tables.{suffix}")

    def league(self, slug: str) -> str:
        """The page of a league, by its slug."""
        return self._place(f"leagues/{slug}.html")

    def unit(self, code: str) -> str | None:
        """The page of a unit; None where it has no page."""
        stem = self.stems.get(code)
        return None if stem is None else self._place(f"units/{stem}.html")

    def unit_data(self, code: str, suffix: str) -> str:
        """A file with the numbers of a unit, the same for both languages."""
        return f"units/{self.stems[code]}.{suffix}"

    def _place(self, name: str) -> str:
        return FOLDERS[self.language] + name


def name_unit_files(codes: Iterable[str]) -> dict[str, str]:
    """A file name for each code, without suffix, that every file system and every server takes.

    It is the code where that is one already. No two differ only in capital letters.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for code in sorted(set(codes), key=lambda code: (not _PLAIN.fullmatch(code), code)):
        base = code if _PLAIN.fullmatch(code) else re.sub(r"[^A-Za-z0-9]+", "-", code).strip("-")
        stem, number = base or "unit", 1
        while stem.lower() in taken:
            number += 1
            stem = f"{base or 'unit'}-{number}"
        taken.add(stem.lower())
        stems[code] = stem
    return stems


def link(origin: str, target: str) -> str:
    """The relative link from one file of an edition to another, or to a place outside of it."""
    path, hash_sign, anchor = target.partition("#")
    if path == origin:
        return hash_sign + anchor
    folder = PurePosixPath(origin).parent.parts
    parts = PurePosixPath(path).parts
    shared = 0
    while shared < min(len(folder), len(parts) - 1) and folder[shared] == parts[shared]:
        shared += 1
    up = [".."] * (len(folder) - shared)
    return "/".join([*up, *parts[shared:]]) + hash_sign + anchor
