"""Names of columns: a column of ours may have several names in a header, of which one is there.

Here belongs reading the names in [columns]. Not here: finding them in a header (exports.header).
"""

from typing import Any

from pipeline import letters

Names = dict[str, tuple[str, ...]]
"""The names of those of our columns that have several, in the order of the profile."""


def split_names(columns: object) -> tuple[object, Names]:
    """[columns] with the first name of each column alone, and all names of those with several.

    Raises ValueError for a list that is empty, holds something else than names, or one name twice.
    What is no table of columns stays as it is.
    """
    if not isinstance(columns, dict):
        return columns, {}
    first: dict[str, Any] = {}
    several: Names = {}
    for ours, named in columns.items():
        if not isinstance(named, list | tuple):
            first[ours] = named
            continue
        if not named or not all(isinstance(name, str) for name in named):
            raise ValueError(
                f'columns.{ours}: write a name, or a list of names like ["Trạng thái", "Tình '
                'trạng"]'
            )
        names = [letters.clean_name(name) for name in named]
        if len(set(names)) < len(names):
            raise ValueError(f"columns.{ours}: a name is in the list twice: keep it once")
        if "" in names:
            raise ValueError(f"columns.{ours} has a name that nobody sees: write the column's name")
        first[ours] = names[0]
        several[ours] = tuple(names)
    return first, several
