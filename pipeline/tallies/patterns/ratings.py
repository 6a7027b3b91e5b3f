"""Patterns of ratings: answers that may be loud or paid for, one by one. They accuse nobody.

Here belong answers before their result, many like answers in one minute, and many dossiers rated by
one respondent; how often each is found, and how much the answers weigh that any of them marks. Not
here: shares without the marked answers (rankings.unmarked).

All customers of one official at five cannot be looked for: no export names the official of a
rating, and none shall, for that is a person.
"""

import polars as pl

from pipeline.tables import ANY_FACTOR, FACTORS, MARKED, OF_RATINGS
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells
from pipeline.tallies.patterns.crowds import select_crowds
from pipeline.tallies.patterns.rows import has_time

SAME_RATINGS = 10
"""How many like answers about a unit to one question in one minute are one batch [ours]: a counter
with ten devices of which all are used in one minute, with one opinion, is none that we know."""
MANY_DOSSIERS = 10
"""From how many dossiers of a unit in a month on one respondent rates many [ours]: people have one
or two dossiers in a month. Agents and post offices have more, and do not speak for those served."""

_MINUTE = 60_000
_MILLION = 1_000_000
_PERSON = ("sender_code", "unit_code", "respondent_id")


def mark_ratings(ratings: pl.LazyFrame) -> pl.DataFrame:
    """The answers given, each with a flag for every finding of OF_RATINGS; null: not to be seen.

    Takes accepted rows of tables.RATINGS. Columns: FILE_AND_UNIT, respondent_id, question, scale,
    answer, weight_millionths, and the flags. Where one of the two moments is a day, an answer is
    before the result from the day before on. A respondent who is known by the dossier alone rates
    no other.
    """
    answered, ended = pl.col("answered_at"), pl.col("dossier_ended_at")
    are_times = has_time(answered) & has_time(ended)
    day_before = answered.dt.truncate("1d") < ended.dt.truncate("1d")
    is_person = pl.col("dossier_id").is_not_null() & (
        pl.col("dossier_id") != pl.col("respondent_id")
    )
    given = (
        ratings.filter(pl.col("answer").is_not_null())
        .select(
            *(*FILE_AND_UNIT, "respondent_id", "question", "scale", "answer"),
            dossier_id=pl.when(is_person).then("dossier_id"),
            weight_millionths=(pl.col("weight") * _MILLION).round(0).cast(pl.Int64),
            at=pl.when(has_time(answered)).then(answered.to_physical() // _MINUTE),
            rated_before_result=pl.when(are_times).then(answered < ended).otherwise(day_before),
        )
        .with_row_index("row")
        .collect()
    )
    timed = given.filter(pl.col("at").is_not_null())
    alike = select_crowds(timed, SAME_RATINGS, "question", "scale", "answer")["row"]
    many = _find_raters_of_many(given).with_columns(is_of_many=pl.lit(value=True))
    is_of_many = pl.col("is_of_many").fill_null(value=False)
    return (
        given.join(many, on=_PERSON, how="left", maintain_order="left")
        .with_columns(
            rated_in_one_minute=pl.when(pl.col("at").is_not_null()).then(
                pl.col("row").is_in(alike.implode())
            ),
            rated_by_one_person=pl.when(pl.col("dossier_id").is_not_null()).then(is_of_many),
        )
        .drop("row", "at", "dossier_id", "is_of_many")
    )


def _find_raters_of_many(given: pl.DataFrame) -> pl.DataFrame:
    """The respondents who rated MANY_DOSSIERS of a unit or more: columns _PERSON."""
    named = given.lazy().filter(pl.col("dossier_id").is_not_null())
    # Most respondents have few answers: only the dossiers of the others are told apart.
    possible = named.group_by(_PERSON).len().filter(pl.col("len") >= MANY_DOSSIERS)
    return (
        named.join(possible, on=_PERSON, how="semi")
        .group_by(_PERSON)
        .agg(dossiers=pl.col("dossier_id").n_unique())
        .filter(pl.col("dossiers") >= MANY_DOSSIERS)
        .select(_PERSON)
        .collect()
    )


def count_ratings(marked: pl.DataFrame) -> pl.DataFrame:
    """How often each finding is found, and among how many answers it could have been.

    Takes rows of `mark_ratings`; the columns are those of rows.count_rows, a case is an answer.
    """
    counted = [
        marked.group_by(FILE_AND_UNIT)
        .agg(cases=pl.col(finding).sum(), looked_at=pl.col(finding).count())
        .filter(pl.col("looked_at") > 0)
        .select(*FILE_AND_UNIT, "cases", "looked_at", finding=pl.lit(finding))
        for finding in OF_RATINGS
    ]
    return pl.concat(counted)


def count_marked(marked: pl.DataFrame, month: str) -> pl.DataFrame:
    """The answers that any finding marks, by unit, question and answer: cells of tables.MARKED.

    Takes rows of `mark_ratings`. Without an answer there are two cells more: under `overall` each
    respondent of a unit and scale with a marked answer to that question stands once, under
    `any_factor` each with a marked answer to a factor; both in the first file by hash.
    """
    is_marked = pl.any_horizontal(pl.col(name).fill_null(value=False) for name in OF_RATINGS)
    named = (*FILE_AND_UNIT, "question", "scale")
    of_marked = (
        marked.lazy()
        .filter(is_marked)
        .with_columns(pl.col(name).cast(pl.String) for name in named)
        .with_columns(pl.col("answer").cast(pl.Int64))
    )
    kind = pl.when(pl.col("question").is_in(FACTORS)).then(pl.lit(ANY_FACTOR)).otherwise("question")
    weight = pl.col("weight_millionths")
    by_answer = of_marked.group_by(*named, "answer", "respondent_id").agg(weight.sum())
    once = (
        of_marked.group_by(*_PERSON, "scale", question=kind)
        .agg(pl.col("sha256").min(), weight.sum())
        .with_columns(answer=pl.lit(None, pl.Int64))
    )
    columns = (*named, "answer", "weight_millionths")
    cells = (
        pl.concat([by_answer.select(columns), once.select(columns)])
        .group_by(*named, "answer")
        .agg(
            respondents=pl.len().cast(pl.Int64),
            weight_millionths=weight.sum(),
            largest_millionths=weight.max(),
        )
    )
    return sort_cells(cells, month, MARKED)
