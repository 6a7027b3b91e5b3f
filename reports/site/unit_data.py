"""The numbers of a unit as files of its own: the rows of the published data that speak of it.

Here belong its CSV, a row for each indicator, and its JSON. Both have the digits of the published
data. Of a scoring method they have what has a number: most of its indicators were never sent, and
the JSON names these by their notes. Not here: the columns and their meaning (pipeline.tables), the
whole data (pipeline.published_data).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter

import polars as pl

from pipeline import letters, published_data
from pipeline.bulletin import Content
from pipeline.published_data import Resource
from reports.site.made_pages import (
    NOTHING_BEFORE,
    EditionBefore,
    Files,
    MadePage,
    digest_content,
    digest_units,
    digest_values,
)
from reports.site.places import Places

_OF_RANKING = ("rank", "rank_lower", "rank_upper", "tier", "previous_value", "previous_rank")
"""What the CSV has of the ranking, beside the columns of the index."""


def make_changed_unit_data(
    content: Content, places: Places, before: EditionBefore = NOTHING_BEFORE
) -> Iterator[tuple[str, MadePage, Files]]:
    """The files of every unit: a place, what they were made from, and the files by path; no files
    where those of the edition before are kept.
    """
    tables = (content.indices, content.rankings, content.comparisons["series"])
    digests = digest_units(tables)
    shared = digest_content(content)
    changed: dict[str, tuple[str, str]] = {}
    for code, stem in places.stems.items():
        place, digest = places.unit_data(code, "csv"), digest_values(shared, stem, digests[code])
        kept = before.find(place, digest)
        if kept:
            yield place, kept, {}
        else:
            changed[code] = place, digest
    codes = iter(changed)
    while some := list(islice(codes, _AT_ONCE)):
        files = dict(make_unit_data(*_narrow(content, places, some)))
        for code in some:
            place, digest = changed[code]
            paths = (place, places.unit_data(code, "json"))
            yield place, MadePage(digest, paths), {path: files[path] for path in paths}


_AT_ONCE = 500
"""Units whose numbers are written as text at a time: those of all take much memory."""


def _narrow(content: Content, places: Places, codes: Collection[str]) -> tuple[Content, Places]:
    """Of contents and places, what speaks of some units: what their files are made from."""
    is_one = pl.col("unit_code").is_in(list(codes))
    own = replace(
        content,
        indices=content.indices.filter(is_one),
        rankings=content.rankings.filter(is_one),
        comparisons={"series": content.comparisons["series"].filter(is_one)},
    )
    return own, Places(places.language, {code: places.stems[code] for code in codes})


def make_unit_data(content: Content, places: Places) -> Iterator[tuple[str, bytes]]:
    """The CSV and the JSON of every unit, by path."""
    resources = {each.table.name: each for each in published_data.resources(content.methods)}
    indices = _write_numbers(resources["indices"], content.indices)
    rankings = _write_numbers(resources["rankings"], content.rankings)
    ranked = rankings.select("unit_code", "indicator", "league", *_OF_RANKING)
    has_number = pl.any_horizontal(pl.col("value", "numerator", "denominator").is_not_null())
    is_shown = has_number | (pl.col("method") == content.method.name)
    joined = indices.join(
        ranked.drop("league"), on=["unit_code", "indicator"], how="left", maintain_order="left"
    ).sort("indicator")
    shown = joined.filter(is_shown)
    # What is done to all rows at once takes as long as for those of one unit.
    of_csv = _group_by_unit(shown)
    of_json = _group_by_unit(published_data.restore_texts(shown))
    without_numbers = _group_notes(joined.filter(~is_shown))
    level_of = dict(joined.select("unit_code", "level").unique().iter_rows())
    league_of = dict(ranked.select("unit_code", "league").unique(maintain_order=True).iter_rows())
    series = _group_series(resources["series"], content)
    numbers = _list_numbers(resources["indices"]) | _list_numbers(resources["rankings"])
    for code in places.stems:
        rows = of_csv.get(code, shown.clear()).write_csv(line_terminator="\n")
        yield places.unit_data(code, "csv"), rows.encode()
        methods = of_json.get(code, shown.clear()).drop(_SHARED)
        unit = {
            "month": content.month,
            "unit_code": code,
            "unit_name": content.register.name(code, content.month),
            "level": level_of[code],
            "league": league_of.get(code),
            "simulated": content.is_simulated,
            "methods": {
                str(method): _split(of_method, numbers)
                for (method,), of_method in methods.group_by("method", maintain_order=True)
            },
            "without_numbers": without_numbers.get(code, {}),
            "series": series.get(code, {}),
        }
        text = _write_json(unit) + "\n"
        yield places.unit_data(code, "json"), letters.without_steering(text).encode()


_OF_SERIES = ("value", "numerator", "denominator")
_NO_VALUES = (None,) * len(_OF_SERIES)
_SHARED = ("month", "unit_code", "unit_name", "parent_code", "level")


def _group_by_unit(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each unit, in their order."""
    return {str(code): own for (code,), own in rows.group_by("unit_code", maintain_order=True)}


