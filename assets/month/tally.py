"""Counting deliveries: from stored records and earlier ledgers to tallies and the ledgers after.

Here belongs the glue of one month's deliveries, each with the deliveries of its sender before.
Not here: which are to be counted, and in what order (deliveries), the steps themselves (pipeline).
"""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from assets.month.installation import Installation
from pipeline import deadlines, months, planning, tables
from pipeline.deadlines import Rule
from pipeline.planning import Plan, PlannedFile
from pipeline.tallies import answers, ledger, verdicts
from pipeline.tallies.dossiers import (
    at_month_end,
    clock_of,
    count_ages,
    count_outcomes,
    count_unseen,
)
from pipeline.tallies.figures import count_figures
from pipeline.tallies.petitions import count_petitions

Chains = dict[str, list[tuple[str, str]]]
"""By sender, month and tallies' key of its deliveries before a month, oldest first."""


class _Clock(NamedTuple):
    """What the profile of a file says of time."""

    name: str
    time_zone: str
    calendar: str


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
    of_dossiers, due = _of_dossiers(installation, plan, rows, earlier)
    return {
        **of_dossiers,
        "answers": answers.count_answers(rows["ratings"], month, due),
        "figures": count_figures(rows["figures"], month),
        "petitions": count_petitions(rows["petitions"], month, installation.calendar),
    }


def _of_dossiers(
    installation: Installation, plan: Plan, rows: Mapping[str, pl.LazyFrame], earlier: Chains
) -> tuple[dict[str, pl.DataFrame], pl.LazyFrame | None]:
    """What is counted of dossiers beside the ledgers before, and the ledgers after.

    Also the rated ones due in the month (verdicts.due_in), None where nothing of dossiers came.
    """
    month = str(plan["month"][0])
    past = _past(installation, plan, earlier)
    outcomes, ages = [tables.OUTCOMES.empty()], [tables.AGES.empty()]
    by_clock, by_rule, due = [], [], []
    for clock, files in _by_clock(installation, plan).items():
        of_clock = rows["dossiers"].join(files.lazy(), on=["sender_code", "sha256"], how="semi")
        recalled = ledger.recalled(of_clock, month, past).collect()
        recalled = ledger.with_ended(recalled, past)
        for rule in installation.deadline_rules:
            shown = _judged(installation, recalled.lazy(), month, clock, rule, past)
            outcomes.append(count_outcomes(shown, month, clock.name, rule))
            by_rule.append(ledger.deadlines_told(shown, past, month, rule.name))
            if rule == installation.method.deadline_rule:
                # Ages are the same by every rule; ratings and findings are our own index's.
                ages.append(count_ages(shown, month, clock.name))
                by_clock.append(ledger.told(shown, past, month, clock.name))
                due.append(_rated(verdicts.due_in(shown, month), rows["ratings"]))
    shown_before = pl.concat([tables.ENDED.empty(), *(part["shown"] for part in by_clock)])
    missing = ledger.missed(
        past, shown_before, month, _senders_with_complete_exports(installation, plan)
    )
    outcomes.append(count_unseen(missing.late, month))
    counted = {"outcomes": pl.concat(outcomes), "ages": pl.concat(ages)}
    after = ledger.after(by_clock, by_rule, missing, month)
    return counted | after, pl.concat(due).lazy() if due else None


def _judged(  # noqa: PLR0913, PLR0917 -- whose dossiers, when, and by what
    installation: Installation,
    recalled: pl.LazyFrame,
    month: str,
    clock: _Clock,
    rule: Rule,
    past: ledger.Past,
) -> pl.LazyFrame:
    """Dossiers as they stood at the month's end, judged by a rule."""
    calendar = installation.calendars.named(clock.calendar)
    elapsed_in = clock.time_zone if clock.name == "elapsed" else None
    dated = deadlines.with_deadlines(recalled, rule, calendar, month, elapsed_in)
    settled = ledger.settled(dated, month, rule.name, past)
    read = clock_of(clock.name, calendar, clock.time_zone)
    dossiers = at_month_end(settled, month, read).collect()
    return verdicts.judged(dossiers, month).lazy()


def _rated(due: pl.LazyFrame, ratings: pl.LazyFrame) -> pl.DataFrame:
    """The dossiers of `due` that a rating of the same sender names."""
    rated = ratings.select("sender_code", "dossier_id").drop_nulls("dossier_id")
    return due.join(rated, on=["sender_code", "dossier_id"], how="semi").collect()


def _past(installation: Installation, plan: Plan, earlier: Chains) -> ledger.Past:
    """What is remembered of the senders of a month's deliveries with dossiers."""
    month = str(plan["month"][0])
    oldest = months.shifted(month, -ledger.REMEMBERED_MONTHS)
    chains = {sender: earlier[sender] for sender in planning.ledger_keys(plan) if sender in earlier}
    last = {sender: chain[-1] for sender, chain in chains.items()}
    recent = [key for chain in chains.values() for each, key in chain if each >= oldest]

    def remembered(name: str, keys: list[str]) -> pl.LazyFrame:
        schema = tables.REMEMBERED[name].schema
        return installation.store.scan_all("tallies", keys, name, schema)

    return ledger.Past(
        months={sender: each for sender, (each, _) in last.items()},
        ledger=remembered("ledger", [key for _, key in last.values()]).collect(),
        deadlines=remembered("deadlines", [key for _, key in last.values()]).collect(),
        ended=remembered("ended", recent),
    )


def _senders_with_complete_exports(installation: Installation, plan: Plan) -> pl.DataFrame:
    """The senders whose dossiers are all accepted files: sender_code, sha256 of the first."""
    is_accepted = pl.col("status") == planning.ACCEPTED
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


def _by_clock(installation: Installation, plan: Plan) -> dict[_Clock, pl.DataFrame]:
    """The files of dossiers (sender_code, sha256) by the clock that they are read with."""
    found: dict[_Clock, list[PlannedFile]] = {}
    for file in planning.readable_files(plan, "dossiers"):
        profile = planning.find_profile(file, installation.profiles)
        clock = _Clock(profile.clock, profile.time_zone, profile.calendar)
        found.setdefault(clock, []).append(file)
    code = pl.Categorical()
    return {
        clock: pl.DataFrame(
            [(file.sender_code, file.sha256) for file in files],
            schema={"sender_code": code, "sha256": code},
            orient="row",
        )
        for clock, files in found.items()
    }
