"""A draft: what was found in an unknown file, put together, with what is not sure.

Here belongs the order of the steps. Not here: the steps themselves, the text of the profile
(writing), printing (assets.command_line).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipeline import agencies, masking, months
from pipeline.agencies import Register
from pipeline.drafting import derived, numbers
from pipeline.drafting.code_lists import CodeList, find_code_list, find_missing, find_scale
from pipeline.drafting.column_values import VALUE, ColumnValues
from pipeline.drafting.columns import (
    ColumnMatch,
    IsAgency,
    find_kind,
    match_columns,
    share_of_agency_words,
)
from pipeline.drafting.dates import FoundDates, find_dates, share_of_dates
from pipeline.drafting.derived import ANY_SENDER, Derived
from pipeline.drafting.doubts import list_doubts
from pipeline.drafting.errors import DraftError, no_header
from pipeline.drafting.identity import FoundIdentity, find_identity
from pipeline.drafting.layout import FoundTable, Layout, find_table
from pipeline.drafting.names import fold_name
from pipeline.drafting.numbers import FoundMarks
from pipeline.drafting.questions import FoundQuestion, find_questions
from pipeline.drafting.time_order import find_by_order
from pipeline.drafting.units import FoundUnits, find_units
from pipeline.exports import name_in_frame
from pipeline.profiles import Profile
from pipeline.profiles.choice import built_in
from pipeline.profiles.identity import CODE_OF
from pipeline.profiles.our_columns import (
    FAILURES,
    MAPPABLE,
    MOMENT_OF_RECORD,
    moment_columns,
    words_of_columns,
)
from pipeline.records.times import read_moment
from pipeline.tables import KINDS

_ORDER = {
    "dossiers": ("received_at", "due_at", "ended_at"),
    "petitions": ("received_at", "due_at", "handled_at"),
}
_END = {"dossiers": "ended_at", "petitions": "handled_at"}
_COUNTS = ("numerator", "denominator", FAILURES, "supplement_requests")
_DECIMALS = ("weight",)
_FEWEST_COLUMNS = 2
_MOST, _NEARLY_ALL = 0.5, 0.8


@dataclass(frozen=True)
class Draft:
    """What was found in a file.

    `is_national` says that the sender is in the built-in register, of Viet Nam.
    `columns` are our columns with those of the file; `unused` the columns that are none of ours,
    with how many rows have a value. `codes` has the words, and `missing` the codes that mean "not
    known" with their rows, by our column. `month` is the one that most records name, empty where
    none can be read. `built_in` is the built-in profile that reads the file as it is, or empty.
    `unsure` has what a person should look at, the most important first.
    """

    sender: str
    is_national: bool
    kind: str
    kind_reason: str
    layout: Layout
    rows: int
    columns: dict[str, ColumnMatch]
    unused: tuple[tuple[str, int], ...]
    dates: FoundDates
    scale: str
    codes: dict[str, CodeList]
    missing: dict[str, dict[str, int]]
    questions: tuple[FoundQuestion, ...]
    units: FoundUnits
    identity: FoundIdentity
    marks: FoundMarks
    derived: Derived
    examples: dict[str, tuple[str, ...]]
    month: str
    built_in: str
    unsure: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the profile can be used as it is: nothing that it needs is left to a person."""
        return not self.derived.missing


