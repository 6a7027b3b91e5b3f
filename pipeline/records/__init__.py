"""Records: rows of text become typed rows in our own terms, accepted or rejected.

Here belongs typing (text to words of ours; to moments in `times`, to numbers in `numbers`), the
columns that row rules test (`<column>_as_sent`, `unit_standing`), what a profile derives where
nothing was sent (derived), whether a file is of its month and agency (belonging), and the split by
reasons. Not here: which rows are copies of one record (copies), the row rules themselves
(expectations), reading files (exports), counting (tallies).
"""

from collections.abc import Collection
from functools import partial

import polars as pl

from pipeline import masking
from pipeline.agencies import Register
from pipeline.calendar import Calendar
from pipeline.columns import MOMENT
from pipeline.copies import with_names_of_rows
from pipeline.exports import EXPECTED_FIELD_COUNT, FIELD_COUNT, ROW_NUMBER, TextRows, name_in_frame
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import FAILURES, MAPPABLE, dtype_of, sendable_columns
from pipeline.records import derived, numbers, sums, times, totals
from pipeline.records import parts as parts_of_records
from pipeline.records.belonging import UNIT_STANDING, check_file_belongs
from pipeline.records.exchanged_days import check_days_are_days
from pipeline.records.parts import ADDED_COLUMNS, OF_PARTS, Part
from pipeline.tables import ENDED_STATUSES, RECORDS, SOURCE_COLUMN

__all__ = [
    "ANSWER_STANDING",
    "ROW_INDEX",
    "UNIT_STANDING",
    "check_file_belongs",
    "split_rows",
    "type_rows",
    "unit_standings",
    "with_sender_and_file",
    "with_unit_standing",
]

ROW_INDEX = "row_index"
ANSWER_STANDING = "answer_standing"
"""Of ratings: `given` where an answer was sent, `no_answer` where a missing code says that the
respondent gave none, null where nothing was sent."""


def type_rows(
    rows: TextRows,
    profile: Profile,
    standings: pl.DataFrame,
    *,
    month: str = "",
    calendar: Calendar | None = None,
) -> pl.DataFrame:
    """A file's text rows in our columns and types.

    `standings` is as `unit_standings` gives it: unit_code, unit_standing. `month` is that of the
    delivery and `calendar` that of the profile, for what the profile derives from them
    (derived.with_derived raises ValueError where they lack). Gives all columns of the
    kind's table but sender_code and sha256, a `<column>_as_sent` beside each column that a sender
    may fill, field_count, expected_field_count and unit_standing. A value that does not fit is null
    beside what was sent. Words and codes stay text: whether they are in the list is for the row
    rules to say. Ratings have an ANSWER_STANDING, a SOURCE_COLUMN and an ANSWER_PLACE too, figures
    a SOURCE_COLUMN, a BROKEN_SUM and an IS_TOTAL.

    A record is one row; of a file with a column for each answer or figure, one for each of these
    (parts.select_parts). Raises FileFault as that does, and: ambiguous_dates where two date formats
    disagree about a value or days were taken for months, impossible_weights. No other value raises.
    """
    parts = parts_of_records.select_parts(rows, profile)
    text = pl.concat([_read_part(frame, part, rows.header) for part, frame in parts])
    times.check_formats_agree(text, profile)
    check_days_are_days(text, profile)
    of_parts = OF_PARTS.get(profile.kind, ())
    ours = [name for name in sendable_columns(profile.kind) if name not in of_parts]
    # Lazy, so that a text is read once where its moment is named more than once.
    typed = text.lazy().with_columns(*(_typed_column(column, profile) for column in ours)).collect()
    if profile.kind == "ratings":
        numbers.check_weights(typed)
    typed = times.with_days(typed, profile)
    # Of a frame so wide, even a step that changes nothing takes time.
    if emptied := _emptied_columns(profile, ours):
        typed = typed.with_columns(emptied)
    typed = derived.with_derived(typed, profile, month, calendar)
    typed = typed.with_columns(*_completed_columns(profile), _unit_standing(standings))
    return totals.with_totals(typed) if profile.kind == "figures" else typed


