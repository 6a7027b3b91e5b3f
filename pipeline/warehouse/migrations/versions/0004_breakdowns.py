"""Breakdowns of the on-time rates, parts of changes, and procedures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS_OF_CATEGORY = ("unit_code", "indicator", "by", "category")


def upgrade() -> None:
    _create(
        "breakdowns",
        _TEXTS_OF_CATEGORY,
        [_text(name) for name in _TEXTS_OF_CATEGORY],
        [_number(name) for name in ("value", "numerator", "denominator", "lower", "upper")],
        [_text("interval_source"), sa.Column("note", sa.String())],
    )
    _create(
        "change_parts",
        _TEXTS_OF_CATEGORY,
        [_text(name) for name in _TEXTS_OF_CATEGORY],
        [_count(f"previous_{name}") for name in ("numerator", "denominator")],
        [_count("numerator"), _count("denominator")],
        [_number("rate_effect"), _number("mix_effect"), sa.Column("note", sa.String())],
    )
    _create(
        "procedures",
        ("procedure_code",),
        [_text("procedure_code"), _count("units"), _count("due"), _count("late")],
        [_number(name) for name in ("late_share", "lower", "upper")],
        [_text("interval_source"), _number("median_late_share"), _count("compared_units")],
        [_number("time_saved"), sa.Column("note", sa.String())],
    )


def downgrade() -> None:
    for name in ("procedures", "change_parts", "breakdowns"):
        op.drop_table(name)


def _create(name: str, key: tuple[str, ...], *columns: list[sa.Column[Any]]) -> None:
    """A table of rows of an edition, with its columns in order."""
    op.create_table(
        name,
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(column for part in columns for column in part),
        sa.PrimaryKeyConstraint("month", *key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name=f"fk_{name}_editions"
        ),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=True)
