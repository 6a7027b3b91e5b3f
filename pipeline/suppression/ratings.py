"""Small numbers in the indices of a month: whose answers are not published.

Here belong the indicators that tell of respondents, the counts by which they do, and the rows that
lose their numbers. Not here: choosing what protects a small count (protection). Dossiers and
petitions are acts of an administration and are never hidden.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.methods import Methods, ScoringMethod
from pipeline.suppression.protection import Measure, Preference, choose_hidden, is_small
from pipeline.tables import INDICES

WITHHELD = "withheld"
"""The note of a row whose numbers are not published."""

SHARES = ("satisfied_share", "satisfaction_index", "mean_rating")
"""Indicators of the same respondents: those of `denominator`, beside others in `left_out`."""
RESPONSE = "response_rate"
"""The indicator whose numerator counts respondents; its denominator counts dossiers."""
COMPOSITE = "reform_performance_index"
"""The indicator that has no counts, and gives the satisfaction index away."""
RATING_INDICATORS = (*SHARES, RESPONSE, COMPOSITE)
"""All of our own indicators that tell of respondents."""

_FIGURES = "figures"
_NUMBERS = ("value", "numerator", "lower", "upper", "standard_error", "effective_n", "left_out")
_KEY = ("unit_code", "indicator")


@dataclass(frozen=True)
class _Rows:
    """The rows of the indicators that tell of respondents, of a month and of the edition in force.

    `before` has no rows where nothing was published.
    """

    now: pl.DataFrame
    before: pl.DataFrame
    limit: int

    def select(self, *indicators: str) -> "_Rows":
        """The rows of some indicators; of several, the first that a unit has."""
        now, before = (
            frame.filter(pl.col("indicator").is_in(indicators))
            .sort("unit_code", "indicator")
            .unique("unit_code", keep="first", maintain_order=True)
            for frame in (self.now, self.before)
        )
        return _Rows(now, before, self.limit)

    def measure(
        self,
        count: pl.Expr,
        least: pl.Expr | None = None,
        *,
        is_of_scale: bool = True,
        has_own: bool = True,
    ) -> Measure:
        """Counts of the rows as they add up.

        A count is small where `least` of it (else the count itself) is. Where `is_of_scale`, a unit
        of another scale adds nothing to the one above.
        """
        rows = self.now.select(
            "unit_code",
            "parent_code",
            "scale",
            count=count,
            least=count if least is None else least,
        ).drop_nulls("count")
        found = list(rows.iter_rows())
        scales = {unit: scale if is_of_scale else None for unit, _, scale, _, _ in found}
        return Measure(
            counts={unit: number for unit, _, _, number, _ in found},
            parents={
                unit: parent
                for unit, parent, *_ in found
                if parent in scales and scales[parent] == scales[unit]
            },
            small=frozenset(unit for unit, *_, least in found if is_small(least, self.limit)),
            has_own=has_own,
        )

    def withheld_before(self) -> frozenset[str]:
        """The units that the edition in force withholds."""
        return frozenset(self.before.filter(note=WITHHELD)["unit_code"])

    def prefer(self, count: pl.Expr) -> Preference:
        """To hide first: what the edition in force does not show as it is, what has no value, what
        is of fewest respondents.
        """
        shown, now = (
            dict(frame.select("unit_code", count=count).iter_rows())
            for frame in (self.before, self.now)
        )
        known = {unit for unit, number in now.items() if shown.get(unit) == number}
        valued = set(self.now.drop_nulls("value")["unit_code"])
        return lambda unit, number: (unit in known, unit in valued, number, unit)


def withhold_ratings(
    indices: pl.DataFrame, methods: Methods, published: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The indices of a month (tables.INDICES) without what tells of a few respondents.

    The limit is `minimum_published_respondents` of our index; `methods` are those in force in the
    month. A row that is withheld has the note `withheld` and no numbers; only the dossiers of a
    response rate stay. Where respondents of other scales are a few, only `left_out` is null. How
    many were satisfied is null wherever the value is. What `published`, the indices of the edition
    in force, withholds stays withheld.
    """
    limit = methods.index.minimum_published_respondents
    parts = _parts_of_answers(methods)
    names = [*RATING_INDICATORS, *parts]
    is_rating = pl.col("indicator").is_in(names)
    before = INDICES.empty() if published is None else published
    rows = _Rows(indices.filter(is_rating), before.filter(is_rating), limit)
    hidden = _choose_rows(rows, parts)
    sums = _sums_to_hide(indices, hidden, methods)
    hidden_left_out = _choose_left_out(rows, hidden)
    withheld = _as_frame({**hidden, **sums}).with_columns(is_chosen=True)
    left_out = _as_frame(hidden_left_out).with_columns(is_left_out_chosen=True)
    joined = indices.join(withheld, on=_KEY, how="left", maintain_order="left").join(
        left_out, on=_KEY, how="left", maintain_order="left"
    )
    return joined.with_columns(_without_numbers(names)).select(indices.columns)


def list_withheld(indices: pl.DataFrame) -> frozenset[str]:
    """The units whose satisfied share is withheld in indices."""
    of_shares = pl.col("indicator").is_in(SHARES)
    return frozenset(indices.filter(of_shares, note=WITHHELD)["unit_code"])


