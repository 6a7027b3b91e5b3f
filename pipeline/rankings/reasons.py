"""Why a unit is not ranked.

Here belongs reading deliveries for exports that did not come, were refused or lost too many rows.
Not here: notes about the numbers themselves, which come with the indices.
"""

import polars as pl

from pipeline.agencies import Register
from pipeline.indices.pooling import Pooling
from pipeline.methods import Method
from pipeline.rankings import joint_limits, leagues
from pipeline.tallies import Tallies

_SATISFACTION = ("satisfied_share", "satisfaction_index", "response_rate")
_COMPOSITE = ("reform_performance_index",)


def with_notes(
    entries: pl.DataFrame,
    deliveries: pl.DataFrame,
    register: Register,
    method: Method,
    month: str,
) -> pl.DataFrame:
    """Entries with `is_ranked`, and a note for each that is not.

    A unit's sender is itself or the nearest agency above it in `deliveries`; of a kind of records
    the nearest that sent any. Rejected rows are those of the senders of a kind that the unit's
    number may rest on: its own, and all below it. In this order: the index's own note; where there
    is no index, that there were no data, or that their export was refused or did not come; too
    many rejected rows; another clock or scale.
    """
    senders = _senders(deliveries["sender_code"], register, month)
    # A unit may be its sender's in dossiers and have figures beside them; each kind that an
    # indicator may rest on is looked at.
    by_kind = _by_kind(deliveries)
    without = deliveries.filter(pl.col("kind").is_null())["sender_code"]
    sends_others = by_kind.filter("is_accepted").get_column("sender_code").unique()
    has_figures = pl.col("has_row").any().over("indicator", "sender_code")
    told = (
        entries.join(_kinds(entries), on="indicator", how="left")
        .join(senders, on="unit_code", how="left")
        .join(_of_units(by_kind, without, register, month), on=["unit_code", "kind"], how="left")
        # Figures of another indicator say nothing about this one.
        .with_columns(pl.col("is_accepted") & ((pl.col("kind") != "figures") | has_figures))
        .group_by("league", "indicator", "unit_code", maintain_order=True)
        .agg(
            pl.col("is_accepted").fill_null(value=False).any(),
            pl.col("is_refused").fill_null(value=False).any(),
            (pl.col("rejected") > method.maximum_rejected_share * pl.col("rows"))
            .fill_null(value=False)
            .any()
            .alias("has_too_many_rejected"),
            pl.col("sender_code").is_in(sends_others.implode()).any().alias("sends_others"),
        )
    )
    joined = entries.join(told, on=["league", "indicator", "unit_code"], how="left")
    return leagues.with_one_kind(joined.with_columns(_note().alias("note")))


def _note() -> pl.Expr:
    nothing = (
        pl.when(pl.col("is_accepted") & pl.col("indicator").is_in(_SATISFACTION))
        .then(pl.lit("too_few_respondents"))
        .when(pl.col("is_accepted"))
        .then(pl.lit("no_dossiers"))
        .when(pl.col("is_refused"))
        .then(pl.lit("refused_export"))
        .when(pl.col("sends_others") & pl.col("indicator").is_in(_SATISFACTION))
        .then(pl.lit("no_ratings"))
        .when(pl.col("sends_others"))
        .then(pl.lit("no_dossier_export"))
        .otherwise(pl.lit("no_export"))
    )
    keeps_its_own = pl.col("note").is_not_null() & ~pl.col("note").is_in(leagues.RANKED_NOTES)
    return (
        pl.when(~pl.col("has_row"))
        .then(nothing)
        .when(~keeps_its_own.fill_null(value=False) & pl.col("has_too_many_rejected"))
        .then(pl.lit("too_many_rejected"))
        .otherwise(pl.col("note"))
    )


def _kinds(entries: pl.DataFrame) -> pl.DataFrame:
    """Kinds of records that an indicator may rest on: a row for each indicator and kind."""

    def kinds(indicator: str) -> list[str]:
        figures = ["figures"] if indicator in joint_limits.SHARES else []
        if indicator in _SATISFACTION:
            return ["ratings", *figures]
        if indicator in _COMPOSITE:
            return ["dossiers", "ratings"]
        return ["dossiers", *figures]

    rows = [
        (indicator, kind)
        for indicator in entries["indicator"].unique().sort()
        for kind in kinds(indicator)
    ]
    return pl.DataFrame(rows, schema={"indicator": pl.String, "kind": pl.String}, orient="row")


def _by_kind(deliveries: pl.DataFrame) -> pl.DataFrame:
    """A row for each sender and kind: whether files were accepted, refused; rows and rejected."""
    is_accepted = pl.col("status") == "accepted"
    return (
        deliveries.filter(pl.col("kind").is_not_null())
        .group_by("sender_code", "kind")
        .agg(
            is_accepted.any().alias("is_accepted"),
            (pl.col("status") == "refused").any().alias("is_refused"),
            pl.col("rows", "rejected").filter(is_accepted).sum(),
        )
    )


def _of_units(
    by_kind: pl.DataFrame, without: pl.Series, register: Register, month: str
) -> pl.DataFrame:
    """A row for each unit and kind: is_accepted and is_refused of its sender of that kind; rows
    and rejected of that one and of all senders below the unit.

    Of units whose sender is `without` anything sent nothing is told but what lies below them.
    """
    above = Pooling.of(Tallies.of(), month, register).above
    found = []
    for (kind,), sent in by_kind.partition_by("kind", as_dict=True).items():
        known = pl.concat([sent["sender_code"], without])
        own = _senders(known, register, month).drop_nulls("sender_code")
        below = above.select(unit_code="pooled_code", sender_code="unit_code")
        rows = (
            pl.concat([own, below])
            .unique()
            .join(sent, on="sender_code")
            .group_by("unit_code")
            .agg(pl.col("rows", "rejected").sum())
        )
        told = own.join(sent.select("sender_code", "is_accepted", "is_refused"), on="sender_code")
        both = rows.join(told.drop("sender_code"), on="unit_code", how="left")
        found.append(both.with_columns(kind=pl.lit(kind, pl.String)))
    nothing = by_kind.clear().rename({"sender_code": "unit_code"})
    return pl.concat([nothing, *(each.select(nothing.columns) for each in found)])


def _senders(known: pl.Series, register: Register, month: str) -> pl.DataFrame:
    """Each unit's sender, of those known: unit_code, sender_code; null where none is above it."""
    agencies = register.at(month).select("code", "parent_code")
    found = agencies.select(pl.col("code").alias("unit_code"), pl.col("code").alias("sender_code"))
    parents = agencies.rename({"code": "sender_code"})
    for _ in range(agencies.height):
        is_searching = ~pl.col("sender_code").is_in(known.implode())
        if found.filter(is_searching).is_empty():
            break
        found = found.join(parents, on="sender_code", how="left").select(
            "unit_code",
            pl.when(is_searching)
            .then(pl.col("parent_code"))
            .otherwise(pl.col("sender_code"))
            .alias("sender_code"),
        )
    return found
