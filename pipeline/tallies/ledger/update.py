"""Telling: the ledger after a month, from the one before and the dossiers as shown now.

Here belongs writing the ledger, and the findings that two exports together allow. Not here:
reading it (recalling).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.tables import DEADLINES, ENDED, FINDINGS, LEDGER, UNSEEN
from pipeline.tallies.ledger.lookup import DOSSIER, REMEMBERED_MONTHS, Past


@dataclass(frozen=True)
class Missed:
    """Dossiers of the ledger that are not shown now.

    `ledger` has rows of LEDGER with sha256 and is_news (unseen from now on), `deadlines` those of
    DEADLINES with is_judged (late, from now on).
    """

    ledger: pl.DataFrame
    deadlines: pl.DataFrame

    @property
    def late(self) -> pl.DataFrame:
        """A row for each dossier and rule that judges it now: LEDGER, sha256 and rule."""
        now = self.deadlines.filter("is_judged").select(DOSSIER, "rule")
        return self.ledger.join(now, on=DOSSIER, how="inner")


def missed(past: Past, shown: pl.DataFrame, month: str, whole: pl.DataFrame) -> Missed:
    """The rows of the ledger whose dossiers are not shown now.

    `shown` names the dossiers shown, as ENDED does. `whole` has a row for each sender whose
    export of dossiers is whole, no file of it refused: sender_code, sha256 of its first file by
    hash. Only of these is a dossier `unseen`, and late once the deadline last shown is past.
    """
    is_whole = pl.col("sha256").is_not_null()
    is_late = pl.col("judged_month").is_null() & (pl.col("deadline_at") < months.end(month))

    def of(remembered: pl.DataFrame) -> pl.DataFrame:
        return remembered.join(shown, on=DOSSIER, how="anti").join(
            whole, on="sender_code", how="left"
        )

    return Missed(
        ledger=of(past.ledger).with_columns(
            is_news=is_whole & ~pl.col("is_unseen"), is_unseen=pl.col("is_unseen") | is_whole
        ),
        deadlines=of(past.deadlines)
        .with_columns(is_judged=is_whole & is_late.fill_null(value=False))
        .with_columns(
            judged_month=pl.when("is_judged").then(_name(month)).otherwise("judged_month")
        ),
    )


def told(shown: pl.LazyFrame, past: Past, month: str, clock: str) -> dict[str, pl.DataFrame]:
    """What the dossiers shown now leave for the ledger.

    Takes rows of tallies.at_month_end, all of one clock, with their verdict by the index's rule.
    Gives `ledger` (those open), `ended` (the others), `findings`, and `shown` (DOSSIER of those
    that were known).
    """
    key = ("sender_code", DOSSIER)
    standing, ended, found, known = pl.collect_all(
        [
            _standing(shown.filter(_is_open()), past, month),
            shown.filter(~_is_open()).select(key),
            _found(_findings_of_shown(shown, past, month), month),
            shown.filter("is_known").select(key),
        ]
    )
    return {
        "ledger": LEDGER.conform(standing.with_columns(clock=pl.lit(clock))),
        "ended": ENDED.conform(ended),
        "findings": FINDINGS.conform(found),
        "shown": ENDED.conform(known),
    }


def deadlines_told(shown: pl.LazyFrame, past: Past, month: str, rule: str) -> pl.DataFrame:
    """The deadlines by a rule of the dossiers that are open as shown now: rows of DEADLINES.

    Takes rows of tallies.at_month_end with their verdict by the rule of that name.
    """
    known = (
        past.deadlines.lazy()
        .filter(pl.col("rule").cast(pl.String) == rule)
        .select(DOSSIER, known_judged_month="judged_month")
    )
    is_judged = pl.col("verdict").is_not_null() | pl.col("is_settled")
    found = (
        shown.filter(_is_open())
        .join(known, on=DOSSIER, how="left")
        .select(
            "sender_code",
            DOSSIER,
            rule=pl.lit(rule),
            deadline_at="first_due_at",
            judged_month=pl.coalesce("known_judged_month", pl.when(is_judged).then(_name(month))),
        )
        .filter(pl.col("deadline_at").is_not_null() | pl.col("judged_month").is_not_null())
    )
    return DEADLINES.conform(found.collect())


def after(
    told_by_clock: Sequence[Mapping[str, pl.DataFrame]],
    deadlines: Sequence[pl.DataFrame],
    missing: Missed,
    month: str,
) -> dict[str, pl.DataFrame]:
    """The ledger after the month: `ledger`, `deadlines`, `ended` and `findings`, each whole.

    Takes what `told` gives for each clock, and `deadlines_told` for each clock and rule.
    """

    def all_of(name: str, more: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([more, *(part[name] for part in told_by_clock)])

    found = FINDINGS.conform(
        _found({UNSEEN: missing.ledger.lazy().filter("is_news")}, month).collect()
    )
    remembered = _remembered(missing, month)
    still_due = missing.deadlines.join(remembered, on=DOSSIER, how="semi")
    # By hash, so that the same dossiers are the same bytes: a sender has each hash once.
    return {
        "ledger": all_of("ledger", LEDGER.conform(remembered)).sort(DOSSIER),
        "deadlines": pl.concat([DEADLINES.conform(still_due), *deadlines]).sort(
            DOSSIER, pl.col("rule").cast(pl.String)
        ),
        "ended": all_of("ended", ENDED.empty()).sort(DOSSIER),
        "findings": all_of("findings", found).sort("sender_code", "sha256", "unit_code", "finding"),
    }


def _is_open() -> pl.Expr:
    return ~pl.col("has_result") & ~pl.col("has_left")


def _standing(still_open: pl.LazyFrame, past: Past, month: str) -> pl.LazyFrame:
    """Dossiers open as shown now, as rows of LEDGER without their clock."""
    due, first_due = pl.col("shown_due_at"), pl.col("shown_first_due_at")
    is_moved_before = (due != first_due).fill_null(value=False)
    return (
        _with_known(still_open, past)
        .with_columns(
            last_month=_name(month),
            first_month=pl.coalesce("known_first_month", _name(month)),
            due_at=pl.coalesce(due, "known_due_at"),
            first_due_at=first_due,
            due_changes=pl.when("is_known")
            .then(pl.col("known_due_changes") + _is_moved())
            .otherwise(is_moved_before.cast(pl.UInt8)),
            is_unseen=pl.lit(value=False),
        )
        .select(name for name in LEDGER.names if name != "clock")
    )


def _with_known(shown: pl.LazyFrame, past: Past) -> pl.LazyFrame:
    """Dossiers shown with what the ledger had of them, in columns named known_…."""
    names = ("due_at", "first_due_at", "first_month", "due_changes")
    known = past.ledger.lazy().select(DOSSIER, pl.col(names).name.prefix("known_"))
    return shown.join(known, on=DOSSIER, how="left")


def _is_moved() -> pl.Expr:
    """Whether the due date is another one than an export last showed."""
    return (pl.col("shown_due_at") != pl.col("known_due_at")).fill_null(value=False)


def _remembered(missing: Missed, month: str) -> pl.DataFrame:
    """Of dossiers not shown, the rows of those that may still be judged or come back."""
    oldest = months.shifted(month, -REMEMBERED_MONTHS)
    awaited = missing.deadlines.filter(
        pl.col("judged_month").is_null() & pl.col("deadline_at").is_not_null()
    )
    is_awaited = pl.col(DOSSIER).is_in(awaited[DOSSIER].unique().implode())
    is_recent = pl.col("last_month").cast(pl.String) >= oldest
    return missing.ledger.filter(is_awaited | is_recent)


def _findings_of_shown(shown: pl.LazyFrame, past: Past, month: str) -> dict[str, pl.LazyFrame]:
    """Dossiers by finding, each in the month that shows it; of a first export nothing is found."""
    of_past = shown.filter("has_past")
    is_before, was_ended = pl.col("is_before_month"), pl.col("was_ended")
    known = _with_known(of_past.filter("is_known"), past)
    is_past = pl.col("shown_first_due_at") < months.start(month)
    is_late_shown = (pl.col("verdict") == "late") & is_past
    late_shown = _with_known(of_past.filter(is_late_shown), past)
    return {
        "due_moved_more_than_once": known.filter(_is_moved() & (pl.col("known_due_changes") == 1)),
        "ended_before_shown": of_past.filter(is_before & ~pl.col("is_known") & ~was_ended),
        "first_shown_after_due": late_shown.filter(pl.col("known_first_due_at").is_null()),
        "reopened": of_past.filter(was_ended & ~is_before),
    }


def _found(dossiers: Mapping[str, pl.LazyFrame], month: str) -> pl.LazyFrame:
    """Cells of tables.FINDINGS, of the dossiers by finding."""
    return pl.concat(
        frame.group_by("sender_code", "sha256", "unit_code")
        .agg(dossiers=pl.len())
        .with_columns(month=pl.lit(month), finding=pl.lit(name))
        for name, frame in dossiers.items()
    )


def _name(month: str) -> pl.Expr:
    return pl.lit(month, pl.Categorical())
