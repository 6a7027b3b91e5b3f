"""Tables of comparisons; points, simultaneous rank sets, changes; how sure the register is."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT, _COUNT, _FLAG = sa.String(), sa.BigInteger(), sa.Boolean()
_NUMBER: TypeEngine[Any] = sa.Double()
_ADDED: dict[str, dict[str, TypeEngine[Any]]] = {
    "agencies": {"confidence": _TEXT, "successor_confidence": _TEXT},
    "indices": {"maximum": _NUMBER},
    "rankings": {
        "simultaneous_lower": _COUNT,
        "simultaneous_upper": _COUNT,
        "may_be_best": _FLAG,
        "change": _TEXT,
        "rank_change": _TEXT,
    },
}
"""Columns that may be empty, by table."""
_TABLES = (
    "series",
    "control_charts",
    "funnels",
    "case_mix",
    "sensitivity",
    "sensitivity_choices",
)


def upgrade() -> None:
    _create(
        "series",
        ["unit_code", "indicator", "basis", "series_month"],
        _required("unit_code", "indicator", "series_month", "basis"),
        _optional("value", "numerator", "denominator"),
        [sa.Column("is_break", _FLAG, nullable=False)],
    )
    _create(
        "control_charts",
        ["unit_code", "indicator", "series_month"],
        _required("unit_code", "indicator", "series_month"),
        _optional("value", "denominator", "centre", "lower", "upper"),
        [sa.Column("signal", _TEXT), sa.Column("is_rebased", _FLAG, nullable=False)],
    )
    _create(
        "funnels",
        ["league", "indicator", "unit_code"],
        _required("league", "indicator", "unit_code"),
        _optional("value", "denominator", "centre"),
        _optional("lower_95", "upper_95", "lower_998", "upper_998", "z", "phi", "tau2"),
        [sa.Column("is_outside", _TEXT)],
        _optional("shrunken_value", "reliability"),
    )
    _create(
        "case_mix",
        ["league", "unit_code"],
        _required("league", "unit_code"),
        _required("due", "late", of=_COUNT),
        _optional("expected_late", "ratio", "lower", "upper", "adjusted_value"),
        _optional("rank", "adjusted_rank", "moved_by_mix", of=_COUNT),
        [sa.Column("limits_kind", _TEXT), sa.Column("z", _NUMBER)],
        _required("shared_due", of=_COUNT),
    )
    _create(
        "sensitivity",
        ["league", "indicator", "unit_code"],
        _required("league", "indicator", "unit_code"),
        _required("rank", "rank_5", "rank_95", of=_COUNT),
    )
    _create(
        "sensitivity_choices",
        ["league", "indicator", "choice"],
        _required("league", "indicator", "choice"),
        _optional("first_order", "total"),
        [sa.Column("varied_over", _TEXT), sa.Column("mean_shift", _NUMBER)],
    )
    for table, columns in _ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create(name: str, key: list[str], *columns: list[sa.Column[Any]]) -> None:
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


def _required(*names: str, of: TypeEngine[Any] = _TEXT) -> list[sa.Column[Any]]:
    return [sa.Column(name, of, nullable=False) for name in names]


def _optional(*names: str, of: TypeEngine[Any] = _NUMBER) -> list[sa.Column[Any]]:
    return [sa.Column(name, of, nullable=True) for name in names]
