"""Printing the findings of a unit's month.

Not here: reading them (assets.explain.findings).
"""

from rich.table import Table

from assets.command_line.printing import console, print_line
from assets.explain.findings import UnitFindings
from pipeline.tables import PUBLISHED_FINDINGS

_NOT_AN_ACCUSATION = (
    "A finding is a reason to ask why. It accuses nobody, and many have an honest cause."
)


def print_findings(found: UnitFindings) -> None:
    """Prints each finding with its counts, the median of the league, and what a case is; and the
    files with cases.
    """
    print_line(f"{found.unit_name} ({found.unit_code}), {found.month}: findings", style="bold")
    print_line(f"edition {found.edition}. {_NOT_AN_ACCUSATION}")
    table = Table()
    for name in ("finding", "a case is"):
        table.add_column(name, overflow="fold")
    for name in ("count", "denominator", "share", "peers' median", "compared units"):
        table.add_column(name, justify="right")
    for name in ("stands out", "every month since"):
        table.add_column(name)
    for row in found.rows.iter_rows(named=True):
        table.add_row(
            row["finding"],
            PUBLISHED_FINDINGS[row["finding"]],
            *(_show_number(row[name]) for name in ("count", "denominator")),
            *(_show_share(row[name]) for name in ("share", "peers_median")),
            _show_number(row["compared_units"]),
            "yes" if row["stands_out"] else "no",
            row["since_month"] or "-",
        )
    console.print(table)
    if found.files.height:
        print_line("Cases were found in these files of the archive:")
        files = Table()
        for name in found.files.columns:
            files.add_column(name.replace("_", " "), overflow="fold")
        for values in found.files.iter_rows():
            files.add_row(*values)
        console.print(files)


def _show_number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _show_share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"
