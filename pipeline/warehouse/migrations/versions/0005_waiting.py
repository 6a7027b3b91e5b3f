"""How long dossiers wait."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("from_days", sa.BigInteger(), nullable=False),
        sa.Column("to_days", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("ended_share", "lower", "upper")
        ),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "unit_code", "from_days", name="pk_waiting"),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name="fk_waiting_editions"
        ),
    )


def downgrade() -> None:
    op.drop_table("waiting")
