"""A month, composed: tallies become indices, rankings and a published edition.

Here belongs the glue from the waist onwards, without Dagster. Not here: deliveries (stages).
"""

import json

import polars as pl

from assets import stages
from assets.installation import Installation
from pipeline import bulletin, deliveries, indices, months, published_data, rankings, tables
from pipeline.bulletin import Changes, Content
from pipeline.calendar import BUILT_IN
from pipeline.indices import spans
from reports import bulletin as pages


class NothingToPublishError(Exception):
    """A month has no accepted delivery; the message says what to do."""


def compute_indices(installation: Installation, month: str) -> pl.DataFrame:
    """Indices of the month, and beside them those of the month before, from the tallies."""
    plans = stages.plans(installation, month)
    before = months.shifted(month, -1)
    tables_ = {}
    for name, each in (("indices", month), ("previous", before)):
        known = {m: plan for m, plan in plans.items() if m <= each}
        if each in known:
            tables_[name] = indices.compute(
                stages.tallies_of(installation, known),
                each,
                installation.method,
                installation.register,
            )
        else:
            tables_[name] = tables.INDICES.empty()
    installation.store.write("indices", month, tables_)
    return tables_["indices"]


def month_deliveries(installation: Installation, month: str) -> pl.DataFrame:
    """What came of every file of a month, and who is missing, in tables.DELIVERED."""
    plans = stages.plans(installation, month)
    delivered = stages.delivered(installation, plans[month])
    earlier = {code for plan in plans.values() for code in plan["sender_code"]}
    missing = deliveries.missing(month, delivered, earlier, installation.register)
    return deliveries.named(pl.concat([delivered, missing]), installation.register, month)


def refusals(installation: Installation, month: str) -> list[str]:
    """Where each refused file of a month lies, what is wrong with it and the cure."""
    plan = stages.plans(installation, month)[month]
    refused = stages.delivered(installation, plan).filter(status=deliveries.REFUSED)
    places = plan.select("sender_code", "sha256", "file_name")
    return [
        f"inbox/{sender}/{month}/{name}: {message}"
        for sender, name, message in refused.join(places, on=["sender_code", "sha256"])
        .select("sender_code", "file_name", "message")
        .sort("sender_code", "file_name")
        .iter_rows()
    ]


def compute_rankings(installation: Installation, month: str) -> pl.DataFrame:
    """Rankings of the month from its stored indices."""
    store = installation.store
    previous = store.read("indices", month, "previous")
    plans = stages.plans(installation, month)
    ranked = rankings.compute(
        store.read("indices", month, "indices"),
        previous if previous.height else None,
        stages.tallies_of(installation, plans),
        month_deliveries(installation, month),
        installation.register,
        installation.method,
        month,
    )
    store.write("rankings", month, {"rankings": ranked})
    return ranked


