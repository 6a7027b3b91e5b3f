"""The tables of the first version: editions, agencies, indices, rankings, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_editions()
    _create_agencies()
    _create_deliveries()
    _create_indices()
    _create_rankings()


def downgrade() -> None:
    for table in ("rankings", "indices", "deliveries", "agencies", "editions"):
        op.drop_table(table)


def _create_editions() -> None:
    op.create_table(
        "editions",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("data_version", sa.String(), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("month", "number", name="pk_editions"),
    )
    op.create_index(
        "ix_editions_one_in_force",
        "editions",
        ["month"],
        unique=True,
        sqlite_where=sa.text("is_in_force"),
        postgresql_where=sa.text("is_in_force"),
    )


def _create_agencies() -> None:
    op.create_table(
        "agencies",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name="fk_agencies_editions"
        ),
        sa.PrimaryKeyConstraint("month", "code", name="pk_agencies"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("sender_code", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("rejected", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("message_vi", sa.String(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["month", "edition"],
            ["editions.month", "editions.number"],
            name="fk_deliveries_editions",
        ),
        sa.PrimaryKeyConstraint("month", "line", name="pk_deliveries"),
    )
    op.create_index(
        "ix_deliveries_sender_code_month", "deliveries", ["sender_code", "month"], unique=False
    )
    op.create_index("ix_deliveries_sha256", "deliveries", ["sha256"], unique=False)


def _create_indices() -> None:
    op.create_table(
        "indices",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=True),
        sa.Column("numerator", sa.Double(), nullable=True),
        sa.Column("denominator", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("interval_source", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("scale", sa.String(), nullable=True),
        sa.Column("left_out", sa.Double(), nullable=True),
        sa.Column("effective_n", sa.Double(), nullable=True),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name="fk_indices_editions"
        ),
        sa.PrimaryKeyConstraint("month", "unit_code", "indicator", name="pk_indices"),
    )
    op.create_index("ix_indices_indicator_month", "indices", ["indicator", "month"], unique=False)
    op.create_index(
        "ix_indices_unit_code_indicator_month",
        "indices",
        ["unit_code", "indicator", "month"],
        unique=False,
    )


def _create_rankings() -> None:
    op.create_table(
        "rankings",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("league", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("rank_lower", sa.BigInteger(), nullable=True),
        sa.Column("rank_upper", sa.BigInteger(), nullable=True),
        sa.Column("rank_set_kind", sa.String(), nullable=True),
        sa.Column("tier", sa.BigInteger(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("previous_value", sa.Double(), nullable=True),
        sa.Column("previous_rank", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["month", "edition"], ["editions.month", "editions.number"], name="fk_rankings_editions"
        ),
        sa.PrimaryKeyConstraint("month", "league", "indicator", "unit_code", name="pk_rankings"),
    )
    op.create_index(
        "ix_rankings_unit_code_indicator_month",
        "rankings",
        ["unit_code", "indicator", "month"],
        unique=False,
    )
