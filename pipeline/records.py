"""Records: rows of text become typed rows in our own terms, accepted or rejected.

Here belongs typing (text to moments, numbers and words of ours), the columns that rules test
(`<column>_as_sent`, `unit_standing`, `is_latest_copy`), and the split by reasons. Not here: the
rules themselves (expectations), reading files (exports), counting (tallies).
"""

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.columns import MOMENT
from pipeline.exports import EXPECTED_FIELD_COUNT, FIELD_COUNT, ROW_NUMBER
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.profile import FAILURES, MAPPABLE, sendable
from pipeline.tables import ENDED_STATUSES, RECORDS

ROW_INDEX = "row_index"
UNIT_STANDING = "unit_standing"
IS_LATEST_COPY = "is_latest_copy"
KEYS = {
    "dossiers": ("dossier_id",),
    "ratings": ("respondent_id", "unit_code", "question"),
    "petitions": ("petition_id",),
    "figures": ("unit_code", "indicator", "breakdown"),
}
"""What names a record within a delivery: two rows with the same key are copies of one."""
_LATEST_BY = {
    "dossiers": ("ended_at", "handed_over_at", "due_at", "received_at", "status"),
    "ratings": ("answered_at", "answer"),
    "petitions": ("handled_at", "due_at", "received_at", "status"),
    "figures": ("denominator", "numerator"),
}
_LIVES = {"dossiers": ("received_at", "ended_at"), "petitions": ("received_at", "handled_at")}
"""Moments that a record begins and ends with, of the kinds that are open in between."""
_DAY_END = pl.duration(hours=23, minutes=59, seconds=59)
_WITH_TIME = ("%H", "%I", "%k", "%l", "%T", "%R", "%X", "%r", "%c", "%s")
"""What a date format has in it when it tells the time of day."""
_GROUPED = r"^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$"
"""A number with points between its thousands."""
_MOSTLY = 0.5
"""Above this share of rows that belong elsewhere, the whole file is another's."""


def typed(frame: pl.DataFrame, profile: Profile, standing: pl.DataFrame) -> pl.DataFrame:
    """A file's text rows in our columns and types.

    Takes the frame of exports.rows and `standing` (unit_code, unit_standing: known or foreign).
    Gives all columns of the kind's table but sender_code and sha256, a `<column>_as_sent` beside
    each typed or mapped one, field_count, expected_field_count and unit_standing. A value that
    does not fit is null beside what was sent. Words and codes stay text: whether they are of the
    list is for the rules to say. Never raises for a value.
    """
    sent = {ours: _sent(ours, profile, frame.columns) for ours in sendable(profile.kind)}
    text = frame.select(
        ROW_NUMBER,
        FIELD_COUNT,
        EXPECTED_FIELD_COUNT,
        *(expression.alias(f"{ours}_as_sent") for ours, expression in sent.items()),
    )
    return (
        text.with_columns(*(_typed_column(ours, profile) for ours in sendable(profile.kind)))
        .with_columns(_emptied(profile))
        .with_columns(_completed(profile))
        .pipe(with_standing, standing)
    )


