"""Why a unit is not ranked.

Here belongs reading deliveries for exports that are missing, were refused or lost too many rows.
Not here: notes about the numbers themselves, which come with the indices.
"""

import polars as pl

from pipeline.rankings import joint_limits, leagues
from pipeline.rankings.scope import RankingScope
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling

_SATISFACTION = ("satisfied_share", "satisfaction_index", "response_rate")
_COMPOSITE = ("reform_performance_index",)


def with_notes(
    entries: pl.DataFrame, deliveries: pl.DataFrame, scope: RankingScope
) -> pl.DataFrame:
    """Entries with `is_ranked`, and a note for each unit that is not ranked.

    A unit's sender is the unit itself or the nearest agency above it in `deliveries`; for a kind of
    records the nearest that sent any. Rejected rows are those of the senders of a kind that the
    unit's number may rest on: its own sender, and all below the unit. The note is the first of: the
    index's own note; where there is no index, that too many rows were rejected, that there were no
    data, or that their export was refused or is missing; too many rejected rows; another clock or
    scale.
    """
    senders = _nearest_senders(deliveries["sender_code"], scope)
    # A sender may send the dossiers of a unit and another the figures: every kind that an
    # indicator may rest on counts.
    by_kind = _summarize_by_kind(deliveries)
    without = deliveries.filter(pl.col("kind").is_null())["sender_code"]
    sends_others = by_kind.filter("is_accepted").get_column("sender_code").unique()
    has_figures = pl.col("has_row").any().over("indicator", "sender_code")
    reasons = (
        entries.join(_kinds_of_indicators(entries), on="indicator", how="left")
        .join(senders, on="unit_code", how="left")
        .join(_summarize_by_unit(by_kind, without, scope), on=["unit_code", "kind"], how="left")
        # Figures of another indicator say nothing about this one.
        .with_columns(pl.col("is_accepted") & ((pl.col("kind") != "figures") | has_figures))
        .group_by("league", "indicator", "unit_code", maintain_order=True)
        .agg(
            pl.col("is_accepted").fill_null(value=False).any(),
            pl.col("is_refused").fill_null(value=False).any(),
            (pl.col("rejected") > scope.method.maximum_rejected_share * pl.col("rows"))
            .fill_null(value=False)
            .any()
            .alias("has_too_many_rejected"),
            pl.col("sender_code").is_in(sends_others.implode()).any().alias("sends_others"),
        )
    )
    with_reasons = entries.join(reasons, on=["league", "indicator", "unit_code"], how="left")
    return leagues.note_other_kinds(with_reasons.with_columns(_first_note().alias("note")))


def _first_note() -> pl.Expr:
    """The first note that holds, in the order that `with_notes` gives."""
    note_without_data = (
        # Rows were sent, and most are set aside: that there are none would not be true.
        pl.when(pl.col("is_accepted") & pl.col("has_too_many_rejected"))
        .then(pl.lit("too_many_rejected"))
        .when(pl.col("is_accepted") & pl.col("indicator").is_in(_SATISFACTION))
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
    has_own_note = pl.col("note").is_not_null() & ~pl.col("note").is_in(leagues.RANKED_NOTES)
    return (
        pl.when(~pl.col("has_row"))
        .then(note_without_data)
        .when(~has_own_note.fill_null(value=False) & pl.col("has_too_many_rejected"))
        .then(pl.lit("too_many_rejected"))
        .otherwise(pl.col("note"))
    )


def _kinds_of_indicators(entries: pl.DataFrame) -> pl.DataFrame:
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


def _summarize_by_kind(deliveries: pl.DataFrame) -> pl.DataFrame:
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


def _summarize_by_unit(
    by_kind: pl.DataFrame, without: pl.Series, scope: RankingScope
) -> pl.DataFrame:
    """A row for each unit and kind: is_accepted and is_refused of its sender of that kind; rows
    and rejected of that sender and of all senders below the unit.

    `without` are senders that sent nothing: of their units only the rows of senders below count.
    """
    members = Pooling.of(Tallies.of(), scope.month, scope.register).pools.members
    summaries = [by_kind.clear().rename({"sender_code": "unit_code"})]
    for (kind,), sent in by_kind.partition_by("kind", as_dict=True).items():
        known = pl.concat([sent["sender_code"], without])
        own = _nearest_senders(known, scope).drop_nulls("sender_code")
        below = members.select(unit_code="pooled_code", sender_code="unit_code")
        rows = (
            pl.concat([own, below])
            .unique()
            .join(sent, on="sender_code")
            .group_by("unit_code")
            .agg(pl.col("rows", "rejected").sum())
        )
        status = own.join(sent.select("sender_code", "is_accepted", "is_refused"), on="sender_code")
        both = rows.join(status.drop("sender_code"), on="unit_code", how="left")
        summary = both.with_columns(kind=pl.lit(kind, pl.String))
        summaries.append(summary.select(summaries[0].columns))
    return pl.concat(summaries)


def _nearest_senders(known: pl.Series, scope: RankingScope) -> pl.DataFrame:
    """Each unit's sender among the `known`: unit_code, sender_code; null where none is above it."""
    agencies = scope.register.at(scope.month).select("code", "parent_code")
    senders = agencies.select(unit_code="code", sender_code="code")
    parents = agencies.rename({"code": "sender_code"})
    for _ in range(agencies.height):
        is_searching = ~pl.col("sender_code").is_in(known.implode())
        if senders.filter(is_searching).is_empty():
            break
        senders = senders.join(parents, on="sender_code", how="left").select(
            "unit_code",
            pl.when(is_searching)
            .then(pl.col("parent_code"))
            .otherwise(pl.col("sender_code"))
            .alias("sender_code"),
        )
    return senders
