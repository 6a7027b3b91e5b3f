"""Row conditions as Polars expressions: the condition objects, and the text that pandas takes.

Here belongs what a row condition means. Not here: which rows an expectation is about besides
(polars_engine). This module imports Great Expectations when it is loaded, so other modules outside
the engine import it inside functions only.

A condition means what it means to the pandas engine: a null meets `!=` and `NOT IN`, and no other
comparison. A condition in text is read as a tree of Python's grammar and never run as code.
"""

import ast
from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl
from great_expectations.expectations.row_conditions import ComparisonCondition, Operator

from pipeline.errors import PlainError

_COMPARISONS: dict[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "==": lambda column, value: column == value,
    "!=": lambda column, value: column.ne_missing(value),
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "IN": lambda column, values: column.is_in(list(values)),
    "NOT_IN": lambda column, values: ~column.is_in(list(values)).fill_null(value=False),
}
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "IN",
    ast.NotIn: "NOT_IN",
}
_NULLITY = {"isnull": True, "isna": True, "notnull": False, "notna": False}


class TextConditionError(PlainError):
    """A row condition in text has no meaning here; the message says how to write it."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(
            f"the row condition {text!r} has no meaning to the Polars engine ({why}): write it "
            'with condition objects, like Column("number") > 1, which every engine takes'
        )


def compare(condition: ComparisonCondition) -> pl.Expr:
    """True for the rows that meet a comparison; false or null for the others."""
    operator = Operator(condition.operator)
    return _COMPARISONS[operator.value](pl.col(condition.column.name), condition.parameter)


def read_text(text: str) -> pl.Expr:
    """The condition that a text of `pandas.DataFrame.query` states, where it is a plain one.

    A plain one compares columns with constants (also `in` a list), asks for `isnull()` or
    `notnull()`, and combines these with and, or, not (also `&`, `|`, `~`). TextConditionError for
    every other text.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise TextConditionError(text, "it is not written in Python's grammar") from error
    return _Reader(text).read(tree)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, node: ast.expr) -> pl.Expr:  # noqa: PLR0911 - one for each form
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return reduce(and_, map(self.read, values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return reduce(or_, map(self.read, values))
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                return self.read(left) & self.read(right)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.read(left) | self.read(right)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return ~self.read(operand).fill_null(value=False)
            case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[constant]):
                return self._compare(pl.col(name), operator, constant)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=asked), args=[]) if (
                asked in _NULLITY
            ):
                column = pl.col(name)
                return column.is_null() if _NULLITY[asked] else column.is_not_null()
        raise TextConditionError(self.text, f"{ast.unparse(node)} is no comparison with a constant")

    def _compare(self, column: pl.Expr, operator: ast.cmpop, constant: ast.expr) -> pl.Expr:
        sign = _OPERATORS.get(type(operator))
        try:
            value = ast.literal_eval(constant)
        except ValueError as error:
            why = f"{ast.unparse(constant)} is no constant"
            raise TextConditionError(self.text, why) from error
        if sign is None or (sign in ("IN", "NOT_IN")) != isinstance(value, list | tuple):
            raise TextConditionError(self.text, "its comparison is none of pandas")
        return _COMPARISONS[sign](column, value)
