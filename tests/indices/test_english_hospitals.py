"""Counts sent ready-made: the four-hour waits of English hospitals, and nothing else."""

from pathlib import Path

import polars as pl
import pytest

from pipeline import indices, methods, tables
from pipeline.agencies import Register
from pipeline.tallies import Tallies

HOSPITALS = Path(__file__).parents[3] / "shared" / "data" / "nhs_ae"


@pytest.mark.parametrize("month", ["2016-04", "2019-03"])
def test_the_published_share_of_every_hospital_comes_out(month: str) -> None:
    if not HOSPITALS.exists():
        pytest.skip(f"the attendances are not on this machine: {HOSPITALS}")
    sent = pl.read_csv(HOSPITALS / "ae_attendances.csv.gz").select(
        pl.col("period").str.head(7).alias("month"),
        pl.lit("NHS").alias("sender_code"),
        pl.lit("f").alias("sha256"),
        pl.col("org_code").alias("unit_code"),
        pl.lit("on_time_of_finished").alias("indicator"),
        (pl.col("attendances") - pl.col("breaches")).alias("numerator"),
        pl.col("attendances").alias("denominator"),
    )
    tallies = Tallies.of(figures=tables.COUNTS.conform(sent).lazy())
    register = Register(
        tables.AGENCIES.conform(
            sent.select(pl.col("unit_code").unique().sort().alias("code")).with_columns(
                pl.col("code").alias("name_vi"), pl.lit("hospital").alias("kind")
            )
        ),
        digest="0",
    )
    found = indices.compute(tallies, month, methods.load(), register)
    published = pl.read_csv(HOSPITALS / "reference_monthly.csv").filter(pl.col("month") == month)
    beside = published.join(found, left_on="org_code", right_on="unit_code")
    assert beside.height == published.height == found.height > 100
    difference = (pl.col("ontime_share") - pl.col("value")).abs()
    assert beside.filter(difference > 1.01e-6).is_empty()  # halves up or to even
