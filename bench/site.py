"""The site of a month of the nation: its pages and charts, how long they take, how large they are.

Here belongs what is shown of the results of bench.nation: 34 provinces and 3,321 communes, all
simulated; the first edition, and a second one after one commune's numbers were corrected. Not here:
computing the results (nation).
"""

import sys
import tempfile
import time
from collections import ChainMap
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assets.month import results
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from assets.month.made_pages import read_made_pages, store_made_pages
from bench.memory import MemoryWatch
from bench.nation import COMMUNES, HISTORY, MONTH, fill
from pipeline import tables
from pipeline.bulletin import Changes, Content, data_files
from pipeline.home import Home
from reports.site import MadeSite, make_site

_NO_DELIVERIES = pl.DataFrame(schema=dict.fromkeys(("sender_code", "kind", "change"), pl.String))
_NO_VALUES = pl.DataFrame(
    schema=dict.fromkeys(("table", "unit_code", "indicator", "before", "after"), pl.String)
)


def make_content(home: Home) -> Content:
    """The contents of the nation's edition, from the tallies in the store."""
    installation = Installation(home)
    inputs = read_inputs(installation, MONTH)
    indices = results.compute_indices(inputs)
    rankings = results.compute_rankings(inputs, indices)
    found = indices | rankings
    return Content(
        month=MONTH,
        indices=found["indices"],
        rankings=found["rankings"],
        deliveries=inputs.deliveries,
        rejected=tables.REJECTED.empty(),
        register=installation.register,
        method=installation.method,
        is_simulated=True,
        scorecards=installation.methods.at(MONTH).scorecards,
        comparisons={
            name: found[name] for names in results.COMPARISONS_OF.values() for name in names
        },
    )


def correct_a_commune(content: Content) -> Content:
    """The same edition with other numbers of one commune."""
    code = content.indices.filter(pl.col("level") == "commune")["unit_code"].min()
    is_one = (pl.col("unit_code") == code) & (pl.col("indicator") == "due_on_time")
    value = pl.when(is_one).then(pl.col("value") / 2).otherwise("value").alias("value")
    return replace(
        content,
        indices=content.indices.with_columns(value),
        rankings=content.rankings.with_columns(value),
    )


@dataclass(frozen=True)
class Measured:
    """An edition: its site, the seconds until it was made and until it was on the disk, and the
    peak memory of all processes meanwhile in GiB.
    """

    site: MadeSite
    made_seconds: float
    seconds: float
    peak_gib: float


def publish(home: Home, content: Content, number: int) -> Measured:
    """Makes the next edition and publishes it, with what need not be made again of the one before.

    Data files and manifest are made too, as a run does.
    """
    installation = Installation(home)
    begun = time.perf_counter()
    with MemoryWatch() as memory:
        data = data_files(content)
        before = read_made_pages(installation, MONTH, ())
        changes = Changes(None, _NO_DELIVERIES, _NO_VALUES)
        made = make_site(content, number, changes, [], before, data)
        made_seconds = time.perf_counter() - begun
        installation.editions.publish(MONTH, number, ChainMap(data, made.files), made.kept)
        store_made_pages(installation, MONTH, number, made.made)
    return Measured(made, made_seconds, time.perf_counter() - begun, memory.peak_gib)


def main() -> None:
    """Measures with as many communes and months of history as the command line says."""
    communes, history = [int(text) for text in sys.argv[1:]] or (COMMUNES, HISTORY)
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        home = Home.at(Path(root))
        fill(home, communes, history)
        content = make_content(home)
        first = publish(home, content, 1)
        second = publish(home, correct_a_commune(content), 2)
        folder = home.published / "editions" / MONTH / "2"
        changed = [path.stat() for path in folder.rglob("*") if path.is_file()]
    # The second edition shares the files that did not change with the first.
    changed = [each for each in changed if each.st_nlink == 1]
    report(first, second, len(changed), sum(each.st_size for each in changed))


def report(first: Measured, second: Measured, changed_count: int, changed_bytes: int) -> None:
    """Prints what was measured."""
    files = first.site.files
    mib = sum(map(len, files.values())) / 2**20
    pages = sum(path.endswith((".html", ".svg")) for path in files)
    units = [
        sum(len(files[path]) for path in made.paths) / 1024
        for page, made in first.site.made.items()
        if "units/" in page and page.endswith(".html")
    ]
    print("\n| site of the nation | made | on the disk | files | MiB | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, measured, count, size in (
        ("first edition", first, len(files), mib),
        ("one commune corrected", second, changed_count, changed_bytes / 2**20),
    ):
        print(
            f"| {name} | {measured.made_seconds:.0f} s | {measured.seconds:.0f} s | {count:,} "
            f"| {size:.0f} | {measured.peak_gib:.2f} GiB |"
        )
    print(
        f"\n{pages / first.made_seconds:.0f} pages and charts a second; a unit's page with its "
        f"charts {sum(units) / len(units):.0f} KiB in the mean, {max(units):.0f} at most"
    )


if __name__ == "__main__":
    main()
