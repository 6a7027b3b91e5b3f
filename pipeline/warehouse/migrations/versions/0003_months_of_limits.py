"""How many months of a unit's series its limits know."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indices", sa.Column("months", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("indices") as batch:
        batch.drop_column("months")
