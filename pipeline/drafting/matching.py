"""Matching: the columns of a file that are ours, where names and values alone do not say it.

Here belong the order of times, the one column that serves as two ends, the questions of a survey,
and whether enough was matched. Not here: names and values (columns), the order by itself
(time_order).
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from pipeline.agencies import Register
from pipeline.drafting.column_values import VALUE, ColumnValues
from pipeline.drafting.columns import ColumnMatch, IsAgency, share_of_agency_words
from pipeline.drafting.dates import find_dates, read_moments, share_of_dates
from pipeline.drafting.errors import DraftError, no_header
from pipeline.drafting.names import fold_name
from pipeline.drafting.questions import FoundQuestion, find_questions
from pipeline.drafting.time_order import find_by_order

_ORDER = {
    "dossiers": ("received_at", "due_at", "ended_at"),
    "petitions": ("received_at", "due_at", "handled_at"),
}
_FEWEST_COLUMNS = 2
_MOST, _NEARLY_ALL = 0.5, 0.8


def rate_agencies(register: Register, sender: str) -> IsAgency:
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


def match_by_order(
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
    moments = read_moments(frame, {name: name for name in asked}, dates)
    return find_by_order(moments, wanted, taken)


def with_one_end(kind: str, matches: Mapping[str, ColumnMatch]) -> dict[str, ColumnMatch]:
    """The columns with the date of the handing over as that of the end, where there is no other.

    A dossier that was withdrawn or stopped has an end and was not handed over.
    """
    handed = matches.get("handed_over_at")
    if kind != "dossiers" or handed is None or "ended_at" in matches:
        return dict(matches)
    reason = (
        "one column may serve two: no other end was found, so it is the end of withdrawn and "
        "stopped dossiers too"
    )
    return {**matches, "ended_at": replace(handed, reason=reason)}


def is_one_end(matches: Mapping[str, ColumnMatch]) -> bool:
    """Whether one column is the end and the handing over."""
    ended, handed = matches.get("ended_at"), matches.get("handed_over_at")
    return ended is not None and handed is not None and ended.theirs == handed.theirs


def match_questions(
    kind: str,
    frame: pl.DataFrame,
    values: Mapping[str, ColumnValues],
    matches: Mapping[str, ColumnMatch],
) -> tuple[FoundQuestion, ...]:
    """The columns of answers of a survey with a question a column."""
    if kind != "ratings":
        return ()
    taken = {
        m.theirs for ours, m in matches.items() if ours not in ("answer", "question") and m.is_sure
    }
    return find_questions(frame, values, taken)


def check_matches(
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
            "rename columns in the file to what they hold, like Mã hồ sơ, Ngày tiếp nhận, Trạng "
            "thái"
        )
