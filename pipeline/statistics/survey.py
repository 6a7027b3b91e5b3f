"""Samples: what weights and clusters do to a sample's size.

Here belong effective sample sizes and design effects. Not here: limits (intervals), which question
is asked (indices).
"""

import polars as pl


def effective_n(weights: pl.Expr, squared_weights: pl.Expr) -> pl.Expr:
    """Kish's effective sample size (sum w)^2 / sum w^2, from both sums; null where they are 0.

    Source: Kish (1965), for weights that do not depend on what is measured.
    """
    total, squares = weights.cast(pl.Float64), squared_weights.cast(pl.Float64)
    return pl.when(squares > 0).then(total**2 / squares)


def cluster_effect(mean: pl.Expr, mean_square: pl.Expr, n: pl.Expr) -> pl.Expr:
    """The design effect of clusters: the variance of their scores, as a multiple of p (1 - p).

    The score of a cluster is the share of its answers that count. The deviations of the scores from
    `mean` have the mean square `mean_square`, and there are `n` clusters. Clusters of one answer
    have the effect 1, clusters of k independent answers 1/k, clusters of k equal answers 1. One
    cluster of each kind is added, as for the error of a share: 30 satisfied respondents do not show
    how the answers of unsatisfied respondents depend on each other, and the effect is 1.
    """
    share = (n * mean + 1) / (n + 2)
    added = share**2 + (1 - share) ** 2
    variance = (n * (mean_square + (mean - share) ** 2) + added) / (n + 2)
    return variance / (share * (1 - share))
