"""Counting deliveries: from stored records and earlier ledgers to tallies and the ledgers after.

Here belongs the glue of one month's deliveries, each with the deliveries of its sender before.
Not here: which are to be counted, and in what order (deliveries), the steps themselves (pipeline).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from assets.month.installation import Installation
from pipeline import months, planning, tables
from pipeline.agencies.hierarchy import list_members_at
from pipeline.calendar import Clock
from pipeline.planning import Plan, PlannedFile
from pipeline.profiles.identity import USUAL_IDENTITY
from pipeline.tallies import allowed, answers, ledger, pairs, patterns, rated, verdicts
from pipeline.tallies.dossiers import (
    count_ages,
    count_outcomes,
    count_unseen,
    judge_dossiers,
)
from pipeline.tallies.figures import count_figures
from pipeline.tallies.petitions import count_petitions

Chains = dict[str, list[tuple[str, str]]]
"""By sender, month and tallies' key of its deliveries before a month, oldest first."""
_NOT_COUNTED = ("row_number", "handed_over_at")
"""Columns of a dossier that no count reads."""


@dataclass(frozen=True)
class _Named:
    """Dossiers that ratings name: those due in the month (verdicts.due_dossiers), and those that
    got their result in it (rated.select_served).
    """

    due: pl.DataFrame = field(default_factory=verdicts.NO_DUE_DOSSIERS.clear)
    served: pl.DataFrame = field(default_factory=rated.NO_SERVED_DOSSIERS.clear)


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
    of_dossiers, shown, named = _of_dossiers(installation, plan, rows, earlier)
    counted = {name: table.empty() for name, table in tables.TALLIES.items()} | of_dossiers
    sent = set(plan["kind"])
    if "ratings" in sent:
        members = _members(installation, month, rows, named.served)
        counted["answers"] = answers.count_answers(rows["ratings"], month, named.due.lazy())
        counted["pairs"] = pairs.count_pairs(rows["ratings"], members, month)
        counted |= rated.count_rated(rows["ratings"], named.served.lazy(), members, month)
        marked = patterns.mark_ratings(rows["ratings"])
        shown.append(patterns.count_ratings(marked))
        counted["marked"] = patterns.count_marked(marked, month)
    if "figures" in sent:
        counted["figures"] = count_figures(rows["figures"], month)
    if "petitions" in sent:
        counted["petitions"] = count_petitions(rows["petitions"], month, installation.calendar)
    if "dossiers" in sent:
        shown.append(
            patterns.count_rejected(
                *(
                    installation.store.scan_all("records", keys, name, table.schema)
                    for name, table in (
                        ("rejected", tables.REJECTED),
                        ("delivered", tables.DELIVERED),
                    )
                )
            )
        )
    counted["patterns"] = patterns.add_up(shown, counted["findings"], month)
    return counted


def _members(
    installation: Installation,
    month: str,
    rows: Mapping[str, pl.LazyFrame],
    served: pl.DataFrame,
) -> pl.DataFrame:
    """The agencies above the units that are rated, or whose dossiers (`served`) are:
    hierarchy.list_members_at.
    """
    unit = pl.col("unit_code").cast(pl.String)
    named = rows["ratings"].select(unit).unique().collect()
    units = pl.concat([named, served.select(unit)]).unique()
    return list_members_at(installation.register, month, units)


def _of_dossiers(
    installation: Installation, plan: Plan, rows: Mapping[str, pl.LazyFrame], earlier: Chains
) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame], _Named]:
    """What is counted of dossiers beside the ledgers before, and the ledgers after.

    Also the patterns that the dossiers show (parts of patterns.add_up), and the dossiers that a
    rating names.
    """
    month = str(plan["month"][0])
    history = _history(installation, plan, earlier)
    outcomes, ages = [tables.OUTCOMES.empty()], [tables.AGES.empty()]
    allowed_times = [tables.ALLOWED.empty()]
    by_clock, deadlines_by_rule, named = [], [], [_Named()]
    shown_patterns: list[pl.DataFrame] = []
    every: list[pl.DataFrame] = []
    abolished = patterns.abolished_codes(installation.register, month)
    groups = _by_clock_and_identity(installation, plan)
    rules = installation.deadline_rules_at(month)
    for (clock, identity), files in groups.items():
        of_clock = rows["dossiers"]
        if len(groups) > 1:
            of_clock = of_clock.join(files.lazy(), on=["sender_code", "sha256"], how="semi")
        found = ledger.with_history(of_clock, month, history, identity)
        with_history = found.drop(_NOT_COUNTED).collect()
        with_history = ledger.with_shown_ended(with_history, history)
        shown_patterns += [
            patterns.count_rows(with_history.lazy(), month, clock),
            patterns.count_moved_due_dates(with_history.lazy(), history),
        ]
        every.append(with_history)
        allowed_times.append(allowed.count_allowed(with_history.lazy(), month, clock))
        for rule in rules:
            # Every table of counts reads the dossiers judged, so they are computed once.
            judged = judge_dossiers(with_history.lazy(), month, rule, clock, history)
            shown = judged.collect().lazy()
            outcomes.append(count_outcomes(shown, month, clock.name, rule))
            deadlines_by_rule.append(ledger.find_open_deadlines(shown, history, month, rule.name))
            if rule == rules[0]:
                # Ages are the same by every rule; ratings and findings are our own index's.
                ages.append(count_ages(shown, month, clock.name))
                by_clock.append(ledger.find_open_and_ended(shown, history, month, clock.name))
                # A rating names a dossier by its code alone.
                if identity == USUAL_IDENTITY["dossiers"]:
                    named.append(_find_named(shown, rows["ratings"], month))
    if every:
        # Numbers of a day run over all files of a sender, whatever clock they are on.
        shown = pl.concat(every).lazy()
        shown_patterns += [
            patterns.count_crowds(shown, month),
            patterns.count_codes(shown, month, abolished),
        ]
    in_ledger = pl.concat([tables.ENDED.empty(), *(part.in_ledger for part in by_clock)])
    complete_exports = _senders_with_complete_exports(installation, plan)
    unseen = ledger.find_unseen_dossiers(history, in_ledger, month, complete_exports)
    outcomes.append(count_unseen(unseen.late, month))
    counted = {
        "outcomes": pl.concat(outcomes),
        "ages": pl.concat(ages),
        "allowed": pl.concat(allowed_times),
    }
    after = ledger.update_ledger(by_clock, deadlines_by_rule, unseen, month)
    together = _Named(
        pl.concat([each.due for each in named]), pl.concat([each.served for each in named])
    )
    return counted | after.by_table(), shown_patterns, together


