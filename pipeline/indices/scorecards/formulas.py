"""How counts become points: each formula an expression, exact and rounded halves up.

Points are whole numbers of the last decimal (hundredths, tenths), so that nothing is lost in
adding them. Here belong formulas of one row. Not here: what is counted (counts), sums (sums).
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import polars as pl

from pipeline.methods.parts import Part

_WIDE = pl.Int128()
"""Wide enough for points x counts of any size."""

Formula = Callable[[Part, pl.Expr, pl.Expr, int], pl.Expr]


def half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """The quotient of whole numbers of 0 and more as the nearest whole number, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def whole(points: Decimal, scale: int) -> int:
    """Points in units of the last decimal."""
    return int(points * scale)


def share(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """Points x numerator / denominator / full_at; `top` / `top_divisor` are the points."""
    full_at = Fraction(part.full_at)
    numerator = top * _wide("numerator") * full_at.denominator
    return half_up(numerator, top_divisor * _wide("denominator") * full_at.numerator)


def score(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """Numerator / denominator, of a sum of scores; grows with its points where these do."""
    own = whole(part.points, scale)
    numerator = top * _wide("numerator") * scale
    return half_up(numerator, top_divisor * _wide("denominator") * own)


def steps(part: Part, top: pl.Expr, top_divisor: pl.Expr, scale: int) -> pl.Expr:
    """The points of the highest step whose share is reached, else none."""
    own = whole(part.points, scale)
    reached = pl.lit(0, _WIDE)
    for step in sorted(part.steps, key=lambda each: each.from_share):
        least = Fraction(step.from_share)
        is_reached = (
            _wide("numerator") * least.denominator >= _wide("denominator") * least.numerator
        )
        points = half_up(top * whole(step.points, scale), top_divisor * own)
        reached = pl.when(is_reached).then(points).otherwise(reached)
    return reached


FORMULAS: dict[str, Formula] = {"share": share, "score": score, "steps": steps}
"""Formulas by the name that stands in a method file."""


def _wide(name: str) -> pl.Expr:
    return pl.col(name).cast(_WIDE)
