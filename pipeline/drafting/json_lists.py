"""JSON lists: where in a JSON file the list of records is, and whether it holds others like it.

Here belong the search for the list, and what is said of records that are in no list. Not here:
reading the records (exports.json_records), the other forms (layout).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.drafting.errors import DraftError

_DEEPEST = 4
_ALIKE = 0.5
"""Two objects that share so many of their fields are of one kind."""
_FEWEST_ALIKE = 3


@dataclass(frozen=True)
class FoundList:
    """Where in one object the longest list of objects is; empty where the file itself is one.

    `lists_alike` counts the other lists whose objects have the same fields, `records_alike` what
    they hold.
    """

    path: str = ""
    lists_alike: int = 0
    records_alike: int = 0


def find_list(text: bytes) -> FoundList:
    """The list of records of a JSON text in UTF-8.

    Raises DraftError for one object that holds records in no list.
    """
    if text.lstrip()[:1] != b"{":
        return FoundList()
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return FoundList()
    lists = dict(_walk(whole, "", _DEEPEST))
    if not lists:
        _check_is_record(whole)
        return FoundList()
    longest = max(lists, key=lambda path: len(lists[path]))
    fields = lists.pop(longest)
    alike = [each for each in lists.values() if _are_alike(_first(each), _first(fields))]
    return FoundList(longest, len(alike), sum(map(len, alike)))


def _walk(value: dict[str, Any], above: str, deepest: int) -> Iterator[tuple[str, list[Any]]]:
    for key, each in value.items():
        if "." in key:
            continue
        if isinstance(each, dict) and deepest:
            yield from _walk(each, f"{above}{key}.", deepest - 1)
        elif isinstance(each, list) and any(isinstance(item, dict) for item in each):
            yield f"{above}{key}", each


def _check_is_record(whole: dict[str, Any]) -> None:
    """Raises DraftError where one object holds records by their keys, columns, or rows of cells."""
    values = list(whole.values())
    objects = [each for each in values if isinstance(each, dict)]
    is_by_key = len(objects) >= _FEWEST_ALIKE and all(
        _are_alike(each, objects[0]) for each in objects
    )
    has_rows = any(
        isinstance(each, list) and any(isinstance(row, list) for row in each) for each in values
    )
    if is_by_key or has_rows:
        raise DraftError(
            "it is one JSON object without a list of records: export it again as a list of "
            'objects, or an object a line (in pandas orient="records")'
        )


def _first(records: list[Any]) -> dict[str, Any]:
    return next(each for each in records if isinstance(each, dict))


def _are_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return len(one.keys() & other.keys()) > _ALIKE * max(len(one), len(other))
