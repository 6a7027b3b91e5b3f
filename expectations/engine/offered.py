"""Everything that the Polars engine offers, loaded.

Here belongs nothing but the loading: a module that runs a suite, or names the engine to the
library, imports the engine from here. Loading this module imports Great Expectations.
"""

import great_expectations.expectations.core
import great_expectations.expectations.metrics  # noqa: F401 - the library's metrics and their keys

from expectations.engine import (  # noqa: F401 - each registers what it offers
    aggregates,
    column_conditions,
    refusals,
    several_columns,
)
from expectations.engine.map_metrics import MAP_METRICS
from expectations.engine.not_offered import NOT_OFFERED, NotOfferedError
from expectations.engine.polars_engine import PolarsBatchData, PolarsExecutionEngine

__all__ = [
    "MAP_METRICS",
    "NOT_OFFERED",
    "NotOfferedError",
    "PolarsBatchData",
    "PolarsExecutionEngine",
]
