"""Printing where a published number comes from.

Not here: finding that out (assets.explain).
"""

import polars as pl
from rich.table import Table

from assets.command_line.printing import console, print_line
from assets.explain.composition import COUNTED
from assets.explain.explain import Explanation
from pipeline.methods import NOTES
from pipeline.suppression import WITHHELD

_FOR_OPERATORS = (
    "withheld: no page and no file of the edition has these counts. They are read here from the "
    "home: do not pass them on."
)


def print_explanation(explanation: Explanation, depth: int = 0) -> None:
    """Prints a number, its formula, its counts and its files."""
    row, indicator = explanation.row, explanation.indicator
    indent = "  " * depth
    print_line(
        f"{indent}{row['unit_name']} ({row['unit_code']}), {row['month']}: "
        f"{indicator.title_en} = {_show_value(row)}",
        style="bold",
    )
    method = f"method {explanation.method.name} {explanation.method.version}"
    print_line(f"{indent}edition {explanation.edition}, {method}")
    print_line(
        f"{indent}formula: {indicator.formula_en} [{indicator.source}; {indicator.confidence}]"
    )
    if row["note"]:
        note = NOTES[str(row["note"])].text_en
        print_line(f"{indent}note: {note} ({row['note']})")
    if row["note"] == WITHHELD:
        print_line(f"{indent}{_FOR_OPERATORS}", style="yellow")
    if row["lower"] is not None:
        print_line(
            f"{indent}95 % limits: {row['lower']} to {row['upper']} ({row['interval_source']})"
        )
    if row["numerator"] is not None or row["denominator"] is not None:
        counted = COUNTED.get(indicator.name)
        meaning = f", that is: {' / '.join(counted)}" if counted else ", as the formula says"
        print_line(f"{indent}counts: {_show_counts(row)}{meaning}")
    for part in explanation.follows_from:
        of_others = part["denominator"] != row["denominator"]
        others = ", not of the same cases: figures sent ready-made are in it" if of_others else ""
        line = f"{part['indicator']} = {_show_value(part)}, counts: {_show_counts(part)}{others}"
        print_line(f"{indent}made of: {line}")
    if row["left_out"]:
        print_line(f"{indent}counted apart: {_show_count(row['left_out'])}")
    if explanation.files.height:
        console.print(_build_files_table(explanation.files))
    if not explanation.adds_up:
        print_line(
            f"{indent}The files no longer add up to the published counts: files changed "
            f"since. Run {row['month']} again.",
            style="red",
        )
    for made_of in explanation.parts:
        print_explanation(made_of, depth + 1)


def _show_value(row: dict[str, object]) -> str:
    of = "" if row["maximum"] is None else f" of {row['maximum']:g}"
    return "empty" if row["value"] is None else f"{row['value']}{of} {row['unit']}"


def _show_counts(row: dict[str, object]) -> str:
    return f"{_show_count(row['numerator'])} / {_show_count(row['denominator'])}"


def _show_count(value: object) -> str:
    return (
        "-" if value is None else f"{value:g}" if not isinstance(value, float) else f"{value:,.10g}"
    )


def _build_files_table(files: pl.DataFrame) -> Table:
    table = Table(
        title="files, what each gives, and its rows accepted and rejected", title_justify="left"
    )
    for name in ("file", "sha256"):
        table.add_column(name, overflow="fold")
    for name in ("numerator", "denominator", "accepted", "rejected"):
        table.add_column(name, justify="right")
    for row in files.iter_rows(named=True):
        table.add_row(
            f"{row['sender_code']}/{row['month']}/{row['file_name']}",
            row["sha256"],
            _show_count(row["numerator"]),
            _show_count(row["denominator"]),
            str(row["accepted"]),
            str(row["rejected"]),
        )
    table.add_section()
    table.add_row(
        "together",
        "",
        _show_count(float(files["numerator"].sum())),
        _show_count(float(files["denominator"].sum())),
    )
    return table
