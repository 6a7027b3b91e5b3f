"""`python -m bench.cluster [DOSSIERS]`: workers of a cluster against threads, and a table for more.

A scheduler and workers run as processes on the loopback of this machine. Records and tallies of one
month are made by threads, by one worker with all cores and by two with half of them. The table has
medians, and the share of the processor's time that is lost to sending work away. From the measured
parts of a task it computes what 4, 16 and 64 workers would take. Not here: how exports become
tallies (steps).
"""

import contextlib
import heapq
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from assets.month import checked_tallies, deliveries, receive
from assets.month.cluster.workers import ClusterWorkers
from assets.month.groups import THREADS, Workers
from assets.month.installation import Installation
from bench.measure import simulated
from bench.memory import list_descendants
from bench.steps import MONTH
from pipeline.home import Home

_DOSSIERS = 1_000_000
_TIMES = 3
_WORKERS = (1, 2, 4, 16, 64)
_GROUPS_A_WORKER = 3
_GROUP_BYTES = 32 << 20
_LEAST_GROUP_BYTES = 2 << 20
_BIN = Path(sys.executable).parent
_START_SECONDS = 120


@dataclass(frozen=True)
class Measured:
    """One run: seconds until the plan, in records, in tallies, in checking and merging.

    `processor` are the seconds of the processor in records and tallies, over all processes; `tasks`
    has stage, bytes, seconds of the processor, and seconds of the way there and back of each task.
    """

    receive: float
    records: float
    tallies: float
    merge: float
    processor: float
    tasks: list[tuple[str, int, float, float]]

    @property
    def stages(self) -> float:
        """Seconds of the two stages that workers take over."""
        return self.records + self.tallies


def measure(root: str, scheduler: str) -> Measured:
    """Makes records and tallies of the month in this process, or with the workers."""
    installation = Installation.at(root)
    cluster = ClusterWorkers(scheduler) if scheduler else None
    workers: Workers = cluster or THREADS
    moments = [time.perf_counter()]
    inputs = receive.receive_exports(installation, MONTH)
    moments.append(time.perf_counter())
    processor = time.process_time()
    inputs = deliveries.record_pending(inputs, workers=workers).inputs
    moments.append(time.perf_counter())
    inputs = deliveries.tally_pending(inputs, workers).inputs
    moments.append(time.perf_counter())
    processor = time.process_time() - processor
    checked = checked_tallies.count_and_check(inputs, workers)
    deliveries.merge_pending(checked.inputs)
    moments.append(time.perf_counter())
    received, recorded, tallied, merged = (b - a for a, b in pairwise(moments))
    tasks = []
    if cluster is not None:
        tasks = [(t.stage, t.bytes, t.processor, t.seconds - t.work_seconds) for t in cluster.done]
        cluster.close()
    return Measured(received, recorded, tallied, merged, processor, tasks)


def run(home: Home, scheduler: str, machines: Sequence[int] = ()) -> Measured:
    """A fresh process, from a home without results; `machines` are processes that work for it."""
    for folder in (home.store, home.archive):
        shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "bench.cluster", "measure", str(home.root), scheduler]
    before = processor_seconds(machines)
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said = Measured(*json.loads(ended.stdout.splitlines()[-1]))
    return replace(said, processor=said.processor + processor_seconds(machines) - before)


