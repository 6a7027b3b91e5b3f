"""The edition as a workbook, in one language: XLSX and ODS from the same sheets.

It follows the public-sector guidance for statistics in spreadsheets: a cover, a list of contents,
notes in words; one table a sheet, marked as a table, with one row of heads that stays in view; no
merged cells, no empty rows, nothing said by colour alone; numbers are numbers and text is never a
formula. The modules:

    sheets        what a workbook is made of
    opening       cover, contents, notes, indicators
    leagues       the ranking of each featured league
    tables        the published tables, with words in place of codes
    xlsx, ods     a workbook as a file

Not here: where the files lie and which there are (reports.site.downloads).
"""

from reports.edition import Edition
from reports.workbook import leagues, opening, tables
from reports.workbook.sheets import Sheet, Workbook, name_sheets


def make_workbook(edition: Edition) -> Workbook:
    """The workbook of an edition in its language.

    Sheets stand in this order: cover, contents, notes, indicators, a ranking for each featured
    league, the published tables. A number in a cell is the one in the data file.
    """
    found = tables.list_tables(edition)
    data = name_sheets(
        [
            opening.make_notes(edition),
            opening.make_indicators(edition),
            *leagues.make_rankings(edition),
            *(table.sheet for table in found if table.sheet),
        ],
        taken=opening.list_names(edition),
    )
    return Workbook(
        title=opening.write_title(edition),
        language=edition.language.code,
        month=edition.content.month,
        sheets=(opening.make_cover(edition), opening.make_contents(edition, data, found), *data),
    )


__all__ = ["Sheet", "Workbook", "make_workbook"]
