"""A draft: what was found in an unknown file, put together, with what is not sure.

Here belongs the order of the steps. Not here: the steps themselves, the text of the profile
(writing), printing (assets.command_line).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time

import polars as pl

from pipeline import agencies, masking, months
from pipeline.agencies import LATEST, Register
from pipeline.drafting import derived, numbers
from pipeline.drafting.built_in import find_built_in
from pipeline.drafting.code_lists import CodeList, find_code_list, find_missing, find_scale
from pipeline.drafting.column_values import ColumnValues
from pipeline.drafting.columns import (
    ColumnMatch,
    find_kind,
    find_unread_times,
    match_columns,
)
from pipeline.drafting.dates import FoundDates, find_dates, read_moments
from pipeline.drafting.derived import ANY_SENDER, Derived
from pipeline.drafting.doubts import list_doubts
from pipeline.drafting.errors import DraftError
from pipeline.drafting.identity import FoundIdentity, find_identity
from pipeline.drafting.layout import FoundTable, Layout, find_table
from pipeline.drafting.matching import (
    check_matches,
    is_one_end,
    match_by_order,
    match_questions,
    rate_agencies,
    with_one_end,
)
from pipeline.drafting.numbers import FoundMarks
from pipeline.drafting.procedures import FoundProcedures, find_procedures
from pipeline.drafting.questions import FoundQuestion
from pipeline.drafting.sender_hints import SenderHint, find_hint
from pipeline.drafting.units import FoundUnits, find_units
from pipeline.exports import name_in_frame
from pipeline.profiles.identity import CODE_OF
from pipeline.profiles.our_columns import (
    FAILURES,
    MAPPABLE,
    MOMENT_OF_RECORD,
    moment_columns,
    words_of_columns,
)
from pipeline.tables import KINDS

_SATURDAY = 6
_MORNING, _EVENING = 6, 19
_FEWEST_TIMES = 10
_END = {"dossiers": "ended_at", "petitions": "handled_at"}
_COUNTS = ("numerator", "denominator", FAILURES, "supplement_requests")
_DECIMALS = ("weight",)


@dataclass(frozen=True)
class Draft:
    """What was found in a file.

    `is_national` says that the sender is in the built-in register, of Viet Nam.
    `columns` are our columns with those of the file; `unused` the columns that are none of ours,
    with how many rows have a value. `codes` has the words, and `missing` the codes that mean "not
    known" with their rows, by our column. `unread_times` has a remark on each of our times whose
    column has values in no date format that is known. `month` is the one that most records name,
    empty where none can be read. `built_in` is the built-in profile that reads the file as it is,
    or empty. `hint` names the agency that the file seems to come from.
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
    procedures: FoundProcedures
    identity: FoundIdentity
    marks: FoundMarks
    derived: Derived
    unread_times: dict[str, str]
    examples: dict[str, tuple[str, ...]]
    month: str
    built_in: str
    hint: SenderHint | None
    unsure: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the profile can be used as it is: nothing that it needs is left to a person."""
        return not self.derived.missing and all(each.question for each in self.questions)


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
    matches = match_columns(kind, values, rate_agencies(register, sender))
    matches |= match_by_order(kind, frame, values, matches)
    matches = with_one_end(kind, matches)
    found_questions = match_questions(kind, frame, values, matches)
    if found_questions:
        matches = {o: m for o, m in matches.items() if o not in ("answer", "question")}
    check_matches(matches, found_questions, kind, values)
    columns = {ours: values[match.theirs] for ours, match in matches.items()}
    scale = _find_scale(columns, found_questions)
    missing = {
        ours: found
        for ours, each in columns.items()
        if (found := find_missing(ours, kind, each, scale))
    }
    known = {ours: each.without(missing.get(ours, ())) for ours, each in columns.items()}
    times = {ours: each for ours, each in known.items() if ours in moment_columns(kind)}
    if is_one_end(matches):
        del times["handed_over_at"]
    dates = find_dates(times, kind, table.layout.form_dates)
    moments = read_moments(frame, {ours: matches[ours].theirs for ours in times}, dates)
    month = _find_month(moments, kind)
    units = find_units(known.get("unit_code"), sender or ANY_SENDER, register, month or LATEST)
    coded = [ours for ours in known if ours in words_of_columns(kind) or ours == "answer"]
    codes = {ours: find_code_list(ours, kind, known[ours], scale) for ours in coded}
    codes = {ours: each for ours, each in codes.items() if not each.are_ours or each.unknown}
    named = {*matches, *(("answer", "question") if found_questions else ())}
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
        procedures=find_procedures(known.get("procedure_code")),
        identity=find_identity(kind, _select_ours(frame, matches, moments)),
        marks=numbers.find_marks(
            [known[ours] for ours in _COUNTS if ours in known],
            [known[ours] for ours in _DECIMALS if ours in known],
        ),
        derived=derived.find_derived(kind, named),
        unread_times={
            ours: _tell_unread(ours, kind, each)
            for ours, each in find_unread_times(kind, values, matches).items()
        },
        examples={
            ours: _show_examples(ours, kind, each)
            for ours, each in known.items()
            if ours not in MAPPABLE[kind]
        },
        month=month,
        built_in=find_built_in(table, kind, dates, codes),
        hint=find_hint(columns.get(CODE_OF.get(kind, "")), table.titles, register, month),
        unsure=(),
    )
    doubts = list_doubts(
        draft, _count_end_months(moments, kind), _share_of_days_off(moments), _find_nights(moments)
    )
    return replace(draft, unsure=doubts)


def _find_scale(columns: Mapping[str, ColumnValues], found: Iterable[FoundQuestion]) -> str:
    scales = [each.scale for each in found]
    if scales:
        return max(dict.fromkeys(scales), key=scales.count)
    return (find_scale(columns["answer"]) or "five") if "answer" in columns else ""


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
    """Of two values those that need no mask: the shape of a code says nothing."""
    sent = [value for value, _ in values.head(2)]
    return tuple(value for value in sent if masking.show_value(value, kind, ours) == value)


def _tell_unread(ours: str, kind: str, values: ColumnValues) -> str:
    shown = masking.show_value(values.head(1)[0][0], kind, ours)
    return (
        f"{values.name!r} has the name of {ours}, but no date format is known that reads its "
        f"values, like {shown}: write the column in [columns] and its format in date_formats if "
        "there is one, else let the sender write times like 25/10/2026 16:30"
    )


def _count_end_months(moments: pl.DataFrame, kind: str) -> int:
    end = _END.get(kind, "")
    return moments[end].drop_nulls().dt.truncate("1mo").n_unique() if end in moments.columns else 0


def _find_nights(moments: pl.DataFrame) -> tuple[str, ...]:
    """Our columns of times of office work of which most lie in the night."""
    found = []
    for ours in ("received_at", *_END.values()):
        if ours in moments.columns:
            timed = moments.filter(pl.col(ours).dt.time() != time())[ours].dt.hour()
            night = timed.filter((timed < _MORNING) | (timed >= _EVENING)).len()
            found += [ours] if timed.len() >= _FEWEST_TIMES and 2 * night > timed.len() else []
    return tuple(found)


def _share_of_days_off(moments: pl.DataFrame) -> float:
    """The share of the due dates that are Saturdays or Sundays; 0 without due dates."""
    if "due_at" not in moments.columns:
        return 0.0
    return moments.select((pl.col("due_at").dt.weekday() >= _SATURDAY).mean()).item() or 0.0
