"""Findings of units."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = ("month", "unit_code", "finding")


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _KEY[1:]),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("count", "denominator")),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("share", "peers_median")),
        sa.Column("compared_units", sa.BigInteger(), nullable=False),
        sa.Column("stands_out", sa.Boolean(), nullable=False),
        sa.Column("since_month", sa.String(length=7), nullable=True),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_findings"),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name="fk_findings_editions"
        ),
    )


def downgrade() -> None:
    op.drop_table("findings")
