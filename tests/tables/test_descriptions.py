"""What tables say of themselves."""

import pytest

from pipeline import comparison_tables, tables
from pipeline.columns import Table

DESCRIBED = [tables.SERIES, *comparison_tables.COMPARISONS.values()]


@pytest.mark.parametrize("table", DESCRIBED, ids=lambda table: table.name)
def test_every_number_of_a_comparison_has_a_unit_and_a_meaning(table: Table) -> None:
    assert table.row
    for column in table.columns:
        assert column.meaning, column.name
        if column.dtype.is_numeric():
            assert column.unit, column.name
