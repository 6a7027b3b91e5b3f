"""Compaction: a page without what HTML lets be left out.

A nation has thousands of pages of units, and a page of a league has thousands of cells. Here belong
line breaks around blocks, end tags, and the scope of heads: HTML knows them without their being
written, and what a browser makes of a page is the same. Not here: what stands on a page
(templates).
"""

import re

_BLOCKS = (
    "html|head|body|meta|link|title|script|header|main|footer|nav|aside|section|div|p|h[1-6]|ul|ol|li"
    "|dl|dt|dd|table|caption|thead|tbody|tr|th|td|figure|figcaption|details|summary"
)
_BREAK_BEFORE = re.compile(rf"\s*\n\s*(?=</?(?:{_BLOCKS})[\s>])")
_BREAK_AFTER = re.compile(rf"(</?(?:{_BLOCKS})(?:\s[^>]*)?>)\s*\n\s*")
_IMPLIED_END = re.compile("</(?:li|dt|dd|thead|tbody|tr|td|th)>")
"""These end where the next of their kind begins, or where what they stand in ends."""
_PARAGRAPH_END = re.compile(
    "</p>(?=<(?:p|h[1-6]|ul|ol|dl|div|table|section|details|figure|nav)[ >]"
    "|</(?:section|details|div)>)"
)
"""A paragraph ends where a block begins, and where what it stands in ends."""
_IMPLIED_SCOPE = re.compile(r'(<th(?: [^>]*)?) scope="(?:col|row)"')
"""A head in a row of heads is one of its column; a head in a column of heads is one of its row."""


def compact(page: bytes) -> bytes:
    """The page without line breaks beside blocks, end tags and scopes that are implied.

    In the templates every table has a row of heads and a column of heads, nothing but items and
    rows stands in lists and tables, and `>` in a text or a value is escaped.
    """
    text = _BREAK_AFTER.sub(r"\1", page.decode())
    text = _IMPLIED_END.sub("", _PARAGRAPH_END.sub("", _BREAK_BEFORE.sub("", text)))
    return _IMPLIED_SCOPE.sub(r"\1", text).encode()
