"""What a file contributes to the published numbers of a month.

Here belongs computing a month with the counts of one file alone, for explain. Not here: which
files are asked about, and how it is told (explain).
"""

from dataclasses import replace

import polars as pl

from assets.month.installation import Installation
from pipeline import indices, tables
from pipeline.indices.pooling import Pooling
from pipeline.indices.satisfaction import FIGURES_SCALE
from pipeline.planning import PlannedFile
from pipeline.tallies import Tallies


def counts_given(  # noqa: PLR0913, PLR0917 -- the file, what stands beside it, what was made
    installation: Installation,
    file: PlannedFile,
    alone: Tallies,
    of_month: Tallies,
    month: str,
    published: pl.DataFrame,
) -> pl.DataFrame:
    """What a file gives to the counts of every number, beside all other files of the month.

    The month is computed with the counts of the file alone; of the others that much is left as
    settles what the file counts for, in a way that adds nothing.
    """

    def counted(tallies: Tallies, is_given: pl.Expr | None = None) -> pl.DataFrame:
        columns = ("unit_code", "indicator", "numerator", "denominator")
        computed = indices.compute(tallies, month, installation.methods, installation.register)
        return computed.filter(pl.lit(True) if is_given is None else is_given).select(columns)

    nought = _emptied(of_month.outcomes, _OUTCOMES_COUNTED)
    no_petitions = _emptied(of_month.petitions, ("petitions",))
    is_response = pl.col("indicator") == "response_rate"
    is_share = pl.col("indicator").is_in(_SATISFACTION)
    if file.kind == "figures":
        # They stand in for records, and a total for its parts, whatever file these are in.
        others = _emptied(of_month.figures, ("numerator", "denominator"))
        figures = pl.concat([alone.figures, others])
        beside = replace(
            alone,
            outcomes=nought,
            answers=of_month.answers,
            figures=figures,
            petitions=no_petitions,
        )
        is_of_answers = pl.col("scale") != FIGURES_SCALE
        is_of_records = is_response & pl.col("left_out").is_not_null()
        return counted(beside, ~(is_of_answers.fill_null(value=False) | is_of_records))
    if file.kind == "ratings":
        is_own = pl.col("sha256") == file.sha256
        answer = pl.when(is_own).then("answer").alias("answer")
        beside = replace(alone, answers=of_month.answers.with_columns(answer))
        respondents = _respondents(installation, published, alone, month)
        satisfied = counted(beside, is_share).drop("denominator")
        return pl.concat(
            [
                counted(alone, ~is_share & _is_on_published_scale(published)),
                satisfied.join(respondents, on=["unit_code", "indicator"], how="left"),
            ]
        )
    # An earlier file gives only to those whose dossiers of the month are there.
    petitions = pl.concat([alone.petitions, no_petitions])
    beside = replace(alone, outcomes=pl.concat([alone.outcomes, nought]), petitions=petitions)
    # Dossiers are the denominator of a rate whose numerator is in another file.
    response = counted(replace(beside, answers=of_month.answers), is_response)
    return pl.concat(
        [counted(beside, ~is_response), response.with_columns(pl.lit(0.0).alias("numerator"))]
    )


def _is_on_published_scale(published: pl.DataFrame) -> pl.Expr:
    """Whether a row has no scale, or the one that its unit and indicator were published on."""
    place = pl.struct("unit_code", "indicator", "scale")
    return pl.col("scale").is_null() | place.is_in(published.select(place).to_series().implode())


_OUTCOMES_COUNTED = ("dossiers", "saved_thousandths", "saved_squared_millionths")
_SATISFACTION = ("satisfied_share", "satisfaction_index")


def _emptied(cells: pl.LazyFrame, counts: tuple[str, ...]) -> pl.LazyFrame:
    """The cells, counting nothing."""
    return cells.with_columns(pl.lit(0, pl.Int64).alias(name) for name in counts)


def _respondents(
    installation: Installation, published: pl.DataFrame, alone: Tallies, month: str
) -> pl.DataFrame:
    """A file's respondents on the scale and kind of question that a unit's satisfaction is of."""
    is_satisfaction = pl.col("indicator").is_in(_SATISFACTION)
    chosen = published.filter(is_satisfaction).select("unit_code", "indicator", "scale")
    is_asked = (pl.col("month") == month) & pl.col("question").is_in(list(_ASKED.values()))
    cells = alone.answers.filter(is_asked).select("unit_code", "scale", "question", "respondents")
    pooled = (
        Pooling.of(alone, month, installation.register)
        .pools.pool_counts(cells, "scale", "question")
        .collect()
    )
    kinds = {question: f":{kind}" for kind, question in _ASKED.items()}
    of_file = pooled.select(
        "unit_code",
        pl.col("scale") + pl.col("question").replace_strict(kinds, return_dtype=pl.String),
        pl.col("respondents").cast(pl.Float64).alias("denominator"),
    )
    joined = chosen.join(of_file, on=["unit_code", "scale"])
    return joined.select("unit_code", "indicator", "denominator")


_ASKED = {"factors": tables.ANY_FACTOR, "overall": "overall"}
"""By kind of question, the question whose respondents are counted."""


def of_file(tallies: Tallies, sha256: str) -> Tallies:
    """The counts of one file, read once."""
    is_own = pl.col("sha256") == sha256
    return collected(
        Tallies(**{name: getattr(tallies, name).filter(is_own) for name in tables.TALLIES})
    )


def collected(tallies: Tallies) -> Tallies:
    """The tallies read once, for they are computed with again and again."""
    return Tallies(**{name: getattr(tallies, name).collect().lazy() for name in tables.TALLIES})
