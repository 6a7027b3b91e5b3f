"""The numbers of a unit as files of its own: the rows of the published data that speak of it.

Here belong its CSV, a row for each indicator, and its JSON. Both have the numbers as text of the
published data has them. Not here: the columns and their meaning (pipeline.tables), the whole data
(pipeline.published_data).
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

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
    series = content.comparisons["series"]
    digests = digest_units((content.indices, content.rankings, series))
    shared = digest_content(content)
    changed: dict[str, tuple[str, str]] = {}
    for code, stem in places.stems.items():
        place, digest = places.unit_data(code, "csv"), digest_values(shared, stem, digests[code])
        kept = before.find(place, digest)
        if kept:
            yield place, kept, {}
        else:
            changed[code] = place, digest
    if not changed:
        return
    is_changed = pl.col("unit_code").is_in(list(changed))
    of_changed = replace(
        content,
        indices=content.indices.filter(is_changed),
        rankings=content.rankings.filter(is_changed),
        comparisons={"series": series.filter(is_changed)},
    )
    stems = {code: places.stems[code] for code in changed}
    files = dict(make_unit_data(of_changed, Places(places.language, stems)))
    for code, (place, digest) in changed.items():
        paths = (place, places.unit_data(code, "json"))
        yield place, MadePage(digest, paths), {path: files[path] for path in paths}


def make_unit_data(content: Content, places: Places) -> Iterator[tuple[str, bytes]]:
    """The CSV and the JSON of every unit, by path."""
    resources = {each.table.name: each for each in published_data.resources(content.methods)}
    indices = _write_numbers(resources["indices"], content.indices)
    rankings = _write_numbers(resources["rankings"], content.rankings)
    ranked = rankings.select("unit_code", "indicator", "league", *_OF_RANKING)
    joined = indices.join(ranked, on=["unit_code", "indicator"], how="left", maintain_order="left")
    league_of = dict(ranked.select("unit_code", "league").unique(maintain_order=True).iter_rows())
    by_unit = {str(code): rows for (code,), rows in joined.group_by("unit_code")}
    series = _group_series(resources["series"], content)
    for code in places.stems:
        rows = by_unit[code].drop("league").sort("indicator")
        yield places.unit_data(code, "csv"), rows.write_csv(line_terminator="\n").encode()
        unit = {
            "month": content.month,
            "unit_code": code,
            "unit_name": content.register.name(code, content.month),
            "league": league_of.get(code),
            "simulated": content.is_simulated,
            "indicators": [_drop_empty(row) for row in _list_rows(rows.drop(_SHARED))],
            "series": series.get(code, {}),
        }
        text = json.dumps(unit, ensure_ascii=False, separators=(",", ":")) + "\n"
        yield places.unit_data(code, "json"), letters.without_steering(text).encode()


_OF_SERIES = ("series_month", "value", "numerator", "denominator")
Series = dict[str, dict[str, list[str | None]]]
"""By indicator, the lists of _OF_SERIES."""
_SHARED = ("month", "unit_code", "unit_name", "parent_code")


def _group_series(resource: Resource, content: Content) -> dict[str, Series]:
    """By unit and indicator, the columns of its restated series, each as a list by month."""
    frame = content.comparisons["series"].filter(basis="restated")
    written = published_data.restore_texts(_write_numbers(resource, frame))
    lists = written.group_by("unit_code", "indicator", maintain_order=True).agg(_OF_SERIES)
    found: dict[str, Series] = defaultdict(dict)
    for code, indicator, *columns in lists.iter_rows():
        found[code][indicator] = dict(zip(_OF_SERIES, columns, strict=True))
    return found


def _write_numbers(resource: Resource, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as the published data has them, each column as text, formulas neutralized."""
    written = published_data.to_csv(resource, frame)
    return pl.read_csv(written, schema=dict.fromkeys(resource.table.names, pl.String()))


def _list_rows(rows: pl.DataFrame) -> list[dict[str, str | None]]:
    return published_data.restore_texts(rows).to_dicts()


def _drop_empty(row: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value is not None}
