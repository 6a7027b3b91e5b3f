"""Sensitivity of a ranking: which ranks would a unit have, had the method chosen otherwise?

Here belongs which choices of the reform performance index are varied, and over what. Not here: the
estimators (statistics), the chance in the numbers themselves (rank_sets).

The ranks are computed from published parts, without a recount. Choices that need a recount are in
NOT_VARIED, and are listed in the result as not varied. Whose satisfaction counts, that of those who
answered or of all who were served, is a choice of its own (OTHER_SHARE): it is not drawn with the
others, for it says which units change place.
"""

import hashlib

import numpy as np
import polars as pl

from pipeline.methods import Method
from pipeline.rankings import leagues, other_satisfaction
from pipeline.rankings.other_satisfaction import INDICATOR
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import intervals, sensitivity
from pipeline.statistics.sensitivity import Choice, Numbers, Options, Range
from pipeline.tables.sensitivity import SENSITIVITY, SENSITIVITY_CHOICES

ON_TIME = ("on_time_of_finished", "on_time_766", "due_on_time")
"""Definitions of on time; the method's own is the last."""

NOT_VARIED = ("deadline_grain", "minimum_due", "minimum_respondents", "satisfied_answers")
"""Choices that only a recount could vary."""

OTHER_SHARE = "satisfaction_share"
"""The choice of whose satisfaction counts."""
_SHARES = ("as_answered", "adjusted")

REACH = 0.2
"""How far a weight is varied on either side of the method's own."""

SAMPLES = 512
_PARTS = (*ON_TIME, "time_saved", "satisfaction_index", "processing_time_index")
_DECIMALS = 6


