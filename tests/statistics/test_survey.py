"""The size of a weighted sample."""

import polars as pl

from pipeline.statistics import survey


def test_weights_shrink_a_sample_by_their_spread() -> None:
    # 30 of weight 1 and 30 of weight 3: 120^2 / (30 + 270) = 48
    sums = pl.DataFrame({"w": [120, 60, 0], "w2": [300, 60, 0]})
    found = sums.select(survey.effective_n(pl.col("w"), pl.col("w2"))).to_series()
    assert found.to_list() == [48.0, 60.0, None]
