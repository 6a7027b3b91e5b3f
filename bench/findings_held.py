"""`make findings`: are planted patterns found, and how often does an honest unit stand out?

Writes docs/findings.md from simulated homes whose truth is known: exports are simulated with
patterns planted in some units, read and counted as in a run, and their findings computed. The same
numbers give the same bytes. Not here: what is planted (pipeline.simulator.planting, and
planted_exports for what several exports show), what is a finding (pipeline.rankings.findings),
limits and ranks (calibrate).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import polars as pl

from assets.month import deliveries, receive, results, withholding
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from bench import planted_exports
from bench.planted_exports import PLANTED_OVER_MONTHS
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
SPAN, MERGER = months.span("2025-08", "2026-08"), "2026-07"
"""The months of a home with patterns over several exports, and the month of its mergers."""
HOMES_OVER_MONTHS = 10
"""10 homes of 12 months asked about are 120 months, half of them at each rate."""
FEW = ("due_moved_more_than_once", "figures_differ", "first_shown_after_due")
"""Findings of several exports that have too few cases in a unit's month to stand out."""
_SECOND = "## What several exports show"


class _Planting(TypedDict, total=False):
    """What differs between the simulated homes of the two studies."""

    planted_rate: float
    has_ratings: bool


def measure(homes: int) -> pl.DataFrame:
    """The findings of every unit and month of the homes: a row is a row of the table findings.

    With `rate` of the home, `planted` (what is planted in the unit, null in an honest one).
    """
    return pl.concat(_measure_home(number) for number in range(homes))


def _measure_home(number: int) -> pl.DataFrame:
    rate = RATES[number % len(RATES)]
    with tempfile.TemporaryDirectory() as folder:
        home = _simulate(folder, number, MONTHS, UNITS, planted_rate=rate)
        planted = pl.read_csv(home.truth / "planted.csv").rename({"finding": "planted"})
        return _find_in_communes(home, number, MONTHS, planted)


def measure_over_months(homes: int) -> pl.DataFrame:
    """As `measure`, of what several exports show together; homes with figures and mergers."""
    return pl.concat(_measure_home_over_months(number) for number in range(homes))


def _measure_home_over_months(number: int) -> pl.DataFrame:
    rate = RATES[number % len(RATES)]
    with tempfile.TemporaryDirectory() as folder:
        home = _simulate(folder, number, SPAN, planted_exports.UNITS, has_ratings=False)
        planted = planted_exports.plant(home, SPAN, MERGER, rate, number)
        found = _find_in_communes(home, number, SPAN, planted)
    return found.with_columns(stands_out=_is_found())


def _simulate(
    folder: str, number: int, span: Sequence[str], units: int, **more: Unpack[_Planting]
) -> Home:
    """A home with exports of the months; each commune receives RECEIVED dossiers in each."""
    print(f"home {number + 1}: {len(span)} months", file=sys.stderr)
    home = Home.at(Path(folder))
    parameters = Parameters(
        months=tuple(span),
        dossiers_total=len(span) * SENDERS * units * RECEIVED,
        seed=number,
        senders=SENDERS,
        departments=0,
        communes=units,
        has_petitions=False,
        **more,
    )
    simulator.simulate(home, parameters)
    return home


def _find_in_communes(
    home: Home, number: int, span: Sequence[str], planted: pl.DataFrame
) -> pl.DataFrame:
    """The findings of all communes and months but the first, with what is planted in each."""
    found = pl.concat(_find(Installation(home), span))
    in_communes = found.filter(pl.col("unit_code").str.contains(".", literal=True))
    return in_communes.join(planted, on="unit_code", how="left").with_columns(
        rate=pl.lit(RATES[number % len(RATES)]), home=pl.lit(number)
    )


def _is_found() -> pl.Expr:
    """Whether a finding stands out; of those with too few cases for it, whether there is one."""
    return pl.when(pl.col("finding").is_in(FEW)).then(pl.col("count") > 0).otherwise("stands_out")


def _find(installation: Installation, span: Sequence[str]) -> Iterator[pl.DataFrame]:
    inputs = receive.receive_exports(installation, span[-1])
    deliveries.record_pending(inputs)
    deliveries.merge_pending(deliveries.tally_pending(inputs).inputs)
    for month in span[1:]:
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
`asked_more_than_once`, fewer than 20 ends in a minute, and fewer than ten dossiers that one person
rated: then nothing stands out. Few dossiers of a commune are late at a month's end, so
`due_moved_at_the_end` has few cases at any rate.
`ended_before_received` is counted for the province, and all provinces have a commune with it here:
none can stand out, and it has no row. Findings that have no row are below, or could not be shown by
these exports.

"""

_OPENING_OVER_MONTHS = """
What follows was planted in other homes: {months} months of {senders} provinces with {units}
communes. The communes send figures beside their rows. In one month {absorbed} communes of each
province are absorbed by {absorbed} others. {planted} communes of a province have one pattern each
in every month, and {merged} of the {absorbed} that absorb another have one in the month of the
merger. Another of the {absorbed} absorbs a commune that sends nothing in the month before: its
share cannot be compared, and it has no row.

