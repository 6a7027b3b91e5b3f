"""The published tables as sheets: words stand in place of codes, numbers are those published.

Here belongs which tables a workbook has, and which columns of them. Not here: what the tables hold
(pipeline.tables), the rankings of featured leagues side by side (leagues).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.methods import Indicator
from reports.categories import name_category
from reports.edition import Edition
from reports.language import Language, load_texts
from reports.workbook.sheets import Cell, Column, Format, Sheet, publish

MOST_ROWS = 100_000
"""Rows of indices and of rankings; a larger table is in the data files alone."""
MOST_ROWS_BESIDE = 5_000
"""Rows of any other table: a longer one, such as the months of every series, is for programs."""

_SCORES = "scores"
"""The points of official methods: no file of their own, but rows of indices."""

_LEFT_OUT = {
    "indices": {
        "level", "method", "scale", "effective_n", "standard_error", "maximum", "months",
    },
    "rankings": {
        "may_be_best", "band", "rank_set_kind", "simultaneous_lower", "simultaneous_upper",
        "previous_value",
    },
}  # fmt: skip
"""Columns that a reader does without, beside the month, which the title names."""
_TEXTS_OF = {
    "unit": "measure",
    "interval_source": "interval",
    "clock": "clock",
    "status": "data_quality",
    "change": "side",
    "rank_change": "side",
    "is_outside": "side",
    "signal": "signal",
    "choice": "choice",
    "finding": "finding",
    "reason": "represented_reason",
    "basis": "basis",
    "by": "by",
}
"""The section of the texts that has the words of a column."""


@dataclass(frozen=True)
class PublishedTable:
    """A table of the edition: its sheet, or None where the workbook has none, and its rows."""

    name: str
    rows: int
    sheet: Sheet | None

    @property
    def has_file(self) -> bool:
        """Whether the table is a data file."""
        return self.name != _SCORES


def list_tables(edition: Edition) -> list[PublishedTable]:
    """Indices of our own method, points of official methods, rankings, deliveries, comparisons."""
    content = edition.content
    names = list(content.methods.names)
    own = pl.col("indicator").is_in([each.name for each in content.method.indicators])
    indices = content.indices.filter(own)
    order = pl.col("indicator").replace_strict(
        names, list(range(len(names))), default=len(names), return_dtype=pl.Int64
    )
    found = [
        _make_table(edition, "indices", indices.sort("unit_code", order), MOST_ROWS),
        *([_make_scores(edition)] if content.scorecards else []),
        _make_table(
            edition,
            "rankings",
            content.rankings.sort("league", order, "rank", "unit_code"),
            MOST_ROWS,
        ),
        _make_table(edition, "deliveries", _keep_one_language(edition), MOST_ROWS),
    ]
    for name, frame in content.comparisons.items():
        keys = [key for key in frame.columns if not frame.schema[key].is_float()]
        # What is too long for a sheet is not sorted for it.
        shown = frame.sort(keys) if frame.height <= MOST_ROWS_BESIDE else frame
        found.append(_make_table(edition, name, shown, MOST_ROWS_BESIDE))
    return found


def title_indicators(edition: Edition) -> dict[str, str]:
    """The title of every indicator by name; where two have the same, the method's name is added."""
    language = edition.language
    own = {each.name: language.short_title(each) for each in edition.content.method.indicators}
    titles = dict(own)
    for method in edition.content.scorecards:
        for indicator in method.indicators:
            title = language.title(indicator)
            if title in titles.values():
                title = f"{title} ({language.method_title(method)})"
            titles[indicator.name] = title
    return titles


def _keep_one_language(edition: Edition) -> pl.DataFrame:
    """The deliveries with the message in the language of the workbook, a row a file."""
    frame = edition.content.deliveries
    if edition.language.is_vietnamese:
        frame = frame.drop("message").rename({"message_vi": "message"})
    else:
        frame = frame.drop("message_vi")
    return frame.sort("sender_code", "kind", "sha256")


def _make_table(edition: Edition, name: str, frame: pl.DataFrame, at_most: int) -> PublishedTable:
    if frame.is_empty() or frame.height > at_most:
        return PublishedTable(name, frame.height, None)
    left_out = {"month", *_LEFT_OUT.get(name, ())}
    shown = _name_units(edition, frame).select(
        column for column in _order(frame) if column not in left_out
    )
    columns = tuple(
        Column(title_column(edition.language, column), _choose_format(shown.schema[column]))
        for column in shown.columns
    )
    return PublishedTable(
        name, frame.height, _make_sheet(edition, name, columns, _write(edition, shown))
    )


def _make_sheet(
    edition: Edition, name: str, columns: tuple[Column, ...], shown: pl.DataFrame
) -> Sheet:
    language = edition.language
    about = language.text("workbook.scores_about" if name == _SCORES else f"data.{name}")
    return Sheet(
        name=_name_sheet(language, name),
        lines=(
            f"{_name_sheet(language, name)}, {edition.month}",
            *([edition.banner] if edition.banner else []),
            language.text("workbook.table_explained", about=about),
        ),
        columns=columns,
        rows=tuple(zip(*map(_list_cells, shown), strict=True)),
        about=about,
    )


