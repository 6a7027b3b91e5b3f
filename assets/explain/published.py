"""The published tables that are explained: read from the edition in force, by unit.

Here belongs what is said where a month or a unit is not published. Not here: what is made of the
rows (explain, findings).
"""

from io import BytesIO
from pathlib import Path

import polars as pl

from assets.month.installation import Installation
from pipeline import published_data
from pipeline.columns import Table
from pipeline.errors import WrongUseError
from pipeline.suggestions import did_you_mean


class NotPublishedError(WrongUseError):
    """No such number is published; the message says what is."""


def read_table(installation: Installation, month: str, table: Table, missing: str) -> pl.DataFrame:
    """A table of the edition in force. NotPublishedError, which begins with `missing`, where the
    month has no edition or the edition no such table.
    """
    data = installation.editions.data(month)
    path = f"data/{table.name}.csv"
    if data is None or path not in data:
        known = ", ".join(installation.editions.months()) or "none yet"
        raise NotPublishedError(f"{missing}: run it first (published: {known})")
    frame = pl.read_csv(BytesIO(data[path]), schema=table.schema)
    return published_data.restore_texts(frame)


def select_unit(published: pl.DataFrame, unit_code: str, file: Path, missing: str) -> pl.DataFrame:
    """The rows of a unit. NotPublishedError, which begins with `missing`, where it has none: with
    the published file to look into, and the codes that may have been meant.
    """
    of_unit = published.filter(unit_code=unit_code)
    if of_unit.is_empty():
        raise NotPublishedError(
            f"{missing} of a unit {unit_code!r}: look its code up in {file}"
            + did_you_mean(unit_code, published["unit_code"], at_most=3)
        )
    return of_unit
