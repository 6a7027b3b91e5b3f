"""`make findings`: are planted patterns found, and how often does an honest unit stand out?

Writes docs/findings.md from simulated homes whose truth is known: exports are simulated with
patterns planted in some units, read and counted as in a run, and their findings computed. The same
numbers give the same bytes. Not here: what is planted (pipeline.simulator.planting), what is a
finding (pipeline.rankings.findings), limits and ranks (calibrate).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.month import deliveries, receive, results, withholding
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from pipeline import months, simulator
from pipeline.home import Home
from pipeline.rankings import RankingScope, findings
from pipeline.simulator import Parameters
from pipeline.simulator.planting import PLANTED
from pipeline.tables import PUBLISHED_FINDINGS

DOCUMENT = Path(__file__).parents[1] / "docs" / "findings.md"
MONTHS = months.span("2025-08", "2026-12")
"""The months of a home: the first has no ledger before it, and is not asked about."""
RATES = (0.05, 0.2)
HOMES = 13
"""13 homes of 16 months asked about are 208 months, half of them at each rate."""
SENDERS, UNITS, RECEIVED = 3, 20, 250
"""Senders of a home, communes of a sender, and dossiers that a commune receives in a month."""


def measure(homes: int) -> pl.DataFrame:
    """The findings of every unit and month of the homes: a row is a row of the table findings.

    With `rate` of the home, `planted` (what is planted in the unit, null in an honest one).
    """
    return pl.concat(_measure_home(number) for number in range(homes))


def _measure_home(number: int) -> pl.DataFrame:
    rate = RATES[number % len(RATES)]
    print(f"home {number + 1}: {len(MONTHS)} months at {rate:.0%}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder))
        parameters = Parameters(
            months=tuple(MONTHS),
            dossiers_total=len(MONTHS) * SENDERS * UNITS * RECEIVED,
            seed=number,
            senders=SENDERS,
            departments=0,
            communes=UNITS,
            has_petitions=False,
            planted_rate=rate,
        )
        simulator.simulate(home, parameters)
        planted = pl.read_csv(home.truth / "planted.csv").rename({"finding": "planted"})
        found = pl.concat(_find(Installation(home)))
    in_communes = found.filter(pl.col("unit_code").str.contains(".", literal=True))
    return in_communes.join(planted, on="unit_code", how="left").with_columns(
        rate=pl.lit(rate), home=pl.lit(number)
    )


def _find(installation: Installation) -> Iterator[pl.DataFrame]:
    inputs = receive.receive_exports(installation, MONTHS[-1])
    deliveries.record_pending(inputs)
    deliveries.merge_pending(deliveries.tally_pending(inputs).inputs)
    for month in MONTHS[1:]:
        of_month = read_inputs(installation, month)
        method = installation.method_at(month)
        indices = withholding.withhold_indices(of_month, results.indices_of_month(of_month))
        tallies = of_month.tallies.by_deadline_rule(method.deadline_rule)
        scope = RankingScope(month, method, installation.register)
        yield findings.compute(tallies, indices, scope)


def summarize(found: pl.DataFrame) -> pl.DataFrame:
    """A row for each finding: how often it stands out where it is planted, by rate, and where
    nothing is.

    Columns: finding, honest, honest_rows, and for each rate power_<rate>, rows_<rate>.
    """
    stands_out = pl.col("stands_out")
    honest = (
        found.filter(pl.col("planted").is_null())
        .group_by("finding")
        .agg(honest=stands_out.mean(), honest_rows=pl.len())
    )
    table = honest
    for rate in RATES:
        is_planted = (pl.col("planted") == pl.col("finding")) & (pl.col("rate") == rate)
        power = (
            found.filter(is_planted)
            .group_by("finding")
            .agg(stands_out.mean().alias(f"power_{rate}"), pl.len().alias(f"rows_{rate}"))
        )
        table = table.join(power, on="finding", how="full", coalesce=True)
    order = {name: number for number, name in enumerate(sorted(PUBLISHED_FINDINGS))}
    return table.sort(pl.col("finding").replace_strict(order))


_OPENING = """\
# Are findings found?

Everything on this page is **simulated**: no number below is about any agency. {months} months of
{senders} provinces with {units} communes each were simulated, about {received} dossiers a commune
and month. Of the communes of a province, {planted} have one planted pattern each, the other
{honest} are honest. The exports were read and counted as in a run, and the findings computed as for
an edition. `make findings` does it again and writes this page.

*Found* is the share of months in which a commune with the pattern **stands out**
([method](method.md#findings)): at a planted rate of {low} and of {high} of the rows that could show
it. *False* is the share of months in which an honest commune stands out by it all the same. A
simulated office has no honest reason to end dossiers at night or on a Sunday; a real one may have.
So what is false here is false by chance, and by the errors that 0.1 % of the rows have.

| finding | found at {low} | found at {high} | false | honest months |
| --- | ---: | ---: | ---: | ---: |
"""

_CLOSING = """
A dash: not planted. `carried_over_differs` follows from what is planted as `unseen`. At the lower
rate a commune often has fewer than five cases of `unseen`, `due_moved_at_the_end` or
`asked_more_than_once`, and fewer than 20 ends in a minute: then nothing stands out. Few dossiers of
a commune are late at a month's end, so `due_moved_at_the_end` has few cases at any rate.
`ended_before_received` is counted for the province, and all provinces have a commune with it here:
none can stand out, and it has no row. Findings that have no row could not be shown by these
exports.
"""


def document(found: pl.DataFrame) -> str:
    """The page."""
    table = summarize(found)
    low, high = (f"{rate:.0%}" for rate in RATES)
    opening = _OPENING.format(
        months=found.select("rate", "month", "home").n_unique(),
        senders=SENDERS,
        units=UNITS,
        received=RECEIVED,
        planted=len(PLANTED),
        honest=UNITS - len(PLANTED),
        low=low.replace("%", " %"),
        high=high.replace("%", " %"),
    )
    lines = [
        f"| `{row['finding']}` | {_percent(row[f'power_{RATES[0]}'])} | "
        f"{_percent(row[f'power_{RATES[1]}'])} | {_percent(row['honest'])} | "
        f"{row['honest_rows'] or 0:,} |\n"
        for row in table.iter_rows(named=True)
    ]
    return opening + "".join(lines) + _CLOSING


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--homes", type=int, default=HOMES, help="simulated homes, 2 or more")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the page is written")
    options = parser.parse_args()
    if options.homes < len(RATES):
        parser.error(f"--homes {options.homes}: give {len(RATES)} or more, one for each rate")
    found = measure(options.homes)
    options.document.write_text(document(found), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
