"""The site of a month of the nation: its pages and charts, how long they take, how large they are.

Here belongs what is shown of the results of bench.nation: 34 provinces and 3,321 communes, all
simulated; the first edition, and a second one after one commune's numbers were corrected. Not here:
computing the results (nation).
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

from assets.month import results
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from bench.memory import peak_gib
from bench.nation import COMMUNES, HISTORY, MONTH, fill
from pipeline import tables
from pipeline.bulletin import Changes, Content
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


def measure(content: Content, before: MadeSite | None = None) -> tuple[MadeSite, float]:
    """The site of the edition, and the seconds that it took."""

    def find_made(path: str, digest: str) -> dict[str, bytes] | None:
        if before is None or path not in before.made or before.made[path].digest != digest:
            return None
        return {each: before.files[each] for each in before.made[path].paths}

    begun = time.perf_counter()
    made = make_site(content, 1, Changes(None, _NO_DELIVERIES, _NO_VALUES), [], find_made)
    return made, time.perf_counter() - begun


def main() -> None:
    """Measures with as many communes and months of history as the command line says."""
    communes, history = [int(text) for text in sys.argv[1:]] or (COMMUNES, HISTORY)
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        home = Home.at(Path(root))
        fill(home, communes, history)
        content = make_content(home)
    first, seconds = measure(content)
    mib = sum(map(len, first.files.values())) / 2**20
    pages = sum(path.endswith((".html", ".svg")) for path in first.files)
    units = [
        sum(len(first.files[path]) for path in made.paths) / 1024 for made in first.made.values()
    ]
    print("\n| site of the nation | wall | files | MiB |\n| --- | ---: | ---: | ---: |")
    print(f"| first edition | {seconds:.0f} s | {len(first.files):,} | {mib:.0f} |")
    second, again = measure(correct_a_commune(content), first)
    changed = [path for path in second.files if second.files[path] != first.files.get(path)]
    size = sum(len(second.files[path]) for path in changed) / 2**20
    print(f"| one commune corrected | {again:.0f} s | {len(changed):,} | {size:.0f} |")
    print(
        f"\n{pages / seconds:.0f} pages and charts a second; a unit's page with its charts "
        f"{sum(units) / len(units):.0f} KiB in the mean, {max(units):.0f} at most; "
        f"peak memory {peak_gib():.2f} GiB"
    )


if __name__ == "__main__":
    main()