def draft_profile(
    data: bytes, file_name: str, register: Register, sender: str = "", kind: str = ""
) -> Draft:
    """What a profile of a file would say.

    `sender` is the code of the agency that sends it, which the register may lack; `kind` is taken
    from the file where it is not said. Raises FileFault for a file that cannot be read, and
    DraftError for one without a header, or whose columns are not known.
    """
    if kind and kind not in KINDS:
        raise DraftError(f"{kind!r} is no kind of records: use one of {', '.join(KINDS)}")
    table = find_table(data, file_name)
    frame = table.rows.frame
    values = {
        name: ColumnValues.of(name, frame.get_column(name_in_frame(name)))
        for name in table.names
        if name and name_in_frame(name) in frame.columns
    }
    kind, kind_reason = (kind, "--kind says it") if kind else find_kind(file_name, values)
    matches = match_columns(kind, values, _rate_agencies(register, sender))
    matches |= _find_by_order(kind, frame, values, matches)
    found_questions = _find_questions(kind, frame, values, matches)
    if found_questions:
        matches = {o: m for o, m in matches.items() if o not in ("answer", "question")}
    _check_matches(matches, found_questions, kind, values)
    columns = {ours: values[match.theirs] for ours, match in matches.items()}
    scale = _find_scale(columns, found_questions)
    missing = {
        ours: found
        for ours, each in columns.items()
        if (found := find_missing(ours, kind, each, scale))
    }
    known = {ours: each.without(missing.get(ours, ())) for ours, each in columns.items()}
    times = {ours: each for ours, each in known.items() if ours in moment_columns(kind)}
    dates = find_dates(times, kind, table.layout.form_dates)
    moments = _read_moments(frame, {ours: matches[ours].theirs for ours in times}, dates)
    month = _find_month(moments, kind)
    units = find_units(known.get("unit_code"), sender or ANY_SENDER, register, month or _LATEST)
    coded = [ours for ours in known if ours in words_of_columns(kind) or ours == "answer"]
    codes = {ours: find_code_list(ours, kind, known[ours], scale) for ours in coded}
    codes = {ours: each for ours, each in codes.items() if not each.are_ours or each.unknown}
    has_questions = derived.knows_questions() and any(each.question for each in found_questions)
    named = {*matches, *(("answer", "question") if has_questions else ())}
    draft = Draft(
        sender=sender or ANY_SENDER,
        is_national=sender in agencies.load().table["code"],
        kind=kind,
        kind_reason=kind_reason,
        layout=table.layout,
        rows=frame.height,
        columns=matches,
        unused=_list_unused(table, values, matches, found_questions),
        dates=dates,
        scale=scale,
        codes=codes,
        missing=missing,
        questions=found_questions,
        units=units,
        identity=find_identity(kind, _select_ours(frame, matches, moments)),
        marks=numbers.find_marks(
            [known[ours] for ours in _COUNTS if ours in known],
            [known[ours] for ours in _DECIMALS if ours in known],
        ),
        derived=derived.find_derived(kind, named),
        examples={
            ours: _show_examples(ours, kind, each)
            for ours, each in known.items()
            if ours not in MAPPABLE[kind]
        },
        month=month,
        built_in=_find_built_in(table, kind, dates, codes),
        unsure=(),
    )
    return replace(draft, unsure=list_doubts(draft, _count_end_months(moments, kind)))


_LATEST = "9999-11"
"""A month in which the register's present units are in force."""


def _rate_agencies(register: Register, sender: str) -> IsAgency:
    """The share of a column's rows that name agencies, by the register or by words for agencies."""
    codes = set(register.table["code"])
    names = {
        fold_name(name)
        for both in register.table.select("name_vi", "name_en").iter_rows()
        for name in both
        if name
    }

    def rate(values: ColumnValues) -> float:
        known = values.share_of_words(names)
        as_codes = values.share(pl.col("value").is_in(list(codes)))
        below = values.share(pl.col("value").str.starts_with(f"{sender}.")) if sender else 0.0
        return max(known, as_codes, below, share_of_agency_words(values))

    return rate


def _find_by_order(
    kind: str,
    frame: pl.DataFrame,
    values: Mapping[str, ColumnValues],
    matches: Mapping[str, ColumnMatch],
) -> dict[str, ColumnMatch]:
    """Times that no name decides, by their order."""
    wanted = _ORDER.get(kind)
    # A wrong due date is worse than none: it is not looked for by itself.
    if wanted is None or all(ours in matches for ours in (wanted[0], wanted[2])):
        return {}
    taken = {ours: match.theirs for ours, match in matches.items()}
    free = [
        n for n, each in values.items() if n not in taken.values() and share_of_dates(each) > _MOST
    ]
    asked = [*free, *(taken[ours] for ours in wanted if ours in taken)]
    if not free:
        return {}
    dates = find_dates({name: values[name] for name in asked}, kind)
    moments = _read_moments(frame, {name: name for name in asked}, dates)
    return find_by_order(moments, wanted, taken)


def _find_questions(
    kind: str,
    frame: pl.DataFrame,
    values: Mapping[str, ColumnValues],
    matches: Mapping[str, ColumnMatch],
) -> tuple[FoundQuestion, ...]:
    if kind != "ratings":
        return ()
    taken = {
        m.theirs for ours, m in matches.items() if ours not in ("answer", "question") and m.is_sure
    }
    return find_questions(frame, values, taken)


