"""The site of a month of the nation: its pages and charts, how long they take, how large they are.

Here belongs what is shown of the results of bench.nation: 34 provinces and 3,321 communes, all
simulated; the first edition, and a second one after one commune's numbers were corrected. Not here:
computing the results (nation).
"""

import multiprocessing
import sys
import tempfile
import time
from collections import ChainMap
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
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
from reports.site import make_site
from reports.site.packing import PackedContent, pack

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
        method=installation.method_at(MONTH),
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
    """An edition: the seconds until its site was made and until it was on the disk, the peak memory
    of all processes meanwhile in GiB, the bytes of its new files by path, and the KiB of the page
    of each unit with its charts.
    """

    made_seconds: float
    seconds: float
    peak_gib: float
    sizes: dict[str, int]
    unit_kib: list[float]


def publish(root: Path, packed: PackedContent, number: int) -> Measured:
    """Makes the next edition and publishes it, with what need not be made again of the one before.

    Data files are made too, as a run does.
    """
    installation, content = Installation(Home.at(root)), packed.unpack()
    begun = time.perf_counter()
    with MemoryWatch() as memory:
        data = data_files(content)
        before = read_made_pages(installation, MONTH, ())
        changes = Changes(None, _NO_DELIVERIES, _NO_VALUES)
        made = make_site(content, number, changes, [], before, data)
        made_seconds = time.perf_counter() - begun
        installation.editions.publish(MONTH, number, ChainMap(data, made.files), made.kept)
        store_made_pages(installation, MONTH, number, made.made)
    seconds = time.perf_counter() - begun
    sizes = {path: len(content) for path, content in made.files.items()}
    units = [
        sum(sizes.get(path, 0) for path in page.paths) / 1024
        for place, page in made.made.items()
        if "units/" in place and place.endswith(".html")
    ]
    return Measured(made_seconds, seconds, memory.peak_gib, sizes, units)


def measure(root: Path, content: Content, number: int) -> Measured:
    """As `publish`, in a process of its own, as a run is."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(publish, root, pack(content), number).result()


def main() -> None:
    """Measures with as many communes and months of history as the command line says."""
    communes, history = [int(text) for text in sys.argv[1:]] or (COMMUNES, HISTORY)
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        home = Home.at(Path(root))
        fill(home, communes, history)
        content = make_content(home)
        first = measure(home.root, content, 1)
        second = measure(home.root, correct_a_commune(content), 2)
        published = home.published / "editions" / MONTH
        changed = list(_find_changed(published / "1", published / "2"))
    pages = sum(path.endswith((".html", ".svg")) for path in first.sizes)
    print("\n| site of the nation | made | on the disk | files | MiB | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, measured, sizes in (
        ("first edition", first, list(first.sizes.values())),
        ("one commune corrected", second, changed),
    ):
        print(
            f"| {name} | {measured.made_seconds:.0f} s | {measured.seconds:.0f} s "
            f"| {len(sizes):,} | {sum(sizes) / 2**20:.0f} | {measured.peak_gib:.2f} GiB |"
        )
    mean = sum(first.unit_kib) / len(first.unit_kib)
    print(
        f"\n{pages / first.made_seconds:.0f} pages and charts a second; a unit's page with its "
        f"charts {mean:.0f} KiB in the mean, {max(first.unit_kib):.0f} at most"
    )


def _find_changed(before: Path, after: Path) -> Iterator[int]:
    """The bytes of each file of an edition, outside its data, that the one before has not."""
    for path in after.rglob("*"):
        name = path.relative_to(after)
        if not path.is_file() or name.parts[0] == "data":
            continue
        if not (before / name).exists() or not path.samefile(before / name):
            yield path.stat().st_size


if __name__ == "__main__":
    main()
