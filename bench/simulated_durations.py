"""Dossiers whose time to the result is known in truth, as a month's export would show them.

Here belong true times, and drawing what one month sees of them: dossiers already under way when it
begins (late entry), withdrawn ones and those still open at its end (censored). Their ages are
counted by the product. Not here: dossiers due and ratings (simulated_leagues), the questions
(limits_held, ranks_held).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from bench.simulated_leagues import MONTH, Codes, Counts, Numbers, codes_of
from pipeline import months, tables
from pipeline.tables import CLOCKS
from pipeline.tallies.age_bins import edge_from
from pipeline.tallies.dossiers import count_ages

MONTH_HOURS = 176.0
"""Working hours of the simulated month: 22 days of 8."""
_BEFORE_HOURS = 5 * MONTH_HOURS
"""How long before the month the first dossier came in: of these hardly any is still open."""
_SIGMA = 0.8
"""Times are lognormal: a sixth of the dossiers takes more than e^0.8, or 2.2, times the median."""
_WITHDRAWN_AFTER_HOURS = 800.0
"""Mean time until an applicant withdraws who is not served before; exponential."""
_AT_ONCE = 100
"""Leagues that are in memory as single dossiers."""


@dataclass(frozen=True)
class Speeds:
    """The units of a league: true median time in working hours, dossiers received in a month."""

    median_hours: Numbers
    received: Counts

    def __len__(self) -> int:
        return len(self.received)

    @property
    def median_days(self) -> Numbers:
        """As the product reads it: the upper edge of the bin that holds the median."""
        minutes = pl.Series(np.ceil(self.median_hours * 60)).cast(pl.Int64)
        edges: Numbers = pl.select(edge_from(pl.lit(minutes))).to_series().to_numpy()
        return edges / CLOCKS["working"]


def mixed(count: int) -> Speeds:
    """Medians of 3 to 12 days, 60 to 900 dossiers a month."""
    rng = np.random.default_rng(count)
    median = np.linspace(24, 96, count)[rng.permutation(count)] + 0.5
    return Speeds(median, np.rint(np.geomspace(60, 900, count)).astype(np.int64))


def equal(count: int) -> Speeds:
    """Units that do not differ at all."""
    return Speeds(np.full(count, 48.5), np.full(count, 200, np.int64))


def drawn(speeds: Speeds, leagues: int, name: str) -> tuple[pl.DataFrame, Codes]:
    """Cells of tables.AGES of MONTH, and the codes of the units: a row a league. Seeded by name."""
    codes = codes_of(leagues, len(speeds), name)
    rng = np.random.default_rng([*name.encode(), leagues, len(speeds)])
    return pl.concat(_counted(rng, speeds, codes)), codes


def _counted(rng: np.random.Generator, speeds: Speeds, codes: Codes) -> Iterator[pl.DataFrame]:
    for first in range(0, len(codes), _AT_ONCE):
        some = codes[first : first + _AT_ONCE]
        yield count_ages(_as_exported(rng, speeds, some).lazy(), MONTH, "working")


def _as_exported(rng: np.random.Generator, speeds: Speeds, codes: Codes) -> pl.DataFrame:
    """The dossiers of the month's exports, with the columns that `tallies.ages` reads."""
    observed_hours = _BEFORE_HOURS + MONTH_HOURS
    came = rng.poisson(speeds.received * observed_hours / MONTH_HOURS, codes.shape)
    median = np.repeat(np.broadcast_to(speeds.median_hours, codes.shape).ravel(), came.ravel())
    unit = np.repeat(np.arange(codes.size), came.ravel())
    received = rng.uniform(-_BEFORE_HOURS, MONTH_HOURS, unit.size)
    served = median * np.exp(_SIGMA * rng.standard_normal(unit.size))
    withdrawn = rng.exponential(_WITHDRAWN_AFTER_HOURS, unit.size)
    used = np.minimum(served, withdrawn)
    ended = received + used
    start = pl.lit(months.start(MONTH))
    hour = timedelta(hours=1)
    is_over = pl.col("ended") < MONTH_HOURS
    is_served = pl.col("served") <= pl.col("withdrawn")
    exported = ended >= 0
    return pl.DataFrame(
        {
            "unit_code": pl.Series(codes.ravel()).gather(unit[exported]),
            "received": received[exported],
            "served": served[exported],
            "withdrawn": withdrawn[exported],
            "ended": ended[exported],
            "used_hours": used[exported],
        }
    ).select(
        "unit_code",
        "used_hours",
        sender_code="unit_code",
        sha256=pl.lit("0"),
        ended_at=start + timedelta(hours=9),
        has_ended_before_month=pl.lit(value=False),
        received_at=pl.when(pl.col("received") >= 0).then(start).otherwise(start - hour),
        hours_at_start=-pl.col("received"),
        hours_at_end=MONTH_HOURS - pl.col("received"),
        has_result=is_over & is_served,
        has_left=is_over & ~is_served,
    )


def finished_alone(ages: pl.DataFrame) -> pl.DataFrame:
    """The naive reading of the same ages: the finished dossiers, as if they were all there are."""
    file = [name for name, dtype in tables.AGES.schema.items() if dtype == pl.String]
    exits = ages.filter(pl.col("finished") > 0).select(*file, "age_minutes", "finished")
    entries = exits.group_by(file).agg(entered=pl.col("finished").sum(), age_minutes=pl.lit(0))
    counts = pl.col("entered", "finished", "left", "still_open")
    both = pl.concat([exits, entries.cast({"age_minutes": pl.Int64})], how="diagonal")
    return tables.AGES.conform(both).with_columns(counts.fill_null(0))
