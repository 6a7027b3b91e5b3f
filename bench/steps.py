"""The steps that are measured, each run in a process of its own: `python -m bench.steps STEP HOME`.

Not here: timing them (measure).
"""

import json
import sys
import time
from pathlib import Path

# Imported late elsewhere; here they count as imports.
import alembic.command  # noqa: F401
import duckdb
import great_expectations  # noqa: F401

from assets.command_line.run import run_month
from assets.month import deliveries, receive, record
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from bench import peer
from bench.memory import peak_gib
from pipeline import months, tables
from pipeline.home import Home
from pipeline.tallies import Tallies
from reports import site  # noqa: F401

MONTH = "2026-08"


def duckdb_counts(home: Home) -> dict[str, int]:
    """The first peer: on-time figures of every unit from the same files."""
    start, end = months.start(MONTH), months.end(MONTH)
    files = str(home.inbox / "*" / MONTH / "dossiers.csv")
    query = f"""
        with typed as (
            select DonViXuLy as unit, TrangThaiHoSo as status,
                strptime(NgayTiepNhan, '%Y%m%d%H%M%S') as received,
                strptime(NgayHenTra, '%Y%m%d%H%M%S') as due,
                strptime(NgayHenTraDau, '%Y%m%d%H%M%S') as first_due,
                strptime(NgayKetThucXuLy, '%Y%m%d%H%M%S') as ended
            from read_csv('{files}', all_varchar = true)
        ), counted as (
            select *, status in ('9', '10') as has_result,
                status in ('9', '10', '7', '8') as is_over
            from typed where status not in ('1', '3')
        )
        select unit,
            count(*) filter (has_result) as finished,
            count(*) filter (has_result and ended <= due) as finished_on_time,
            count(*) filter (has_result and ended <= first_due) as verdict_on_time,
            count(*) filter (
                first_due >= timestamp '{start}' and first_due < timestamp '{end}'
                and not (is_over and coalesce(ended <= first_due, false))
            ) as verdict_late,
            count(*) filter (not is_over and due >= timestamp '{end}') as open_not_due,
            count(*) filter (not is_over and due < timestamp '{end}') as open_overdue
        from counted group by unit
    """
    answered = duckdb.sql(query)
    rows = answered.fetchall() if answered else []
    names = ("finished", "finished_on_time", "on_time", "late", "open_not_due", "open_overdue")
    return {name: sum(row[place] for row in rows) for place, name in enumerate(names, start=1)}


def duckdb_same_work(home: Home) -> dict[str, int]:
    """The second peer: what `tallies_with_rules` does, in DuckDB."""
    return peer.count(home, MONTH)


def find_other_cells(home: Home) -> list[str]:
    """The tables of counts in which the peer and we differ; after both were made."""
    installation = Installation(home)
    keys = read_inputs(installation, MONTH).plan["tallies_key"].unique().to_list()
    remembered = {
        name: installation.store.scan_all("tallies", keys, name, table.schema).collect()
        for name, table in tables.REMEMBERED.items()
    }
    counted = scan_cells(installation)
    names = ("outcomes", "ages", "patterns", "allowed")
    cells = {name: getattr(counted, name).collect() for name in names}
    return peer.find_differences(home, cells | remembered)


def scan_cells(installation: Installation) -> Tallies:
    """Our tables of counts of the month."""
    return deliveries.scan_tallies(installation, read_inputs(installation, MONTH).plans.values())


def tallies_without_rules(home: Home) -> dict[str, int]:
    """Exports to tallies, no row being judged."""
    installation = Installation(home)
    inputs = receive.receive_exports(installation, MONTH)
    deliveries.record_pending(inputs, record.no_reasons)
    deliveries.tally_pending(inputs)
    return counts(installation)


def tallies_with_rules(home: Home) -> dict[str, int]:
    """Exports to tallies, every row judged by the suite."""
    installation = Installation(home)
    inputs = receive.receive_exports(installation, MONTH)
    deliveries.record_pending(inputs)
    deliveries.tally_pending(inputs)
    return counts(installation)


def edition(home: Home) -> dict[str, int]:
    """Exports to the published edition, as `reform-index run` does it."""
    run_month(Installation(home), MONTH)
    return counts(Installation(home))


def counts(installation: Installation) -> dict[str, int]:
    """The same figures as the peers', from the tallies."""
    rule = installation.method_at(MONTH).deadline_rule
    outcomes = scan_cells(installation).by_deadline_rule(rule).outcomes.collect()
    return peer.count_dossiers(outcomes)


STEPS = {
    step.__name__: step
    for step in (
        duckdb_counts,
        duckdb_same_work,
        tallies_without_rules,
        tallies_with_rules,
        edition,
    )
}


def main() -> None:
    """Runs a step; prints its seconds without imports, its peak memory and its counts, as JSON."""
    step, home = STEPS[sys.argv[1]], Home.at(Path(sys.argv[2]))
    begun = time.perf_counter()
    found = step(home)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_gib": peak_gib(), "counts": found}))


if __name__ == "__main__":
    main()
