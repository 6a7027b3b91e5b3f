"""A month, composed: tallies become indices, rankings and a published edition.

Here belongs the glue from the waist onwards, without Dagster. Not here: deliveries (stages), what
is allowed (expectations): whoever computes a table has it checked before it is kept or published.
"""

import hashlib
from collections.abc import Collection, Mapping

import polars as pl

from assets.month import deliveries, lineage
from assets.month.installation import Installation
from pipeline import bulletin, indices, months, planning, published_data, rankings, tables
from pipeline.bulletin import Changes, Content
from pipeline.calendar import BUILT_IN
from pipeline.editions import EditionError
from pipeline.indices import control_charts, due_months, series, spans
from pipeline.rankings import case_mix, funnels, sensitivity
from pipeline.tallies import Tallies
from pipeline.warehouse import WarehouseError, data_digest

_GENERATION = "generation"
COMPARISONS_OF = {
    "indices": ("series", "control_charts"),
    "rankings": ("funnels", "case_mix", "sensitivity", "sensitivity_choices"),
}
"""The tables of comparisons, by the stage that computes them."""


class NothingToPublishError(Exception):
    """A month has no accepted delivery; the message says what to do."""


class OutdatedError(Exception):
    """Results in the store rest on other deliveries than those planned; the message says which."""


def compute_indices(installation: Installation, month: str) -> dict[str, pl.DataFrame]:
    """From the tallies: `indices` of the month, and `previous`, those of the month before;
    `series` of the units up to the month, and their `control_charts`.
    """
    own = counted(installation, deliveries.plans(installation, month), month)
    own = own.by_rule(installation.method.rule)
    units = series.compute(own, month, installation.register, installation.method)
    return {
        "indices": indices_of(installation, month),
        "previous": indices_of(installation, months.shifted(month, -1), edition=month),
        "series": units,
        "control_charts": control_charts.compute(units, installation.method),
    }


def indices_of(installation: Installation, month: str, edition: str | None = None) -> pl.DataFrame:
    """The indices of a month, from what its edition rests on, or that of a later month."""
    plans = deliveries.plans(installation, edition or month)
    known = {planned: plan for planned, plan in plans.items() if planned <= month}
    if month not in known:
        return tables.INDICES.empty()
    tallies = counted(installation, known, month)
    return indices.compute(tallies, month, installation.methods, installation.register)


def counted(installation: Installation, plans: dict[str, deliveries.Plan], month: str) -> Tallies:
    """The tallies planned up to a month, each judged dossier in the month in which it counts."""
    tallies = deliveries.tallies_of(installation, plans)
    return due_months.when_sent(tallies, installation.register, month)


def keep(
    installation: Installation, stage: str, month: str, results: Mapping[str, pl.DataFrame]
) -> None:
    """Stores a stage's results of a month, and what they were computed from."""
    generation = pl.DataFrame({_GENERATION: [_generation(installation, month)]})
    installation.store.write(stage, month, {**results, _GENERATION: generation})


def _generation(installation: Installation, month: str) -> str:
    """Digest of all that the results of a month are computed from: deliveries and methods."""
    plans = deliveries.plans(installation, month)
    keys = sorted({str(key) for plan in plans.values() for key in plan["tallies_key"]})
    text = "\n".join([*keys, installation.register.digest, installation.methods.digest])
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(installation: Installation, stage: str, month: str, name: str) -> pl.DataFrame:
    """A result that `keep` stored. OutdatedError where it rests on what is planned no more."""
    store = installation.store
    try:
        then = store.read(stage, month, _GENERATION).item()
    except FileNotFoundError:
        then = None
    if then != _generation(installation, month):
        raise OutdatedError(
            f"the {stage} of {month} were not computed from the deliveries and the method as they "
            f"are now: materialize all from records to {stage} first, or run the whole month"
        )
    return store.read(stage, month, name)


def month_deliveries(installation: Installation, month: str) -> pl.DataFrame:
    """What came of every file of a month, and who is missing, in tables.DELIVERED."""
    plans = deliveries.plans(installation, month)
    delivered = deliveries.delivered(installation, plans[month])
    earlier = {code for plan in plans.values() for code in plan["sender_code"]}
    if plans[month].is_empty():
        # Who took back all that there was is missing, though no plan names it any more.
        events = installation.archive.events()
        earlier |= {event.sender_code for event in events if event.month == month}
    missing = planning.missing(month, delivered, earlier, installation.register)
    return planning.named(pl.concat([delivered, missing]), installation.register, month)


def refusals(
    installation: Installation, month: str, but: Collection[tuple[str, str]] = ()
) -> list[str]:
    """Where each refused file of a month lies, what is wrong with it and the cure.

    `but` are files, by sender and name, that lie there no more as they were refused. A broken
    profile that names no sender is told beside it, for it may be the one that was meant.
    """
    remark = installation.profiles.remark()
    told = f" ({remark})" if remark else ""
    plan = deliveries.plans(installation, month)[month]
    refused = deliveries.delivered(installation, plan).filter(status=planning.REFUSED)
    places = plan.select("sender_code", "sha256", "file_name")
    return [
        f"inbox/{sender}/{month}/{name}: {message}{told}"
        for sender, name, message in refused.join(places, on=["sender_code", "sha256"])
        .select("sender_code", "file_name", "message")
        .sort("sender_code", "file_name")
        .iter_rows()
        if (sender, name) not in but
    ]


