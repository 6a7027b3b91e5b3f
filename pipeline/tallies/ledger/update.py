"""The ledger after a month: from the one before and from the dossiers that are shown now.

Here belongs writing the ledger, and the findings that only two exports together allow. Not here:
reading the ledger (lookup).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.tables import DEADLINES, ENDED, FINDINGS, HAS_SHARED_KEY, LEDGER, UNSEEN
from pipeline.tallies.ledger.identity import DOSSIER_HASH
from pipeline.tallies.ledger.lookup import REMEMBERED_MONTHS, History


@dataclass(frozen=True)
class OpenAndEnded:
    """What the dossiers shown now on one clock leave for the ledger.

    `open` has rows of LEDGER, `ended` rows of ENDED, `findings` rows of FINDINGS. `in_ledger` names
    the dossiers shown that the ledger before has, as ENDED does.
    """

    open: pl.DataFrame
    ended: pl.DataFrame
    findings: pl.DataFrame
    in_ledger: pl.DataFrame


@dataclass(frozen=True)
class UnseenDossiers:
    """Dossiers of the ledger that are not shown now.

    `ledger` has rows of LEDGER with sha256 and is_newly_unseen (this month's export is the first
    that does not show it), `deadlines` rows of DEADLINES with is_judged_now (late, in this month).
    """

    ledger: pl.DataFrame
    deadlines: pl.DataFrame

    @property
    def late(self) -> pl.DataFrame:
        """One row a dossier and deadline rule that judges it now: LEDGER, sha256, deadline_rule."""
        judged_now = self.deadlines.filter("is_judged_now").select(DOSSIER_HASH, "deadline_rule")
        return self.ledger.join(judged_now, on=DOSSIER_HASH, how="inner")


@dataclass(frozen=True)
class LedgerAfter:
    """The ledger after a month (tables.REMEMBERED), and the findings of the month (FINDINGS)."""

    ledger: pl.DataFrame
    deadlines: pl.DataFrame
    ended: pl.DataFrame
    findings: pl.DataFrame

    def by_table(self) -> dict[str, pl.DataFrame]:
        """The rows by the name of their table, as the store keeps them."""
        return {
            "ledger": self.ledger,
            "deadlines": self.deadlines,
            "ended": self.ended,
            "findings": self.findings,
        }


def find_unseen_dossiers(
    history: History, shown: pl.DataFrame, month: str, complete_exports: pl.DataFrame
) -> UnseenDossiers:
    """The dossiers of the ledger that are not shown now.

    `shown` names the dossiers shown, as ENDED does. `complete_exports` has a row for each sender
    whose export of dossiers is complete, no file of it refused: sender_code, sha256 of its first
    file by hash. Only a dossier of these senders is `unseen`, and late once the deadline that was
    last shown has passed.
    """
    is_complete = pl.col("sha256").is_not_null()
    is_late = pl.col("judged_month").is_null() & (pl.col("deadline_at") < months.end(month))

    def not_shown(remembered: pl.DataFrame) -> pl.DataFrame:
        return remembered.join(shown, on=DOSSIER_HASH, how="anti").join(
            complete_exports, on="sender_code", how="left"
        )

    return UnseenDossiers(
        ledger=not_shown(history.ledger).with_columns(
            is_newly_unseen=is_complete & ~pl.col("is_unseen"),
            is_unseen=pl.col("is_unseen") | is_complete,
        ),
        deadlines=not_shown(history.deadlines)
        .with_columns(is_judged_now=is_complete & is_late.fill_null(value=False))
        .with_columns(
            judged_month=pl.when("is_judged_now").then(_literal(month)).otherwise("judged_month")
        ),
    )


def find_open_and_ended(
    shown: pl.LazyFrame, history: History, month: str, clock: str
) -> OpenAndEnded:
    """What the dossiers shown now leave for the ledger.

    Takes rows of tallies.at_month_end, all of one clock, with their verdict by our own index's
    deadline rule.
    """
    key = ("sender_code", DOSSIER_HASH)
    is_named = pl.col(DOSSIER_HASH).is_not_null()
    opened, ended, findings, in_ledger = pl.collect_all(
        [
            _ledger_rows(shown.filter(_is_open() & is_named), history, month),
            shown.filter(~_is_open() & is_named).select(key),
            _count_findings(_dossiers_by_finding(shown, history, month), month),
            shown.filter("is_in_ledger").select(key),
        ]
    )
    return OpenAndEnded(
        open=LEDGER.conform(opened.with_columns(clock=pl.lit(clock))),
        ended=ENDED.conform(ended),
        findings=FINDINGS.conform(findings),
        in_ledger=ENDED.conform(in_ledger),
    )


def find_open_deadlines(
    shown: pl.LazyFrame, history: History, month: str, deadline_rule: str
) -> pl.DataFrame:
    """The deadlines by a rule of the dossiers that are shown open now: rows of DEADLINES.

    Takes rows of tallies.at_month_end with their verdict by the rule of that name.
    """
    in_ledger = (
        history.deadlines.lazy()
        .filter(pl.col("deadline_rule").cast(pl.String) == deadline_rule)
        .select(DOSSIER_HASH, ledger_judged_month="judged_month")
    )
    is_judged = pl.col("verdict").is_not_null() | pl.col("is_already_judged")
    judged_month = pl.coalesce("ledger_judged_month", pl.when(is_judged).then(_literal(month)))
    found = (
        shown.filter(_is_open() & pl.col(DOSSIER_HASH).is_not_null())
        .join(in_ledger, on=DOSSIER_HASH, how="left")
        .select(
            "sender_code",
            DOSSIER_HASH,
            deadline_rule=pl.lit(deadline_rule),
            deadline_at="first_due_at",
            judged_month=judged_month,
        )
        .filter(pl.col("deadline_at").is_not_null() | pl.col("judged_month").is_not_null())
    )
    return DEADLINES.conform(found.collect())


def update_ledger(
    by_clock: Sequence[OpenAndEnded],
    open_deadlines: Sequence[pl.DataFrame],
    unseen: UnseenDossiers,
    month: str,
) -> LedgerAfter:
    """The ledger after the month, whole.

    Takes what `find_open_and_ended` gives for each clock, and `find_open_deadlines` for each clock
    and deadline rule.
    """
    remembered = _remembered_rows(unseen, month)
    still_due = unseen.deadlines.join(remembered, on=DOSSIER_HASH, how="semi")
    newly_unseen = {UNSEEN: unseen.ledger.lazy().filter("is_newly_unseen")}
    unseen_findings = FINDINGS.conform(_count_findings(newly_unseen, month).collect())
    # By hash, so that the same dossiers are the same bytes: a sender has each hash once.
    return LedgerAfter(
        ledger=pl.concat([LEDGER.conform(remembered), *(part.open for part in by_clock)]).sort(
            DOSSIER_HASH
        ),
        deadlines=pl.concat([DEADLINES.conform(still_due), *open_deadlines]).sort(
            DOSSIER_HASH, pl.col("deadline_rule").cast(pl.String)
        ),
        ended=pl.concat([ENDED.empty(), *(part.ended for part in by_clock)]).sort(DOSSIER_HASH),
        findings=pl.concat([unseen_findings, *(part.findings for part in by_clock)]).sort(
            "sender_code", "sha256", "unit_code", "finding"
        ),
    )


def _is_open() -> pl.Expr:
    return ~pl.col("has_result") & ~pl.col("has_left")


def _ledger_rows(shown_open: pl.LazyFrame, history: History, month: str) -> pl.LazyFrame:
    """Dossiers that are shown open now, as rows of LEDGER without their clock."""
    due, first_due = pl.col("shown_due_at"), pl.col("shown_first_due_at")
    is_moved_before_shown = (due != first_due).fill_null(value=False)
    return (
        _with_ledger_row(shown_open, history)
        .with_columns(
            last_month=_literal(month),
            first_month=pl.coalesce("ledger_first_month", _literal(month)),
            due_at=pl.coalesce(due, "ledger_due_at"),
            first_due_at=first_due,
            due_changes=pl.when("is_in_ledger")
            .then(pl.col("ledger_due_changes") + _is_due_date_moved())
            .otherwise(is_moved_before_shown.cast(pl.UInt8)),
            is_unseen=pl.lit(value=False),
        )
        .select(name for name in LEDGER.names if name != "clock")
    )


def _with_ledger_row(shown: pl.LazyFrame, history: History) -> pl.LazyFrame:
    """Dossiers shown with what the ledger before has of them, in columns named ledger_…."""
    names = ("due_at", "first_due_at", "first_month", "due_changes")
    in_ledger = history.ledger.lazy().select(DOSSIER_HASH, pl.col(names).name.prefix("ledger_"))
    return shown.join(in_ledger, on=DOSSIER_HASH, how="left")


def _is_due_date_moved() -> pl.Expr:
    """Whether the due date is another one than an export last showed."""
    return (pl.col("shown_due_at") != pl.col("ledger_due_at")).fill_null(value=False)


def _remembered_rows(unseen: UnseenDossiers, month: str) -> pl.DataFrame:
    """The rows of dossiers not shown that may still be judged or come back."""
    oldest = months.shifted(month, -REMEMBERED_MONTHS)
    not_judged = unseen.deadlines.filter(
        pl.col("judged_month").is_null() & pl.col("deadline_at").is_not_null()
    )
    may_be_judged = pl.col(DOSSIER_HASH).is_in(not_judged[DOSSIER_HASH].unique().implode())
    is_recent = pl.col("last_month").cast(pl.String) >= oldest
    return unseen.ledger.filter(may_be_judged | is_recent)


def _dossiers_by_finding(
    shown: pl.LazyFrame, history: History, month: str
) -> dict[str, pl.LazyFrame]:
    """Dossiers by finding, each in the month that shows it.

    A first export has none but the one that is about the export alone.
    """
    dossiers = shown.filter("has_earlier_export")
    has_ended_before_month = pl.col("has_ended_before_month")
    has_been_shown_ended = pl.col("has_been_shown_ended")
    in_ledger = _with_ledger_row(dossiers.filter("is_in_ledger"), history)
    is_due_before_month = pl.col("shown_first_due_at") < months.start(month)
    is_late_from_before = (pl.col("verdict") == "late") & is_due_before_month
    late = _with_ledger_row(dossiers.filter(is_late_from_before), history)
    return {
        "code_of_several": shown.filter(HAS_SHARED_KEY),
        "due_moved_more_than_once": in_ledger.filter(
            _is_due_date_moved() & (pl.col("ledger_due_changes") == 1)
        ),
        "ended_before_shown": dossiers.filter(
            has_ended_before_month & ~pl.col("is_in_ledger") & ~has_been_shown_ended
        ),
        "first_shown_after_due": late.filter(pl.col("ledger_first_due_at").is_null()),
        "reopened": dossiers.filter(has_been_shown_ended & ~has_ended_before_month),
    }


def _count_findings(dossiers: Mapping[str, pl.LazyFrame], month: str) -> pl.LazyFrame:
    """Cells of tables.FINDINGS, of the dossiers by finding."""
    return pl.concat(
        frame.group_by("sender_code", "sha256", "unit_code")
        .agg(dossiers=pl.len())
        .with_columns(month=pl.lit(month), finding=pl.lit(name))
        for name, frame in dossiers.items()
    )


def _literal(month: str) -> pl.Expr:
    """A month's name, as the ledger keeps it."""
    return pl.lit(month, pl.Categorical())
