"""Column words: the words that names of columns are made of, in Vietnamese and English.

A name of a header that is made of these words alone names a column, and may be shown; any other may
be a person's. Here belongs judging a name by these words (column_words.toml). Not here: which
columns are ours (profiles).
"""

import re
import tomllib
from importlib import resources

_FILE = resources.files("pipeline.exports") / "column_words.toml"
_WORDS = {
    place: frozenset(words.split())
    for place, words in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}
_PART = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])")
"""A word, also within `NgayHenTra` and `TRANG_THAI`."""


def is_column_name(name: str) -> bool:
    """Whether a name is made of words of columns alone, and has no digits."""
    parts = [part.casefold() for part in _PART.findall(name)]
    is_all = sum(map(len, parts)) == sum(char.isalnum() for char in name)
    is_joined = not any(char.isspace() for char in name)
    words = _WORDS["anywhere"] | (_WORDS["joined"] if is_joined else frozenset())
    return bool(parts) and is_all and words.issuperset(parts)
