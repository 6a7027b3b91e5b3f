"""Control charts of series: XmR for single values, p' for shares, and what counts as a signal.

Here belong centre, limits and rules, for many series at once. Not here: which months make a
series, where it breaks, and what a signal means for a unit (indices).
"""

import polars as pl

SIGNALS = (
    "above_limit",
    "below_limit",
    "seven_rising",
    "seven_falling",
    "seven_above",
    "seven_below",
    "two_of_three_above",
    "two_of_three_below",
)
"""What a point may signal. Where several hold, the signal is the first in this order."""

RUN = 7
"""Points that make a run: on one side of the centre, or each beyond the point before."""

_RANGES_TO_LIMITS = 2.66
"""3 / 1.128 as the tables of XmR charts print it: limits in mean moving ranges."""
_MEAN_RANGE_OF_NORMAL = 1.128
"""Mean moving range of independent normal values with a standard deviation of 1."""
_SCREEN = 3.267
"""Upper limit of moving ranges in mean moving ranges; ranges that reach it are left out once."""
_NEAR = 2 / 3
_NEAR_POINTS, _NEIGHBOURS = 2, 3
_RARE = 5
"""Expected cases of the rarer kind for each point under which shares are far from normal."""
_LIMIT_ERRORS = 3
"""The limits lie so many standard errors from the centre."""
_TOLERANCE = 1e-9
"""How far beyond a line, in parts of its height, is still on it: more than the error of floats."""


def xmr_charts(points: pl.DataFrame) -> pl.DataFrame:
    """Points with `centre`, `lower`, `upper` and `signal` of an XmR chart for each series.

    `points` has a row for each series and time, sorted by both: the number of the series in
    `chart`, and `value`, never null. Limits lie 2.66 mean moving ranges around the mean. Moving
    ranges of 3.267 times their mean or more are left out of that mean, once, so that a single leap
    does not hide itself; no range is left out where no other range is above 0. Source: Wheeler
    (1993); the limits and rules are those of the NHS's "Making data count".
    """
    centre, reach = pl.col("centre"), pl.col("reach")
    limited = points.with_columns(
        pl.col("value").mean().over("chart").alias("centre"), _moving_ranges("value").alias("range")
    ).with_columns((_RANGES_TO_LIMITS * _mean_range()).alias("reach"))
    with_signals = _with_signals(
        limited.with_columns(
            lower=centre - reach, upper=centre + reach, is_rare=pl.lit(value=False)
        )
    )
    return with_signals.select(*points.columns, "centre", "lower", "upper", "signal")


def p_prime_charts(points: pl.DataFrame) -> pl.DataFrame:
    """Points with `centre`, `lower`, `upper` (all 0-1) and `signal` of a p' chart.

    As `xmr_charts`, from `numerator` and `denominator`, the latter above 0; `value` becomes their
    share, unrounded. The centre is the share of all cases. Each share's deviation in binomial
    standard errors goes into an XmR chart, so that the limits know both how many cases a point has
    and how much the series varies beyond chance; moving ranges are left out by the same rule. A
    series of shares that are all 0 or all 1 has limits at its centre. Source: Laney (2002).
    """
    centre, reach, error = pl.col("centre"), pl.col("reach"), pl.col("error")
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    spread = _mean_range() / _MEAN_RANGE_OF_NORMAL
    limited = (
        points.with_columns(
            (numerator / denominator).alias("value"),
            (numerator.sum().over("chart") / denominator.sum().over("chart")).alias("centre"),
        )
        .with_columns((centre * (1 - centre) / denominator).clip(0).sqrt().alias("error"))
        .with_columns(
            pl.when(error > 0).then((pl.col("value") - centre) / error).otherwise(0.0).alias("z")
        )
        .with_columns(_moving_ranges("z").alias("range"))
        .with_columns(
            (3 * spread * error).alias("reach"),
            (denominator * pl.min_horizontal(centre, 1 - centre)).alias("rarer"),
        )
        .with_columns(
            lower=centre - reach,
            upper=centre + reach,
            is_rare=pl.col("rarer").mean().over("chart") < _RARE,
        )
    )
    with_signals = _with_signals(_with_binomial_limits(limited))
    limits = pl.col("lower", "upper").clip(0, 1)
    return with_signals.select(*points.columns, "centre", limits, "signal")


def _with_binomial_limits(limited: pl.DataFrame) -> pl.DataFrame:
    """Points whose limits reach at least to the binomial quantiles where cases are rare."""
    from scipy.stats import binom, norm  # noqa: PLC0415 - scipy is slow to import

    # The chance of lying beyond a limit on one side.
    chance = float(norm.sf(_LIMIT_ERRORS))
    cases, centre = limited["denominator"].to_numpy().round(), limited["centre"].to_numpy()
    share = pl.when("is_rare").then(pl.col("exact")) / pl.col("denominator").round()
    for name, beyond, farther in (
        ("lower", chance, pl.min_horizontal),
        ("upper", 1 - chance, pl.max_horizontal),
    ):
        exact = pl.Series("exact", binom.ppf(beyond, cases, centre), pl.Float64)
        limited = limited.with_columns(exact).with_columns(farther(name, share).alias(name))
    return limited