def _find_named(judged: pl.LazyFrame, ratings: pl.LazyFrame, month: str) -> _Named:
    """The dossiers of tallies.judge_dossiers that a rating of the same sender names."""
    dossier = ["sender_code", "dossier_id"]
    rated_ids = ratings.select(dossier).drop_nulls("dossier_id")
    named = judged.join(rated_ids, on=dossier, how="semi").collect().lazy()
    return _Named(
        verdicts.due_dossiers(named, month).collect(), rated.select_served(named, month).collect()
    )


def _history(installation: Installation, plan: Plan, earlier: Chains) -> ledger.History:
    """What is remembered of the senders of a month's deliveries with dossiers."""
    month = str(plan["month"][0])
    oldest = months.shifted(month, -ledger.REMEMBERED_MONTHS)
    chains = {sender: earlier[sender] for sender in planning.ledger_keys(plan) if sender in earlier}
    last = {sender: chain[-1] for sender, chain in chains.items()}
    recent = [key for chain in chains.values() for each, key in chain if each >= oldest]

    def remembered(name: str, keys: list[str]) -> pl.LazyFrame:
        schema = tables.REMEMBERED[name].schema
        return installation.store.scan_all("tallies", keys, name, schema)

    return ledger.History(
        months={sender: each for sender, (each, _) in last.items()},
        ledger=remembered("ledger", [key for _, key in last.values()]).collect(),
        deadlines=remembered("deadlines", [key for _, key in last.values()]).collect(),
        ended=remembered("ended", recent),
    )


def _senders_with_complete_exports(installation: Installation, plan: Plan) -> pl.DataFrame:
    """The senders whose dossiers are all accepted files: sender_code, sha256 of the first.

    Without those whose dossiers nothing names over exports: they show no dossier of the ledger.
    """
    is_accepted = pl.col("status") == planning.ACCEPTED
    keys = plan["key"].unique(maintain_order=True).to_list()
    delivered = installation.store.scan_all("records", keys, "delivered", tables.DELIVERED.schema)
    nameless = [
        file.sender_code
        for file in planning.readable_files(plan, "dossiers")
        if not planning.find_profile(file, installation.profiles).record_identity
    ]
    return (
        delivered.filter(kind="dossiers")
        .group_by("sender_code")
        .agg(pl.col("sha256").min(), is_complete=is_accepted.all())
        .filter("is_complete", ~pl.col("sender_code").is_in(nameless))
        .select(pl.col("sender_code", "sha256").cast(pl.Categorical))
        .collect()
    )


def _by_clock_and_identity(
    installation: Installation, plan: Plan
) -> dict[tuple[Clock, tuple[str, ...]], pl.DataFrame]:
    """The files of dossiers (sender_code, sha256) by their clock and what identifies a dossier."""
    found: dict[tuple[Clock, tuple[str, ...]], list[PlannedFile]] = {}
    for file in planning.readable_files(plan, "dossiers"):
        profile = planning.find_profile(file, installation.profiles)
        calendar = installation.calendars.find(profile.calendar)
        clock = Clock(profile.clock, calendar, profile.time_zone)
        found.setdefault((clock, profile.record_identity), []).append(file)
    code = pl.Categorical()
    return {
        group: pl.DataFrame(
            [(file.sender_code, file.sha256) for file in files],
            schema={"sender_code": code, "sha256": code},
            orient="row",
        )
        for group, files in found.items()
    }
