"""What a file contributes to the published numbers of a month.

Here belongs computing a month with the counts of one file alone. Not here: which files are asked
about (explain).
"""

from dataclasses import dataclass, replace

import polars as pl

from assets.month.installation import Installation
from pipeline import indices, tables
from pipeline.indices import clusters
from pipeline.indices.respondents import KINDS
from pipeline.indices.satisfaction import FIGURES_SCALE
from pipeline.planning import PlannedFile
from pipeline.tallies import Tallies


@dataclass(frozen=True)
class PublishedMonth:
    """A month as it was published, and the counts that it was computed from.

    `counts` are all cells of the month itself, `indices` its rows of tables.INDICES.
    """

    installation: Installation
    month: str
    counts: Tallies
    indices: pl.DataFrame

    def compute(self, tallies: Tallies) -> pl.DataFrame:
        """What the month would count from some tallies: unit_code, indicator, numerator,
        denominator, scale and left_out.
        """
        installation = self.installation
        computed = indices.compute(
            tallies,
            self.month,
            installation.methods,
            installation.register,
            published=self.indices,
        )
        return computed.select(*_GIVEN, "scale", "left_out")


_GIVEN = ("unit_code", "indicator", "numerator", "denominator")


def count_contribution(file: PlannedFile, alone: Tallies, beside: PublishedMonth) -> pl.DataFrame:
    """What a file gives to the counts of every number, beside all other files of the month.

    `alone` are the counts of the file. The month is computed with these; of the other files that
    much is left as decides what the file counts for, in a way that adds nothing. One row a number:
    unit_code, indicator, numerator, denominator.
    """
    if file.kind == "figures":
        return _count_figures(alone, beside)
    if file.kind == "ratings":
        return _count_ratings(file, alone, beside)
    return _count_records(alone, beside)


def _count_figures(alone: Tallies, beside: PublishedMonth) -> pl.DataFrame:
    """Figures stand in for records, and a total for its parts, whatever file these are in."""
    others = _with_zero_counts(beside.counts.figures, ("numerator", "denominator"))
    tallies = replace(
        alone,
        outcomes=_with_zero_counts(beside.counts.outcomes, _OUTCOMES_COUNTED),
        answers=beside.counts.answers,
        pairs=beside.counts.pairs,
        figures=pl.concat([alone.figures, others]),
        petitions=_with_zero_counts(beside.counts.petitions, _PETITIONS_COUNTED),
    )
    is_of_answers = (pl.col("scale") != FIGURES_SCALE).fill_null(value=False)
    is_of_records = _IS_RESPONSE & pl.col("left_out").is_not_null()
    return beside.compute(tallies).filter(~(is_of_answers | is_of_records)).select(_GIVEN)


def _count_ratings(file: PlannedFile, alone: Tallies, beside: PublishedMonth) -> pl.DataFrame:
    """The satisfied of a file among all respondents, and whatever else its ratings count for."""
    is_own = pl.col("sha256") == file.sha256
    answer = pl.when(is_own).then("answer").alias("answer")
    tallies = replace(
        alone,
        answers=beside.counts.answers.with_columns(answer),
        pairs=beside.counts.pairs,
    )
    if beside.installation.method_at(beside.month).satisfaction == "adjusted":
        satisfied = pl.when(is_own).then("satisfied_millionths").otherwise(0)
        # Weights to all who were served rest on who answered, and not on what was said.
        tallies = replace(
            tallies,
            outcomes=beside.counts.outcomes,
            rated=beside.counts.rated.with_columns(satisfied_millionths=satisfied),
            rated_pairs=beside.counts.rated_pairs,
        )
    given = beside.compute(tallies).filter(_IS_SATISFACTION).select(_GIVEN).drop("denominator")
    respondents = _respondents(alone, beside)
    others = beside.compute(alone).filter(
        ~_IS_SATISFACTION & _is_on_published_scale(beside.indices)
    )
    return pl.concat(
        [
            others.select(_GIVEN),
            given.join(respondents, on=["unit_code", "indicator"], how="left"),
        ]
    )


