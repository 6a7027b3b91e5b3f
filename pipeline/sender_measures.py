"""Measures of a sender's whole month: how much it sent, and whether its form II.06a adds up.

Here belong the numbers that rules about a whole month compare: beside the sender's own months
before, and with the thresholds of the sender. Pure. Not here: the rules (expectations), what a
single row may hold (records), findings about units (indices, rankings).
"""

from collections.abc import Mapping

import polars as pl

from pipeline import months, planning
from pipeline.tables import APART, FINISHED, KINDS, LEFT, OPEN

USUAL_MONTHS = 6
"""So many months before a month are what is usual for a sender."""
FEWEST_MONTHS = 3
"""With fewer of these months nothing is usual yet [ours]."""
FEWEST_ROWS = 30
"""Months with fewer rows are not compared [ours]: chance alone doubles ten."""
MANY_PETITIONS = 10
"""So many rejected petitions are a gap [ours]. Senders have a dozen a month, and no rank rests on
them, so that one of a dozen is none, though its share is above the limit."""
FEW_DOSSIERS = 2
"""So many dossiers may always be carried over that were not in progress, or the reverse [ours]: one
that is registered at the turn of the month is received, and counted, with a date before it."""
_EXACT = 9
"""Decimals of a limit: 0.1 x 30 is 3, and not 3.0000000000000004."""

VOLUMES = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "kind": pl.String(),
        "rows": pl.Int64(),
        "rejected": pl.Int64(),
        "usual_rows": pl.Float64(),
        "least_rows": pl.Float64(),
        "most_rows": pl.Float64(),
        "most_rejected": pl.Float64(),
    }
)
"""One row is a sender and a kind of records that it sent in the month, or in the months before.

`usual_rows` is the median of its last USUAL_MONTHS, null where there is no usual month; so are then
`least_rows` and `most_rows`. `most_rejected` is the largest count of rejected rows."""

FORM = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "received": pl.Int64(),
        "carried_over": pl.Int64(),
        "came_in": pl.Int64(),
        "accounted_for": pl.Int64(),
        "open_before": pl.Int64(),
        "carried_over_gap": pl.Int64(),
        "largest_gap": pl.Float64(),
        "compared_units": pl.Int64(),
        "broken_units": pl.Int64(),
        "units": pl.String(),
    }
)
"""One row is a sender that sent dossiers or figures in the month.

`came_in` are the received and the carried over, `accounted_for` the finished, the open and those
that left. `open_before` is how many were in progress at the end of the month before, null where
the two months cannot be compared; so is `carried_over_gap`, the difference. `compared_units` have
figures that must fit each other, `broken_units` of them have figures that do not, `units` names
the first of these; null without figures, and where rows or files of figures were not taken."""

SET_FINDINGS = pl.Schema(
    {
        "sender_code": pl.String(),
        "kind": pl.String(),
        "rule": pl.String(),
        "message": pl.String(),
        "message_vi": pl.String(),
        "public": pl.String(),
        "public_vi": pl.String(),
    }
)
"""One row is a sender, a kind of records and a rule about its whole month that is broken.

`message` says it to the sender, with the numbers and what to do; `public` without the numbers."""

_NAMED_UNITS = 5
_FITTING = ("on_time_of_finished", "on_time_766", "open_not_overdue")
"""Figures that count the same dossiers: of the finished, of all handled, of the open."""