def is_count_withheld(row: Mapping[str, object], count: str) -> bool:
    """Whether a count (numerator or denominator) of a row of indices is empty since it is withheld:
    with all numbers of the row, or because how many were satisfied would give the value away.
    """
    if row[count] is not None:
        return False
    is_rated = row["scale"] is not None and row["denominator"] is not None
    return row["note"] == WITHHELD or (count == "numerator" and is_rated)


def _parts_of_answers(methods: Methods) -> list[str]:
    return [
        part.name
        for method in methods.scorecards
        for part in method.parts
        if part.counts == "answers_satisfied"
    ]


def _choose_rows(rows: _Rows, parts: Iterable[str]) -> dict[str, frozenset[str]]:
    """The units whose row is withheld, by indicator.

    A unit with few respondents, or that protects one, loses all that tells of respondents.
    """
    shares = rows.select(*SHARES)
    respondents = pl.col("denominator")
    everybody = respondents + pl.col("left_out").fill_null(0)
    of_shares = choose_hidden(
        [shares.measure(everybody, is_of_scale=False), shares.measure(respondents)],
        rows.limit,
        shares.withheld_before(),
        shares.prefer(respondents),
    )
    chosen = dict.fromkeys((*SHARES, COMPOSITE), of_shares)
    counts = {RESPONSE: (pl.col("numerator"), pl.col("numerator"))}
    # Answers of scorecards count by weight; their effective number is never above their number.
    counts |= dict.fromkeys(parts, (respondents, pl.min_horizontal("denominator", "effective_n")))
    for indicator, (count, least) in counts.items():
        own = rows.select(indicator)
        chosen[indicator] = choose_hidden(
            [own.measure(count, least)],
            rows.limit,
            of_shares | own.withheld_before(),
            own.prefer(count),
        )
    return chosen


def _choose_left_out(
    rows: _Rows, hidden: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """The units of which respondents left out are not published, by indicator.

    Those of a unit's shares are also all that answered on another scale than the unit above: what
    is left of the unit above hides nobody.
    """
    count = pl.col("left_out")
    chosen: dict[str, frozenset[str]] = {}
    for indicators in (SHARES, (RESPONSE,)):
        own = rows.select(*indicators)
        were_hidden = own.before.filter(
            pl.col("left_out").is_null(),
            pl.col("denominator").is_not_null(),
            pl.col("scale").ne_missing(_FIGURES),
        )
        is_known = own.now.drop_nulls("left_out")["unit_code"]
        found = choose_hidden(
            [own.measure(count, has_own=indicators != SHARES)],
            rows.limit,
            hidden[indicators[0]] | frozenset(were_hidden["unit_code"]) & frozenset(is_known),
            own.prefer(count),
        )
        chosen |= dict.fromkeys(indicators, found)
    return chosen


def _sums_to_hide(
    indices: pl.DataFrame, hidden: Mapping[str, frozenset[str]], methods: Methods
) -> dict[str, frozenset[str]]:
    """The units whose group, partial sum or total has a value of an indicator that is withheld."""
    valued = {
        name: units & frozenset(indices.filter(indicator=name).drop_nulls("value")["unit_code"])
        for name, units in hidden.items()
    }
    found: dict[str, frozenset[str]] = {}
    for method in methods.scorecards:
        for name in _list_sums(method):
            units = (
                valued.get(part, found.get(part, frozenset())) for part in method.parts_of(name)
            )
            found[name] = frozenset[str]().union(*units)
    return found


def _list_sums(method: ScoringMethod) -> list[str]:
    """Groups, then what they are summed up to."""
    parts = {part.name for part in method.parts}
    return [name for name in method.names if name not in parts]


def _as_frame(chosen: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    rows = [(unit, indicator) for indicator, units in chosen.items() for unit in sorted(units)]
    return pl.DataFrame(rows, schema=dict.fromkeys(_KEY, pl.String), orient="row")


def _without_numbers(names: list[str]) -> list[pl.Expr]:
    """The columns of indices without what is chosen; a row that has no numbers keeps its note."""
    indicator = pl.col("indicator")
    is_rating = indicator.is_in(names)
    is_response = indicator == RESPONSE
    count = pl.when(is_response).then("numerator").otherwise("denominator")
    has_numbers = (count > 0).fill_null(value=False) | pl.col("value").is_not_null()
    is_withheld = pl.col("is_chosen").fill_null(value=False) & has_numbers
    is_uncounted = is_rating & ~is_response & pl.col("value").is_null()
    is_without_others = pl.col("is_left_out_chosen").fill_null(value=False)
    is_empty = {
        "numerator": is_withheld | is_uncounted,
        "denominator": is_withheld & ~is_response,
        "left_out": is_withheld | is_without_others,
        "interval_source": is_withheld,
        "months": is_withheld,
    }
    columns = dict.fromkeys((*_NUMBERS, "denominator", "interval_source", "months"), is_withheld)
    return [
        *(
            pl.when(~is_gone).then(name).alias(name)
            for name, is_gone in (columns | is_empty).items()
        ),
        pl.when(is_withheld).then(pl.lit(WITHHELD)).otherwise("note").alias("note"),
    ]
