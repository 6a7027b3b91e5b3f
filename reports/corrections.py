"""What an edition corrects against the one that it replaces, as short tables.

Here belongs the choice of what a page lists. Not here: how changes are found (pipeline.bulletin).
"""

from pipeline.bulletin import Changes

MOST_VALUES = 200
"""The most changed values on a page; the others are counted."""


def list_changed_values(changes: Changes) -> tuple[list[dict[str, object]], int]:
    """Changed values to list (unit_code, indicator, before, after), and how many are not listed."""
    values = changes.values.sort("unit_code", "indicator")
    listed = values.head(MOST_VALUES).to_dicts()
    return listed, values.height - len(listed)
