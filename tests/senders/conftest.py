"""A sender's months, as few numbers: what came of its files, and its cells."""

from collections.abc import Mapping

import polars as pl

from pipeline import months, tables
from pipeline.sender_thresholds import SenderThresholds

MONTH, BEFORE = "2026-10", "2026-09"
SENDER = "H26"


def deliver(
    month: str, rows: int | None, rejected: int = 0, kind: str | None = "dossiers"
) -> dict[str, object]:
    """A file of the sender; without a number of rows it was refused."""
    return {
        "month": month,
        "sender_code": SENDER,
        "sender_name": "",
        "kind": kind,
        "sha256": f"{month}-{kind}",
        "status": "refused" if rows is None else "accepted",
        "rows": rows,
        "accepted": None if rows is None else rows - rejected,
        "rejected": None if rows is None else rejected,
    }


def by_month(*files: dict[str, object], months_known: int = 7) -> dict[str, pl.DataFrame]:
    """What came of the files, of each of so many months up to MONTH."""
    known = [*months.before(MONTH, months_known - 1), MONTH]
    return {
        month: tables.DELIVERED.conform(
            pl.DataFrame(
                [file for file in files if file["month"] == month],
                schema={name: tables.DELIVERED.schema[name] for name in deliver(month, 0)},
            )
        )
        for month in known
    }


def history(*rows: int | None, kind: str = "dossiers") -> list[dict[str, object]]:
    """Files of the months before MONTH, the last one last; None: nothing was sent."""
    earlier = months.before(MONTH, len(rows))
    return [
        deliver(month, count, kind=kind)
        for month, count in zip(earlier, rows, strict=True)
        if count is not None
    ]


def thresholds(share: float = 0.05, **changes: float) -> pl.DataFrame:
    """The thresholds of the sender."""
    return SenderThresholds(**changes).list_for([SENDER], share)


def outcomes(month: str, counts: Mapping[tuple[str | None, str], int]) -> pl.LazyFrame:
    """Cells of outcomes of the sender: by intake and outcome how many dossiers."""
    rows = [
        {"month": month, "sender_code": SENDER, "intake": intake, "outcome": outcome, "dossiers": n}
        for (intake, outcome), n in counts.items()
    ]
    schema = tables.OUTCOMES.schema
    named = ("month", "sender_code", "intake", "outcome", "dossiers")
    return pl.LazyFrame(rows, schema={name: schema[name] for name in named})


def figures(*rows: tuple[str, str, int, int]) -> pl.LazyFrame:
    """Cells of figures of the sender: unit, indicator, numerator and denominator."""
    return pl.LazyFrame(
        [(MONTH, SENDER, *row) for row in rows],
        schema={
            name: tables.COUNTS.schema[name]
            for name in (
                *("month", "sender_code", "unit_code"),
                *("indicator", "numerator", "denominator"),
            )
        },
        orient="row",
    )
