"""Built in: whether a built-in profile reads a file as it is.

Not here: which profile a run chooses for a file (profiles.choice).
"""

from collections.abc import Mapping

from pipeline.drafting.code_lists import CodeList
from pipeline.drafting.dates import FoundDates
from pipeline.drafting.layout import FoundTable
from pipeline.profiles.choice import built_in


def find_built_in(
    table: FoundTable, kind: str, dates: FoundDates, codes: Mapping[str, CodeList]
) -> str:
    """The name of the built-in profile that reads the file as it is; empty where none does."""
    found = table.layout
    asked = (found.delimiter, found.encoding, 1, 1, (), "", "")
    keys = (found.header_row, found.header_rows, found.footer, found.sheet, found.records)
    meant = [(o, v, w) for o, each in codes.items() for v, (w, _) in each.known.items()]
    for profile in built_in():
        optional = {profile.columns[each] for each in profile.optional_columns}
        has_columns = set(profile.columns.values()) - optional <= set(table.names)
        is_alike = (profile.delimiter, profile.encoding, *keys) == asked
        has_formats = set(dates.formats) <= {*profile.date_formats, *found.form_dates}
        has_codes = all(profile.values.get(o, {}).get(v) == word for o, v, word in meant)
        if profile.kind == kind and has_columns and is_alike and has_formats and has_codes:
            return profile.name
    return ""
