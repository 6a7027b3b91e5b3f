"""Letters: one text is one text, however it was typed.

Here belong the composed form (NFC) without characters that nobody sees and with usual spaces, in
which codes and names are compared everywhere, writing a text so that what is invisible in it is
seen, and texts without the characters that steer a terminal or break a page. Not here: decoding
bytes (exports), words of ours (tables).
"""

import re
import unicodedata

import polars as pl

_INVISIBLE = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
"""Characters without a width or a sign: soft hyphens, joiners, marks of direction, byte order."""
_FIND_INVISIBLE = re.compile(_INVISIBLE)
_FIND_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
"""Spaces that look like the usual one: pages and word processors put them between words."""
_FIND_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that move a terminal's cursor, change its colours or turn the order of letters."""
_STEERING = (
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
"""Control characters but tabs and ends of lines, marks of direction, and what XML may not hold."""
_FIND_STEERING = re.compile(_STEERING[:-1] + "\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text in NFC, without invisible characters and without white space at its ends."""
    return compose_text(text).strip()


def clean_name(name: str) -> str:
    """The name of a column as it is compared: clean_text on one line, with single spaces."""
    return " ".join(clean_text(name).split())


def compose_text(text: str) -> str:
    """The text in NFC, without invisible characters and with usual spaces, at the ends too."""
    return unicodedata.normalize("NFC", _FIND_SPACES.sub(" ", _FIND_INVISIBLE.sub("", text)))


def strip_accents(text: str) -> str:
    """The text without accents, and đ as d: `Đắk Lắk` is `Dak Lak`."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def make_slug(text: str) -> str:
    """The text in small letters and digits without accents, with - for what stands between."""
    plain = strip_accents(text.lower()).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def has_invisible(text: str) -> bool:
    """Whether a text has invisible characters."""
    return _FIND_INVISIBLE.search(text) is not None


def without_steering(text: str) -> str:
    """The text without control characters, marks of direction, and what no page may hold.

    Tabs and ends of lines stay.
    """
    return _FIND_STEERING.sub("", text)


def column_without_steering(text: pl.Expr) -> pl.Expr:
    """The texts of a column as `without_steering`; null where null."""
    return text.str.replace_all(_STEERING, "")


def find_control(text: str) -> str:
    """The first control character of a text, like <U+001B>; empty where it has none.

    Tabs and ends of lines are control characters too.
    """
    found = next((char for char in text if unicodedata.category(char) == "Cc"), "")
    return show_invisible(found)


def show_invisible(text: str) -> str:
    """The text with a code like <U+200B> for each character that is not seen, or not seen as such.

    These are invisible and control characters, spaces other than the usual one, and marks that are
    not composed with their letter.
    """
    return "".join(char if _is_seen(char) else f"<U+{ord(char):04X}>" for char in text)


def show_controls(text: str) -> str:
    """The text with a code like <U+001B> for each character that controls a terminal or the order.

    Line feeds stay.
    """
    return _FIND_CONTROLS.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def _is_seen(char: str) -> bool:
    category = unicodedata.category(char)
    return char == " " or not (category.startswith(("C", "Z")) or category in ("Mn", "Me"))
