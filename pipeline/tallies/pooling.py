"""Pooling: the counts of a unit are counts of all agencies above it too.

Here belong which agencies lie above which in a month, where the counts of an absorbed agency go,
and adding counts up. Not here: what is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from pipeline.agencies import Register
from pipeline.agencies.hierarchy import list_agencies, list_last_known, list_members
from pipeline.tallies import Tallies


@dataclass(frozen=True)
class Pools:
    """Which units each agency adds up.

    `members` has a row for each unit (unit_code) and each agency that its counts are added to
    (pooled_code): the unit itself and all agencies above it. `hierarchy` has the same columns, for
    the month in which the counts were made: the two differ where counts are restated on the
    boundaries of another month. Pools of several months also have the columns `by`
    (series_month), and so have all counts that they take.
    """

    members: pl.DataFrame
    hierarchy: pl.DataFrame
    by: tuple[str, ...] = ()

    @property
    def unit_keys(self) -> list[str]:
        """The columns that identify a unit: `by` and unit_code."""
        return [*self.by, "unit_code"]

    def select_units(self, units: Iterable[str]) -> "Pools":
        """The pools in which counts are added up for some units alone: for `pool_counts`."""
        is_asked = pl.col("pooled_code").is_in(sorted(units))
        return replace(self, members=self.members.filter(is_asked))

    def pool_counts(self, counts: pl.LazyFrame, *dimensions: str) -> pl.LazyFrame:
        """Counts added up by unit and dimensions: a row for each unit with counts and agency above.

        All columns but the keys of a unit and `dimensions` must be whole numbers: these are added.
        """
        keys = [*self.unit_keys, *dimensions]
        own = counts.group_by(keys).sum()
        return _add_up(own.join(self.members.lazy(), on=self.unit_keys), keys)

    def pool_totals(self, counts: pl.LazyFrame, *dimensions: str) -> pl.LazyFrame:
        """As `pool_counts`, for totals: an agency's own counts stand for all units below it.

        A total that was sent beside its parts is the count of its agency, and is added to the
        agencies above; the parts count for their own units only. `differs_from_parts` is 1 where
        the next counts below a total have another sum than the total, else 0.
        """
        keys = [*self.unit_keys, *dimensions]
        pair = [*keys, "pooled_code"]
        own = counts.group_by(keys).sum()
        pairs = own.join(self.members.lazy(), on=self.unit_keys)
        below = own.join(self.hierarchy.lazy(), on=self.unit_keys).filter(
            pl.col("pooled_code") != pl.col("unit_code")
        )
        totals = own.select(*self.by, pl.col("unit_code").alias("pooled_code"), *dimensions)
        parts = below.join(totals, on=[*self.by, "pooled_code", *dimensions], how="semi")
        # The parts of a total are added neither to its agency nor to any agency above that.
        replaced = parts.select(*keys, total_code="pooled_code").join(
            self.members.lazy().rename({"unit_code": "total_code"}), on=[*self.by, "total_code"]
        )
        is_higher = pl.col("pooled_code") != pl.col("total_code")
        next_below = parts.join(replaced.filter(is_higher), on=pair, how="anti")
        names = [name for name in counts.collect_schema().names() if name not in keys]
        differs = (
            own.join(_add_up(next_below, keys), on=keys, suffix="_of_parts")
            .filter(pl.any_horizontal(pl.col(n) != pl.col(f"{n}_of_parts") for n in names))
            .select(*keys, pl.lit(1, pl.Int64).alias("differs_from_parts"))
        )
        return (
            _add_up(pairs.join(replaced, on=pair, how="anti"), keys)
            .join(differs, on=keys, how="left")
            .with_columns(pl.col("differs_from_parts").fill_null(0))
        )

    def add_agencies_above(self, units: pl.LazyFrame) -> pl.LazyFrame:
        """The units (their keys) and every agency above one of them, each once."""
        return (
            self.members.lazy()
            .join(units, on=self.unit_keys, how="semi")
            .select(*self.by, pl.col("pooled_code").alias("unit_code"))
            .unique()
        )


@dataclass(frozen=True)
class Pooling:
    """The agencies of a month, and which units each of them adds up.

    `agencies` has a row for each code: unit_code, unit_name, parent_code, level (its kind).
    """

    month: str
    register: Register
    agencies: pl.DataFrame
    pools: Pools

    @staticmethod
    def of(tallies: Tallies, month: str, register: Register) -> "Pooling":
        """The agencies in force, and units that have counts though they are no longer in force.

        Such a unit has the parent that the register last knew. A code that the register never knew
        has no parent, and its code for a name.
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
        agencies = list_agencies(register, month, counted)
        members = list_members(agencies)
        return Pooling(month, register, agencies, Pools(members, members))


