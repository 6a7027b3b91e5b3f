"""Asset `tallies`: exact counts, the waist through which everything passes."""

import dagster as dg
import polars as pl

from assets import checks, metadata
from assets.errors import BrokenRulesError
from assets.month import deliveries
from assets.partitions import MONTHS
from assets.resources import HomeResource
from expectations.rules import tallies as suite
from pipeline import tables


@dg.asset(
    deps=["records"],
    partitions_def=MONTHS,
    group_name="tallies",
    kinds={"polars", "parquet"},
    owners=["team:data-engineering"],
    check_specs=checks.of_made("tallies", tables.TALLIES),
)
def tallies(context: dg.AssetExecutionContext, home: HomeResource) -> checks.Checked:
    """Counts by unit: outcomes and ages of dossiers, answers, figures, petitions, findings.

    One row is a cell of a file, so that every number can be followed back to its files.
    """
    installation, month = home.installation, context.partition_key
    plans = deliveries.chain(installation, month)
    recomputed = deliveries.tally_pending(installation, plans.values())
    is_new = pl.col("tallies_key").is_in(recomputed)
    checked = {each: plan.filter(is_new | pl.lit(each == month)) for each, plan in plans.items()}
    counted = deliveries.tallies_of(installation, checked)
    cells = {name: getattr(counted, name).collect() for name in tables.TALLIES}
    try:
        yield from checks.stopping(
            month, {name: suite.check({name: frame}) for name, frame in cells.items()}
        )
    except BrokenRulesError:
        # No later run may take them for checked, of this month or of another that rests on it.
        deliveries.forget_tallies(installation, checked.values())
        raise
    cells = {name: frame.filter(month=month) for name, frame in cells.items()}
    # Each dossier stands once for every rule that a method reads deadlines by.
    of_index = cells["outcomes"].filter(rule=installation.method.rule.name)
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(frame.height for frame in cells.values()),
            "dagster/column_schema": metadata.schema_of(tables.OUTCOMES),
            "dossiers": int(of_index["dossiers"].sum()),
            "respondents": int(cells["answers"].filter(question="any")["respondents"].sum()),
            "deliveries recomputed": len(recomputed),
        },
    )
