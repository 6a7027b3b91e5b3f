"""The page of the data: every published file with its size, and what each column means.

It is made from the definitions by which the files are written, so the two cannot differ. Not here:
the files (pipeline.published_data), the words in Vietnamese (texts/columns.toml).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline import parquet, published_data
from pipeline.bulletin import DATA_FOLDER
from pipeline.columns import Column
from pipeline.faults import FAULTS
from pipeline.methods import NOTES
from pipeline.published_data import DATA_VERSION, Resource
from reports.language import Language
from reports.site import rendering
from reports.site.rendering import Site

_LINKED = ("indicator", "note", "fault")
"""Columns whose closed list stands elsewhere on the pages."""
_KILO, _MEGA = 1_000, 1_000_000


@dataclass(frozen=True)
class DescribedColumn:
    """A column on the page. `values` is its closed list, `list_of` the name of one that stands
    elsewhere: indicator, note or fault; both are empty where any value may stand.
    """

    name: str
    type: str
    meaning: str
    unit: str
    is_required: bool
    values: tuple[str, ...]
    list_of: str


@dataclass(frozen=True)
class DescribedTable:
    """A table on the page. `files` are its files: path and size in words."""

    name: str
    row: str
    row_count: int
    files: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    columns: tuple[DescribedColumn, ...]


def render(site: Site, sizes: Mapping[str, int]) -> bytes:
    """The page of the data. `sizes` has the bytes of each data file by path."""
    language, content = site.language, site.content
    return rendering.render(
        site,
        "data.html.j2",
        site.places.data,
        heading=language.text("data_page.heading", month=language.month(content.month)),
        tables=[
            _describe_table(resource, content.tables[resource.table.name].height, sizes, language)
            for resource in published_data.resources(content.methods)
        ],
        data_version=DATA_VERSION,
        parquet_above=parquet.ABOVE_ROWS,
        notes=[(name, language.note(name)) for name in NOTES],
        faults=[(name, language.text(f"fault.{name}")) for name in FAULTS],
    )


def _describe_table(
    resource: Resource, row_count: int, sizes: Mapping[str, int], language: Language
) -> DescribedTable:
    table = resource.table
    paths = (
        f"{DATA_FOLDER}/{resource.file_name}",
        f"{DATA_FOLDER}/{parquet.name_file(table.name)}",
    )
    return DescribedTable(
        name=table.name,
        row=language.translate("table_row", table.row),
        row_count=row_count,
        files=tuple((path, _write_size(sizes[path], language)) for path in paths if path in sizes),
        key=resource.key,
        columns=tuple(_describe_column(resource, each, language) for each in table.columns),
    )


def _describe_column(resource: Resource, column: Column, language: Language) -> DescribedColumn:
    values = resource.closed_lists.get(column.name, ())
    is_elsewhere = bool(values) and column.name in _LINKED
    return DescribedColumn(
        name=column.name,
        type=language.text(f"column_type.{published_data.name_type(column)}"),
        meaning=language.translate("column_meaning", column.meaning),
        unit=language.translate("column_unit", column.unit) if column.unit else "",
        is_required=column.is_required,
        values=() if is_elsewhere else tuple(values),
        list_of=column.name if is_elsewhere else "",
    )


def _write_size(count: int, language: Language) -> str:
    """The size of a file in thousands or millions of bytes, at least 0.1 KB."""
    if count < _MEGA:
        size = max(count / _KILO, 0.1)
        return language.text("data_page.kilobytes", size=language.number(size, 1))
    return language.text("data_page.megabytes", size=language.number(count / _MEGA, 1))
