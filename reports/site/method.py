"""The page of the method: how to read the pages, the formula of every indicator, the data files.

Everything on it comes from the method file and the definitions of tables, so it cannot differ from
what was computed. Not here: scoring methods (reports.official).
"""

from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports.site import rendering
from reports.site.rendering import Site


def render(site: Site) -> bytes:
    """The page of the method."""
    return rendering.render(
        site,
        "method.html.j2",
        site.places.method,
        heading=site.language.text("how_to_read.title"),
        largest_of_pairs=LARGEST_PAIRWISE_LEAGUE,
    )
