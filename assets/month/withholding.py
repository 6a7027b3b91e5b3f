"""Small numbers of a month and its history, beside what the editions in force withhold.

Here belongs reading these editions, so that a number that was withheld stays so. Not here: the rule
(pipeline.suppression).
"""

from io import BytesIO

import polars as pl

from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import published_data, suppression, tables
from pipeline.editions import EditionError


def withhold_indices(inputs: MonthInputs, computed: pl.DataFrame) -> pl.DataFrame:
    """The indices of the inputs' month without what tells of a few respondents."""
    installation = inputs.installation
    return suppression.withhold_ratings(
        computed, inputs.methods, read_published(installation, inputs.month)
    )


def withhold_series(
    inputs: MonthInputs, series: pl.DataFrame, published: pl.DataFrame
) -> pl.DataFrame:
    """The series up to the inputs' month without what tells of a few respondents.

    `published` are the month's indices as they are published.
    """
    installation = inputs.installation
    earlier = series.filter(pl.col("series_month") < inputs.month)["series_month"].unique().sort()
    withheld = {
        month: suppression.list_withheld(indices)
        for month in earlier
        if (indices := read_published(installation, month)) is not None
    }
    withheld[inputs.month] = suppression.list_withheld(published)
    limit = inputs.method.minimum_published_respondents
    return suppression.withhold_series(series, installation.register, limit, withheld)


def read_published(installation: Installation, month: str) -> pl.DataFrame | None:
    """The indices of a month's edition in force; None where there is none, or it was altered.

    A run names altered editions.
    """
    if installation.editions.in_force(month) is None:
        return None
    try:
        content = installation.editions.read_file(month, "data/indices.csv")
        frame = pl.read_csv(BytesIO(content), infer_schema=False)
    except (EditionError, pl.exceptions.PolarsError):
        return None
    # An edition of an earlier version may lack a column.
    return published_data.restore_texts(tables.INDICES.conform(frame))
