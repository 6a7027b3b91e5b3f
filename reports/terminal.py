"""A ranking for the terminal, shown at the end of a run.

Here belongs a compact table of the leading league. Not here: progress and messages (assets).
"""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import find_lead, read_leagues


def make_ranking(content: Content, limit: int = 10) -> Group:
    """The best `limit` units of each featured league by its leading index, to print with Rich.

    In Vietnamese, with rank, rank set, value and note. The title marks simulated data. Units
    without a value are only counted; where no unit has a value, one line says so.
    """
    language = Language("vi")
    tables: list[Table | Text] = []
    for league in read_leagues(content).featured:
        indicator = find_lead(content.method, league)
        standings = league.standings(indicator.name)
        known = [standing for standing in standings if standing.value is not None]
        if not known:
            continue
        title = language.text(
            "terminal.title",
            league=language.league(league),
            month=language.month(content.month),
            indicator=language.phrase(indicator),
        )
        if content.is_simulated:
            title = f"{language.text('page.simulated')}\n{title}"
        shown = known[:limit]
        caption = language.text(
            "terminal.shown",
            shown=len(shown),
            size=len(standings),
            ranked=len(league.ranked(indicator.name)),
        )
        table = Table(title=Text(title), caption=Text(caption))
        table.add_column(language.text("league.rank"), justify="right")
        table.add_column(language.text("league.rank_set"), justify="right")
        table.add_column(language.text("league.unit"))
        table.add_column(language.text("league.value"), justify="right")
        table.add_column(language.text("league.note"))
        for standing in shown:
            table.add_row(
                language.count(standing.rank),
                language.rank_set(standing),
                Text(standing.name),
                language.value(standing.value, indicator),
                Text(language.note(standing.note)),
            )
        tables.append(table)
    return Group(*tables or [Text(language.text("data_quality.nobody_ranked"))])
