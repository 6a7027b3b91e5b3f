"""The edition of a month: from its results to what is published.

Here belongs the glue around the commit point, without Dagster. Not here: indices and rankings
(results), what an edition contains (pipeline.bulletin), the warehouse (fill_warehouse), what is
allowed (expectations; a caller has the published tables checked before they are published).
"""

import hashlib
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from assets.month import (
    alterations,
    corrections,
    delivery_states,
    lineage,
    lock,
    publication,
    set_rules,
    sources,
)
from assets.month.alterations import STAGE
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from assets.month.progress import begin_stage
from assets.month.results import COMPARISONS_OF, read_results
from pipeline import bulletin, letters, planning, published_data, suppression
from pipeline.bulletin import Content
from pipeline.calendar import BUILT_IN
from pipeline.errors import PlainError
from pipeline.indices import spans
from pipeline.warehouse import data_digest

HEADLINE = "reform_performance_index"
"""The indicator of the chart that the Dagster UI shows."""


class NothingToPublishError(PlainError):
    """A month has no accepted delivery; the message says what to do."""


@dataclass(frozen=True)
class Published:
    """The edition in force after a run, and what the run found out about it.

    `row_count` counts the rows of indices and rankings; `deliveries` are in tables.DELIVERED, as
    those see them who run the home: nothing is withheld. `delivery_states` are those of the last
    months, in DELIVERY_STATES. `refusals` say of each refused file what
    is wrong. `stale_months` are other months whose editions rest on what has changed since;
    `ranking_png` is a chart of the indicator HEADLINE. `altered` says of editions that were in
    force which files are not as they were published, `altered_months` are the months that still
    have such an edition in force.
    """

    number: int
    is_new: bool
    row_count: int
    changed_values: int
    deliveries: pl.DataFrame
    refusals: tuple[str, ...]
    stale_months: tuple[str, ...]
    calendar_remark: str
    ranking_png: bytes
    delivery_states: pl.DataFrame
    altered: tuple[str, ...] = ()
    altered_months: tuple[str, ...] = ()


def read_content(inputs: MonthInputs) -> Content:
    """All that the month's edition tells.

    NothingToPublishError without an accepted delivery, unless everything that an edition was
    published from was withdrawn: the next edition says so. OutdatedError where indices or rankings
    in the store rest on other deliveries.
    """
    tables = {
        stage: read_results(inputs, stage, stage, *names) for stage, names in COMPARISONS_OF.items()
    }
    _check_anything_accepted(inputs)
    installation, month = inputs.installation, inputs.month
    indices = tables["indices"].pop("indices")
    deliveries, rejected = suppression.withhold_deliveries(
        inputs.deliveries,
        inputs.rejected,
        suppression.list_withheld(indices),
        inputs.method.minimum_published_respondents,
    )
    return Content(
        month=month,
        indices=indices,
        rankings=tables["rankings"].pop("rankings"),
        deliveries=deliveries,
        rejected=rejected,
        register=installation.register,
        method=inputs.method,
        is_simulated=installation.home.is_simulated,
        holiday_years=installation.calendar.years,
        exceeds_calendar=spans.exceeds_calendar(inputs.cells, month, installation.calendar),
        scorecards=inputs.methods.scorecards,
        comparisons=tables["indices"] | tables["rankings"],
        corrections=corrections.list_applied(inputs),
        delivery_states=delivery_states.read_states(inputs),
        set_findings=_read_set_findings(inputs, deliveries),
        renewed=installation.methods.list_renewed(month),
        earlier_methods=installation.earlier_methods(month, inputs.plans),
    )


def _read_set_findings(inputs: MonthInputs, deliveries: pl.DataFrame) -> pl.DataFrame:
    """The broken set rules that may be published: nothing of files whose rows are withheld."""
    withheld = deliveries.filter(pl.col("status") == planning.ACCEPTED, pl.col("rows").is_null())
    findings = set_rules.find_findings(inputs)
    return findings.join(withheld, on=["sender_code", "kind"], how="anti", maintain_order="left")


