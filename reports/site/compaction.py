"""Compaction: a page without what HTML lets be left out.

A nation has thousands of pages of units, and a page of a league has thousands of cells. Here belong
line breaks around blocks, and the end tags that HTML knows without their being written: what a
browser makes of a page is the same. Not here: what stands on a page (templates).
"""

import re

_BLOCKS = (
    "html|head|body|meta|link|title|script|header|main|footer|nav|aside|section|div|p|h[1-6]|ul|ol|li"
    "|dl|dt|dd|table|caption|thead|tbody|tr|th|td|figure|figcaption|details|summary"
)
_BREAK_BEFORE = re.compile(rf"\s*\n\s*(?=</?(?:{_BLOCKS})[\s>])")
_BREAK_AFTER = re.compile(rf"(</?(?:{_BLOCKS})(?:\s[^>]*)?>)\s*\n\s*")
_IMPLIED_END = re.compile("</(?:li|td|th)>")
"""These end where the next of their kind begins, or where what they stand in ends."""


def compact(page: bytes) -> bytes:
    """The page without line breaks beside blocks, and without end tags that are implied.

    In the templates nothing but such elements stands in lists and tables, and `>` in a text or a
    value is escaped.
    """
    text = _BREAK_AFTER.sub(r"\1", page.decode())
    return _IMPLIED_END.sub("", _BREAK_BEFORE.sub("", text)).encode()