def content(installation: Installation, month: str) -> Content:
    """All that the month's edition tells. NothingToPublishError without an accepted delivery."""
    delivered = month_deliveries(installation, month)
    if not (delivered["status"] == deliveries.ACCEPTED).any():
        raise NothingToPublishError(
            f"nothing to publish for {month}: no export was accepted. "
            + (
                "; ".join(refusals(installation, month))
                or f"Put exports into inbox/<sender>/{month}/"
            )
        )
    store = installation.store
    return Content(
        month=month,
        indices=store.read("indices", month, "indices"),
        rankings=store.read("rankings", month, "rankings"),
        deliveries=delivered,
        rejected=stages.rejected(installation, stages.plans(installation, month)[month]),
        register=installation.register,
        method=installation.method,
        is_simulated=installation.home.is_simulated,
        holiday_years=installation.calendar.years,
        leaves_calendar=_leaves_calendar(installation, month),
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
    tallies = stages.tallies_of(installation, stages.plans(installation, month))
    return spans.leave_calendar(tallies, month, installation.calendar)


def publish(installation: Installation, content: Content) -> tuple[int, Changes, bool]:
    """Publishes the month if its data differ from the edition in force; then fills the warehouse.

    Returns the number of the edition in force, what it changes, and whether it is new.
    """
    month, editions = content.month, installation.editions
    data = bulletin.data_files(content)
    in_force = editions.data(month)
    changes = bulletin.changes(in_force, data, editions.in_force(month))
    is_new = in_force != data
    if is_new:
        number = editions.next_number(month)
        plans = stages.plans(installation, month)
        stale = stale_months(installation, month)
        files = data | pages.pages(content, number, changes, stale)
        files["manifest.json"] = bulletin.manifest(
            content, number, pl.concat(plans.values()), list(plans), changes, stale
        )
        editions.publish(month, number, files)
    _note_basis(installation, month)
    fill_warehouse(installation)
    return editions.in_force(month) or 0, changes, is_new


def published(content: Content) -> tuple[dict[str, pl.DataFrame], dict[str, tuple[str, ...]]]:
    """The tables of the edition as read back from their published bytes, and their keys."""
    data = bulletin.data_files(content)
    files = published_data.resources(content.method)
    frames = {
        file.table.name: pl.read_csv(data[f"data/{file.file_name}"], schema=file.table.schema)
        for file in files
    }
    return frames, {file.table.name: file.key for file in files}


def _inputs(installation: Installation) -> dict[str, str]:
    """Every month that was ever planned, with the digest of what was sent for it."""
    store = installation.store
    return {
        month: deliveries.inputs_digest(store.read("exports", month, "plan"))
        for month in store.keys("exports")
    }


def _basis(installation: Installation, month: str, inputs: dict[str, str]) -> dict[str, str]:
    """What a month rests on now: the months of its history that were planned."""
    return {each: inputs[each] for each in installation.history(month) if each in inputs}


def _note_basis(installation: Installation, month: str) -> None:
    """Remembers what the edition in force was last computed from."""
    basis = list(_basis(installation, month, _inputs(installation)).items())
    frame = pl.DataFrame(basis, schema=["month", "digest"], orient="row")
    installation.store.write("bulletin", month, {"basis": frame})


def _basis_then(installation: Installation, month: str) -> dict[str, str]:
    """What the edition in force was last computed from: as noted, else as its manifest says."""
    if installation.store.has("bulletin", month):
        return dict(installation.store.read("bulletin", month, "basis").iter_rows())
    manifest = (installation.home.published / month / "manifest.json").read_text(encoding="utf-8")
    inputs = pl.DataFrame(
        json.loads(manifest)["inputs"], schema=dict.fromkeys(bulletin.INPUTS, pl.String)
    )
    return {
        str(each): deliveries.inputs_digest(files) for (each,), files in inputs.group_by("month")
    }


def stale_months(installation: Installation, month: str) -> list[str]:
    """Other published months that rest on what has changed since they were computed."""
    inputs = _inputs(installation)
    return [
        published
        for published in installation.editions.months()
        if published != month
        and _known(_basis_then(installation, published), inputs)
        != _known(_basis(installation, published, inputs), inputs)
    ]


def _known(basis: dict[str, str], inputs: dict[str, str]) -> dict[str, str]:
    """The months of a basis that have files, of those planned since the store was begun."""
    nothing = deliveries.inputs_digest(stages.no_plan())
    return {m: digest for m, digest in basis.items() if m in inputs and digest != nothing}


def fill_warehouse(installation: Installation) -> list[str]:
    """Fills the warehouse with every edition in force that it lacks; returns their months."""
    editions, warehouse = installation.editions, installation.warehouse
    warehouse.migrate()
    in_force = {month: editions.in_force(month) or 0 for month in editions.months()}
    behind = warehouse.is_behind(in_force)
    for month in behind:
        warehouse.fill(month, in_force[month], editions.data(month) or {}, installation.register)
    return behind
