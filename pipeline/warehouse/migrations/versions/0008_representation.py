"""How far those who answered stand for those who were served."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBERS = (
    *("response_rate", "share", "adjusted_share", "lower", "upper", "standard_error"),
    *("largest_weight", "cut_share", "moved_by_bound", "representativeness"),
    *("representativeness_lower", "representativeness_upper", "without_answer"),
    *("lowest", "highest"),
)


def upgrade() -> None:
    _create(
        "representation",
        ("unit_code",),
        sa.Column("league", sa.String(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        *(_count(name) for name in ("served", "answered", "unmatched")),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("adjusted_by", "reason", "margins")
        ),
        *(sa.Column(name, sa.Double(), nullable=True) for name in _NUMBERS),
        *(_count(name) for name in ("rank", "rank_best", "rank_worst")),
        sa.Column("adjusted_rank", sa.BigInteger(), nullable=True),
    )
    _create(
        "responses",
        ("unit_code", "margin", "level"),
        *(_count(name) for name in ("served", "answered")),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("response_rate", "weight_share")
        ),
    )


def _create(table: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in key),
        *columns,
        sa.PrimaryKeyConstraint("month", *key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["month", "edition"],
            ["editions.month", "editions.number"],
            name=f"fk_{table}_editions",
        ),
    )


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def downgrade() -> None:
    for table in ("responses", "representation"):
        op.drop_table(table)
