"""What a workbook opens with: cover, contents, notes, the indicators.

Here belongs what a reader has to know before the tables. Not here: the tables (leagues, tables).
"""

from collections.abc import Iterator, Sequence

from pipeline.methods import NOTES
from pipeline.published_data import INTERVAL_SOURCES
from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports.edition import Edition
from reports.workbook.sheets import Column, Link, Sheet
from reports.workbook.tables import PublishedTable


def list_names(edition: Edition) -> tuple[str, str]:
    """The names of cover and contents, which no other sheet may have."""
    return edition.language.text("sheet.cover"), edition.language.text("sheet.contents")


def write_title(edition: Edition) -> str:
    """The title of the document, with the mark of simulated data where they are."""
    title = edition.language.text("page.heading", month=edition.month)
    return f"[{edition.banner}] {title}" if edition.banner else title


def make_cover(edition: Edition) -> Sheet:
    """The cover: what this is, of which month and edition, and how to read its cells."""
    language, method = edition.language, edition.content.method
    title = method.title_vi if language.is_vietnamese else method.title_en
    simulated = (
        [edition.banner, language.text("page.simulated_explained")] if edition.banner else []
    )
    return Sheet(
        name=language.text("sheet.cover"),
        lines=(
            language.text("page.heading", month=edition.month),
            *simulated,
            language.text("page.edition", number=edition.number),
            language.text("page.method", title=title, version=method.version),
            language.text("workbook.about"),
            language.text("workbook.numbers"),
            language.text("workbook.empty_cells"),
            language.text("workbook.colours"),
            language.text("how_to_read.official"),
            language.text("page.footer"),
        ),
    )


def make_contents(
    edition: Edition, sheets: Sequence[Sheet], tables: Sequence[PublishedTable]
) -> Sheet:
    """The list of sheets with links, and of the tables that are in the data files alone."""
    language = edition.language
    rows = [(Link(sheet.name, sheet.name), sheet.about) for sheet in sheets]
    absent = [table for table in tables if table.sheet is None and table.has_file]
    rest = [
        (
            f"data/{table.name}.csv",
            f"{language.text(f'data.{table.name}')}. "
            + language.text(
                "workbook.only_in_data" if table.rows else "workbook.no_rows", count=table.rows
            ),
        )
        for table in absent
    ]
    return Sheet(
        name=language.text("sheet.contents"),
        lines=(language.text("page.contents"), *([edition.banner] if edition.banner else [])),
        columns=(
            Column(language.text("workbook.sheet")),
            Column(language.text("workbook.what_it_has")),
        ),
        rows=(*rows, *rest),
        about=language.text("page.contents"),
    )


def make_notes(edition: Edition) -> Sheet:
    """The words of the tables and what each means."""
    language = edition.language
    return Sheet(
        name=language.text("sheet.notes"),
        lines=(
            language.text("workbook.notes_title"),
            *([edition.banner] if edition.banner else []),
        ),
        columns=(
            Column(language.text("workbook.word")),
            Column(language.text("workbook.meaning")),
        ),
        rows=tuple(_explain_words(edition)),
        about=language.text("workbook.notes_about"),
    )


def _explain_words(edition: Edition) -> Iterator[tuple[str, str]]:
    language, method = edition.language, edition.content.method
    level = language.number(100 * method.confidence_level, 0) + "%"
    text = language.text
    yield (
        text("league.rank_set"),
        text("how_to_read.rank_set", level=level, largest=LARGEST_PAIRWISE_LEAGUE),
    )
    yield text("league.tier"), text("how_to_read.tier", level=level)
    yield text("league.limits"), text("how_to_read.interval")
    for source in INTERVAL_SOURCES:
        yield source, text("workbook.is_source", source=text(f"interval.{source}"))
    yield text("league.change"), text("how_to_read.change")
    yield text("column.left_out"), text("workbook.left_out")
    yield (
        text("workbook.minimum"),
        text(
            "how_to_read.minimum",
            due=method.minimum_due,
            respondents=method.minimum_respondents,
        ),
    )
    yield (
        text("workbook.provisional"),
        text("how_to_read.provisional", months=method.required_history_months),
    )
    for note in NOTES:
        yield note, text("workbook.is_note", note=language.note(note))


def make_indicators(edition: Edition) -> Sheet:
    """Every indicator of our own method: unit, direction, formula, source, and its name in data."""
    language = edition.language
    text = language.text
    return Sheet(
        name=text("sheet.indicators"),
        lines=(text("how_to_read.formulas"), *([edition.banner] if edition.banner else [])),
        columns=tuple(
            Column(text(key))
            for key in (
                "corrections.indicator",
                "how_to_read.measure",
                "workbook.direction",
                "how_to_read.formula",
                "how_to_read.source",
                "workbook.name_in_data",
            )
        ),
        rows=tuple(
            (
                language.title(each),
                text(f"measure.{each.unit}"),
                text(f"workbook.{each.better}"),
                language.formula(each),
                language.source(each),
                each.name,
            )
            for each in edition.content.method.indicators
        ),
        about=text("workbook.indicators_about"),
    )
