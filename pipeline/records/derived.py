"""Derived values: what a profile says of values that were not sent.

Here belong an empty field that has a value of ours, a status from the end of a record, a due date
from the day of receipt, and a moment from the month. Not here: what a profile may say of them
(profiles.derivation), what follows from other columns whatever the profile says (records).
"""

from datetime import timedelta

import polars as pl

from pipeline import masking, months
from pipeline.calendar import Calendar
from pipeline.columns import MOMENT
from pipeline.profiles import Profile
from pipeline.profiles.derivation import END_COLUMNS, Due

_LAST_SECOND_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)
_WORKING_DAY_MILLISECONDS = 8 * 3_600_000


def with_derived(
    frame: pl.DataFrame, profile: Profile, month: str, calendar: Calendar | None
) -> pl.DataFrame:
    """Typed rows with what the profile derives where nothing was sent.

    What was sent stays, and so does the `<column>_as_sent` of every column. First come values for
    empty fields, then statuses, then due dates: each follows from those before. `month` is the
    month of the delivery, `calendar` that of the profile; ValueError where one is needed and not
    given.
    """
    steps = (
        _fill_empty(profile),
        _derive_status(profile),
        _derive_due(profile, calendar),
        _derive_moments(profile, month),
    )
    for columns in filter(None, steps):
        frame = frame.with_columns(columns)
    return frame


def _where_not_sent(column: str, value: pl.Expr) -> pl.Expr:
    """The column with a value where nothing was sent for it."""
    is_sent = pl.col(f"{column}_as_sent").is_not_null()
    return pl.when(is_sent).then(column).otherwise(value).alias(column)


def _fill_empty(profile: Profile) -> list[pl.Expr]:
    return [_where_not_sent(column, pl.lit(value)) for column, value in profile.if_empty.items()]


def _derive_status(profile: Profile) -> list[pl.Expr]:
    rule = profile.status_from_end
    if rule is None and not profile.if_no_end:
        return []
    ends = [pl.col(f"{column}_as_sent").is_not_null() for column in END_COLUMNS[profile.kind]]
    has_end = pl.any_horizontal(ends)
    status = pl.col("status")
    if profile.if_no_end:
        without_end = status.replace(profile.if_no_end)
        status = pl.when(has_end).then(status).otherwise(without_end)
    if rule is not None:
        from_end = pl.when(has_end).then(pl.lit(rule.with_end)).otherwise(pl.lit(rule.without_end))
        is_sent = pl.col("status_as_sent").is_not_null()
        status = pl.when(is_sent).then(status).otherwise(from_end)
    return [status.alias("status")]


def _derive_due(profile: Profile, calendar: Calendar | None) -> list[pl.Expr]:
    if profile.due is None:
        return []
    received = pl.col("received_at")
    day_of_receipt = received.dt.truncate("1d")
    days = _days_allowed(profile.due, profile)
    unit = profile.due.unit or ("working_days" if profile.clock == "working" else "days")
    if unit == "days":
        last_day = day_of_receipt + pl.duration(days=days)
    else:
        if calendar is None:
            raise ValueError("due dates in working days need the calendar of the profile")
        worked = days.cast(pl.Int64) * _WORKING_DAY_MILLISECONDS
        day_end = day_of_receipt + timedelta(days=1)
        # The last working hour of the last day: what was known at the receipt was promised.
        last_hour = calendar.as_known_at(
            received, lambda known: known.first_moment(known.worked_milliseconds(day_end) + worked)
        )
        last_day = last_hour.dt.truncate("1d")
    return [_where_not_sent("due_at", (last_day + _LAST_SECOND_OF_DAY).cast(MOMENT))]


def _days_allowed(due: Due, profile: Profile) -> pl.Expr:
    """How many days a dossier may take; null where the profile does not say it."""
    default = pl.lit(due.default, pl.Int32)
    if not due.by_procedure:
        return default
    # Procedures that are no codes have labels by now, and so have their names here.
    filled = str(profile.if_empty.get("procedure_code", ""))
    unmapped = profile.choice_for_unmapped("procedure_code")
    known = {*profile.values.get("procedure_code", {}).values(), unmapped, filled}
    names = pl.Series("name", list(due.by_procedure), pl.String)
    labels = masking.label_texts(names, known)
    days = pl.Series(list(due.by_procedure.values()), dtype=pl.Int32)
    return pl.col("procedure_code").replace_strict(
        labels, days, default=default, return_dtype=pl.Int32
    )


def _derive_moments(profile: Profile, month: str) -> list[pl.Expr]:
    if not profile.from_month:
        return []
    if not month:
        raise ValueError("moments that follow from the month need the month of the delivery")
    start = pl.lit(months.start(month), MOMENT)
    return [_where_not_sent(column, start) for column in profile.from_month]
