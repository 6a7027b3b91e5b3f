# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only a running suite does
"""Data Docs of a month: the results of its suites as pages, and each suite as JSON.

The pages are made by the library's own renderers, in a template of ours: that of the library loads
styles and scripts from seven servers, and ours loads nothing. A page says how many rows were
checked and how many break a rule, and has no value of a row. Here belong results and pages as
bytes. Not here: counting rows by rule, where the pages are written (assets).
"""

import html
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from expectations.engine import runner
from expectations.rules import records, senders

if TYPE_CHECKING:
    from great_expectations.core import (
        ExpectationSuite,
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )

_TEMPLATE = "data_docs.html.j2"
_LINK_TO_SUITE = re.compile(r'href="\.\./[^"]*/expectations/[^"]*"')
"""The library links the page of a suite, which lies elsewhere in its own sites."""
_COUNTS = ("element_count", "unexpected_count", "unexpected_percent", "missing_count")
"""What is shown of a result: numbers of rows, never their values."""

_SIMULATED = "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA"
_NO_EXCEPTION = {
    "raised_exception": False,
    "exception_message": None,
    "exception_traceback": None,
}

RowCounts = Mapping[str, tuple[int, Mapping[str, int]]]
"""By kind of records: how many rows were sent, and by rule how many broke it."""


def validate_month(
    month: str, row_counts: RowCounts, measures: Mapping[str, pl.DataFrame]
) -> "list[ExpectationSuiteValidationResult]":
    """The results of the suites about what was sent for a month, without values of rows.

    The suites of records have a result for each rule: a rejected row is counted by its rule, also
    where the rule has several expectations. `measures` are those of senders.find_results; their
    suites are run by the engine. Where no file was accepted there are none.

    Raises runner.SuiteError when a rule about senders cannot be checked.
    """
    of_records = [
        _collect(
            records.build_suite(kind, month).name,
            _count_by_rule(records.build_suite(kind, month), *row_counts[kind]),
        )
        for kind in records.RULES_BY_KIND
        if kind in row_counts
    ]
    of_senders = [
        _collect(
            suite.name,
            (
                _without_values(suite.name, result)
                for result in runner.validate(suite, measures[frame], "BASIC").results
            ),
        )
        for frame, suite in zip(senders.FRAMES, senders.build_suites().values(), strict=True)
        if frame in measures
    ]
    return of_records + of_senders


def _count_by_rule(
    suite: "ExpectationSuite", rows: int, broken: Mapping[str, int]
) -> "Iterable[ExpectationValidationResult]":
    from great_expectations.core import ExpectationValidationResult

    seen: set[str] = set()
    for expectation in suite.expectations:
        rule = runner.read_rule_name(expectation)
        if rule in seen:
            continue
        seen.add(rule)
        count = broken.get(rule, 0)
        configuration = deepcopy(expectation.configuration)
        configuration.description = f"{rule}: {records.RULES[rule].reason_en}"
        yield ExpectationValidationResult(
            success=count == 0,
            expectation_config=configuration,
            result={
                "element_count": rows,
                "unexpected_count": count,
                "unexpected_percent": 100 * count / max(rows, 1),
                "partial_unexpected_list": [],
            },
            meta={},
            exception_info=dict(_NO_EXCEPTION),
        )


def _without_values(
    suite_name: str, result: "ExpectationValidationResult"
) -> "ExpectationValidationResult":
    runner.check_computed(suite_name, result)
    result.exception_info = dict(_NO_EXCEPTION)
    result.result = {name: result.result.get(name, 0) for name in _COUNTS} | {
        "partial_unexpected_list": []
    }
    return result


def _collect(
    name: str, results: "Iterable[ExpectationValidationResult]"
) -> "ExpectationSuiteValidationResult":
    from great_expectations.core import ExpectationSuiteValidationResult

    found = list(results)
    met = sum(bool(result.success) for result in found)
    return ExpectationSuiteValidationResult(
        success=met == len(found),
        results=found,
        suite_name=name,
        statistics={
            "evaluated_expectations": len(found),
            "successful_expectations": met,
            "unsuccessful_expectations": len(found) - met,
            "success_percent": 100 * met / max(len(found), 1),
        },
        meta={},
    )


def make_pages(
    month: str,
    results: "Iterable[ExpectationSuiteValidationResult]",
    *,
    is_simulated: bool = False,
) -> dict[str, bytes]:
    """By file name, a page for each suite, and `index.html` that lists them.

    Each page of a simulated home says so.
    """
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    renderer = ValidationResultsPageRenderer(run_info_at_end=False)
    view: Any = DefaultJinjaPageView(custom_views_directory=str(Path(__file__).parent))
    pages: dict[str, bytes] = {}
    rows = []
    simulated = _SIMULATED if is_simulated else ""
    for result in results:
        title = f"{result.suite_name}, {month}"
        page = view.render(
            renderer.render(result), _TEMPLATE, title=title, month=month, simulated=simulated
        )
        own = f"suites/{result.suite_name}.json"
        pages[f"{result.suite_name}.html"] = _LINK_TO_SUITE.sub(f'href="{own}"', page).encode()
        statistics = result.statistics
        rows.append(
            f'<tr><td><a href="{html.escape(result.suite_name)}.html">'
            f"{html.escape(result.suite_name)}</a></td>"
            f"<td>{'✓ met' if result.success else '✗ broken'}</td>"
            f"<td>{statistics['evaluated_expectations']}</td>"
            f"<td>{statistics['unsuccessful_expectations']}</td></tr>"
        )
    pages["index.html"] = _INDEX.format(
        month=html.escape(month),
        simulated=f"<p><strong>{simulated}</strong></p>\n" if simulated else "",
        rows="\n".join(rows) or _NOTHING_ACCEPTED,
    ).encode()
    return pages


_NOTHING_ACCEPTED = '<tr><td colspan="4">no file was accepted: nothing was judged</td></tr>'
_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Suites of {month}</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}}
table{{border-collapse:collapse}}th,td{{border:1px solid #ccc;padding:.35rem .6rem;text-align:left}}
</style>
</head>
<body>
{simulated}<h1>Suites of {month}</h1>
<p>What was sent for the month, judged by the rules. Each suite lies in <code>suites/</code> as JSON
that Great Expectations reads.</p>
<table>
<thead><tr><th>suite</th><th>result</th><th>rules</th><th>broken</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""