def measure_volumes(
    delivered: Mapping[str, pl.DataFrame], month: str, thresholds: pl.DataFrame
) -> pl.DataFrame:
    """The VOLUMES of a month.

    `delivered` has what came of the files of the month and of the months before, in
    tables.DELIVERED; `thresholds` a row for each sender (SenderThresholds.list_for). A kind of
    which a file was refused has no usual month, for its rows are known in part only; nor is a month
    before usual in which a file of the kind was refused. A sender of which no file was accepted has
    no row.
    """
    own = _count_rows(delivered[month])
    before = pl.concat(
        [
            _count_rows(delivered[each]).join(
                _list_refused(delivered[each]), on=["sender_code", "kind"], how="anti"
            )
            for each in months.before(month, USUAL_MONTHS)
            if each in delivered
        ]
        or [own.clear()]
    )
    usual = (
        before.group_by("sender_code", "kind")
        .agg(months=pl.len(), usual_rows=pl.col("rows").median())
        .filter(pl.col("months") >= FEWEST_MONTHS)
        .select("sender_code", "kind", "usual_rows")
    )
    refused = _list_refused(delivered[month])
    is_compared = pl.max_horizontal("rows", "usual_rows") >= FEWEST_ROWS
    is_few_petitions = (pl.col("kind") == "petitions") & (pl.col("rejected") < MANY_PETITIONS)
    counted = (
        own.join(usual, on=["sender_code", "kind"], how="full", coalesce=True)
        .filter(pl.col("sender_code").is_in(own["sender_code"].implode()))
        .join(refused.with_columns(is_refused=True), on=["sender_code", "kind"], how="left")
        # What is usual and was not sent at all: none, and not unknown, unless it was refused.
        .filter(pl.col("rows").is_not_null() | pl.col("is_refused").is_null())
        .with_columns(pl.col("rows", "rejected").fill_null(0))
        .with_columns(
            usual_rows=pl.when(is_compared, pl.col("is_refused").is_null()).then("usual_rows")
        )
        .join(thresholds, on="sender_code", how="left")
        .with_columns(
            month=pl.lit(month),
            least_rows=(pl.col("volume_at_least") * pl.col("usual_rows")).round(_EXACT),
            most_rows=(pl.col("volume_at_most") * pl.col("usual_rows")).round(_EXACT),
            most_rejected=pl.when(is_few_petitions)
            .then(pl.lit(MANY_PETITIONS - 1.0))
            .otherwise((pl.col("rejected_share") * pl.col("rows")).round(_EXACT)),
        )
    )
    return counted.select(list(VOLUMES)).cast(VOLUMES).sort("sender_code", "kind")


def _count_rows(delivered: pl.DataFrame) -> pl.DataFrame:
    """Rows and rejected rows of the accepted files, by sender and kind."""
    return (
        delivered.filter(status=planning.ACCEPTED)
        .group_by("sender_code", "kind")
        .agg(pl.col("rows", "rejected").sum().cast(pl.Int64))
    )


def _list_refused(delivered: pl.DataFrame) -> pl.DataFrame:
    """Sender and kind of every refused file; a file whose kind is unknown may be of any kind."""
    kinds = pl.when(pl.col("kind").is_null()).then(list(KINDS)).otherwise(pl.concat_list("kind"))
    return (
        delivered.filter(status=planning.REFUSED)
        .select("sender_code", kind=kinds)
        .explode("kind", empty_as_null=False)
        .unique()
    )


def measure_form(
    outcomes: Mapping[str, pl.LazyFrame],
    figures: pl.LazyFrame,
    delivered: Mapping[str, pl.DataFrame],
    month: str,
    thresholds: pl.DataFrame,
) -> pl.DataFrame:
    """The FORM of a month.

    `outcomes` has the cells of tables.OUTCOMES of the month and of the month before, by one
    deadline rule; `figures` the cells of tables.COUNTS of the month; `delivered` and `thresholds`
    as in measure_volumes. Rows that were rejected in either month may be what differs between the
    two, so that these are added to `largest_gap`.
    """
    before = months.shifted(month, -1)
    own = _list_senders(delivered[month], "dossiers").rename({"rejected": "rejected_now"})
    last = _list_senders(delivered.get(before, delivered[month].clear()), "dossiers")
    counted = own.join(_count_form(outcomes[month]), on="sender_code", how="left").with_columns(
        pl.col(*_FORM_COUNTS).fill_null(0)
    )
    of_last = _count_form(outcomes.get(before, outcomes[month].head(0)))
    open_before = last.join(of_last, on="sender_code", how="left").select(
        "sender_code", "is_whole", "rejected", open_before=pl.col("open").fill_null(0)
    )
    is_comparable = pl.col("is_whole") & pl.col("is_whole_before")
    gap = (pl.col("carried_over") - pl.col("open_before")).abs()
    allowed = (pl.col("carried_over_difference") * pl.col("open_before")).round(_EXACT)
    rejected = pl.col("rejected_now") + pl.col("rejected")
    of_dossiers = (
        counted.join(open_before, on="sender_code", how="left", suffix="_before")
        .join(thresholds, on="sender_code", how="left")
        .with_columns(open_before=pl.when(is_comparable).then("open_before"))
        .select(
            "sender_code",
            "received",
            "carried_over",
            "open_before",
            came_in=pl.col("received") + pl.col("carried_over"),
            accounted_for=pl.sum_horizontal("finished", "open", "left"),
            carried_over_gap=gap,
            largest_gap=pl.max_horizontal(allowed, pl.lit(FEW_DOSSIERS)) + rejected,
        )
    )
    # Figures that do not fit others which we rejected or refused are no fault of the sender.
    whole_figures = _list_senders(delivered[month], "figures").filter("is_whole", rejected=0)
    of_figures = _compare_figures(figures).join(whole_figures, on="sender_code", how="semi")
    both = of_dossiers.join(of_figures, on="sender_code", how="full", coalesce=True)
    return both.with_columns(month=pl.lit(month)).select(list(FORM)).cast(FORM).sort("sender_code")


