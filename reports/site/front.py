"""The front page of a month: what stands out, the leagues, data quality, what the edition changes.

Here belong the values of that page. Not here: the sentences that stand out (highlights), the pages
it links to.
"""

from collections.abc import Sequence

from pipeline.bulletin import Changes
from reports import change_marks, corrections, data_quality, delivery_states, goals, highlights
from reports.findings import summarize_findings
from reports.leagues import HEADLINE, find_lead
from reports.site import rendering, tiles
from reports.site.downloads import list_downloads
from reports.site.places import link
from reports.site.rendering import Site


def render(site: Site, number: int, changes: Changes, stale_months: Sequence[str]) -> bytes:
    """The front page of edition `number`; arguments as in reports.site.pages."""
    content, leagues, language = site.content, site.leagues, site.language
    changed_values, unlisted_count = corrections.list_changed_values(changes)
    leads = {league.slug: find_lead(content.method, league) for league in leagues.featured}
    rejected_rows = data_quality.summarize_rejected(content)
    return rendering.render(
        site,
        "front.html.j2",
        site.places.front,
        heading=language.text("page.heading", month=language.month(content.month)),
        number=number,
        highlights=highlights.write_highlights(content, leagues, language),
        marks=change_marks.write_marks(content, leagues, language),
        findings=summarize_findings(content, leagues, language),
        page_of=lambda code: _link_unit(site, code),
        goals={
            league.slug: goals.describe(content, league, language) for league in leagues.featured
        },
        leads=leads,
        tile_maps={
            league.slug: tiles.make_tile_map(site, league, leads[league.slug])
            for league in leagues.featured
        },
        delivery_grid=data_quality.make_delivery_grid(content),
        state_grid=delivery_states.make_state_grid(content.delivery_states),
        signs=delivery_states.SIGNS,
        usual_lead=HEADLINE,
        unranked_units=data_quality.list_unranked(leagues.featured),
        unranked_in_others=data_quality.list_unranked(leagues.others),
        set_findings=data_quality.list_set_findings(content),
        faulty_deliveries=data_quality.list_faulty_deliveries(content),
        accepted_files=data_quality.list_accepted_files(content),
        rejected_rows=rejected_rows,
        rejected_by_rule=data_quality.add_up_rules(rejected_rows),
        changes=changes,
        changed_values=changed_values,
        unlisted_count=unlisted_count,
        stale_months=sorted(stale_months),
        downloads=list_downloads(site),
        unit_names={code: name for each in leagues.all for code, name in each.names.items()},
    )


def _link_unit(site: Site, code: str) -> str | None:
    """The link from the front page to the page of a unit; None where it has no page."""
    place = site.places.unit(code)
    return None if place is None else link(site.places.front, place)