def _count_records(alone: Tallies, beside: PublishedMonth) -> pl.DataFrame:
    """Dossiers and petitions; dossiers are also what a response rate is a rate of."""
    # An earlier file gives only to units whose dossiers of the month are there.
    tallies = replace(
        alone,
        outcomes=pl.concat(
            [alone.outcomes, _with_zero_counts(beside.counts.outcomes, _OUTCOMES_COUNTED)]
        ),
        petitions=pl.concat(
            [alone.petitions, _with_zero_counts(beside.counts.petitions, _PETITIONS_COUNTED)]
        ),
    )
    # The numerator of a response rate is in another file.
    with_answers = beside.compute(replace(tallies, answers=beside.counts.answers))
    response = with_answers.filter(_IS_RESPONSE).select(_GIVEN)
    return pl.concat(
        [
            beside.compute(tallies).filter(~_IS_RESPONSE).select(_GIVEN),
            response.with_columns(pl.lit(0.0).alias("numerator")),
        ]
    )


def _is_on_published_scale(published: pl.DataFrame) -> pl.Expr:
    """Whether a row has no scale, or the one that its unit and indicator were published on."""
    place = pl.struct("unit_code", "indicator", "scale")
    return pl.col("scale").is_null() | place.is_in(published.select(place).to_series().implode())


_OUTCOMES_COUNTED = ("dossiers", "saved_thousandths", "saved_squared_millionths")
_PETITIONS_COUNTED = ("petitions",)
_IS_SATISFACTION = pl.col("indicator").is_in(
    ["satisfied_share", "satisfaction_index", "mean_rating"]
)
_IS_RESPONSE = pl.col("indicator") == "response_rate"


def _with_zero_counts(cells: pl.LazyFrame, counts: tuple[str, ...]) -> pl.LazyFrame:
    """The cells, counting nothing."""
    return cells.with_columns(pl.lit(0, pl.Int64).alias(name) for name in counts)


def _respondents(alone: Tallies, beside: PublishedMonth) -> pl.DataFrame:
    """A file's respondents on the scale and kind of question that a unit's satisfaction is of."""
    chosen = beside.indices.filter(_IS_SATISFACTION).select("unit_code", "indicator", "scale")
    of_month = alone.pairs.filter(pl.col("month") == beside.month)
    people = clusters.count_people(of_month).collect()
    of_file = pl.concat(
        people.select(
            "unit_code",
            pl.col("scale") + pl.lit(f":{kind}"),
            pl.col(f"people_of_{kind}").cast(pl.Float64).alias("denominator"),
        )
        for kind in KINDS
    )
    joined = chosen.join(of_file, on=["unit_code", "scale"])
    return joined.select("unit_code", "indicator", "denominator")


_TABLES_OF = {
    "dossiers": ("outcomes", "ages", "findings", "patterns", "allowed"),
    "ratings": ("answers", "pairs", "rated", "rated_pairs", "patterns", "marked"),
    "petitions": ("petitions",),
    "figures": ("figures",),
}
"""By kind of records, the tables that count them: equal bytes may be read as two kinds."""


def select_file(tallies: Tallies, file: PlannedFile) -> Tallies:
    """The counts of one file, read once."""
    is_of_bytes = pl.col("sha256") == file.sha256
    return collect_once(
        Tallies(
            **{
                name: getattr(tallies, name).filter(
                    is_of_bytes if name in _TABLES_OF[file.kind] else pl.lit(value=False)
                )
                for name in tables.TALLIES
            }
        )
    )


def collect_once(tallies: Tallies) -> Tallies:
    """The tallies read once, for they are computed with again and again."""
    return Tallies(**{name: getattr(tallies, name).collect().lazy() for name in tables.TALLIES})