_FORM_COUNTS = ("received", "carried_over", "finished", "open", "left")


def _list_senders(delivered: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The senders with an accepted file of a kind: sender_code, rejected rows, `is_whole`: whether
    none of the files was refused.
    """
    accepted = _count_rows(delivered).filter(kind=kind).select("sender_code", "rejected")
    refused = delivered.filter(
        (pl.col("kind") == kind) | pl.col("kind").is_null(), status=planning.REFUSED
    )
    is_whole = ~pl.col("sender_code").is_in(refused["sender_code"].implode())
    return accepted.with_columns(is_whole=is_whole)


def _count_form(outcomes: pl.LazyFrame) -> pl.DataFrame:
    """The counts of form II.06a by sender: _FORM_COUNTS. What it has no cell for is left out."""
    dossiers, outcome = pl.col("dossiers"), pl.col("outcome")
    return (
        outcomes.filter(~outcome.is_in(APART))
        .group_by(pl.col("sender_code").cast(pl.String))
        .agg(
            received=dossiers.filter(pl.col("intake") == "received").sum(),
            carried_over=dossiers.filter(pl.col("intake") == "carried_over").sum(),
            finished=dossiers.filter(outcome.is_in(FINISHED)).sum(),
            open=dossiers.filter(outcome.is_in(OPEN)).sum(),
            left=dossiers.filter(outcome == LEFT).sum(),
        )
        .collect()
    )


def _compare_figures(figures: pl.LazyFrame) -> pl.DataFrame:
    """By sender, the units whose figures of one form must fit each other, and those that do not.

    Finished on time + open and not yet due = the numerator of 766; finished + open = its
    denominator at most, for those that left are among the handled alone. Units that sent all
    three figures are compared.
    """
    finished, handled, still_open = (pl.col("indicator") == name for name in _FITTING)
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    return (
        figures.filter(pl.col("indicator").is_in(_FITTING))
        .group_by(pl.col("sender_code").cast(pl.String), pl.col("unit_code").cast(pl.String))
        .agg(
            sent=pl.col("indicator").n_unique(),
            on_time_parts=numerator.filter(finished | still_open).sum(),
            on_time=numerator.filter(handled).sum(),
            parts=denominator.filter(finished | still_open).sum(),
            all=denominator.filter(handled).sum(),
        )
        .filter(pl.col("sent") == len(_FITTING))
        .with_columns(
            is_broken=(pl.col("on_time_parts") != pl.col("on_time"))
            | (pl.col("parts") > pl.col("all"))
        )
        .sort("sender_code", "unit_code")
        .group_by("sender_code", maintain_order=True)
        .agg(
            compared_units=pl.len(),
            broken_units=pl.col("is_broken").sum(),
            units=pl.col("unit_code").filter("is_broken").head(_NAMED_UNITS).str.join(", "),
        )
        .collect()
    )