def processor_seconds(processes: Sequence[int]) -> float:
    """What some processes and those that they started have had of the processor."""
    ticks = 0
    for process in {each for own in processes for each in (own, *list_descendants(own))}:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def processes(folder: Path, workers: int, threads: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers as long as the block runs: the address, and the processes."""
    started = []
    logs = [folder / f"{name}.log" for name in ("scheduler", *map(str, range(workers)))]
    for log in logs:
        log.unlink(missing_ok=True)

    def start(log: Path, *words: str) -> None:
        with log.open("w") as output:
            started.append(
                subprocess.Popen([_BIN / words[0], *words[1:]], stdout=output, stderr=output)
            )

    try:
        start(logs[0], "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        address = wait_for(logs[0], r"Scheduler at: +(tcp://\S+)")
        for log in logs[1:]:
            start(log, "reform-index", "worker", address, "--threads", str(threads),
                  "--memory", "8GB")  # fmt: skip
        for log in logs[1:]:
            wait_for(log, r"(Registered to)")
        yield address, [process.pid for process in started]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def wait_for(log: Path, pattern: str) -> str:
    """What a log says, once it does."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise SystemExit(f"{log.read_text()}\nnothing like {pattern} was said")


@dataclass(frozen=True)
class Model:
    """What a run with many workers takes, from measured parts.

    A task takes `fixed` seconds of one core and `per_byte` for each byte of its deliveries, by
    stage; sending it and taking its answer `way` seconds of the run's process; what is not done by
    workers `serial` seconds.
    """

    fixed: dict[str, float]
    per_byte: dict[str, float]
    way: float
    serial: float

    def stage_seconds(self, stage: str, sizes: Sequence[int], workers: int) -> float:
        """The largest group first, each to the worker that is free first."""
        most = sum(sizes) // (workers * _GROUPS_A_WORKER)
        groups = group_sizes(sizes, min(_GROUP_BYTES, max(_LEAST_GROUP_BYTES, most)))
        free = [0.0] * workers
        sent = 0.0
        for size in sorted(groups, reverse=True):
            begin = max(heapq.heappop(free), sent)
            sent = begin + self.way
            heapq.heappush(free, sent + self.fixed[stage] + self.per_byte[stage] * size)
        return max(free)

    def seconds(self, sizes: Sequence[int], workers: int) -> float:
        """Exports to checked and merged tallies."""
        stages = sum(self.stage_seconds(stage, sizes, workers) for stage in self.fixed)
        return self.serial + stages


def group_sizes(sizes: Sequence[int], most: int) -> list[int]:
    """The bytes of groups, as groups.group_by_size makes them."""
    groups: list[int] = []
    open_group = 0
    for size in sizes:
        if open_group and open_group + size > most:
            groups.append(open_group)
            open_group = 0
        open_group += size
    return [*groups, open_group]


def fit(runs: Sequence[Measured]) -> Model:
    """The parts of the model: a line through the seconds of the processor of a stage's tasks."""
    tasks = [task for one in runs for task in one.tasks]
    fixed, per_byte = {}, {}
    for stage in ("records", "tallies"):
        own = [(size, work) for each, size, work, _ in tasks if each == stage]
        sizes, work = (np.array(column, dtype=float) for column in zip(*own, strict=True))
        slope, start = np.polyfit(sizes, work, 1)
        fixed[stage], per_byte[stage] = max(float(start), 0.0), float(slope)
    # The least: what else the machine did is no part of the way.
    way = min(way for *_, way in tasks)
    serial = min(one.receive + one.merge for one in runs)
    return Model(fixed, per_byte, way, serial)


def report(dossiers: int, folder: Path) -> None:
    """Measures, and prints both tables."""
    home = simulated(folder / "home", dossiers)
    cores = len(os.sched_getaffinity(0))
    ways = {
        f"threads, {cores} cores": (0, 0),
        f"1 worker of {cores} threads": (1, cores),
        f"2 workers of {max(1, cores // 2)} threads": (2, max(1, cores // 2)),
    }
    runs: dict[str, list[Measured]] = {name: [] for name in ways}
    for name, (workers, threads) in ways.items():
        if not workers:
            runs[name] = [run(home, "") for _ in range(_TIMES)]
            continue
        with processes(folder, workers, threads) as (scheduler, machines):
            # Workers live long: what their first tasks take is no part of a month.
            run(home, scheduler, machines)
            runs[name] = [run(home, scheduler, machines) for _ in range(_TIMES)]
    print(f"\n| {dossiers:,} dossiers | records | tallies | both | processor | share lost |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    medians = {
        name: [
            statistics.median(getattr(one, part) for one in found)
            for part in ("records", "tallies", "stages", "processor")
        ]
        for name, found in runs.items()
    }
    base = next(iter(medians.values()))[3]
    for name, cells in medians.items():
        lost = f"{1 - base / cells[3]:.0%}" if cells[3] != base else ""
        print(f"| {name} | {' | '.join(f'{cell:.1f} s' for cell in cells)} | {lost} |")
    model = fit(runs[list(runs)[-1]])
    paths = sorted(home.inbox.glob(f"*/{MONTH}"))
    sizes = [sum(path.stat().st_size for path in each.iterdir()) for each in paths]
    print(f"\nmeasured: {model}")
    print(f"\n| workers | {dossiers:,} dossiers | speed | {10 * dossiers:,} dossiers | speed |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    large = [10 * size for size in sizes]
    tenfold = Model(model.fixed, model.per_byte, model.way, 10 * model.serial)
    for count in _WORKERS:
        cells = [str(count)]
        for each, own in ((model, sizes), (tenfold, large)):
            seconds = each.seconds(own, count)
            cells += [f"{seconds:.1f} s", f"{each.seconds(own, 1) / seconds:.1f}"]
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Measures one run, or all of them and prints the tables."""
    if sys.argv[1:2] == ["measure"]:
        one = measure(sys.argv[2], sys.argv[3])
        print(json.dumps(list(astuple(one))))
        return
    dossiers = int(sys.argv[1]) if sys.argv[1:] else _DOSSIERS
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as folder:
        report(dossiers, Path(folder))


if __name__ == "__main__":
    main()