def _name_sheet(language: Language, name: str) -> str:
    key = f"sheet.{name}"
    return language.text(key) if key in load_texts() else name


def title_column(language: Language, name: str) -> str:
    """The head of a column in words."""
    key = f"column.{name}"
    return language.text(key) if key in load_texts() else name


def _order(frame: pl.DataFrame) -> list[str]:
    """The columns of a table, with the unit's name beside its code."""
    columns = [name for name in frame.columns if name != "unit_name"]
    if "unit_code" in columns:
        columns.insert(columns.index("unit_code") + 1, "unit_name")
    return columns


def _choose_format(dtype: pl.DataType) -> Format:
    if dtype.is_integer():
        return "count"
    return "number" if dtype.is_float() else "text"


def _name_units(edition: Edition, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the names of units as the pages write them."""
    if "unit_code" not in frame.columns:
        return frame
    names = edition.leagues.unit_names
    known = pl.lit(None, pl.String)
    if "unit_name" in frame.columns:
        known = pl.col("unit_name")
    return frame.with_columns(
        unit_name=pl.col("unit_code").replace_strict(names, default=known, return_dtype=pl.String)
        if names
        else known
    )


def _write(edition: Edition, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with words for codes and with numbers as published."""
    words = _collect_words(edition)
    written = []
    if "category" in frame.columns:
        frame = _name_categories(edition, frame)
    for name, dtype in frame.schema.items():
        column = frame[name]
        if dtype.is_float():
            column = _publish_all(column)
        elif dtype == pl.Boolean() or name in words:
            write = words.get(name, _write_boolean(edition.language))
            found = {value: write(value) for value in column.drop_nulls().unique()}
            column = pl.Series(name, [found.get(value) for value in column], pl.String)
        written.append(column)
    return pl.DataFrame(written)


def _publish_all(numbers: pl.Series) -> pl.Series:
    # Most numbers stand in many rows: each is written once.
    once = numbers.drop_nulls().unique()
    published = pl.Series([publish(number) for number in once], dtype=pl.Float64)
    return numbers.replace_strict(once, published, default=None)


def _list_cells(column: pl.Series) -> list[Cell]:
    """The cells of a column. Equal texts are one object: there are a million cells."""
    if column.dtype != pl.String():
        return column.to_list()
    texts = {text: text for text in column.unique()}
    return [texts[text] for text in column]


def _name_categories(edition: Edition, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with words for categories, which depend on what is told apart."""
    names = edition.leagues.unit_names
    named = [
        name_category(edition.language, by, category, unit, names.get(category, category)).text
        for by, category, unit in frame.select("by", "category", "unit_code").iter_rows()
    ]
    return frame.with_columns(category=pl.Series(named, dtype=pl.String))


def _write_boolean(language: Language) -> Callable[[object], str]:
    return lambda value: language.text("workbook.yes" if value else "workbook.no")


def _collect_words(edition: Edition) -> Mapping[str, Callable[[object], str]]:
    """By column, what writes a code of it in words. A code without words stays as it is."""
    language, leagues = edition.language, edition.leagues.all
    titles = title_indicators(edition)
    league_names = {league.name: language.league(league) for league in leagues}

    def from_section(section: str) -> Callable[[object], str]:
        def write(code: object) -> str:
            key = f"{section}.{code}"
            return language.text(key) if key in load_texts() else str(code)

        return write

    return {
        "indicator": lambda name: titles.get(str(name), str(name)),
        "league": lambda name: league_names.get(str(name), str(name)),
        "note": lambda note: language.note(str(note)),
        "kind": lambda kind: language.kind(str(kind)),
        **{column: from_section(section) for column, section in _TEXTS_OF.items()},
    }


def _make_scores(edition: Edition) -> PublishedTable:
    """The points of official methods, a row a unit and a column an indicator."""
    content, language = edition.content, edition.language
    titles = title_indicators(edition)
    scored = [each for method in content.scorecards for each in method.indicators]
    known = content.indices.filter(
        pl.col("indicator").is_in([each.name for each in scored]), pl.col("value").is_not_null()
    )
    if known.is_empty():
        return PublishedTable(_SCORES, 0, None)
    wide = known.pivot("indicator", index="unit_code", values="value").sort("unit_code")
    shown = [each for each in scored if each.name in wide.columns]
    wide = _name_units(edition, wide).select(
        "unit_code", "unit_name", *(each.name for each in shown)
    )
    columns = (
        Column(title_column(language, "unit_code")),
        Column(title_column(language, "unit_name")),
        *(Column(_title_points(language, each, titles), "points") for each in shown),
    )
    return PublishedTable(
        _SCORES, wide.height, _make_sheet(edition, _SCORES, columns, _write(edition, wide))
    )


def _title_points(language: Language, indicator: Indicator, titles: Mapping[str, str]) -> str:
    title = titles[indicator.name]
    unit = language.text("workbook.points")
    return title if unit in title else f"{title} ({unit})"
