"""Forms of codes: dossiers whose code a sender writes in another form than in its export before.

A spreadsheet takes zeros away, a new system puts letters in front. Then each dossier that was in
progress counts as unseen, and stands in the export as one that nobody knew. Here belongs which of
these two are one dossier. Not here: the rule (expectations), what is unseen (tallies.ledger).
"""

import polars as pl

from pipeline import masking, months
from pipeline.sender_measures import FEW_DOSSIERS
from pipeline.tables import ENDED_STATUSES, LEFT_STATUSES

CODE_FORMS = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "not_shown": pl.Int64(),
        "recoded": pl.Int64(),
        "largest_recoded": pl.Int64(),
        "form_before": pl.String(),
        "form_now": pl.String(),
    }
)
"""One row is a sender whose export does not show dossiers that were in progress.

`not_shown` are the codes of dossiers in progress that the month's export lacks, `recoded` those of
them that stand in it under a code of another form; the rule allows `largest_recoded` of these. The
forms are masked codes of the change that most of them have."""

_CODE_COLUMNS = ("sender_code", "dossier_id", "received_at")
_NUMBER = r"([0-9]+)[^0-9]*$"
"""The last number in a code."""
_ZEROS = "(^|[^0-9])0+([0-9])"


def measure_code_forms(before: pl.LazyFrame, now: pl.LazyFrame, month: str) -> pl.DataFrame:
    """The CODE_FORMS of a month.

    `before` and `now` have the accepted dossiers of the same senders: of the last export before the
    month, and of the month. Two codes are of one dossier where the day of receipt and the last
    number in them are the same, zeros in front aside, and either the whole time of receipt is, or
    one code ends with the other. A code that both exports have is not compared.
    """
    own = ["sender_code", "dossier_id"]
    is_over = pl.col("status").cast(pl.String).is_in([*ENDED_STATUSES, *LEFT_STATUSES])
    is_carried_over = pl.col("received_at") < months.start(month)
    gone = _named(before.filter(~is_over)).join(_named(now), on=own, how="anti")
    come = _named(now.filter(is_carried_over)).join(_named(before), on=own, how="anti")
    key = ["sender_code", "day", "number"]
    sides = [
        side.filter(pl.col("number").is_not_null()).filter(pl.len().over(key) == 1)
        for side in (gone, come)
    ]
    pairs = sides[0].join(sides[1], on=key, suffix="_now").filter(_is_one_dossier())
    forms = (
        pairs.group_by("sender_code", "form", "form_now")
        .agg(dossiers=pl.len())
        .sort("dossiers", "form", "form_now", descending=[True, False, False])
        .group_by("sender_code", maintain_order=True)
        .agg(
            recoded=pl.col("dossiers").sum(),
            form_before=pl.col("form").first(),
            form_now=pl.col("form_now").first(),
        )
    )
    return (
        gone.group_by("sender_code")
        .agg(not_shown=pl.len())
        .join(forms, on="sender_code", how="left")
        .with_columns(
            pl.col("recoded").fill_null(0),
            month=pl.lit(month),
            largest_recoded=pl.lit(FEW_DOSSIERS),
        )
        .select(list(CODE_FORMS))
        .sort("sender_code")
        .collect()
        .cast(CODE_FORMS)
    )


def _named(dossiers: pl.LazyFrame) -> pl.LazyFrame:
    """The codes of dossiers with what is compared of them."""
    code = pl.col("dossier_id")
    without_zeros = code.str.replace_all(_ZEROS, "${1}${2}")
    return dossiers.select(
        pl.col("sender_code").cast(pl.String),
        code,
        pl.col("received_at"),
        day=pl.col("received_at").dt.date(),
        core=without_zeros.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", ""),
        number=without_zeros.str.extract(_NUMBER),
        form=masking.mask_column(code),
    ).unique(_CODE_COLUMNS, keep="any")


def _is_one_dossier() -> pl.Expr:
    moment = pl.col("received_at")
    has_time = moment.dt.time() != pl.time(0)
    same_time = has_time & (moment == pl.col("received_at_now"))
    core, core_now = pl.col("core"), pl.col("core_now")
    return same_time | core.str.ends_with(core_now) | core_now.str.ends_with(core)
