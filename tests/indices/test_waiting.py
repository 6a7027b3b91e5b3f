"""Waiting: the share that ended within some days, and how old the open dossiers are."""

import polars as pl
import pytest

from pipeline.agencies import load as load_register
from pipeline.indices import waiting
from pipeline.indices.scope import IndexScope
from pipeline.methods import load as load_method
from pipeline.tables import TALLIES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling

MONTH = "2026-10"
DAY = 8 * 60
"""Minutes of a day on the clock of working time."""
COUNTS = ("entered", "finished", "left", "still_open")


def ages(*rows: tuple[str, int, int, int, int, int], clock: str = "working") -> pl.DataFrame:
    """Cells of tables.AGES: unit, age in minutes, entered, finished, left, still open."""
    return TALLIES["ages"].conform(
        pl.DataFrame(
            [
                {
                    "month": MONTH,
                    "sender_code": "H26",
                    "sha256": "a" * 64,
                    "unit_code": unit,
                    "clock": clock,
                    "age_minutes": age,
                    **dict(zip(COUNTS, counts, strict=True)),
                }
                for unit, age, *counts in rows
            ]
        )
    )


def compute(cells: pl.DataFrame) -> pl.DataFrame:
    pooling = Pooling.of(Tallies.of(ages=cells.lazy()), MONTH, load_register(None))
    scope = IndexScope(load_method(), pooling)
    return waiting.compute(cells.lazy(), scope)


def read(found: pl.DataFrame, unit: str, column: str) -> dict[int, object]:
    return dict(found.filter(unit_code=unit).select("from_days", column).iter_rows())


def test_the_share_that_ended_is_one_less_the_curve_at_the_end_of_the_span() -> None:
    # 40 received: 10 end at half a day, 15 at the end of day 2, 15 are open at day 3.
    found = compute(
        ages(
            ("H26", 0, 40, 0, 0, 0),
            ("H26", DAY // 2, 0, 10, 0, 0),
            ("H26", 2 * DAY, 0, 15, 0, 0),
            ("H26", 3 * DAY, 0, 0, 0, 15),
        )
    )
    shares = read(found, "H26", "ended_share")
    assert shares[0] == pytest.approx(10 / 40)  # by the end of day 1
    assert shares[1] == pytest.approx(25 / 40)  # an end on the instant of the edge counts
    assert shares[2] == pytest.approx(25 / 40)
    assert shares[3] is None  # nobody was observed beyond day 3


def test_what_is_still_open_is_under_observation_until_the_months_end() -> None:
    # 20 leave at half a day without a result: at risk at day 1 are 40 - 20, of which 10 end.
    found = compute(
        ages(
            ("H26", 0, 40, 0, 0, 0),
            ("H26", DAY // 2, 0, 0, 20, 0),
            ("H26", DAY, 0, 10, 0, 10),
        )
    )
    assert read(found, "H26", "ended_share")[0] == pytest.approx(10 / 20)


@pytest.mark.parametrize(("at_risk", "is_known"), [(9, False), (10, True)])
def test_a_curve_that_rests_on_too_few_is_not_published(at_risk: int, is_known: bool) -> None:
    found = compute(
        ages(("H26", 0, at_risk, 0, 0, 0), ("H26", DAY, 0, 1, 0, at_risk - 1)),
    )
    assert (read(found, "H26", "ended_share")[0] is not None) == is_known
    # The counts of what is open stay.
    assert read(found, "H26", "open")[0] == at_risk - 1


def test_before_the_first_end_nothing_has_ended() -> None:
    found = compute(ages(("H26", 0, 20, 0, 0, 0), ("H26", 5 * DAY, 0, 12, 0, 8)))
    assert [read(found, "H26", "ended_share")[day] for day in (0, 1, 2)] == [0.0, 0.0, 0.0]
    assert read(found, "H26", "ended_share")[3] == pytest.approx(12 / 20)


def test_open_dossiers_stand_in_the_span_of_their_age_and_add_up() -> None:
    found = compute(
        ages(
            ("H26", 0, 60, 0, 0, 0),
            ("H26", 1, 0, 0, 0, 1),
            ("H26", DAY, 0, 0, 0, 2),  # the end of the first span
            ("H26", DAY + 1, 0, 0, 0, 4),
            ("H26", 365 * DAY, 0, 0, 0, 8),
            ("H26", 366 * DAY, 0, 0, 0, 45),
        )
    )
    of_span = read(found, "H26", "open")
    assert (of_span[0], of_span[1], of_span[180], of_span[365]) == (3, 4, 8, 45)
    assert sum(of_span.values()) == 60


def test_a_day_is_that_of_the_clock() -> None:
    cells = ages(("H26", 0, 20, 0, 0, 0), ("H26", 24 * 60, 0, 20, 0, 0), clock="elapsed")
    assert read(compute(cells), "H26", "ended_share")[0] == 1.0


def test_cells_of_several_files_add_up_and_two_clocks_of_a_unit_have_no_curve() -> None:
    one = ages(("H26", 0, 20, 0, 0, 0), ("H26", DAY, 0, 20, 0, 0))
    other = (("H26", 0, 20, 0, 0, 0), ("H26", 2 * DAY, 0, 20, 0, 0))
    together = compute(pl.concat([one, ages(*other)]))
    assert read(together, "H26", "ended_share")[0] == pytest.approx(20 / 40)
    assert read(together, "H26", "ended_share")[1] == 1.0
    apart = compute(pl.concat([one, ages(*other, clock="elapsed")]))
    assert apart.filter(unit_code="H26").is_empty()