def compute_rankings(installation: Installation, month: str) -> dict[str, pl.DataFrame]:
    """From the stored indices: `rankings` of the month, and what stands beside them: `funnels`,
    `case_mix`, `sensitivity`, `sensitivity_choices`. OutdatedError where the indices are of old.
    """
    computed = _kept(installation, "indices", month, "indices")
    previous = _kept(installation, "indices", month, "previous")
    tallies = counted(installation, deliveries.plans(installation, month), month)
    register, method = installation.register, installation.method
    both_months = (months.shifted(month, -1), month)
    delivered = pl.concat(month_deliveries(installation, each) for each in both_months)
    table = rankings.compute(
        computed,
        previous if previous.height else None,
        tallies,
        delivered,
        register,
        installation.methods.at(month).as_one,
        month,
    )
    ranked = table.drop_nulls("rank")
    bands, choices = sensitivity.compute(computed, ranked, register, method, month)
    return {
        "rankings": table,
        "funnels": funnels.compute(computed, ranked, register, method, month),
        "case_mix": case_mix.compute(tallies.by_rule(method.rule), register, method, month),
        "sensitivity": bands,
        "sensitivity_choices": choices,
    }


def content(installation: Installation, month: str) -> Content:
    """All that the month's edition tells.

    NothingToPublishError without an accepted delivery, unless all that an edition was published
    from was taken back: the next edition says so. OutdatedError where indices or rankings in the
    store rest on other deliveries.
    """
    kept = {name: _kept(installation, name, month, name) for name in ("indices", "rankings")}
    compared = {
        name: _kept(installation, stage, month, name)
        for stage, names in COMPARISONS_OF.items()
        for name in names
    }
    delivered = month_deliveries(installation, month)
    plan = deliveries.plans(installation, month)[month]
    is_taken_back = plan.is_empty() and installation.editions.in_force(month) is not None
    if not (is_taken_back or (delivered["status"] == planning.ACCEPTED).any()):
        raise NothingToPublishError(
            f"nothing to publish for {month}: no export was accepted. "
            + (
                "; ".join(refusals(installation, month))
                or f"Put exports into inbox/<sender>/{month}/"
            )
        )
    return Content(
        month=month,
        indices=kept["indices"],
        rankings=kept["rankings"],
        deliveries=delivered,
        rejected=deliveries.rejected(installation, plan),
        register=installation.register,
        method=installation.method,
        is_simulated=installation.home.is_simulated,
        holiday_years=installation.calendar.years,
        leaves_calendar=_leaves_calendar(installation, month),
        points=installation.methods.at(month).points,
        comparisons=compared,
    )


def calendar_remark(installation: Installation, month: str) -> str | None:
    """What to know where working time was counted in years whose days off are not listed."""
    if not _leaves_calendar(installation, month):
        return None
    listed = "-".join(map(str, installation.calendar.years or ("none",)))
    return (
        f"{month}: working time was counted outside the years whose days off are listed "
        f"({listed}), and there too long by their days off: add these to pipeline/{BUILT_IN}"
    )


def _leaves_calendar(installation: Installation, month: str) -> bool:
    tallies = deliveries.tallies_of(installation, deliveries.plans(installation, month))
    return spans.leave_calendar(tallies, month, installation.calendar)


def publish(
    installation: Installation, content: Content, data: Mapping[str, bytes]
) -> tuple[int, Changes, bool]:
    """Publishes the month if its data differ from the edition in force; then fills the warehouse.

    `data` are the data files of the content. Returns the number of the edition in force, what it
    changes, and whether it is new.
    """
    from reports import bulletin as pages  # noqa: PLC0415 - charts are slow to import

    month, editions = content.month, installation.editions
    in_force = editions.data(month)
    changes = bulletin.changes(in_force, data, editions.in_force(month))
    is_new = in_force != data
    if is_new:
        number = editions.next_number(month)
        plans = deliveries.plans(installation, month)
        stale = [
            other
            for other in lineage.stale_months(installation, month)
            if month in installation.history(other)
        ]
        files = dict(data) | pages.pages(content, number, changes, stale)
        files["manifest.json"] = bulletin.manifest(
            content, number, pl.concat(plans.values()), list(plans), changes, stale
        )
        editions.publish(month, number, files)
    lineage.note(installation, month)
    fill_warehouse(installation)
    return editions.in_force(month) or 0, changes, is_new


def read_back(
    content: Content, data: Mapping[str, bytes]
) -> tuple[dict[str, pl.DataFrame], dict[str, tuple[str, ...]]]:
    """The tables of an edition as read back from its data files, and their keys."""
    files = published_data.resources(content.methods)
    frames = {
        file.table.name: pl.read_csv(data[f"data/{file.file_name}"], schema=file.table.schema)
        for file in files
    }
    return frames, {file.table.name: file.key for file in files}


def fill_warehouse(installation: Installation) -> list[str]:
    """Fills the warehouse with every edition in force that it lacks; returns their months.

    WarehouseError where the database cannot be used, or an edition in force cannot be read.
    """
    editions, warehouse = installation.editions, installation.warehouse
    warehouse.migrate()
    try:
        in_force = {
            month: (editions.in_force(month) or 0, data_digest(editions.data(month) or {}))
            for month in editions.months()
        }
        behind = warehouse.is_behind(in_force)
        for month in behind:
            data = editions.data(month) or {}
            warehouse.fill(month, in_force[month][0], data, installation.register)
    except EditionError as error:
        raise WarehouseError(str(error)) from None
    return behind
