"""JSON: an array of objects, or an object a line, becomes a table of text.

A field within a field has a name with points (`fee.amount`); it is null where its record has null
in place of the fields. Of a list of objects there are
`<list>.count`, and the fields of the first and the last (`supplements.last.requested_at`); a list
of plain values is one text. Numbers keep their digits. Not here: decoding (decoding), the text of a
table (cell_text).
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import polars as pl

from pipeline.exports.cell_text import CellText, check_shape, write_cells
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_BLANK = re.compile(r"[ \t\r\n]*")
_HALF = re.compile("[\ud800-\udfff]")
_DEEPEST = 20
_AT_ONCE = 1 << 14

Fields = dict[str, str | None]


def read_json(text: bytes, profile: Profile) -> CellText:
    """The records of a text in UTF-8, a column a field that any record has.

    Raises FileFault: unreadable for what is no JSON or no records, too_large beyond the limits.
    """
    # By number, for a field may have any name, even none.
    places: dict[str, str] = {}
    filled: set[str] = set()
    frames = []
    records = _read_records(text.decode(), profile)
    count = 0
    while block := list(islice(records, _AT_ONCE)):
        count += len(block)
        for fields in block:
            for name in fields:
                places.setdefault(name, str(len(places)))
            filled.update(name for name, value in fields.items() if value is not None)
        check_shape(count, len(places), profile)
        columns = {place: [fields.get(name) for fields in block] for name, place in places.items()}
        frames.append(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String())))
    for name in (_find_holders(places) & places.keys()) - filled:
        del places[name]
    # A record without any value is a record, and a row without a value is none.
    header = {place: [name] for name, place in places.items()} or _name_columns(profile)
    table = pl.DataFrame(header, schema=dict.fromkeys(header, pl.String()))
    if places:
        table = pl.concat([table, *frames], how="diagonal").select(list(header))
    return write_cells(table, profile)


def _find_holders(names: Iterable[str]) -> set[str]:
    """The names of fields in which other fields are: null where a record has none of these."""
    return {name[:at] for name in names for at, sign in enumerate(name) if sign == "."}


def _name_columns(profile: Profile) -> dict[str, list[str]]:
    """The header of a list without records: an agency may have received no petitions."""
    names = dict.fromkeys(profile.columns.values()) if profile.kind == "petitions" else [""]
    return {str(place): [name] for place, name in enumerate(names)}


def _read_records(text: str, profile: Profile) -> Iterator[Fields]:
    for number, value in enumerate(_read_objects(text, profile), 1):
        if not isinstance(value, dict):
            raise _fault(
                f"record {number} is no object in braces",
                f"bản ghi {number} không phải đối tượng trong ngoặc nhọn",
            )
        fields: Fields = {}
        _flatten(value, "", fields, _DEEPEST)
        yield fields


def _read_objects(text: str, profile: Profile) -> Iterator[Any]:
    """The elements of the array that holds the records, or the objects of all lines."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_read_pairs,
        parse_float=lambda number: number.replace(".", profile.decimal_mark),
        parse_int=str,
        parse_constant=str,
    )
    try:
        if profile.records:
            yield from _find_list(decoder.decode(text), profile.records)
        elif text.startswith("[", _skip(text, 0)):
            yield from _read_array(text, decoder)
        else:
            place = _skip(text, 0)
            while place < len(text):
                value, place = decoder.raw_decode(text, place)
                yield value
                place = _skip(text, place)
    except json.JSONDecodeError as error:
        raise _fault(
            f"it is no whole JSON (line {error.lineno}, column {error.colno})",
            f"JSON bị lỗi hoặc không đầy đủ (dòng {error.lineno}, cột {error.colno})",
        ) from None
    except RecursionError:
        raise _fault("its JSON is nested too deeply", "JSON lồng nhau quá nhiều tầng") from None


def _read_array(text: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """The elements of an array, one after the other: the whole would fill the memory."""
    place = _skip(text, _skip(text, 0) + 1)
    while text[place : place + 1] != "]":
        value, place = decoder.raw_decode(text, place)
        yield value
        place = _skip(text, place)
        if text[place : place + 1] == ",":
            place = _skip(text, place + 1)
        elif text[place : place + 1] != "]":
            raise json.JSONDecodeError("no end of the list", text, place)
    if _skip(text, place + 1) != len(text):
        raise json.JSONDecodeError("text behind the list", text, place + 1)


def _find_list(value: object, path: str) -> list[Any]:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise _fault(
            f"it has no list at {path!r} (records)",
            f"tệp không có danh sách tại {path!r} (records)",
        )
    return value


def _skip(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _repeated()
    return fields


def _flatten(value: dict[str, Any], above: str, fields: Fields, deepest: int) -> None:
    if not deepest:
        raise _fault("its JSON is nested too deeply", "JSON lồng nhau quá nhiều tầng")
    for key, each in value.items():
        name = _HALF.sub("\ufffd", f"{above}{key}")
        if name in fields:
            raise _repeated()
        if isinstance(each, dict):
            _flatten(each, f"{name}.", fields, deepest - 1)
        elif isinstance(each, list) and any(isinstance(item, dict | list) for item in each):
            fields[f"{name}.count"] = str(len(each))
            for place, item in (("first", each[0]), ("last", each[-1])):
                if isinstance(item, dict):
                    _flatten(item, f"{name}.{place}.", fields, deepest - 1)
        elif isinstance(each, list):
            if not each:
                fields[f"{name}.count"] = "0"
            fields[name] = "; ".join(_write(item) or "" for item in each)
        else:
            fields[name] = _write(each)


def _write(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    # Half of a letter, which a program leaves where it cuts a text, is no letter.
    return None if value is None else _HALF.sub("\ufffd", str(value))


def _repeated() -> FileFault:
    return _fault("a record names a field twice", "một bản ghi có hai trường trùng tên")


def _fault(what: str, what_vi: str) -> FileFault:
    return FileFault(
        "unreadable",
        f"{what}: export it again as a list of objects, or an object a line",
        f"{what_vi}: xuất lại thành danh sách các đối tượng, hoặc mỗi dòng một đối tượng",
    )