def _check_anything_accepted(inputs: MonthInputs) -> None:
    month, is_in_force = inputs.month, inputs.installation.editions.in_force(inputs.month)
    is_withdrawn = inputs.plan.is_empty() and is_in_force is not None
    if is_withdrawn or (inputs.deliveries["status"] == planning.ACCEPTED).any():
        return
    reasons = "; ".join(describe_refusals(inputs)) or f"Put exports into inbox/<sender>/{month}/"
    raise NothingToPublishError(
        f"nothing to publish for {month}: no export was accepted. {reasons}"
    )


def describe_refusals(inputs: MonthInputs) -> list[str]:
    """Where each refused file of the month lies, what is wrong with it and the cure."""
    return [message for *_, message in list_refusals(inputs)]


def list_refusals(inputs: MonthInputs) -> list[tuple[str, str, str]]:
    """The refused files of the month: sender, file name, and a message with place and cure.

    A broken profile that names no sender is named beside each, for it may be the one that was
    meant.
    """
    remark = inputs.installation.profiles.remark()
    beside = f" ({remark})" if remark else ""
    refused = inputs.delivered.filter(status=planning.REFUSED)
    file = ["sender_code", "kind", "sha256"]
    names = inputs.plan.select(*file, "file_name")
    return [
        (
            sender,
            name,
            letters.show_invisible(f"inbox/{sender}/{inputs.month}/{name}")
            + f": {message}{beside}",
        )
        for sender, name, message in refused.join(names, on=file, nulls_equal=True)
        .select("sender_code", "file_name", "message")
        .sort("sender_code", "file_name")
        .iter_rows()
    ]


def remark_on_calendar(content: Content) -> str:
    """What to know where working time was counted in years whose days off are not listed."""
    if not content.exceeds_calendar:
        return ""
    listed = "-".join(map(str, content.holiday_years or ("none",)))
    return (
        f"{content.month}: working time was counted outside the years whose days off are listed "
        f"({listed}), and there too long by their days off: add these to pipeline/{BUILT_IN}"
    )


def read_data(inputs: MonthInputs) -> dict[str, bytes]:
    """The data files of the month's edition in force by path; none before the first."""
    return inputs.installation.editions.data(inputs.month) or {}


def read_published_tables(
    inputs: MonthInputs, data: Mapping[str, bytes]
) -> tuple[dict[str, pl.DataFrame], dict[str, tuple[str, ...]]]:
    """The tables of an edition as read back from its data files, and their keys."""
    files = published_data.resources(inputs.methods)
    frames = {
        file.table.name: published_data.restore_texts(
            pl.read_csv(data[f"data/{file.file_name}"], schema=file.table.schema)
        )
        for file in files
    }
    return frames, {file.table.name: file.key for file in files}


def digest_for_checks(data: Mapping[str, bytes]) -> str:
    """SHA-256 of data files and of the source of the rules that are checked on them."""
    return hashlib.sha256(
        f"{data_digest(data)} {sources.digest_for_bulletin()}".encode()
    ).hexdigest()


def publish(inputs: MonthInputs, content: Content, data: Mapping[str, bytes]) -> Published:
    """Publishes the month if its data differ from the edition in force, or if that was altered.

    `data` are the data files of the content. An altered edition stays, as evidence.
    """
    from assets.month import made_pages  # noqa: PLC0415 - charts are slow to import
    from reports import charts, site  # noqa: PLC0415 - charts are slow to import

    month, installation = inputs.month, inputs.installation
    editions = installation.editions
    editions.settle_chain()
    altered = alterations.find_altered(installation, month)
    known = alterations.find_all_altered(installation, {month: altered})
    messages = alterations.describe_all(installation, known)
    changes, is_same = alterations.compare_data(installation, month, data, altered)
    stale = lineage.find_stale_months(inputs, lineage.read_digests(inputs))
    is_new = not is_same or bool(altered)
    if is_new:
        begin_stage("pages")
        number = editions.next_number(month)
        later = [other for other in stale if month in installation.history(other)]
        before = made_pages.read_made_pages(installation, month, altered)
        made = site.make_site(content, number, changes, later, before, data)
        manifest = bulletin.manifest(
            content,
            number,
            pl.concat(inputs.plans.values()),
            list(inputs.plans),
            changes,
            later,
            editions.last_manifest(),
        )
        files = ChainMap({"manifest.json": manifest, **data}, made.files)
        editions.publish(
            month,
            number,
            files,
            made.kept,
            made_with=publication.describe(inputs),
            check_alone=lambda: lock.check_held(installation.home),
        )
        made_pages.store_made_pages(installation, month, number, made.made)
    return Published(
        number=editions.in_force(month) or 0,
        is_new=is_new,
        row_count=content.indices.height + content.rankings.height,
        changed_values=changes.values.height,
        deliveries=inputs.deliveries,
        refusals=tuple(describe_refusals(inputs)),
        stale_months=tuple(stale),
        calendar_remark=remark_on_calendar(content),
        ranking_png=charts.draw_preview(content, HEADLINE),
        delivery_states=content.delivery_states,
        altered=messages,
        altered_months=tuple(other for other in known if other != month),
    )