def _read_part(frame: pl.DataFrame, part: Part, header: Collection[str]) -> pl.DataFrame:
    """What was sent in our columns, of the records that have a row of a part.

    Of ratings with what is the part's own: the answer, typed, its standing and its scale.
    """
    profile = part.profile
    sent = {name: _as_sent(name, profile, header) for name in sendable_columns(profile.kind)}
    for name, theirs in part.added.items():
        sent[name] = sums.add_up(name, theirs, profile, header)
    as_sent = [field.alias(f"{name}_as_sent") for name, field in sent.items()]
    counts = (ROW_NUMBER, FIELD_COUNT, EXPECTED_FIELD_COUNT, *ADDED_COLUMNS.get(profile.kind, ()))
    if profile.kind != "ratings":
        return frame.select(*counts, *as_sent)
    scale = pl.lit(profile.scale, pl.String).alias("scale")
    text = frame.select(*counts, *as_sent, _answer_standing(profile, header), scale)
    typed = text.with_columns(part.turn(_typed_column("answer", profile)))
    return typed.with_columns(_emptied_columns(profile, ["answer"]))


def with_unit_standing(frame: pl.DataFrame, standings: pl.DataFrame) -> pl.DataFrame:
    """The rows with unit_standing: as in `standings`, else unknown; null where no unit is named."""
    return frame.with_columns(_unit_standing(standings))


def _unit_standing(standings: pl.DataFrame) -> pl.Expr:
    standing = pl.col("unit_code").replace_strict(
        standings.get_column("unit_code"),
        standings.get_column(UNIT_STANDING),
        default=pl.when(pl.col("unit_code").is_not_null()).then(pl.lit("unknown")),
        return_dtype=pl.String,
    )
    return standing.alias(UNIT_STANDING)


def _field(ours: str, profile: Profile, header: Collection[str]) -> pl.Expr:
    """The text in the field of a column of ours: null where the profile does not name it.

    Null too where the file's header lacks it, which exports.read_rows allows of optional columns.
    """
    if ours in profile.constants:
        return pl.lit(profile.constants[ours], pl.String)
    theirs = profile.columns.get(ours)
    if theirs is None or theirs not in header:
        return pl.lit(None, pl.String)
    return pl.col(name_in_frame(theirs))


def _as_sent(ours: str, profile: Profile, header: Collection[str]) -> pl.Expr:
    """What was sent in a column of ours: null where it is one of its missing codes."""
    field = _field(ours, profile, header)
    missing = [] if ours in profile.constants else list(profile.missing_codes_of(ours))
    return field.replace(missing, [None] * len(missing)) if missing else field


def _answer_standing(profile: Profile, header: Collection[str]) -> pl.Expr:
    """ANSWER_STANDING; an empty code means that an empty field is no answer."""
    field, sent = _field("answer", profile, header), _as_sent("answer", profile, header)
    if_empty = pl.lit("no_answer" if "" in profile.missing_codes_of("answer") else None, pl.String)
    standing = (
        pl.when(sent.is_not_null())
        .then(pl.lit("given"))
        .when(field.is_not_null())
        .then(pl.lit("no_answer"))
        .otherwise(if_empty)
    )
    return standing.alias(ANSWER_STANDING)


def _typed_column(ours: str, profile: Profile) -> pl.Expr:
    text = pl.col(f"{ours}_as_sent")
    if ours in MAPPABLE[profile.kind]:
        text = _map_values(text, ours, profile)
    dtype = dtype_of(profile.kind, ours)
    if dtype == MOMENT:
        typed_text = times.read_moment(text, ours, profile)
    elif dtype == pl.Int64:
        typed_text = numbers.read_whole_number(text, profile)
    elif dtype == pl.Float64:
        typed_text = numbers.read_decimal(text, profile)
    elif ours == "procedure_code":
        # Procedures are counted one by one, and counts hold nothing personal.
        known = {*profile.values.get(ours, {}).values(), profile.choice_for_unmapped(ours)}
        label = partial(masking.label_texts, known=known)
        typed_text = text.map_batches(label, return_dtype=pl.String)
    else:
        typed_text = text
    return typed_text.alias(ours)


def _map_values(text: pl.Expr, ours: str, profile: Profile) -> pl.Expr:
    values = profile.values.get(ours, {})
    choice = profile.choice_for_unmapped(ours)
    if not values:
        return text
    if choice == "keep":
        return text.replace(values)
    unmapped = pl.lit(None if choice in ("reject", "empty") else choice, pl.String)
    # What was not sent stays empty: the choice is for values that were.
    default = pl.when(text.is_not_null()).then(unmapped)
    return text.replace_strict(values, default=default, return_dtype=pl.String)