@dataclass(frozen=True)
class MonthlyPooling:
    """The agencies of several months, and which units each of them adds up in each month.

    `agencies` has a row for each month and code: series_month, unit_code, parent_code.
    """

    register: Register
    agencies: pl.DataFrame
    pools: Pools

    @staticmethod
    def of(counted: pl.DataFrame, register: Register) -> "MonthlyPooling":
        """As `Pooling.of`, in each month; `counted` are series_month and unit_code with counts."""
        months = counted["series_month"].unique().sort()
        in_force = _concat_months(
            {
                month: register.at(month).select(unit_code="code", parent_code="parent_code")
                for month in months
            },
            ("unit_code", "parent_code"),
        )
        others = counted.join(in_force, on=["series_month", "unit_code"], how="anti").join(
            list_last_known(register), on="unit_code", how="left"
        )
        agencies = pl.concat([in_force, others.select(in_force.columns)])
        members = list_members(agencies, "series_month")
        return MonthlyPooling(register, agencies, Pools(members, members, ("series_month",)))

    def restate(self, later: Pooling) -> Pools:
        """The pools of the months' counts on the boundaries of a later month.

        The counts of a unit go to the unit that has its territory in the later month. Where no unit
        took over (a district was abolished), they go to the heir of the nearest agency above it.
        From there they go to all agencies above in the later month. Counts of a unit that has no
        heir above it either are left out.
        """
        months = self.agencies["series_month"].unique().sort()
        restated = _concat_months(
            {month: self.register.restated(later.month, of=month) for month in months},
            ("code", "restated_code"),
        )
        heirs = self.agencies.join(
            restated.with_columns(is_known=True),
            left_on=["series_month", "unit_code"],
            right_on=["series_month", "code"],
            how="left",
        )
        # A code that the register never knew is its own heir.
        heir = pl.when(pl.col("is_known")).then("restated_code").otherwise("unit_code")
        nearest = _find_nearest_heirs(heirs.with_columns(heir_code=heir))
        members = nearest.join(later.pools.members, left_on="heir_code", right_on="unit_code")
        return replace(self.pools, members=members.select(self.pools.members.columns))


def move_earlier_counts(tallies: Tallies, month: str, register: Register) -> Tallies:
    """Tallies in which counts of earlier months belong to the successors of absorbed agencies.

    A dossier that an absorbed agency ended early may be due when its successor has taken over: it
    is the successor's then, as the open dossiers are. Senders move with their units.
    """
    successors = register.successors(month)
    if successors.is_empty():
        return tallies
    absorbed, taking_over = successors["code"].to_list(), successors["successor_code"].to_list()

    def move(cells: pl.LazyFrame) -> pl.LazyFrame:
        is_earlier = pl.col("month") < month
        return cells.with_columns(
            pl.when(is_earlier).then(pl.col(name).replace(absorbed, taking_over)).otherwise(name)
            for name in ("sender_code", "unit_code")
        )

    return replace(tallies, outcomes=move(tallies.outcomes), answers=move(tallies.answers))


def move_counts(cells: pl.LazyFrame, successors: pl.LazyFrame) -> pl.LazyFrame:
    """Cells with the successors of absorbed agencies as senders and units, in each series_month.

    `successors` has series_month, code and successor_code.
    """
    moved = cells
    for name in ("sender_code", "unit_code"):
        moved = (
            moved.join(successors.rename({"code": name}), on=["series_month", name], how="left")
            .with_columns(pl.coalesce("successor_code", name).alias(name))
            .drop("successor_code")
        )
    return moved


def _add_up(pairs: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Counts of units (unit_code) added up in the agencies that they go to (pooled_code)."""
    return pairs.drop("unit_code").rename({"pooled_code": "unit_code"}).group_by(keys).sum()


def _concat_months(by_month: dict[str, pl.DataFrame], texts: tuple[str, ...]) -> pl.DataFrame:
    """The columns `texts` of a frame for each month, together, with series_month."""
    schema = dict.fromkeys(("series_month", *texts), pl.String)
    frames = [
        frame.select(pl.lit(month).alias("series_month"), *texts)
        for month, frame in by_month.items()
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _find_nearest_heirs(heirs: pl.DataFrame) -> pl.DataFrame:
    """The heir of each unit in each month, or of the nearest agency above it that has one.

    `heirs` has series_month, unit_code, parent_code and heir_code; the result has no parent_code.
    Units without an heir of their own or above them are left out.
    """
    found = heirs.select("series_month", "unit_code", "heir_code", next_code="parent_code")
    steps = heirs.select(
        "series_month", next_code="unit_code", after_code="parent_code", next_heir_code="heir_code"
    )
    for _ in range(heirs.height):
        is_searching = pl.col("heir_code").is_null() & pl.col("next_code").is_not_null()
        if found.filter(is_searching).is_empty():
            break
        found = found.join(steps, on=["series_month", "next_code"], how="left").select(
            "series_month",
            "unit_code",
            next_code="after_code",
            heir_code=pl.coalesce("heir_code", "next_heir_code"),
        )
    return found.select("series_month", "unit_code", "heir_code").drop_nulls()
