"""Ranks of the last months."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = ("month", "league", "indicator", "unit_code", "series_month")


def upgrade() -> None:
    op.create_table(
        "ranks_by_month",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _KEY[1:]),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("rank", "rank_lower", "rank_upper")
        ),
        sa.Column("ranked_units", sa.BigInteger(), nullable=False),
        sa.Column("method_version", sa.String(), nullable=False),
        sa.Column("is_break", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_ranks_by_month"),
        sa.ForeignKeyConstraint(
            ["month", "edition"],
            ["editions.month", "editions.number"],
            name="fk_ranks_by_month_editions",
        ),
    )


def downgrade() -> None:
    op.drop_table("ranks_by_month")