def _emptied_columns(profile: Profile, ours: Collection[str]) -> list[pl.Expr]:
    """Those columns as sent, without the values that the profile says to make empty."""
    mapped = [name for name in profile.values if name in ours]
    emptied = [name for name in mapped if profile.choice_for_unmapped(name) == "empty"]
    return [
        pl.when(pl.col(name).is_not_null()).then(f"{name}_as_sent").alias(f"{name}_as_sent")
        for name in emptied
    ]


def _completed_columns(profile: Profile) -> list[pl.Expr]:
    """The columns that follow from others where the sender leaves them out."""
    if profile.kind == "dossiers":
        has_result = pl.col("status").is_in(ENDED_STATUSES)
        return [
            # Status 10 (handed over) may be sent with the date of handing over alone.
            pl.when(has_result & pl.col("ended_at_as_sent").is_null())
            .then(pl.col("handed_over_at"))
            .otherwise(pl.col("ended_at"))
            .alias("ended_at")
        ]
    if profile.kind == "ratings":
        return [
            pl.coalesce("respondent_id", "dossier_id").alias("respondent_id"),
            pl.when(pl.col("question_as_sent").is_null())
            .then(pl.coalesce("question", pl.lit("overall")))
            .otherwise("question")
            .alias("question"),
            pl.when(pl.col("weight_as_sent").is_null())
            .then(pl.coalesce("weight", 1.0))
            .otherwise("weight")
            .alias("weight"),
        ]
    if profile.kind == "petitions":
        is_sent = pl.col("subject_as_sent").is_not_null()
        if_empty = pl.coalesce("subject", pl.lit("other"))
        return [pl.when(is_sent).then("subject").otherwise(if_empty).alias("subject")]
    numerator = pl.when(pl.col("numerator_as_sent").is_null() & pl.col(FAILURES).is_not_null())
    return [
        numerator.then(pl.col("denominator") - pl.col(FAILURES))
        .otherwise("numerator")
        .alias("numerator"),
        pl.coalesce("numerator_as_sent", f"{FAILURES}_as_sent").alias("numerator_as_sent"),
    ]


def unit_standings(register: Register, sender_code: str, month: str) -> pl.DataFrame:
    """What each agency of the register is to a sender: unit_code, unit_standing.

    `known` for the sender and the units below it, `foreign` for all others. One row a code.
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


def with_sender_and_file(
    frame: pl.DataFrame, sender_code: str, sha256: str, profile: Profile
) -> pl.DataFrame:
    """The typed rows with sender and file; a sender without units is its own unit.

    A sender has no units where the profile names no column of units, or an optional one that is
    empty throughout the file.
    """
    names_units = "unit_code" in profile.columns or "unit_code" in profile.constants
    if "unit_code" in profile.optional_columns:
        is_sent = frame.get_column("unit_code_as_sent").is_not_null().any()
        names_units = is_sent or "unit_code" in profile.if_empty
    if not names_units:
        frame = frame.with_columns(
            pl.lit(sender_code).alias("unit_code"), pl.lit("known").alias(UNIT_STANDING)
        )
    frame = frame.with_columns(
        pl.lit(sender_code, pl.Categorical()).alias("sender_code"),
        pl.lit(sha256, pl.Categorical()).alias("sha256"),
    )
    return with_names_of_rows(frame, profile)


def split_rows(
    frame: pl.DataFrame, reasons: pl.DataFrame, kind: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accepted rows in the kind's table, and the rejected ones: one row a broken row rule.

    `frame` has a row_index; `reasons` are those of expectations: row_index, rule, column, found.
    Rows in = accepted rows + distinct rejected rows.
    """
    table = RECORDS[kind]
    accepted = frame.select(name for name in table.names if name in frame.columns)
    if reasons.height:
        is_rejected = pl.col(ROW_INDEX).is_in(reasons.get_column(ROW_INDEX).unique().implode())
        accepted = accepted.filter(~frame.select(is_rejected).to_series())
    # Last, because a word that is in no list has no place in the table.
    accepted = table.conform(accepted)
    has_source = SOURCE_COLUMN in table.names
    source = pl.col(SOURCE_COLUMN) if has_source else pl.lit(None).alias(SOURCE_COLUMN)
    place = frame.select(ROW_INDEX, "sender_code", "sha256", ROW_NUMBER, source.cast(pl.String))
    rejected = reasons.join(place, on=ROW_INDEX, how="inner").with_columns(kind=pl.lit(kind))
    return accepted, rejected.drop(ROW_INDEX)
