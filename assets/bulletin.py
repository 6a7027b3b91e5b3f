"""Asset `bulletin`: the published edition, and the warehouse filled from it."""

from time import perf_counter

import dagster as dg

from assets import checks, metadata
from assets.month import (
    after_publishing,
    all_months,
    data_docs,
    deliveries,
    edition,
    lock,
    remembered_checks,
    report,
)
from assets.month.fill_warehouse import fill_warehouse
from assets.resources import HomeResource, InstallationResource, retried
from expectations.rules import bulletin as suite
from pipeline import tables
from pipeline.bulletin import data_files
from pipeline.editions import Editions
from pipeline.errors import PlainError


@dg.asset(
    deps=["rankings"],
    group_name="bulletin",
    kinds={"matplotlib", "html", "sqlalchemy"},
    owners=["team:statistics"],
    check_specs=checks.blocking_specs("bulletin", ["published"]),
)
@retried
def bulletin(context: dg.AssetExecutionContext, home: HomeResource) -> checks.ChecksThenResult:
    """Pages, charts, data and manifest of the month's edition; tables in the warehouse.

    A new edition is made exactly when its data differ from the one in force, or when that was
    altered.
    """
    begun = perf_counter()
    installation = home.installation
    inputs = home.month_inputs(context.partition_key)
    if installation.warehouse_remark:
        context.log.warning(installation.warehouse_remark)
    unchanged = edition.find_unchanged(inputs)
    try:
        content = None if unchanged else edition.read_content(inputs)
    except edition.NothingToPublishError:
        # Nobody needs to hear what to mend more than senders of whom all was refused.
        for message in after_publishing.try_bring_up_to_date(inputs):
            context.log.warning(message)
        raise
    data = data_files(content) if content else edition.read_data(inputs)
    found = remembered_checks.find_or_check(
        installation.store,
        f"bulletin-{inputs.month}",
        edition.digest_for_checks(data),
        lambda: {"published": suite.check(*edition.read_published_tables(inputs, data))},
    )
    yield from checks.enforce(inputs.month, found)
    published = edition.publish(inputs, content, data) if content else unchanged
    assert published is not None  # noqa: S101 -- one of the two is there
    for message in published.altered:
        context.log.warning(message)
    edition.store_published(inputs, published)
    # Before feedback and warehouse, which come after the commit point.
    report.tell(inputs, published, content)
    all_months.bring_up_to_date(installation, published.altered_months)
    try:
        after_publishing.bring_up_to_date(inputs)
    finally:
        fill_warehouse(installation)
    lock.check_held(installation.home)
    deliveries.forget_superseded(inputs)
    context.log.info(
        f"edition {published.number} {'published' if published.is_new else 'unchanged'}, "
        f"{published.changed_values:,} values changed, in {perf_counter() - begun:.1f} s: "
        f"{installation.home.published / inputs.month / 'index.html'}"
    )
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(edition.digest_for_checks(data)),
        metadata={
            "dagster/row_count": published.row_count,
            **metadata.describe_tables(tables.INDICES, tables.RANKINGS, tables.DELIVERED),
            "edition": published.number,
            "new edition": published.is_new,
            "page": home.where.link_page(inputs.month),
            "Data Docs": dg.MetadataValue.path(str(data_docs.find_index(inputs))),
            "page of all months": home.where.link_all_months(),
            "ranking": metadata.as_picture(published.ranking_png, edition.HEADLINE),
            "senders": metadata.describe_senders(published.deliveries),
            "deliveries of the last months": metadata.describe_states(published.delivery_states),
            "why a delivery is late, corrected, refused, missing or withdrawn": (
                metadata.describe_reasons(published.delivery_states)
            ),
            "values changed": published.changed_values,
            "stale editions": ", ".join(published.stale_months) or "none",
            "simulated": installation.home.is_simulated,
            "days off": published.calendar_remark or "all listed",
        },
    )


def describe_newest_edition(where: InstallationResource) -> str:
    """The newest edition's page and ranking in Markdown; empty where nothing is published.

    The UI shows a description at once, and a picture in the metadata after a click only. It is
    read when the definitions load.
    """
    try:
        installation = where.open()
        month = installation.editions.months()[-1]
        published = edition.read_published(installation, month)
    except (PlainError, FileNotFoundError, IndexError):
        return ""
    picture = metadata.as_markdown(published.ranking_png, f"{edition.HEADLINE} {month}")
    page = where.link_page(month).value
    link = f"[{page}]({page})" if str(page).startswith("http") else f"`{page}`"
    return f"\n\n**{month}, edition {published.number}**: {link}\n\n{picture}"


@dg.asset_check(asset="bulletin", name="last_month_is_published")
def last_month_is_published(where: InstallationResource) -> dg.AssetCheckResult:
    """The edition of the last finished month is there."""
    last = where.finished_months()[-1]
    published = Editions(where.open_home().published).months()
    return dg.AssetCheckResult(
        passed=last in published,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{last} is published" if last in published else f"{last} is not published yet",
        metadata={"published": ", ".join(published)},
    )
