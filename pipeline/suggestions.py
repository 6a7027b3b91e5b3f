"""Suggestions for a name that does not exist.

Here belongs finding the most similar names for a message. No part of the program uses a suggestion
in place of the name.
"""

import difflib
from collections.abc import Iterable


def did_you_mean(wrong: str, known: Iterable[str], at_most: int = 1) -> str:
    """` (did you mean H26?)`, or nothing where no name is similar.

    A name that differs in upper and lower case alone is the most similar.
    """
    names = list(dict.fromkeys(known))
    near = [name for name in names if name.casefold() == wrong.casefold()]
    if not near:
        by_folded = {name.casefold(): name for name in names}
        matches = difflib.get_close_matches(wrong.casefold(), by_folded, n=at_most)
        near = [by_folded[match] for match in matches]
    return f" (did you mean {' or '.join(near)}?)" if near else ""
