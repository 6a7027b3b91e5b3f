"""The messages of charts: what each chart says, in one short sentence that is its title.

Here belongs the choice of the sentence; it claims no more than rank sets, tiers and tests allow.
Not here: the texts (texts/league.toml), how charts are drawn, the sentences of a month
(highlights).
"""

from collections.abc import Sequence

from pipeline.methods import Indicator
from reports.language import Language
from reports.leagues import RATES, League, Standing


def about_ranking(standings: Sequence[Standing], language: Language) -> str:
    """Who of the ranked units is ahead, and whether the data can tell. Empty where nobody is."""
    leaders = [s for s in standings if s.tier == 1] or [s for s in standings if s.rank == 1]
    if not leaders:
        return ""
    first = [s for s in leaders if s.rank_upper == 1]
    if len(leaders) == 1 and first:
        return language.text("message.alone_first", name=leaders[0].name)
    if len(leaders) == 1:
        worst = language.rank_set(leaders[0]).split("–")[-1]
        return language.text("message.alone_in_tier", name=leaders[0].name, worst=worst)
    if first:
        return language.text("message.first_tier", count=len(leaders))
    key = "message.all_alike" if len(leaders) == len(standings) else "message.first_alike"
    return language.text(key, count=len(leaders))


def about_rates(rows: Sequence[Sequence[Standing]], language: Language) -> str:
    """For how many units the rate of the dossiers finished is above that of the dossiers due.

    `rows` have the standings of each unit by RATES, all with a value.
    """
    finished, due = RATES.index("on_time_of_finished"), RATES.index("due_on_time")
    flattered = [row for row in rows if (row[finished].value or 0) > (row[due].value or 0)]
    return language.text("message.rates", count=len(flattered), all=len(rows))


def about_changes(standings: Sequence[Standing], language: Language) -> str:
    """How many units changed by more than chance since last month."""
    changed = [s for s in standings if s.has_changed]
    if not changed:
        return language.text("message.nobody_changed")
    return language.text("message.changed", count=len(changed), all=len(standings))


def about_funnel(sides: Sequence[str | None], language: Language) -> str:
    """How many units lie outside the outer limits; `sides` says of each on which side, if any."""
    better, worse = (sum(side == wanted for side in sides) for wanted in ("better", "worse"))
    if not better and not worse:
        return language.text("message.all_within")
    return language.text("message.outside", better=better, worse=worse)


def about_months(signals: Sequence[str | None], language: Language) -> str:
    """How many units have a signal in the newest month of their series; `signals` has one for each
    unit with limits.
    """
    if not signals:
        return language.text("message.too_few_months")
    if not any(signals):
        return language.text("message.no_signal")
    return language.text("message.signals", count=sum(map(bool, signals)))


def about_target(
    league: League, indicator: Indicator, at_least: float, year: int, language: Language
) -> str:
    """How many units of a league have a value that reaches a target."""
    values = [s.value for s in league.standings(indicator.name) if s.value is not None]
    return language.text(
        "message.target",
        indicator=language.short_title(indicator),
        count=sum(value >= at_least for value in values),
        all=len(values),
        year=str(year),
    )