The allowed times of all communes differ: those of a commune are {factors} times as long as usual,
and each dossier's is longer or shorter by chance (more than 1.5 times as long for one in 16).

| finding | found at {low} | found at {high} | false | honest months |
| --- | ---: | ---: | ---: | ---: |
"""

_CLOSING_OVER_MONTHS = """
*False* can fail in four rows. In the others it is about 0 by construction: a simulated office does
nothing of the kind, and only the errors of 0.1 % of the rows may look like it. The four are
`allowed_far_above_peers` (honest allowed times differ), `jumped_at_merger` (shares differ by
chance), `figures_differ`, and `first_shown_after_due` (for which one case is enough here: the
commune that sent nothing in a month shows due dates of that month late, so what is false is true).

What is planted, at the rate named:

* `allowed_far_above_peers`: the first due date of a dossier is later, by its allowed time once more
  and a week.
* `code_of_several`: a dossier received on another day has the code of one received in the month.
* `due_moved_more_than_once`: the due date of an open dossier is 15 days later in each export. Few
  dossiers are open over two months' ends: a commune has too few cases to stand out at any rate.
  Found is here that it has a case.
* `ended_before_shown`: a dossier that was received and ended in a month is shown a month later.
* `first_shown_after_due`: no due date is shown before its month is over. Most dossiers have ended
  then, and are shown no more. Found is here, too, that there is a case.
* `reopened`: a dossier that was shown ended is shown open in the next month.
* `figures_differ`: a share of the late ends, one at least, is told to be on time. A unit sends few
  figures, so this finding never stands out. Found is here that a figure differs. Honest communes
  add up all their rows, and 0.1 % of the rows have errors and are rejected: what is false here is
  true. A real sender's figures may differ for the same reason.
* `jumped_at_merger`: in the month of the merger a share of the ends on time is late. False is the
  share of the other communes with a merger that stand out. A twentieth of the ends is within what
  is usual between two months of 500 ends.

**A jump** is a figure that changes in the month in which a boundary begins, by more than its own
variation makes usual, while that of units which the boundary does not touch does not
([method](method.md#findings)). Boundaries are the mergers of the register (`valid_from`), and the
versions of methods. Mergers are compared as above. Where a version begins that reads due dates
otherwise, both rules are applied to the same dossiers (`judged_otherwise_by_new_rule`): nothing is
left to chance, so there is nothing to simulate. When a calendar or the layout of a sender changes,
no finding says so.
"""


def document_records(found: pl.DataFrame) -> str:
    """The part of the page on what the records of one export show."""
    opening = _OPENING.format(
        months=found.select("rate", "month", "home").n_unique(),
        senders=SENDERS,
        units=UNITS,
        received=RECEIVED,
        planted=len(PLANTED),
        honest=UNITS - len(PLANTED),
        **_name_rates(),
    )
    is_below = pl.col("finding").is_in(PLANTED_OVER_MONTHS)
    return opening + _write_table(found.filter(~is_below)) + _CLOSING


def document_over_months(found: pl.DataFrame) -> str:
    """The part of the page on what several exports show."""
    opening = _OPENING_OVER_MONTHS.format(
        months=found.select("rate", "month", "home").n_unique(),
        senders=SENDERS,
        units=planted_exports.UNITS,
        absorbed=planted_exports.ABSORBED,
        planted=len(planted_exports.OF_A_UNIT),
        merged=planted_exports.MERGED_PLANTED,
        factors=", ".join(str(each) for each in planted_exports.UNIT_FACTORS),
        **_name_rates(),
    )
    is_here = pl.col("finding").is_in(PLANTED_OVER_MONTHS)
    return _SECOND + "\n" + opening + _write_table(found.filter(is_here)) + _CLOSING_OVER_MONTHS


def _name_rates() -> dict[str, str]:
    low, high = (f"{rate:.0%}".replace("%", " %") for rate in RATES)
    return {"low": low, "high": high}


def _write_table(found: pl.DataFrame) -> str:
    return "".join(
        f"| `{row['finding']}` | {_percent(row[f'power_{RATES[0]}'])} | "
        f"{_percent(row[f'power_{RATES[1]}'])} | {_percent(row['honest'])} | "
        f"{row['honest_rows'] or 0:,} |\n"
        for row in summarize(found).iter_rows(named=True)
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def main() -> None:
    """Writes the page, or its second part alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--homes", type=int, default=HOMES, help="simulated homes, 2 or more")
    parser.add_argument(
        "--homes-over-months",
        type=int,
        default=HOMES_OVER_MONTHS,
        help="simulated homes with patterns over several exports, 2 or more",
    )
    parser.add_argument(
        "--only-over-months", action="store_true", help="keep the first part of the page"
    )
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the page is written")
    options = parser.parse_args()
    for name in ("homes", "homes_over_months"):
        if getattr(options, name) < len(RATES):
            parser.error(f"--{name.replace('_', '-')}: give {len(RATES)} or more, one a rate")
    if options.only_over_months:
        first, _, _ = options.document.read_text(encoding="utf-8").partition(_SECOND)
    else:
        first = document_records(measure(options.homes))
    second = document_over_months(measure_over_months(options.homes_over_months))
    options.document.write_text(first + second, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
