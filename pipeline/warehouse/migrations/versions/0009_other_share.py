"""Ranks with the satisfaction share that the method does not take, and without marked answers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sensitivity", sa.Column("other_share_value", sa.Double(), nullable=True))
    op.add_column("sensitivity", sa.Column("other_share_rank", sa.BigInteger(), nullable=True))
    op.create_table(
        "unmarked",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("marked_share", "share", "unmarked_share", "value", "unmarked_value")
        ),
        sa.Column("league", sa.String(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("rank", "unmarked_rank")),
        sa.PrimaryKeyConstraint("month", "unit_code", name="pk_unmarked"),
        sa.ForeignKeyConstraint(
            ["month", "edition"],
            ["editions.month", "editions.number"],
            name="fk_unmarked_editions",
        ),
    )


def downgrade() -> None:
    op.drop_table("unmarked")
    for name in ("other_share_rank", "other_share_value"):
        op.drop_column("sensitivity", name)