def with_standing(frame: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """The rows with unit_standing: as in `standing`, else unknown, null where no unit is named."""
    unit_standing = pl.col("unit_code").replace_strict(
        standing.get_column("unit_code"),
        standing.get_column(UNIT_STANDING),
        default=pl.when(pl.col("unit_code").is_not_null()).then(pl.lit("unknown")),
        return_dtype=pl.String,
    )
    return frame.with_columns(unit_standing.alias(UNIT_STANDING))


def _sent(ours: str, profile: Profile, header: list[str]) -> pl.Expr:
    if ours in profile.constants:
        return pl.lit(profile.constants[ours], pl.String)
    theirs = profile.columns.get(ours)
    if theirs not in header:
        return pl.lit(None, pl.String)
    missing = list(profile.missing_codes)
    return pl.col(theirs).replace(missing, [None] * len(missing)) if missing else pl.col(theirs)


def _typed_column(ours: str, profile: Profile) -> pl.Expr:
    text = pl.col(f"{ours}_as_sent")
    if ours in MAPPABLE[profile.kind]:
        text = _mapped(text, ours, profile)
    dtype = RECORDS[profile.kind].schema.get(ours, pl.Int64())
    if dtype == MOMENT:
        typed_text = _moment(text, ours, profile)
    elif dtype == pl.Int64:
        typed_text = _whole_number(_number(text, profile))
    elif dtype == pl.Float64:
        typed_text = _number(text, profile)
    else:
        typed_text = text
    return typed_text.alias(ours)


def _mapped(text: pl.Expr, ours: str, profile: Profile) -> pl.Expr:
    values = profile.values.get(ours, {})
    rule = profile.rule_for_unmapped(ours)
    if not values:
        return text
    if rule == "keep":
        return text.replace(values)
    others = pl.lit(None if rule in ("reject", "empty") else rule, pl.String)
    # What was not sent stays empty: the rule is for other values.
    default = pl.when(text.is_not_null()).then(others)
    return text.replace_strict(values, default=default, return_dtype=pl.String)


def _emptied(profile: Profile) -> list[pl.Expr]:
    """Values that the profile says to leave out count as not sent."""
    emptied = [name for name in profile.values if profile.rule_for_unmapped(name) == "empty"]
    return [
        pl.when(pl.col(name).is_not_null()).then(f"{name}_as_sent").alias(f"{name}_as_sent")
        for name in emptied
    ]


def _moment(text: pl.Expr, ours: str, profile: Profile) -> pl.Expr:
    readings = []
    for date_format in profile.date_formats:
        if "%z" in date_format:
            sent = text.str.replace("[Zz]$", "+0000")
            instant = sent.str.strptime(pl.Datetime("ms", "UTC"), date_format, strict=False)
            local = instant.dt.convert_time_zone(profile.time_zone)
            readings.append(local.dt.replace_time_zone(None))
        elif any(part in date_format for part in _WITH_TIME):
            # Due dates repeat, so it pays to remember them; other moments are all different.
            is_repeated = ours in ("due_at", "first_due_at")
            readings.append(text.str.strptime(MOMENT, date_format, strict=False, cache=is_repeated))
        else:
            day = text.str.strptime(MOMENT, date_format, strict=False)
            # A date without a time leaves the whole day to whoever must meet it.
            readings.append(day + _DAY_END if ours in ("due_at", "first_due_at") else day)
    return pl.coalesce(readings)


def _number(text: pl.Expr, profile: Profile) -> pl.Expr:
    if profile.decimal_mark == ",":
        # 2.500 is two and a half thousand; 2.5 is not written like that and does not fit.
        is_plain = ~text.str.contains(".", literal=True) | text.str.contains(_GROUPED)
        ungrouped = text.str.replace_all(".", "", literal=True)
        text = pl.when(is_plain).then(ungrouped.str.replace(",", ".", literal=True))
    return text.cast(pl.Float64, strict=False)


def _whole_number(number: pl.Expr) -> pl.Expr:
    return pl.when(number == number.round(0)).then(number).cast(pl.Int64, strict=False)


def _completed(profile: Profile) -> list[pl.Expr]:
    """What follows from other columns where the sender leaves it out."""
    if profile.kind == "dossiers":
        has_result = pl.col("status").is_in(ENDED_STATUSES)
        return [
            # Status 10 may come with the handing over alone.
            pl.when(has_result & pl.col("ended_at_as_sent").is_null())
            .then(pl.col("handed_over_at"))
            .otherwise(pl.col("ended_at"))
            .alias("ended_at")
        ]
    if profile.kind == "ratings":
        return [
            pl.lit(profile.scale, pl.String).alias("scale"),
            pl.coalesce("respondent_id", "dossier_id").alias("respondent_id"),
            pl.when(pl.col("question_as_sent").is_null())
            .then(pl.lit("overall"))
            .otherwise("question")
            .alias("question"),
            pl.when(pl.col("weight_as_sent").is_null())
            .then(1.0)
            .otherwise("weight")
            .alias("weight"),
        ]
    if profile.kind == "petitions":
        is_sent = pl.col("subject_as_sent").is_not_null()
        return [pl.when(is_sent).then("subject").otherwise(pl.lit("other")).alias("subject")]
    numerator = pl.when(pl.col("numerator_as_sent").is_null() & pl.col(FAILURES).is_not_null())
    return [
        numerator.then(pl.col("denominator") - pl.col(FAILURES))
        .otherwise("numerator")
        .alias("numerator"),
        pl.coalesce("numerator_as_sent", f"{FAILURES}_as_sent").alias("numerator_as_sent"),
    ]


def standing(register: Register, sender_code: str, month: str) -> pl.DataFrame:
    """How each agency of the register stands to a sender: unit_code, unit_standing.

    `known` for the sender and the units below it, `foreign` for all others.
    """
    own = register.below(sender_code, month)
    codes = register.at(month).get_column("code")
    return pl.DataFrame(
        {
            "unit_code": codes,
            UNIT_STANDING: ["known" if code in own else "foreign" for code in codes],
        },
        schema={"unit_code": pl.String, UNIT_STANDING: pl.String},
    )


def of_sender(frame: pl.DataFrame, sender_code: str, sha256: str, profile: Profile) -> pl.DataFrame:
    """The typed rows with sender and file; a sender without units is its own unit.

    It has none where the profile names no column of them, or an optional one that is empty
    throughout the file.
    """
    names_units = "unit_code" in profile.columns or "unit_code" in profile.constants
    if "unit_code" in profile.optional_columns:
        names_units = frame.get_column("unit_code_as_sent").is_not_null().any()
    if not names_units:
        frame = frame.with_columns(
            pl.lit(sender_code).alias("unit_code"), pl.lit("known").alias(UNIT_STANDING)
        )
    return frame.with_columns(
        pl.lit(sender_code, pl.Categorical()).alias("sender_code"),
        pl.lit(sha256, pl.Categorical()).alias("sha256"),
    )


def with_latest_copy(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The delivery's rows of one kind with `is_latest_copy`.

    Of rows with the same key one is the latest: by its dates, then by the rest of its content,
    so that the order of files and rows does not matter; of equal rows, by file and row number.
    Rows without a key are copies of nothing.
    """
    key = pl.struct(KEYS[kind]) if len(KEYS[kind]) > 1 else pl.col(KEYS[kind][0])
    # As many hashes as rows are as many keys, and hashes are counted four times as fast.
    if frame.select(key.hash().n_unique()).item() == frame.height:
        return frame.with_columns(pl.lit(True).alias(IS_LATEST_COPY))
    sent = sorted(name for name in frame.columns if name.endswith("_as_sent"))
    by = (*_LATEST_BY[kind], *sent, "sha256", ROW_NUMBER)
    is_copied = pl.col(KEYS[kind][0]).is_not_null() & key.is_duplicated()
    latest = (
        frame.lazy()
        .select("sha256", ROW_NUMBER, *KEYS[kind], *_LATEST_BY[kind], *sent)
        .with_row_index("place")
        .filter(is_copied)
        .sort(*by, nulls_last=False)
        .filter(pl.struct(KEYS[kind]).is_last_distinct())
        .collect()
        .get_column("place")
    )
    is_latest = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(latest.implode())
    return frame.with_columns((~is_copied | is_latest).alias(IS_LATEST_COPY))


def refuse_if_foreign(frame: pl.DataFrame, kind: str, month: str) -> None:
    """Raises FileFault when most rows of a file belong to another month or another agency."""
    is_foreign = (pl.col(UNIT_STANDING) == "foreign").fill_null(False)
    foreign = frame.select(is_foreign.mean()).item() or 0.0
    if foreign > _MOSTLY:
        raise FileFault(
            "foreign_sender",
            f"{foreign:.0%} of its rows name units of another agency: put it into "
            "that agency's folder, or send the right file",
            f"{foreign:.0%} số dòng thuộc đơn vị của cơ quan khác: chuyển tệp vào thư mục "
            "của cơ quan đó, hoặc gửi lại đúng tệp",
        )
    outside, within = frame.select(
        outside=_is_outside(kind, month).mean(), within=_is_within(kind, month).any()
    ).row(0)
    if (outside or 0.0) > _MOSTLY or (outside and not within):
        raise FileFault(
            "wrong_month",
            f"{outside:.0%} of its rows belong to another month than {month}: put it "
            "into the folder of its month, or send the export of this one",
            f"{outside:.0%} số dòng thuộc tháng khác, không phải {month}: chuyển tệp vào "
            "thư mục đúng tháng, hoặc gửi lại đúng tệp",
        )


def _is_outside(kind: str, month: str) -> pl.Expr:
    start, end = months.start(month), months.end(month)
    if kind in _LIVES:
        begun, ended = _LIVES[kind]
        return ((pl.col(begun) >= end) | (pl.col(ended) < start)).fill_null(False)
    moment = pl.col("answered_at" if kind == "ratings" else "period_at")
    return ((moment < start) | (moment >= end)).fill_null(False)


def _is_within(kind: str, month: str) -> pl.Expr:
    moments = {
        "dossiers": _LIVES["dossiers"],
        "ratings": ("answered_at",),
        # Petitions are so few that a month may have received none, and still be the right one.
        "petitions": _LIVES["petitions"],
        "figures": ("period_at",),
    }[kind]
    start, end = months.start(month), months.end(month)
    return pl.any_horizontal(pl.col(moments).is_between(start, end, closed="left"))


def split(
    frame: pl.DataFrame, reasons: pl.DataFrame, kind: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accepted rows in the kind's table, and the rejected ones: one row a broken rule.

    `frame` has a row_index, `reasons` are of expectations: row_index, rule, column, found. Rows
    in = accepted rows + distinct rejected rows.
    """
    accepted = RECORDS[kind].conform(frame)
    if reasons.height:
        is_rejected = pl.col(ROW_INDEX).is_in(reasons.get_column(ROW_INDEX).unique().implode())
        accepted = accepted.filter(~frame.select(is_rejected).to_series())
    place = frame.select(ROW_INDEX, "sender_code", "sha256", ROW_NUMBER)
    rejected = reasons.join(place, on=ROW_INDEX, how="inner").with_columns(kind=pl.lit(kind))
    return accepted, rejected.drop(ROW_INDEX)
