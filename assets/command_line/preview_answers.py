"""Columns of a survey that look like answers and that a profile does not read.

Who forgets a question publishes too few without noticing. Not here: what an answer looks like
(pipeline.drafting), the preview as a whole (profile_preview).
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline import exports
from pipeline.drafting.code_lists import find_scale
from pipeline.drafting.column_values import ColumnValues
from pipeline.exports import name_in_frame
from pipeline.profiles import Profile


def find_unread_answers(
    file: Path, profile: Profile, header: Sequence[str], unread: Sequence[int]
) -> tuple[int, ...]:
    """The places in the header, from 1, of columns not read whose values are answers of a scale.

    `profile` is the one that fits the header, and `unread` are the places that it does not read.
    """
    places = {place: header[place - 1] for place in unread}
    named = {p: name for p, name in places.items() if name and header.count(name) == 1}
    if profile.kind != "ratings" or not named:
        return ()
    columns = {f"column {place}": name for place, name in named.items()}
    # Of the files in a zip one may lack a column.
    only = {
        "columns": columns,
        "questions": (),
        "optional_columns": tuple(columns),
        "versions": (),
    }
    rows, _ = exports.read_file(file.read_bytes(), file.name, profile.model_copy(update=only))
    return tuple(
        place
        for place, name in named.items()
        if name_in_frame(name) in rows.frame.columns
        and find_scale(ColumnValues.of(name, rows.frame[name_in_frame(name)]))
    )