def _group_notes(rows: pl.DataFrame) -> dict[str, dict[str, list[str]]]:
    """By unit, the indicators of each note in their order."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    notes = rows.group_by("unit_code", "note", maintain_order=True).agg("indicator").sort("note")
    for code, note, indicators in notes.select("unit_code", "note", "indicator").iter_rows():
        found[code][note] = indicators
    return found


class _Digits(str):
    """A number in the digits of the published data."""

    __slots__ = ()


def _write_json(value: object) -> str:
    """The value as JSON, numbers in their own digits: a float would lose or gain some."""
    if isinstance(value, _Digits):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_write_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _split(rows: pl.DataFrame, numbers: set[str]) -> dict[str, object]:
    """The rows of a method as the names of their columns once, and the values of each row in this
    order. A column without any value is left out.
    """
    names = [
        name for name in rows.columns if name != "method" and rows[name].null_count() < rows.height
    ]
    columns = [
        [value if value is None or name not in numbers else _Digits(value) for value in rows[name]]
        for name in names
    ]
    return {"columns": names, "rows": [list(row) for row in zip(*columns, strict=True)]}


def _list_numbers(resource: Resource) -> set[str]:
    """The columns of numbers."""
    schema = resource.table.empty().schema
    return {name for name, kind in schema.items() if kind.is_numeric()}


def _group_series(resource: Resource, content: Content) -> dict[str, dict[str, object]]:
    """By unit, its months, and by indicator the columns of its restated series, each a list in the
    order of the months with null where there is no value.
    """
    frame = content.comparisons["series"].filter(basis="restated")
    written = published_data.restore_texts(_write_numbers(resource, frame))
    rows = written.select("unit_code", "indicator", "series_month", *_OF_SERIES).iter_rows()
    found: dict[str, dict[str, object]] = {}
    for code, of_unit in groupby(rows, itemgetter(0)):
        values: dict[str, dict[str, tuple[str | None, ...]]] = defaultdict(dict)
        for _, indicator, month, *numbers in of_unit:
            values[indicator][month] = tuple(number and _Digits(number) for number in numbers)
        months = sorted({month for of_indicator in values.values() for month in of_indicator})
        series: dict[str, object] = {"months": months}
        for indicator, by_month in values.items():
            columns = zip(*(by_month.get(month, _NO_VALUES) for month in months), strict=True)
            series[indicator] = dict(zip(_OF_SERIES, map(list, columns), strict=True))
        found[code] = series
    return found


def _write_numbers(resource: Resource, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as the published data has them, each column as text, formulas neutralized."""
    written = published_data.to_csv(resource, frame)
    return pl.read_csv(written, schema=dict.fromkeys(resource.table.names, pl.String()))
