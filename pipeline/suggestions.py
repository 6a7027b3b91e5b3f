"""What may have been meant by a name that does not exist.

Here belongs finding the nearest names for a message. Not here: taking one of them instead, which
nobody does.
"""

import difflib
from collections.abc import Iterable


def did_you_mean(wrong: str, known: Iterable[str], at_most: int = 1) -> str:
    """` (did you mean H26?)`, empty where nothing is near; names of other case are the nearest."""
    names = list(dict.fromkeys(known))
    near = [name for name in names if name.casefold() == wrong.casefold()]
    if not near:
        by_folded = {name.casefold(): name for name in names}
        matches = difflib.get_close_matches(wrong.casefold(), by_folded, n=at_most)
        near = [by_folded[match] for match in matches]
    return f" (did you mean {' or '.join(near)}?)" if near else ""
