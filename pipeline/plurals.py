"""Plurals: a number with its noun in English, for messages.

Not here: numbers in Vietnamese, whose nouns have no plural (reports.language).
"""


def count_of(number: int, noun: str, plural: str = "") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
