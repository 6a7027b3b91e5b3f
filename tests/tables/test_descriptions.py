"""What tables say of themselves."""

import pytest

from pipeline.columns import Table
from pipeline.tables.comparisons import COMPARISONS


@pytest.mark.parametrize("table", COMPARISONS.values(), ids=lambda table: table.name)
def test_every_number_of_a_comparison_has_a_unit_and_a_meaning(table: Table) -> None:
    assert table.row
    for column in table.columns:
        assert column.meaning, column.name
        if column.dtype.is_numeric():
            assert column.unit, column.name