def store_published(inputs: MonthInputs, published: Published) -> None:
    """Stores what the edition in force was made from, and what a later run shows of it."""
    installation, month = inputs.installation, inputs.month
    row = {
        "made_from": _made_from(inputs),
        "data_digest": data_digest(read_data(inputs)),
        "sums_digest": installation.editions.sums_digest(month),
        **{name: getattr(published, name) for name in _KEPT},
        "refusals": list(published.refusals),
        "stale_months": list(published.stale_months),
        "altered": list(published.altered),
    }
    basis = lineage.current_lineage(installation, month, lineage.read_digests(inputs))
    frames = {
        "basis": lineage.as_frame(basis),
        "edition": pl.DataFrame([row], schema=_EDITION),
        "deliveries": published.deliveries,
        "delivery_states": published.delivery_states,
    }
    installation.store.write(STAGE, month, frames)
    alterations.remember_unaltered(installation)


_KEPT = ("number", "row_count", "calendar_remark", "ranking_png")
_EDITION = pl.Schema(
    {
        "made_from": pl.String(),
        "data_digest": pl.String(),
        "sums_digest": pl.String(),
        "number": pl.Int64(),
        "row_count": pl.Int64(),
        "calendar_remark": pl.String(),
        "ranking_png": pl.Binary(),
        "refusals": pl.List(pl.String()),
        "stale_months": pl.List(pl.String()),
        "altered": pl.List(pl.String()),
    }
)
"""The one row that the store has of a month's edition in force."""


def read_published(installation: Installation, month: str) -> Published:
    """The edition in force as the month's last run found it. NoResultError before the first."""
    store = installation.store
    kept = store.read(STAGE, month, "edition").row(0, named=True)
    return Published(
        **{name: kept[name] for name in _KEPT},
        is_new=False,
        changed_values=0,
        deliveries=store.read(STAGE, month, "deliveries"),
        delivery_states=store.read(STAGE, month, "delivery_states"),
        refusals=tuple(kept["refusals"]),
        stale_months=tuple(kept["stale_months"]),
        altered=tuple(kept["altered"]),
    )


def find_unchanged(inputs: MonthInputs) -> Published | None:
    """The edition in force, where a run would make the same again; else None.

    It was made from these inputs by this source, and its data are still those that were published.
    """
    installation, month = inputs.installation, inputs.month
    if not installation.store.has(STAGE, month) or alterations.find_altered(installation, month):
        return None
    kept = installation.store.read(STAGE, month, "edition").row(0, named=True)
    is_same = (
        kept["made_from"] == _made_from(inputs)
        and kept["number"] == installation.editions.in_force(month)
        and kept["data_digest"] == data_digest(read_data(inputs))
    )
    if not is_same:
        return None
    installation.editions.settle_chain()
    alterations.remember_unaltered(installation)
    stale = lineage.find_stale_months(inputs, lineage.read_digests(inputs))
    known = alterations.find_all_altered(installation, {month: {}})
    # The messages name broken profiles too, which no digest covers.
    return replace(
        read_published(installation, month),
        stale_months=tuple(stale),
        refusals=tuple(describe_refusals(inputs)),
        altered=alterations.describe_all(installation, known),
        altered_months=tuple(known),
    )


def _made_from(inputs: MonthInputs) -> str:
    simulated = "simulated" if inputs.installation.home.is_simulated else ""
    calendar = repr(inputs.installation.calendar.years)
    due_day = repr(inputs.installation.delivery_settings.due_day)
    thresholds = set_rules.describe_thresholds(inputs)
    return "\n".join(
        [inputs.generation, sources.digest_for_bulletin(), simulated, calendar, due_day, thresholds]
    )
