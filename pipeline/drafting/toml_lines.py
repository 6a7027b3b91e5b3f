"""TOML lines: a text, a line with its comment and a comment, as TOML has them.

Not here: what the lines of a profile say (writing, value_lines, question_lines).
"""

import json

from pipeline import letters


def quote(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_line(text: str, reason: str = "") -> str:
    """A line with its comment, on which no value can end the line."""
    plain = " ".join(letters.without_steering(reason).split())
    return f"{text} # {plain}" if plain else text


def write_comment(text: str) -> str:
    """A comment of one line."""
    return "# " + " ".join(letters.without_steering(text).split())