def _check_matches(
    matches: Mapping[str, ColumnMatch],
    found: tuple[FoundQuestion, ...],
    kind: str,
    values: Mapping[str, ColumnValues],
) -> None:
    """Raises DraftError where the names of the columns are values themselves, or say nothing."""
    as_values = sum(each.share(pl.col(VALUE) == name) > 0 for name, each in values.items())
    # Where a header is repeated further down, all its names are values too.
    if _FEWEST_COLUMNS <= as_values < _NEARLY_ALL * len(values):
        raise no_header()
    if len(matches) + len(found) < _FEWEST_COLUMNS:
        raise DraftError(
            f"too few of its columns are known as columns of {kind}: --kind says another kind; or "
            "write a profile by hand: docs/profiles.md"
        )


def _find_scale(columns: Mapping[str, ColumnValues], found: Iterable[FoundQuestion]) -> str:
    scales = [each.scale for each in found]
    if scales:
        return max(dict.fromkeys(scales), key=scales.count)
    return (find_scale(columns["answer"]) or "five") if "answer" in columns else ""


def _read_moments(
    frame: pl.DataFrame, columns: Mapping[str, str], dates: FoundDates
) -> pl.DataFrame:
    """The moments of our columns of times, in the formats that were found."""
    profile = Profile.model_construct(date_formats=dates.formats, time_zone="Asia/Ho_Chi_Minh")
    if not dates.formats:
        return pl.DataFrame()
    return frame.select(
        read_moment(pl.col(name_in_frame(theirs)), "due_at", profile).alias(ours)
        for ours, theirs in columns.items()
    )


def _find_month(moments: pl.DataFrame, kind: str) -> str:
    moment = MOMENT_OF_RECORD[kind]
    if moment not in moments.columns:
        return ""
    named = moments[moment].drop_nulls().dt.strftime("%Y-%m").alias("month")
    counted = named.value_counts().sort("count", "month", descending=True)["month"]
    return next(filter(months.is_name, counted), "")


def _select_ours(
    frame: pl.DataFrame, matches: Mapping[str, ColumnMatch], moments: pl.DataFrame
) -> pl.DataFrame:
    """The columns that may identify a record, as text, times as days."""
    wanted = (*CODE_OF.values(), "unit_code")
    texts = frame.select(
        pl.col(name_in_frame(match.theirs)).alias(ours)
        for ours, match in matches.items()
        if ours in wanted
    )
    if "received_at" not in moments.columns:
        return texts
    days = moments.select(pl.col("received_at").dt.date())
    return pl.concat([texts, days], how="horizontal") if texts.width else days


def _list_unused(
    table: FoundTable,
    values: Mapping[str, ColumnValues],
    matches: Mapping[str, ColumnMatch],
    found: Iterable[FoundQuestion],
) -> tuple[tuple[str, int], ...]:
    used = {*(m.theirs for m in matches.values()), *(q.column for q in found)}
    return tuple(
        (name, values[name].filled) for name in table.names if name in values and name not in used
    )


def _show_examples(ours: str, kind: str, values: ColumnValues) -> tuple[str, ...]:
    """Two values as they may be seen."""
    return tuple(masking.show_value(value, kind, ours) for value, _ in values.head(2))


def _count_end_months(moments: pl.DataFrame, kind: str) -> int:
    end = _END.get(kind, "")
    return moments[end].drop_nulls().dt.truncate("1mo").n_unique() if end in moments.columns else 0


def _find_built_in(
    table: FoundTable, kind: str, dates: FoundDates, codes: Mapping[str, CodeList]
) -> str:
    """The name of the built-in profile that reads the file as it is; empty where none does."""
    found = table.layout
    asked = (found.delimiter, found.encoding, 1, 1, (), "", "")
    keys = (found.header_row, found.header_rows, found.footer, found.sheet, found.records)
    meant = [(o, v, w) for o, each in codes.items() for v, (w, _) in each.known.items()]
    for profile in built_in():
        optional = {profile.columns[each] for each in profile.optional_columns}
        has_columns = set(profile.columns.values()) - optional <= set(table.names)
        is_alike = (profile.delimiter, profile.encoding, *keys) == asked
        has_formats = set(dates.formats) <= {*profile.date_formats, *found.form_dates}
        has_codes = all(profile.values.get(o, {}).get(v) == word for o, v, word in meant)
        if profile.kind == kind and has_columns and is_alike and has_formats and has_codes:
            return profile.name
    return ""
