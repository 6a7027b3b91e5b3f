"""The published findings of a unit's month, and the files that show their cases.

Here belongs reading them from the edition in force, and the files from the store. Not here:
numbers of the indices (explain), printing (command_line.print_findings).
"""

from dataclasses import dataclass

import polars as pl

from assets.explain.published import NotPublishedError, read_table, select_unit
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from pipeline.tables import PUBLISHED_FINDINGS
from pipeline.tables.comparisons import UNIT_FINDINGS

EVERY_FINDING = "findings"
"""What is asked for in place of a name: every finding of the unit."""


@dataclass(frozen=True)
class UnitFindings:
    """The findings of a unit in the edition in force: rows of tables.comparisons.UNIT_FINDINGS.

    `files` are those in which a case of the unit or of one below it was found: finding,
    sender_code, file_name, sha256. Findings that compare counts of several files have none.
    """

    unit_code: str
    unit_name: str
    month: str
    edition: int
    rows: pl.DataFrame
    files: pl.DataFrame


def is_finding(name: str) -> bool:
    """Whether a name asks for findings, and for no indicator."""
    return name == EVERY_FINDING or name in PUBLISHED_FINDINGS


def find_findings(
    installation: Installation, unit_code: str, month: str, name: str
) -> UnitFindings:
    """The finding of a name, or EVERY_FINDING, as published; what stands out comes first.

    NotPublishedError where the records of the unit's month could not show it, or nothing is
    published.
    """
    missing = f"no findings of {month} are published"
    published = read_table(installation, month, UNIT_FINDINGS, missing)
    file = installation.home.published / month / "data" / "findings.csv"
    of_unit = select_unit(published, unit_code, file, f"{month} has no findings")
    rows = of_unit if name == EVERY_FINDING else of_unit.filter(finding=name)
    if rows.is_empty():
        raise NotPublishedError(
            f"the records of {unit_code} in {month} could not show {name}; they could show "
            f"{', '.join(of_unit['finding'])}"
        )
    return UnitFindings(
        unit_code,
        installation.register.name(unit_code, month),
        month,
        installation.editions.in_force(month) or 0,
        rows.sort("stands_out", "finding", descending=[True, False]),
        list_files(read_inputs(installation, month), unit_code, rows["finding"]),
    )


def list_files(inputs: MonthInputs, unit_code: str, findings: pl.Series) -> pl.DataFrame:
    """The files of the month in which a unit, or one below it, has cases of some findings: finding,
    sender_code, file_name, sha256.
    """
    units = inputs.installation.register.below(unit_code, inputs.month) | {unit_code}
    with_cases = inputs.cells.patterns.filter(
        pl.col("month") == inputs.month,
        pl.col("unit_code").is_in(sorted(units)),
        pl.col("finding").is_in(findings.implode()),
        pl.col("cases") > 0,
    )
    key = ["sender_code", "sha256"]
    files = inputs.plan.select(*key, "file_name").unique(key)
    columns = ("finding", "sender_code", "file_name", "sha256")
    found = with_cases.select("finding", *key).unique().collect()
    return found.join(files, on=key).select(columns).sort(columns)
