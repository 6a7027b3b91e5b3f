"""Asset `bulletin`: the published edition, and the warehouse filled from it."""

from datetime import timedelta

import dagster as dg

from assets import checks, metadata
from assets.month import deliveries, edition, lineage
from assets.partitions import MONTHS, TIME_ZONE, finished_months
from assets.resources import HomeResource
from expectations import bulletin as suite
from pipeline.bulletin import data_files
from pipeline.editions import Editions
from pipeline.home import Home
from reports import charts

_HEADLINE = "reform_performance_index"


@dg.asset(
    deps=["rankings"],
    partitions_def=MONTHS,
    group_name="bulletin",
    kinds={"matplotlib", "html", "sqlalchemy"},
    owners=["team:statistics"],
    freshness_policy=dg.FreshnessPolicy.cron(
        deadline_cron="0 12 12 * *", lower_bound_delta=timedelta(days=11), timezone=TIME_ZONE
    ),
    check_specs=checks.of_made("bulletin", ["published"]),
)
def bulletin(context: dg.AssetExecutionContext, home: HomeResource) -> checks.Checked:
    """Pages, charts, data and manifest of the month's edition; tables in the warehouse.

    A new edition is made exactly when its data differ from the one in force.
    """
    installation, month = home.installation, context.partition_key
    content = edition.content(installation, month)
    data = data_files(content)
    yield from checks.stopping(month, {"published": suite.check(*edition.read_back(content, data))})
    if installation.warehouse_remark:
        context.log.warning(installation.warehouse_remark)
    number, changes, is_new = edition.publish(installation, content, data)
    deliveries.forget_superseded(installation)
    place = installation.home.published / month
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": content.indices.height + content.rankings.height,
            "edition": number,
            "new edition": is_new,
            "page": dg.MetadataValue.path(str(place / "index.html")),
            "ranking": metadata.picture(charts.draw_preview(content, _HEADLINE), _HEADLINE),
            "senders": metadata.senders(content.deliveries),
            "values changed": changes.values.height,
            "stale editions": ", ".join(lineage.stale_months(installation, month)) or "none",
            "simulated": content.is_simulated,
            "days off": edition.calendar_remark(installation, month) or "all listed",
        },
    )


@dg.asset_check(asset=bulletin, name="last_month_is_published")
def last_month_is_published(home_folder: dg.ResourceParam[str]) -> dg.AssetCheckResult:
    """The edition of the last finished month is there."""
    last = finished_months()[-1]
    published = Editions(Home.at(home_folder).published).months()
    return dg.AssetCheckResult(
        passed=last in published,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{last} is published" if last in published else f"{last} is not published yet",
        metadata={"published": ", ".join(published)},
    )
