"""Samples: estimates from strata and clusters, and what weights and clusters do to a sample's size.

Here belong designs of samples: linearised standard errors and design effects. Not here: limits
(intervals), which question is asked of whom (indices).
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl


@dataclass(frozen=True)
class Estimate:
    """An estimate, its standard error, and its variance as a multiple of a simple sample's."""

    value: float
    standard_error: float
    design_effect: float


def estimate(sample: pl.DataFrame, of: Literal["mean", "total"]) -> Estimate:
    """The weighted mean or total of a population from a sample of it.

    `sample` has a row for each case: value, weight (cases of the population that it stands for),
    and, where the design has them: stratum; cluster, drawn in each stratum without replacement;
    population, how many clusters (cases, where there are none) the stratum has; is_in_domain,
    where the estimate is of some cases alone; class and class_population, how many cases the
    population has of the class, for weights to be adjusted to. ValueError where a stratum has one
    cluster only. Source: linearisation as in Lumley (2010), the R package survey.
    """
    rows = _adjusted(_with_design(sample))
    weight, value, is_in = pl.col("weight"), pl.col("value"), pl.col("is_in_domain")
    size = float(rows.select(weight.filter(is_in).sum()).item())
    total = float(rows.select((weight * value).filter(is_in).sum()).item())
    share = (value - total / size) / size if of == "mean" else value
    centred = pl.when(is_in).then(share).otherwise(0.0)
    of_class = (weight * pl.col("share")).sum().over("class") / weight.sum().over("class")
    is_adjusted = pl.col("class_population").is_not_null()
    residual = pl.col("share") - pl.when(is_adjusted).then(of_class).otherwise(0.0)
    variance = _variance(rows.with_columns(share=centred).with_columns(influence=weight * residual))
    return Estimate(
        total / size if of == "mean" else total,
        variance**0.5,
        variance / _simple_variance(rows.filter(is_in), of),
    )


def _with_design(sample: pl.DataFrame) -> pl.DataFrame:
    """The sample with the parts of a design that it lacks: one stratum, each case a cluster."""
    lacking = {
        "stratum": pl.lit(0),
        "cluster": pl.int_range(pl.len()),
        "population": pl.lit(float("inf")),
        "is_in_domain": pl.lit(value=True),
        "class": pl.lit(0),
        "class_population": pl.lit(None, pl.Float64),
    }
    given = sample.with_columns(
        fill.alias(name) for name, fill in lacking.items() if name not in sample.columns
    )
    return given.cast(dict.fromkeys(("value", "weight", "population"), pl.Float64))


def _adjusted(rows: pl.DataFrame) -> pl.DataFrame:
    """Weights that add up to the population of each class, where it is known."""
    weight = pl.col("weight")
    factor = pl.col("class_population") / weight.sum().over("class")
    return rows.with_columns(weight * factor.fill_null(1.0))


def _variance(influences: pl.DataFrame) -> float:
    """Of a sum of influences: between the clusters of each stratum."""
    clusters = (
        influences.group_by("stratum", "cluster")
        .agg(pl.col("influence").sum(), pl.col("population").first())
        .sort("stratum", "cluster")
    )
    strata = clusters.group_by("stratum", maintain_order=True).agg(
        pl.len().alias("drawn"),
        pl.col("influence").var().alias("variance"),
        pl.col("population").first(),
    )
    if strata.filter(pl.col("drawn") == 1).height:
        alone = strata.filter(pl.col("drawn") == 1)["stratum"][0]
        raise ValueError(
            f"stratum {alone!r} has one cluster only, which shows no variance: join it to another"
        )
    drawn = pl.col("drawn")
    seen = 1 - drawn / pl.col("population")
    return float(strata.select((drawn * pl.col("variance") * seen).sum()).item())


def _simple_variance(rows: pl.DataFrame, of: Literal["mean", "total"]) -> float:
    """What a simple sample of as many cases, drawn without replacement, would have."""
    weights, values = rows["weight"], rows["value"]
    size, cases = float(weights.sum()), rows.height
    mean = float((weights * values).sum()) / size
    spread = float((weights * (values - mean) ** 2).sum()) / size * cases / (cases - 1)
    variance = spread / cases * (1 - cases / size)
    return variance if of == "mean" else variance * size**2


def effective_n(weights: pl.Expr, squared_weights: pl.Expr) -> pl.Expr:
    """Kish's effective sample size (sum w)^2 / sum w^2, from both sums; null where they are 0.

    Source: Kish (1965), where weights have nothing to do with what is measured.
    """
    total, squares = weights.cast(pl.Float64), squared_weights.cast(pl.Float64)
    return pl.when(squares > 0).then(total**2 / squares)


def cluster_effect(mean: pl.Expr, mean_square: pl.Expr, n: pl.Expr) -> pl.Expr:
    """The design effect of clusters: what their scores vary by, as a multiple of a share's p(1-p).

    A cluster's score is the share of its answers that count, deviations of it from `mean` have
    the mean square `mean_square`, and there are `n` clusters. A cluster of one answer has the
    effect 1, one of k answers that have nothing to do with each other 1/k, one of k equal answers
    1. One cluster of each kind is added, as for a share's error: of 30 satisfied respondents nobody
    knows how the answers of the others would go together, and the effect is 1.
    """
    share = (n * mean + 1) / (n + 2)
    added = share**2 + (1 - share) ** 2
    variance = (n * (mean_square + (mean - share) ** 2) + added) / (n + 2)
    return variance / (share * (1 - share))