def compute(
    indices: pl.DataFrame, ranked: pl.DataFrame, represented: pl.DataFrame, scope: RankingScope
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tables SENSITIVITY and SENSITIVITY_CHOICES of a month, sorted by league and unit or choice.

    Units are those that are ranked by the reform performance index in `ranked` (league, indicator,
    unit_code) and whose parts are all published, in leagues of two or more such units. Varied
    together are: the weight of being on time against time saved, and the weight of processing time
    against satisfaction, both by REACH on either side; and which on-time rate is used. Time saved
    is always that of the dossiers due. Draws are seeded by month and league.

    Alone is varied whose satisfaction counts: `represented` has both shares by unit (unit_code,
    share, adjusted_share; not rounded); a unit without one of them keeps what is published.
    """
    parts = _select_parts(indices, ranked, scope)
    others = _select_other_shares(represented, scope.method)
    parts = other_satisfaction.with_other_satisfaction(parts, others, scope.method)
    has_other = pl.col("unit_code").is_in(others["unit_code"].implode()).any().over("league")
    parts = parts.with_columns(
        pl.when(has_other).then(name).alias(name) for name in ("other_value", "other_rank")
    )
    units, choices = [SENSITIVITY.empty()], [SENSITIVITY_CHOICES.empty()]
    for league in parts.partition_by("league", maintain_order=True):
        result = _vary_choices(league, scope)
        keys = {"month": scope.month, "league": league["league"][0], "indicator": INDICATOR}
        key_columns = [pl.lit(value).alias(name) for name, value in keys.items()]
        units.append(SENSITIVITY.conform(_unit_rows(league, result).with_columns(key_columns)))
        rows = pl.concat(
            [
                _choice_rows(_choices_to_vary(scope.method), result),
                _row_of_other_share(league, result),
                pl.DataFrame({"choice": NOT_VARIED}),
            ],
            how="diagonal",
        )
        choices.append(SENSITIVITY_CHOICES.conform(rows.with_columns(key_columns)))
    return pl.concat(units), pl.concat(choices)


def _select_parts(indices: pl.DataFrame, ranked: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """Ranked units of leagues of two and more: league, unit_code, value and each of _PARTS."""
    entries = leagues.list_entries(indices, scope).filter(indicator=INDICATOR)
    ranked_entries = entries.join(ranked, on=["league", "indicator", "unit_code"], how="semi")
    parts = ranked_entries.select("league", "unit_code", "value")
    for name in _PARTS:
        part = indices.filter(indicator=name).select("unit_code", pl.col("value").alias(name))
        parts = parts.join(part, on="unit_code", how="left")
    complete = parts.drop_nulls(_PARTS)
    return complete.filter(pl.len().over("league") > 1).sort("league", "unit_code")


def _select_other_shares(represented: pl.DataFrame, method: Method) -> pl.DataFrame:
    """The satisfied share that the method does not take, of units with both: unit_code, share."""
    name = "adjusted_share" if method.satisfaction == "as_answered" else "share"
    both = represented.drop_nulls(["share", "adjusted_share"])
    return both.select("unit_code", share=name)


def _choices_to_vary(method: Method) -> list[Choice]:
    weights = method.weights

    def around(name: str, weight: float) -> Range:
        return Range(name, round(max(weight - REACH, 0), 6), round(min(weight + REACH, 1), 6))

    return [
        around("weight_on_time", weights.processing_time_index.on_time),
        around("weight_processing_time", weights.reform_performance_index.processing_time),
        Options("on_time_definition", ON_TIME),
    ]


def _vary_choices(league: pl.DataFrame, scope: RankingScope) -> sensitivity.Sensitivity:
    on_time = league.select(ON_TIME).to_numpy().T
    saved = league["time_saved"].to_numpy()[:, None]
    satisfaction = league["satisfaction_index"].to_numpy()[:, None]
    decimals = scope.method.indicator(INDICATOR).decimals

    def model(choices: Numbers) -> Numbers:
        weight_on_time, weight_processing, definition = choices
        rate = on_time[definition.astype(int)].T
        processing = 100 * (weight_on_time * rate + (1 - weight_on_time) * saved)
        both = weight_processing * processing + (1 - weight_processing) * satisfaction
        # Ranks are of published values. The small addition makes a half round up.
        scores: Numbers = np.round(both + 10.0 ** -(decimals + 7), decimals)
        return scores

    seed = int.from_bytes(
        hashlib.sha256(f"{scope.month} {league['league'][0]} {INDICATOR}".encode()).digest()[:8]
    )
    value = league["value"].to_numpy()
    choices = _choices_to_vary(scope.method)
    return sensitivity.vary_ranks(choices, model, value, samples=SAMPLES, seed=seed)


def _unit_rows(league: pl.DataFrame, result: sensitivity.Sensitivity) -> pl.DataFrame:
    return league.select(
        "unit_code",
        pl.Series("rank", result.rank),
        pl.Series("rank_5", result.rank_5),
        pl.Series("rank_95", result.rank_95),
        other_share_value="other_value",
        other_share_rank="other_rank",
    )


def _row_of_other_share(league: pl.DataFrame, result: sensitivity.Sensitivity) -> pl.DataFrame:
    """The row of OTHER_SHARE; varied over nothing where no unit has another share."""
    is_known = league["other_rank"].null_count() == 0
    shift = (league["other_rank"] - pl.Series(result.rank)).abs().mean() if is_known else None
    return pl.DataFrame(
        {
            "choice": [OTHER_SHARE],
            "varied_over": [", ".join(_SHARES) if is_known else None],
            "mean_shift": [shift],
        },
        schema_overrides={"varied_over": pl.String, "mean_shift": pl.Float64},
    ).with_columns(intervals.round_half_up(pl.col("mean_shift"), _DECIMALS))


def _choice_rows(varied: list[Choice], result: sensitivity.Sensitivity) -> pl.DataFrame:
    """A row for each choice that is drawn; null where no rank ever shifts."""
    return pl.DataFrame(
        {
            "choice": [choice.name for choice in varied],
            "first_order": result.of_shift.first_order[0],
            "total": result.of_shift.total[0],
            "varied_over": [_range_text(choice) for choice in varied],
        }
    ).with_columns(
        pl.col("first_order", "total").fill_nan(None).round(_DECIMALS),
        intervals.round_half_up(pl.lit(result.mean_shift), _DECIMALS).alias("mean_shift"),
    )


def _range_text(choice: Choice) -> str:
    if isinstance(choice, Options):
        return ", ".join(choice.options)
    return f"{choice.low:g}-{choice.high:g}"
