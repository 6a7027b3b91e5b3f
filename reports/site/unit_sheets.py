"""Unit sheets: what the page of a unit says, as values of a page on paper.

Not here: how such a page is laid out and what does not fit on it (reports.paper).
"""

from collections.abc import Iterator, Sequence

from reports.paper import SvgPicture, UnitSheet
from reports.site.rendering import Site
from reports.site.units import UnitPage


def make_unit_sheet(site: Site, page: UnitPage, charts: Sequence[SvgPicture]) -> UnitSheet:
    """The sheet of a unit, from the values of its page and the charts on it."""
    text = site.language.text
    return UnitSheet(
        code=page.code,
        name=page.name,
        sentences=page.sentences,
        lines=[(line.indicator, line.standing, line.ranked_count) for line in page.lines],
        charts=charts,
        parts=[
            (text("unit.compared"), list(_compare(site, page))),
            (text("unit.deliveries"), list(_list_deliveries(site, page))),
        ],
    )


def _compare(site: Site, page: UnitPage) -> Iterator[str]:
    """The unit beside its league: funnels, case mix, other choices of the method."""
    language = site.language
    for indicator, row in page.funnels:
        yield language.text(
            "unit.funnel_outside",
            indicator=language.short_title(indicator),
            side=language.text(f"side.{row['is_outside']}"),
        )
    if page.inside_count:
        yield language.text("unit.funnel_inside", count=page.inside_count)
    if page.case_mix:
        yield language.text(
            "unit.case_mix",
            late=page.case_mix["late"],
            due=page.case_mix["due"],
            expected=language.number(page.case_mix["expected_late"], 1),
        )
    if page.sensitivity:
        best, worst = page.sensitivity["rank_5"], page.sensitivity["rank_95"]
        yield language.text("unit.sensitivity", best=best, worst=worst)


def _list_deliveries(site: Site, page: UnitPage) -> Iterator[str]:
    language, text = site.language, site.language.text
    for row in page.deliveries:
        kind = f", {language.kind(row['kind'])}" if row["kind"] else ""
        if row["status"] == "accepted":
            told = (
                f"{text('data_quality.rows_accepted')} {language.count(row['accepted'])}, "
                f"{text('data_quality.rows_rejected').lower()} {language.count(row['rejected'])}"
            )
        else:
            message = row["message_vi"] if language.is_vietnamese else row["message"]
            told = f"{text('data_quality.' + row['status'])}. {message or ''}"
        name = site.leagues.name(row["sender_code"], row["sender_name"] or "")
        yield f"{name}{kind}: {told}"
