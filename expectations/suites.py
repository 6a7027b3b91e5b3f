"""All suites of a month by name, and as the JSON that Great Expectations reads.

Here belongs gathering them: those of records from their rules, those of tables from the checks of
each stage, which are run over tables without rows. Not here: the rules (rules), running a suite
over data (engine).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from expectations.engine.results import record_suites
from expectations.rules import bulletin, exports, indices, rankings, records, senders, tallies
from pipeline import published_data, tables
from pipeline.methods import Method, Methods
from pipeline.tables.comparisons import COMPARISONS

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

_COMPARISONS_OF_INDICES = (
    *("series", "control_charts", "breakdowns"),
    *("change_parts", "procedures", "waiting"),
)
"""The comparisons that the stage `indices` makes; the others are of `rankings`."""
_FILES = pl.Schema(
    {name: pl.Int64() if name == "bytes" else pl.String() for name in exports.COLUMNS}
)


def build_suites(month: str, methods: Methods | Method) -> "dict[str, ExpectationSuite]":
    """The suites of a month (YYYY-MM) by name, in the order of the stages.

    `methods` are those in force in the month: indicators have their names.
    """
    return _build_suites_of_records(month) | _build_suites_of_every_month(methods)


def _build_suites_of_records(month: str) -> "dict[str, ExpectationSuite]":
    suites = (records.build_suite(kind, month) for kind in records.RULES_BY_KIND)
    return {suite.name: suite for suite in suites}


def _build_suites_of_every_month(methods: Methods | Method) -> "dict[str, ExpectationSuite]":
    """The suites of senders and of tables, which are the same in all months."""
    comparisons = {name: table.empty() for name, table in COMPARISONS.items()}
    published = published_data.resources(methods)
    with record_suites() as recorded:
        exports.check(pl.DataFrame(schema=_FILES))
        tallies.check({name: table.empty() for name, table in tables.TALLIES.items()})
        indices.check(tables.INDICES.empty(), methods.names)
        indices.check_comparisons({name: comparisons[name] for name in _COMPARISONS_OF_INDICES})
        rankings.check(tables.RANKINGS.empty())
        rankings.check_comparisons(
            {
                name: frame
                for name, frame in comparisons.items()
                if name not in _COMPARISONS_OF_INDICES
            }
        )
        bulletin.check(
            {file.table.name: file.table.empty() for file in published},
            {file.table.name: file.key for file in published},
        )
    return senders.build_suites() | recorded


_written: dict[tuple[str, ...], dict[str, str]] = {}
"""The suites of every month as JSON, by the names of the indicators."""


def write_suites_of_month(month: str, methods: Methods) -> dict[str, str]:
    """The suites of `build_suites` as JSON text, by name; those that are the same in all months are
    written once in a process, for they take a second.
    """
    names = tuple(methods.names)
    if names not in _written:
        _written[names] = write_suites(_build_suites_of_every_month(methods))
    return write_suites(_build_suites_of_records(month)) | _written[names]


def write_suites(suites: "Mapping[str, ExpectationSuite]") -> dict[str, str]:
    """Each suite as JSON text, as the library's own store of suites writes it; by name."""
    return {
        name: json.dumps(suite.to_json_dict(), indent=2, ensure_ascii=False) + "\n"
        for name, suite in suites.items()
    }
