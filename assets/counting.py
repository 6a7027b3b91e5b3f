"""Deliveries counted: from stored records and earlier ledgers to tallies and the ledgers after.

Here belongs the glue of one month's deliveries, each with the deliveries of its sender before.
Not here: which are to be counted, and in what order (stages), the steps themselves (pipeline).
"""

import polars as pl

from assets.installation import Installation
from pipeline import deliveries, ledger, months, tables, tallies, verdicts

Plan = pl.DataFrame
"""Rows of deliveries.PLAN."""
Chains = dict[str, list[tuple[str, str]]]
"""By sender, month and tallies' key of its deliveries before a month, oldest first."""


def tally(installation: Installation, plan: Plan, earlier: Chains) -> dict[str, pl.DataFrame]:
    """The tables of counts of deliveries of one month, and the ledgers after them.

    From their stored records and the ledgers after the deliveries before: `earlier`.
    """
    month = str(plan["month"][0])
    keys = plan["key"].unique(maintain_order=True).to_list()
    rows = {
        kind: installation.store.scan_all("records", keys, kind, table.schema)
        for kind, table in tables.RECORDS.items()
    }
    return {
        **_of_dossiers(installation, plan, rows["dossiers"], earlier),
        "answers": tallies.answers(rows["ratings"], month),
        "figures": tallies.counts(rows["figures"], month),
    }


def _of_dossiers(
    installation: Installation, plan: Plan, rows: pl.LazyFrame, earlier: Chains
) -> dict[str, pl.DataFrame]:
    """What is counted of dossiers beside the ledgers before, and the ledgers after."""
    month = str(plan["month"][0])
    past = _past(installation, plan, earlier)
    outcomes, ages = [tables.OUTCOMES.empty()], [tables.AGES.empty()]
    by_clock = []
    for (name, time_zone), files in _by_clock(installation, plan).items():
        clock = tallies.clock_of(name, installation.calendar, time_zone)
        of_clock = rows.join(files.lazy(), on=["sender_code", "sha256"], how="semi")
        recalled = ledger.recalled(of_clock, month, past)
        dossiers = tallies.at_month_end(recalled, month, clock).collect()
        shown = verdicts.judged(ledger.with_ended(dossiers, past), month).lazy()
        outcomes.append(tallies.outcomes(shown, month, name))
        ages.append(tallies.ages(shown, month, name))
        by_clock.append(ledger.told(shown, past, month, name))
    after = ledger.after(by_clock, past, month, _whole(installation, plan))
    missing = tallies.unseen_outcomes(after.pop("missing"), month)
    return {"outcomes": pl.concat([*outcomes, missing]), "ages": pl.concat(ages), **after}


def _past(installation: Installation, plan: Plan, earlier: Chains) -> ledger.Past:
    """What is remembered of the senders of a month's deliveries with dossiers."""
    month = str(plan["month"][0])
    oldest = months.shifted(month, -ledger.REMEMBERED_MONTHS)
    chains = {sender: earlier[sender] for sender in deliveries.links(plan) if sender in earlier}
    last = {sender: chain[-1] for sender, chain in chains.items()}
    recent = [key for chain in chains.values() for each, key in chain if each >= oldest]
    scan_all, of_ledger, of_ended = installation.store.scan_all, ledger.LEDGER, ledger.ENDED
    return ledger.Past(
        months={sender: each for sender, (each, _) in last.items()},
        ledger=scan_all(
            "tallies", [key for _, key in last.values()], "ledger", of_ledger.schema
        ).collect(),
        ended=scan_all("tallies", recent, "ended", of_ended.schema),
    )


def _whole(installation: Installation, plan: Plan) -> pl.DataFrame:
    """The senders whose dossiers are all accepted files: sender_code, sha256 of the first."""
    is_accepted = pl.col("status") == deliveries.ACCEPTED
    keys = plan["key"].unique(maintain_order=True).to_list()
    delivered = installation.store.scan_all("records", keys, "delivered", tables.DELIVERED.schema)
    return (
        delivered.filter(kind="dossiers")
        .group_by("sender_code")
        .agg(pl.col("sha256").min(), is_whole=is_accepted.all())
        .filter("is_whole")
        .select(pl.col("sender_code", "sha256").cast(pl.Categorical))
        .collect()
    )


def _by_clock(installation: Installation, plan: Plan) -> dict[tuple[str, str], pl.DataFrame]:
    """The files of dossiers (sender_code, sha256) by the clock and time zone they are read with."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for file in deliveries.readable(plan).filter(kind="dossiers").iter_rows(named=True):
        profile = deliveries.profile_of(file, installation.profiles)
        found.setdefault((profile.clock, profile.time_zone), []).append(file)
    return {
        clock: pl.DataFrame(files, schema=deliveries.PLAN).select(
            pl.col("sender_code", "sha256").cast(pl.Categorical)
        )
        for clock, files in found.items()
    }
