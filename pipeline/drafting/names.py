"""Names: when two names of a column, or two words of a code list, are the same.

Here belong the form in which names are compared, and the dictionary of names and words. Not here:
which column of a file is which of ours (columns), which values mean which word (code_lists).
"""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pipeline.letters import strip_accents

_DICTIONARY = "dictionary.toml"
_SHORTEST_PART = 6
"""A single word of so many letters says something within a longer name."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TIMES = re.compile(r"\b(?:thoi gian|thoi diem|ngay gio|ngay thang)\b")
_WORD = re.compile(r"[a-z0-9]+")


def split_words(name: str) -> tuple[str, ...]:
    """The words of a name, without accents and capitals: `NgayTiepNhan` is ngay, tiep, nhan.

    Words for a time in Vietnamese are one: `Thời điểm tiếp nhận` is `Ngày tiếp nhận`.
    """
    words = _WORD.findall(_CAMEL.sub(" ", strip_accents(name)).lower())
    return tuple(_TIMES.sub("ngay", " ".join(words)).split())


def fold_name(name: str) -> str:
    """A name as it is compared: its words, without what stands between them."""
    return "".join(split_words(name))


def holds_words(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether the words of a name have those of another, one after the other."""
    return any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def rate_name(name: str, entries: list[str]) -> tuple[int, str]:
    """How well a name fits one of several of the dictionary, 0 to 100, and that one.

    The whole name is better than a part of it, and an earlier entry better than a later one.
    """
    folded, words = fold_name(name), split_words(name)
    best = (0, "")
    for place, entry in enumerate(entries):
        parts = split_words(entry)
        if folded == "".join(parts):
            best = max(best, (100 - min(place, 30), entry))
        elif (len(parts) > 1 or len(entry) >= _SHORTEST_PART) and holds_words(words, parts):
            share = len("".join(parts)) / len(folded)
            best = max(best, (40 + round(25 * share), entry))
    return best


@cache
def read_dictionary() -> dict[str, Any]:
    """The dictionary: names of columns by kind, words by column, codes, and what else is known."""
    text = (resources.files("pipeline.drafting") / _DICTIONARY).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def list_words(name: str) -> tuple[str, ...]:
    """A list of words of the dictionary, like `footer`."""
    return tuple(read_dictionary()["words"][name])


@cache
def list_folded(name: str) -> frozenset[str]:
    """The same words as names are compared."""
    return frozenset(map(fold_name, list_words(name)))
