"""The tally of rated dossiers: what respondents said of dossiers of which we know the rest.

A rating that names a dossier is joined with it, so that those who answered can be compared with
those who were served: by procedure, channel, applicant, and whether the dossier was late. How many
were served is in the outcomes. Here belongs counting the rated ones. Not here: answers by question,
whatever they name (answers), weights (statistics.weighting), shares (indices).
"""

import polars as pl

from pipeline.tables import (
    APPLICANTS,
    CHANNELS,
    FACTORS,
    HAS_SHARED_KEY,
    NOT_SERVED,
    RATED,
    RATED_PAIRS,
    SATISFIED_FROM,
)
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells
from pipeline.tallies.levels import place_persons
from pipeline.tallies.verdicts import SERVED, served_by_first_due

GROUP = ("procedure_code", "channel", "applicant", "served")
"""What is known of a dossier that got its result: those that share it are one group."""
_DOSSIER = ("sender_code", "dossier_id")
MOST_GROUPS = 100
"""Of more groups a respondent is no person [ours]: a desk, or a post office, sent as respondent.
The pairs of its groups would be as many as their square."""
_MILLION = 1_000_000
_SUMS = ("weight_millionths", "satisfied_millionths")
_PERSON = ("sender_code", "unit_code", "scale", "is_factor", "respondent_id")


