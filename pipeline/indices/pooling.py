"""Pooling: every unit's counts are counts of all agencies above it too.

Here belongs who lies above whom in the month, and adding counts up. Not here: which counts.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.agencies import Register
from pipeline.tallies import Tallies


@dataclass(frozen=True)
class Pooling:
    """Agencies of a month, and for each one itself and all above it.

    `agencies` has a row for each code: unit_code, unit_name, parent_code, level. `above` has a row
    for each unit_code and each pooled_code that its counts go to.
    """

    agencies: pl.DataFrame
    above: pl.DataFrame

    @staticmethod
    def of(tallies: Tallies, month: str, register: Register) -> "Pooling":
        """The agencies in force, and units that have counts though they no longer are.

        Those stand where the register last knew them; one that it never knew stands alone, with
        its code for a name.
        """
        counted = (
            pl.concat(
                [
                    table.select("unit_code").unique()
                    for table in (
                        tallies.outcomes.filter(pl.col("month") <= month),
                        tallies.ages.filter(pl.col("month") == month),
                        tallies.answers.filter(pl.col("month") <= month),
                        tallies.figures.filter(pl.col("month") == month),
                        tallies.petitions.filter(pl.col("month") == month),
                    )
                ]
            )
            .unique()
            .collect()
        )
        agencies = _placed(register, month, counted)
        return Pooling(agencies, _above(agencies))

    def pooled(self, counts: pl.LazyFrame, *by: str) -> pl.LazyFrame:
        """Counts added up by unit and `by`, for every unit and every agency above it.

        All columns but unit_code and `by` must be whole numbers; they are added.
        """
        keys = ["unit_code", *by]
        return _added_up(counts.group_by(keys).sum().join(self.above.lazy(), on="unit_code"), keys)

    def pooled_totals(self, counts: pl.LazyFrame, *by: str) -> pl.LazyFrame:
        """As `pooled`, for counts of whole units: an agency's own stand for all below it.

        A total sent beside its parts is the agency's count, and the one that goes up; the parts
        are counts of their own units only. `differs_from_parts` is 1 where the next counts below
        a total add up to another one, else 0.
        """
        keys, pair = ["unit_code", *by], ["unit_code", "pooled_code", *by]
        own = counts.group_by(keys).sum()
        pairs = own.join(self.above.lazy(), on="unit_code")
        below = pairs.filter(pl.col("pooled_code") != pl.col("unit_code"))
        totals = own.select(pl.col("unit_code").alias("pooled_code"), *by)
        parts = below.join(totals, on=["pooled_code", *by], how="semi")
        # What a total stands for goes neither to its agency nor to any above that.
        stood_for = parts.select("unit_code", *by, total_code="pooled_code").join(
            self.above.lazy().rename({"unit_code": "total_code"}), on="total_code"
        )
        is_higher = pl.col("pooled_code") != pl.col("total_code")
        next_below = parts.join(stood_for.filter(is_higher), on=pair, how="anti")
        names = [name for name in counts.collect_schema().names() if name not in keys]
        differs = (
            own.join(_added_up(next_below, keys), on=keys, suffix="_of_parts")
            .filter(pl.any_horizontal(pl.col(n) != pl.col(f"{n}_of_parts") for n in names))
            .select(*keys, pl.lit(1, pl.Int64).alias("differs_from_parts"))
        )
        return (
            _added_up(pairs.join(stood_for, on=pair, how="anti"), keys)
            .join(differs, on=keys, how="left")
            .with_columns(pl.col("differs_from_parts").fill_null(0))
        )

    def all_above(self, units: pl.LazyFrame) -> pl.LazyFrame:
        """The units (column unit_code) and every agency above one of them, each once."""
        return (
            self.above.lazy()
            .join(units, on="unit_code", how="semi")
            .select(pl.col("pooled_code").alias("unit_code"))
            .unique()
        )


def _added_up(pairs: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Counts of units (unit_code) added up in the units that they go to (pooled_code)."""
    return pairs.drop("unit_code").rename({"pooled_code": "unit_code"}).group_by(keys).sum()


def _placed(register: Register, month: str, counted: pl.DataFrame) -> pl.DataFrame:
    columns = [
        pl.col("code").alias("unit_code"),
        pl.col("name_vi").alias("unit_name"),
        "parent_code",
        pl.col("kind").alias("level"),
    ]
    in_force = register.at(month).select(columns)
    last_known = (
        register.table.sort("code", "valid_from", nulls_last=False)
        .unique("code", keep="last", maintain_order=True)
        .select(columns)
    )
    others = counted.join(in_force, on="unit_code", how="anti").join(
        last_known, on="unit_code", how="left"
    )
    return pl.concat(
        [
            in_force,
            others.with_columns(
                pl.col("unit_name").fill_null(pl.col("unit_code")),
                pl.col("level").fill_null(""),
            ).select(in_force.columns),
        ]
    ).sort("unit_code")


def _above(agencies: pl.DataFrame) -> pl.DataFrame:
    """Steps up the register until nobody has anything above; a level of agencies a step."""
    parents = agencies.select(
        pl.col("unit_code").alias("pooled_code"), pl.col("parent_code").alias("next_code")
    )
    step = agencies.select("unit_code", pl.col("unit_code").alias("pooled_code"))
    steps: list[pl.DataFrame] = []
    while step.height and len(steps) <= agencies.height:
        steps.append(step)
        step = (
            step.join(parents, on="pooled_code")
            .filter(pl.col("next_code").is_in(parents["pooled_code"].implode()))
            .select("unit_code", pl.col("next_code").alias("pooled_code"))
        )
    return pl.concat(steps) if steps else step
