"""The reform performance index, made of the two published indices.

Here belongs the composite of parts as published, so that a reader can work it out by hand, and
what its limits rest on. Not here: the parts, the draws (statistics.joint_draws).
"""

from dataclasses import dataclass

import polars as pl

from pipeline.indices import processing, publication
from pipeline.indices.scope import IndexScope
from pipeline.methods import Method
from pipeline.statistics import between_months, intervals, joint_draws

_MOST_POINTS = 100.0


@dataclass(frozen=True)
class Evidence:
    """What the parts rest on, a row for each unit.

    `counts` are those of `dossiers.pooled_counts`, `respondents` rows of `respondents.measure`,
    `variation` rows of `variation.measure`.
    """

    counts: pl.DataFrame
    respondents: pl.DataFrame
    variation: pl.DataFrame


def measure(parts: pl.DataFrame, evidence: Evidence, scope: IndexScope) -> pl.DataFrame:
    """reform_performance_index of every unit asked about that has a row of one of its parts.

    In publication.MEASUREMENTS. `parts` are rounded rows, among them processing_time_index and
    satisfaction_index. The value is null, with the note no_processing_time or no_satisfaction,
    where a part is null. Limits and standard error are of draws in which the dossiers due and the
    rated among them are drawn together, seeded from month and unit; ratings of other dossiers are
    drawn apart.
    """
    weights = scope.method.weights.reform_performance_index
    units = (
        _select_part(parts, "processing_time_index", "time", "note")
        .join(
            _select_part(parts, "satisfaction_index", "satisfaction", "scale", "effective_n"),
            on="unit_code",
            how="full",
            coalesce=True,
        )
        .filter(scope.is_asked())
        .sort("unit_code")
    )
    time, satisfaction = pl.col("time"), pl.col("satisfaction")
    composites = units.with_columns(
        value=weights.processing_time * time + weights.satisfaction * satisfaction
    )
    complete = composites.filter(pl.col("value").is_not_null())
    cases = _cases_to_draw(complete, evidence, scope)
    limits = joint_draws.limits_of_sums(cases, scope.method.confidence_level)
    with_limits = composites.join(
        pl.concat([complete.select("unit_code"), limits], how="horizontal"),
        on="unit_code",
        how="left",
    )
    note = (
        pl.when(time.is_null())
        .then(pl.lit("no_processing_time"))
        .when(satisfaction.is_null())
        .then(pl.lit("no_satisfaction"))
        .otherwise(pl.col("note"))
    )
    measured = with_limits.sort("unit_code").select(
        "unit_code",
        pl.lit("reform_performance_index").alias("indicator"),
        "value",
        pl.col("lower", "upper").clip(0, _MOST_POINTS),
        "standard_error",
        pl.when(pl.col("value").is_not_null()).then(pl.lit("both")).alias("interval_source"),
        note.alias("note"),
        "scale",
    )
    counts = ("numerator", "denominator", "left_out", "effective_n", "months")
    return publication.to_measurements(measured, without=("clock", "maximum", *counts))


def _select_part(parts: pl.DataFrame, indicator: str, name: str, *more: str) -> pl.DataFrame:
    return parts.filter(pl.col("indicator") == indicator).select(
        "unit_code", pl.col("value").alias(name), *more
    )


def _cases_to_draw(units: pl.DataFrame, evidence: Evidence, scope: IndexScope) -> pl.DataFrame:
    """The input of `joint_draws.limits_of_sums`, in points of the composite, of units with both
    parts.

    Figures of satisfaction are respondents of unknown dossiers. Where months are known to differ,
    the dossiers due count for as many as their variance and Student's t leave.
    """
    method = scope.method
    weights, dossier_weights = (
        method.weights.reform_performance_index,
        method.weights.processing_time_index,
    )
    variation = evidence.variation.filter(pl.col("indicator") == "processing_time_index")
    known = (
        units.join(_time_saved(evidence.counts, method), on="unit_code", how="left")
        .join(evidence.respondents.drop("effective_n", "scale"), on="unit_code", how="left")
        .join(variation.drop("indicator"), on="unit_code", how="left")
        .sort("unit_code")
    )
    critical = between_months.critical_value(
        pl.col("months"), method.confidence_level, method.history_months + 1
    )
    is_from_figures = pl.col("value_right").is_null()
    satisfaction = pl.col("satisfaction") / _MOST_POINTS
    from_figures = {"mass": pl.lit(1.0), "part": satisfaction, "effective_n": pl.col("effective_n")}
    worth = _MOST_POINTS * weights.processing_time
    return known.with_columns(
        seed=pl.concat_str(pl.lit(f"{scope.month} "), "unit_code"),
        on_time=pl.col("due_on_time"),
        late=pl.col("due_late"),
        case_weight=(intervals.critical_value(method.confidence_level) / critical) ** 2
        / pl.col("variance_factor").fill_null(1.0),
        earned=pl.lit(worth * dossier_weights.on_time),
        earned_beyond=worth * dossier_weights.time_saved * pl.col("saved_mean"),
        earned_error=worth * dossier_weights.time_saved * pl.col("saved_error"),
        answer_worth=pl.lit(_MOST_POINTS * weights.satisfaction),
        **{
            f"others_{name}": pl.when(is_from_figures).then(value).otherwise(f"others_{name}")
            for name, value in from_figures.items()
        },
    )


def _time_saved(counts: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Dossiers due, and the mean time saved of those on time: saved_mean, saved_error (0-1)."""
    scores = processing.with_scores(counts.lazy(), "time_saved", method)
    on_time, total = pl.col("due_on_time"), pl.col("total")
    return scores.select(
        "unit_code",
        "due_on_time",
        "due_late",
        pl.when(on_time > 0).then(total / on_time).alias("saved_mean"),
        intervals.mean_error(total, pl.col("total_of_squares"), on_time).alias("saved_error"),
    ).collect()
