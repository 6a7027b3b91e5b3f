"""Ranks with the satisfaction share that the method does not take."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sensitivity", sa.Column("other_share_value", sa.Double(), nullable=True))
    op.add_column("sensitivity", sa.Column("other_share_rank", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ("other_share_rank", "other_share_value"):
        op.drop_column("sensitivity", name)
