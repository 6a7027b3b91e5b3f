"""The page of simulated findings: its shares, and that the page which is kept has them all."""

import polars as pl
import pytest

from bench import findings_held
from bench.findings_held import (
    DOCUMENT,
    HOMES,
    HOMES_OVER_MONTHS,
    MONTHS,
    RATES,
    SPAN,
    document_over_months,
    document_records,
    summarize,
)
from bench.planted_exports import PLANTED_OVER_MONTHS
from pipeline.simulator.planting import PLANTED

LOW, HIGH = RATES


def found(*rows: tuple[str, str | None, float, bool]) -> pl.DataFrame:
    """Rows of findings: finding, what is planted in the unit, the rate, whether it stands out."""
    schema = {
        "finding": pl.String,
        "planted": pl.String,
        "rate": pl.Float64,
        "stands_out": pl.Boolean,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(month=pl.lit("2026-01"), home=pl.lit(0))


def test_power_is_of_planted_units_and_false_alarms_of_honest_ones() -> None:
    rows = found(
        ("unseen", "unseen", LOW, True),
        ("unseen", "unseen", LOW, False),
        ("unseen", "unseen", HIGH, True),
        ("unseen", "reopened", HIGH, True),  # planted otherwise: neither of the two
        ("unseen", None, LOW, False),
        ("unseen", None, LOW, False),
        ("unseen", None, HIGH, False),
        ("unseen", None, HIGH, True),
    )
    (row,) = summarize(rows).iter_rows(named=True)
    assert (row[f"power_{LOW}"], row[f"power_{HIGH}"]) == (0.5, 1.0)
    assert (row["honest"], row["honest_rows"]) == (0.25, 4)


def test_what_is_not_planted_has_a_dash() -> None:
    page = document_records(found(("carried_over_differs", None, LOW, False)))
    assert "| `carried_over_differs` | - | - | 0.00 % | 1 |\n" in page


def test_what_several_exports_show_is_in_the_second_part_alone() -> None:
    rows = found(("reopened", None, LOW, False), ("unseen", None, LOW, False))
    assert "| `reopened` |" not in document_records(rows)
    assert "| `reopened` |" in document_over_months(rows)
    assert "| `unseen` |" not in document_over_months(rows)


def test_the_page_is_of_200_months_or_more_and_says_that_it_is_simulated() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert HOMES * (len(MONTHS) - 1) >= 200
    assert f"{HOMES * (len(MONTHS) - 1)} months of" in page.replace("\n", " ")
    assert "**simulated**" in page
    measured = {*PLANTED, *PLANTED_OVER_MONTHS} - {"ended_before_received"}
    assert f"{HOMES_OVER_MONTHS * (len(SPAN) - 1)} months of" in page.replace("\n", " ")
    assert all(f"| `{finding}` | " in page for finding in measured)


@pytest.mark.slow
def test_a_home_is_measured_as_the_page_is() -> None:
    rows = findings_held.measure(2)
    power = summarize(rows).filter(finding="ended_at_one_time")
    assert power[f"power_{HIGH}"].item() > 0.9
    honest = summarize(rows).drop_nulls("honest")
    assert not honest.filter(pl.col("honest") >= 0.01)["finding"].to_list()


@pytest.mark.slow
def test_a_home_of_several_exports_is_measured_as_the_page_is() -> None:
    rows = findings_held.measure_over_months(2)
    power = summarize(rows)
    for finding in ("allowed_far_above_peers", "jumped_at_merger", "reopened", "figures_differ"):
        assert power.filter(finding=finding)[f"power_{HIGH}"].item() > 0.9
    # In one of the four honest units of a sender that absorb another nothing can be compared.
    assert power.filter(finding="jumped_at_merger")["honest_rows"].item() == 2 * 3 * 3
    is_here = pl.col("finding").is_in(PLANTED_OVER_MONTHS)
    honest = power.filter(is_here, pl.col("finding") != "figures_differ").drop_nulls("honest")
    assert not honest.filter(pl.col("honest") >= 0.01)["finding"].to_list()