def select_served(judged: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """The dossiers that got their result in the month: sender_code, dossier_id, unit_code, GROUP.

    Takes rows of tallies.judge_dossiers. One row a dossier.
    """
    # Of a code that several dossiers have, a rating may mean any.
    return (
        judged.filter(~pl.col(HAS_SHARED_KEY).fill_null(value=False))
        .select(*_DOSSIER, "unit_code", *GROUP[:-1], served=served_by_first_due(month))
        .filter(pl.col("served").is_not_null())
    )


NO_SERVED_DOSSIERS = pl.DataFrame(
    schema={
        "sender_code": pl.Categorical(),
        "dossier_id": pl.String(),
        "unit_code": pl.Categorical(),
        "procedure_code": pl.Categorical(),
        "channel": pl.Enum(CHANNELS),
        "applicant": pl.Enum(APPLICANTS),
        "served": SERVED,
    }
)
"""What `select_served` gives where there is none."""


def count_rated(
    ratings: pl.LazyFrame, served: pl.LazyFrame, members: pl.DataFrame, month: str
) -> dict[str, pl.DataFrame]:
    """Rated dossiers by unit, scale and group, and the products of their respondents' answers.

    Cells of tables.RATED and of tables.RATED_PAIRS, by the name of the table. `ratings` are
    accepted rows of tables.RATINGS of a whole delivery, `served` rows of `select_served`, of
    those that ratings name at least; `members` has a row for each unit (unit_code) and each agency
    above it (pooled_code).

    A dossier counts once for each scale and kind of question, in its own unit, with the heaviest
    weight of its answers and the mean of what they say. Answers that name no dossier that got its
    result in the month, or a code that several have, are counted apart in the unit rated.
    """
    asked = name_asked(pl.col("is_factor"))
    dossiers = _sum_by_dossier(ratings, served).collect()
    cells = (
        dossiers.lazy()
        .group_by(*FILE_AND_UNIT, "scale", "is_factor", *GROUP)
        .agg(pl.len().alias("dossiers"), pl.col(_SUMS).sum())
        .with_columns(asked=asked)
    )
    persons = (
        dossiers.lazy()
        .filter(pl.col("served") != NOT_SERVED)
        .group_by(*_PERSON, *GROUP)
        .agg(pl.col("sha256").min(), pl.col(_SUMS).sum())
        .collect()
    )
    of_units, of_agencies = place_persons(persons, members)
    of_parents = of_agencies.group_by(*_PERSON, *GROUP).agg(
        pl.col("sha256").min(), pl.col(_SUMS).sum()
    )
    pairs = pl.concat([_count_pairs(of_units), _count_pairs(of_parents)])
    return {
        RATED.name: sort_cells(cells, month, RATED),
        RATED_PAIRS.name: sort_cells(pairs.with_columns(asked=asked).lazy(), month, RATED_PAIRS),
    }


def name_asked(is_of_factors: pl.Expr) -> pl.Expr:
    """A scale and kind of question in one word, as `asked` of tables.RATED has it."""
    kind = pl.when(is_of_factors).then(pl.lit(":factors")).otherwise(pl.lit(":overall"))
    return pl.col("scale").cast(pl.String) + kind


def _sum_by_dossier(ratings: pl.LazyFrame, served: pl.LazyFrame) -> pl.LazyFrame:
    """Each rated dossier once for a scale and kind of question: its respondent and group, its
    weight_millionths, and of these the share of its answers that are satisfied.
    """
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    weight = (pl.col("weight") * _MILLION).round(0).cast(pl.Int64)
    answers = (
        ratings.filter(pl.col("answer").is_not_null())
        .select(
            *FILE_AND_UNIT,
            "dossier_id",
            "respondent_id",
            "scale",
            is_factor=pl.col("question").is_in(FACTORS),
            weight=weight,
            satisfied=pl.when(pl.col("answer") >= from_answer).then(weight).otherwise(0),
        )
        .join(served.unique(_DOSSIER, keep="none"), on=_DOSSIER, how="left", suffix="_of_dossier")
    )
    is_served = pl.col("served").is_not_null()
    # The two kinds of names never meet.
    rated_id = pl.coalesce("dossier_id", pl.lit("\0") + pl.col("respondent_id"))
    placed = answers.with_columns(
        unit_code=pl.when(is_served).then("unit_code_of_dossier").otherwise("unit_code"),
        # A rating that names nothing is of one dossier that nobody knows.
        rated_id=rated_id,
        procedure_code=pl.col("procedure_code").fill_null(pl.lit("", pl.Categorical())),
        channel=pl.col("channel").fill_null(pl.lit("other", pl.Enum(CHANNELS))),
        applicant=pl.col("applicant").fill_null(pl.lit("other", pl.Enum(APPLICANTS))),
        served=pl.col("served").fill_null(pl.lit(NOT_SERVED, SERVED)),
    )
    share = pl.col("satisfied") / pl.col("all_weight")
    return (
        placed.group_by("sender_code", "unit_code", "scale", "is_factor", "rated_id")
        .agg(
            pl.col(GROUP).first(),
            # The first by hash and by name, whatever order the rows are in.
            pl.col("sha256").cast(pl.String).min(),
            pl.col("respondent_id").min(),
            pl.col("weight").max().alias("weight_millionths"),
            pl.col("weight").sum().alias("all_weight"),
            pl.col("satisfied").sum(),
        )
        .filter(pl.col("all_weight") > 0)
        .with_columns(
            satisfied_millionths=(pl.col("weight_millionths") * share).round(0).cast(pl.Int64)
        )
    )


def _count_pairs(persons: pl.LazyFrame) -> pl.DataFrame:
    """The products of each respondent's sums in two groups, added up over respondents.

    Most rated dossiers of one group: only the others are joined with themselves. Those of more than
    MOST_GROUPS are no one person; each of their groups stands by itself.
    """
    counted = persons.with_columns(groups=pl.len().over(_PERSON)).collect().lazy()
    is_alone = ~pl.col("groups").is_between(2, MOST_GROUPS)
    others = {name: f"other_{name}" for name in (*GROUP, *_SUMS)}
    alone = counted.filter(is_alone).with_columns(
        pl.col(name).alias(other) for name, other in others.items()
    )
    several = counted.filter(~is_alone)
    pairs = several.join(
        several.select(*_PERSON, pl.col(*others).name.prefix("other_")), on=_PERSON
    )
    columns = [*_PERSON, "sha256", *others, *others.values()]
    wide = pl.Int128()
    weight, satisfied, other_weight, other_satisfied = (
        pl.col(f"{prefix}{name}").cast(wide) for prefix in ("", "other_") for name in _SUMS
    )
    return (
        pl.concat([alone.select(columns), pairs.select(columns)])
        .group_by(
            *FILE_AND_UNIT, "scale", "is_factor", *GROUP, *(f"other_{name}" for name in GROUP)
        )
        .agg(
            respondents=pl.len().cast(pl.Int64),
            weight_products=(weight * other_weight).sum(),
            satisfied_by_weight=(satisfied * other_weight).sum(),
            satisfied_products=(satisfied * other_satisfied).sum(),
        )
        .collect()
    )
