"""How counts become points: each formula an expression, exact and rounded halves up.

Points are whole numbers of the last decimal (hundredths, tenths), so that sums are exact. Here
belong formulas of one row. Not here: what is counted (counts), sums (sums).
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import polars as pl

from pipeline.methods.parts import Part

_WIDE = pl.Int128()
"""Wide enough for points x counts of any size."""

Formula = Callable[[Part, pl.Expr, pl.Expr, int], pl.Expr]
"""Takes an indicator, its points as a quotient of two whole numbers, and the scale."""


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """The quotient of whole numbers of 0 and more as the nearest whole number, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def to_last_decimal(points: Decimal, scale: int) -> int:
    """Points in units of the last decimal."""
    return int(points * scale)


def points_of_share(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """Points x numerator / denominator / full_at; `top` / `top_divisor` are the points."""
    full_at = Fraction(part.full_at)
    numerator = top * _wide_column("numerator") * full_at.denominator
    return divide_half_up(numerator, top_divisor * _wide_column("denominator") * full_at.numerator)


def points_of_score(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """Numerator / denominator, of a sum of scores; grows with its points where these do."""
    own = to_last_decimal(part.points, scale)
    numerator = top * _wide_column("numerator") * scale
    return divide_half_up(numerator, top_divisor * _wide_column("denominator") * own)


def points_of_steps(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """The points of the highest step whose share is reached, else none."""
    own = to_last_decimal(part.points, scale)
    reached = pl.lit(0, _WIDE)
    for step in sorted(part.steps, key=lambda each: each.from_share):
        least = Fraction(step.from_share)
        is_reached = (
            _wide_column("numerator") * least.denominator
            >= _wide_column("denominator") * least.numerator
        )
        points = divide_half_up(top * to_last_decimal(step.points, scale), top_divisor * own)
        reached = pl.when(is_reached).then(points).otherwise(reached)
    return reached


FORMULAS: dict[str, Formula] = {
    "share": points_of_share,
    "score": points_of_score,
    "steps": points_of_steps,
}
"""Formulas by their name in a method file."""


def _wide_column(name: str) -> pl.Expr:
    return pl.col(name).cast(_WIDE)