def _moving_ranges(name: str) -> pl.Expr:
    """Absolute steps from a point to the next of its series: the moving ranges."""
    return pl.when(_is_same_chart(1)).then(pl.col(name).diff().abs())


def _mean_range() -> pl.Expr:
    """Mean of the moving ranges in `range`, for each series, without those that reach _SCREEN."""
    steps = pl.col("range")
    mean = steps.mean().over("chart")
    usual = pl.when(steps < _SCREEN * mean).then(steps).mean().over("chart")
    # Where a series moved by leaps alone, limits without them would exclude every point.
    return pl.when(usual > 0).then(usual).otherwise(mean)


def _with_signals(limited: pl.DataFrame) -> pl.DataFrame:
    """Points with centre and limits, and the `signal` that each is part of.

    Where cases are rare (is_rare), runs are no signal.
    """
    with_runs = _with_runs(_with_sides(limited))
    is_trend = (pl.col("step_run") >= RUN - 1) & (pl.col("step") != 0)
    trend = pl.when(is_trend).then(pl.col("step"))
    # A run of steps begins at the point before its first step; a point that ends one run and
    # begins another belongs to the later run.
    with_trends = with_runs.with_columns(
        pl.coalesce(_neighbour(trend, -1), trend).alias("trend"),
        _is_two_of_three_near().alias("near_of_three"),
    )
    return with_trends.with_columns(_signal().alias("signal"))


def _with_sides(limited: pl.DataFrame) -> pl.DataFrame:
    """With side and step (-1, 0, 1), is_outside, and is_near: beyond two thirds of the limit."""
    deviation = pl.col("value") - pl.col("centre")
    distance, tolerance = deviation.abs(), pl.col("centre").abs() * _TOLERANCE
    limit = pl.when(deviation > 0).then("upper").otherwise("lower")
    reach = (limit - pl.col("centre")).abs()
    is_outside = distance > reach + tolerance
    step = pl.when(_is_same_chart(1)).then(pl.col("value").diff().sign())
    return limited.with_columns(
        pl.when(distance > tolerance).then(deviation.sign()).otherwise(0.0).alias("side"),
        is_outside.alias("is_outside"),
        (~is_outside & (distance > _NEAR * reach + tolerance)).alias("is_near"),
        step.fill_null(0.0).alias("step"),
    )


def _with_runs(sided: pl.DataFrame) -> pl.DataFrame:
    """With side_run and step_run: how many points in a row have the same side, the same step."""
    names = ("side", "step")
    numbered = sided.with_columns(
        pl.struct("chart", name).rle_id().alias(f"{name}_id") for name in names
    )
    return numbered.with_columns(pl.len().over(f"{name}_id").alias(f"{name}_run") for name in names)


def _is_two_of_three_near() -> pl.Expr:
    """Whether a point near a limit has another among three neighbours all on its side."""
    near, side = pl.col("is_near").cast(pl.Int64), pl.col("side")

    def sum_of_three(values: pl.Expr, last: int) -> pl.Expr:
        shifts = range(last - _NEIGHBOURS + 1, last + 1)
        return pl.sum_horizontal(_neighbour(values, -shift).fill_null(0) for shift in shifts)

    among = [
        (sum_of_three(near, last) >= _NEAR_POINTS) & (sum_of_three(side, last).abs() == _NEIGHBOURS)
        for last in range(_NEIGHBOURS)
    ]
    return pl.col("is_near") & pl.any_horizontal(among)


def _neighbour(values: pl.Expr, back: int) -> pl.Expr:
    """The value so many points before (after when negative); null outside the series."""
    return pl.when(_is_same_chart(back)).then(values.shift(back))


def _is_same_chart(back: int) -> pl.Expr:
    return (pl.col("chart") == pl.col("chart").shift(back)).fill_null(value=False)


def _signal() -> pl.Expr:
    side = pl.col("side")

    def word_where(is_part: pl.Expr, direction: pl.Expr, up: str, down: str) -> pl.Expr:
        word = pl.when(direction > 0).then(pl.lit(up)).otherwise(pl.lit(down))
        return pl.when(is_part).then(word)

    of_runs = pl.coalesce(
        word_where(pl.col("trend").is_not_null(), pl.col("trend"), *SIGNALS[2:4]),
        word_where((pl.col("side_run") >= RUN) & (side != 0), side, *SIGNALS[4:6]),
        word_where(pl.col("near_of_three"), side, *SIGNALS[6:8]),
    )
    return pl.coalesce(
        word_where(pl.col("is_outside"), side, *SIGNALS[0:2]),
        pl.when(~pl.col("is_rare")).then(of_runs),
    )
