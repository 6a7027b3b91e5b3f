"""Columns: which column of a file is which of ours, by its name and by its values.

Here belong the kind of records too, which columns decide where the file's name does not. Not here:
the order of times (time_order), date formats (dates), words (code_lists).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.drafting.code_lists import MOST_WORDS, find_scale, share_of_known
from pipeline.drafting.column_values import VALUE, ColumnValues
from pipeline.drafting.dates import share_of_dates, share_of_serials
from pipeline.drafting.names import (
    fold_name,
    holds_words,
    list_words,
    rate_name,
    read_dictionary,
    split_words,
)
from pipeline.plurals import count_of
from pipeline.profiles.our_columns import (
    MAPPABLE,
    NEEDED,
    moment_columns,
    sendable_columns,
    words_of_columns,
)
from pipeline.tables import KINDS

Values = Mapping[str, ColumnValues]
"""The values of each column of a file, by its name."""
IsAgency = Callable[[ColumnValues], float]

_LEAST_SCORE = 40
_NUMBER_BELOW = re.compile(r" / [(\[]?[0-9]{1,2}[)\]]?$")
"""What a row that numbers the columns adds to their names."""
_NAMED_IN_FILE = 15
"""What a word in the name of a file adds to the likeness of its columns."""
_SURE_NAME = 70
_MOST_UNITS = 5_000
_IDS = ("dossier_id", "respondent_id", "petition_id")
_CODES_BY_VALUE = {"dossiers": ("dossier_id",), "petitions": ("petition_id",)}
"""Codes that are known by their values too, where no name says them."""
_OWN = {"petitions": "petition_id", "figures": "indicator"}
"""The column by whose name a kind is known."""
_FEWEST_CODES = 10
_NEARLY_ALL = 0.98
_FEWEST_QUESTIONS = 3
_MOST = 0.5


@dataclass(frozen=True)
class ColumnMatch:
    """A column of the file that is one of ours: its name, how sure that is (0 to 100), and why."""

    theirs: str
    score: int
    reason: str
    rivals: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether its whole name, or its values, say it."""
        return self.score >= _SURE_NAME


def find_kind(file_name: str, values: Values) -> tuple[str, str]:
    """The kind of records in a file, and why; of the file's name before its columns."""
    for kind in KINDS:
        if file_name.lower().startswith(kind):
            return kind, "the name of the file begins with it"
    words = split_words(file_name)
    named = {
        kind
        for kind, names in read_dictionary()["kinds"].items()
        if any(holds_words(words, split_words(name)) for name in names)
    }
    rated = {kind: _rate_kind(kind, values) + _NAMED_IN_FILE * (kind in named) for kind in KINDS}
    best = max(KINDS, key=lambda kind: rated[kind])
    also = "; a word in the name of the file says it too" if best in named else ""
    return best, f"its columns are most like it{also}; --kind says another"


def _rate_kind(kind: str, values: Values) -> float:
    """How much like a kind columns are by their names, 0 to 100, and more for a survey."""
    entries = read_dictionary()["columns"][kind]
    rated = {
        ours: max((rate_name(name, entries[ours])[0] for name in values), default=0)
        for ours in NEEDED[kind]
    }
    if kind == "ratings":
        questions = sum(bool(find_scale(each)) for each in values.values())
        if questions >= _FEWEST_QUESTIONS:
            return 100 + questions
    # What every kind has says nothing: petitions and figures have a column of their own.
    if kind in _OWN and rated[_OWN[kind]] < _SURE_NAME:
        return 0
    return sum(rated.values()) / len(rated)


def match_columns(kind: str, values: Values, is_agency: IsAgency) -> dict[str, ColumnMatch]:
    """Our columns of a kind with the columns of the file that hold them, each at most once.

    The pair that fits best is taken first.
    """
    sendable = sendable_columns(kind)
    listed = read_dictionary()["columns"][kind].items()
    entries = {ours: names for ours, names in listed if ours in sendable}
    pairs = [
        (match.score, -place, ours, match)
        for ours, names in entries.items()
        for place, each in enumerate(values.values())
        if (match := _rate_pair(ours, names, kind, each, is_agency)).score >= _LEAST_SCORE
    ]
    found: dict[str, ColumnMatch] = {}
    for _, _, ours, match in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if ours not in found and match.theirs not in {each.theirs for each in found.values()}:
            found[ours] = match
    taken = {each.theirs for each in found.values()}
    # Two columns of units are two answers to who is judged: which one is for a person to say.
    rivals = [match.theirs for _, _, ours, match in pairs if ours == "unit_code"]
    if "unit_code" in found:
        others = tuple(name for name in rivals if name not in taken)
        found["unit_code"] = replace(found["unit_code"], rivals=others)
    return {ours: found[ours] for ours in entries if ours in found}


def find_unread_times(
    kind: str, values: Values, matches: Mapping[str, ColumnMatch]
) -> dict[str, ColumnValues]:
    """By our times that no column was found for, the column that has the whole name of one.

    Its values are then written in no date format that is known.
    """
    entries = read_dictionary()["columns"][kind]
    left = {match.theirs for match in matches.values()}
    unread: dict[str, ColumnValues] = {}
    for ours in moment_columns(kind):
        rated = {
            name: _rate_both(name, list(entries.get(ours, ())))[0]
            for name, each in values.items()
            if name not in left and each.filled
        }
        best = max(rated, key=lambda name: rated[name], default="")
        if ours not in matches and best and rated[best] >= _SURE_NAME:
            unread[ours] = values[best]
            left.add(best)
    return unread


def _rate_pair(
    ours: str, names: Sequence[str], kind: str, values: ColumnValues, is_agency: IsAgency
) -> ColumnMatch:
    score, entry = _rate_both(values.name, list(names))
    reason = _explain_name(values.name, entry, is_whole=score >= _SURE_NAME)
    if fold_name(values.name) == fold_name(ours):
        score, reason = 100, "its name is ours"
    if not score and ours not in ("unit_code", *_CODES_BY_VALUE.get(kind, ())):
        return ColumnMatch(values.name, 0, "")
    more, why = _rate_values(ours, kind, values, is_agency)
    if not score:
        score, reason = (45, "") if more > 0 and why else (0, "")
    reason = "; ".join(filter(None, (reason, why)))
    return ColumnMatch(values.name, score + more if score else 0, reason)


def _explain_name(name: str, entry: str, *, is_whole: bool) -> str:
    if not is_whole:
        return f"its name holds {entry!r}"
    is_same = name.casefold() == entry.casefold()
    return "its name is a known one" if is_same else f"its name is that of {entry!r}"


def _rate_both(name: str, names: list[str]) -> tuple[int, str]:
    """As rate_name; of a field within a field its own name counts too, and less."""
    name = _NUMBER_BELOW.sub("", name)
    whole = rate_name(name, names)
    if "." not in name and " / " not in name:
        return whole
    score, entry = rate_name(name.replace(" / ", ".").rsplit(".", 1)[-1], names)
    return max(whole, (score - 15, entry)) if score else whole


def _rate_values(
    ours: str, kind: str, values: ColumnValues, is_agency: IsAgency
) -> tuple[int, str]:
    """What the values of a column say for it or against it, and why."""
    if not values.filled:
        return -20, "it is empty in this file"
    dates = share_of_dates(values)
    if ours in moment_columns(kind):
        share = max(dates, share_of_serials(values))
        return (0, f"{share:.0%} of its values look like times") if share > _MOST else (-100, "")
    if dates > _NEARLY_ALL:
        return -100, ""
    if ours == "unit_code":
        return _rate_units(values, is_agency)
    is_word = ours in words_of_columns(kind) or ours == "answer"
    rate = _rate_words if is_word else _rate_codes if ours in _IDS else _rate_others
    return rate(ours, kind, values)


def _rate_units(values: ColumnValues, is_agency: IsAgency) -> tuple[int, str]:
    share = is_agency(values)
    if values.distinct > min(_MOST_UNITS, _MOST * values.filled + 10):
        return -50, ""
    return round(
        40 * share
    ), f"{share:.0%} of its values look like agencies" if share > _MOST else ""


def _rate_words(ours: str, kind: str, values: ColumnValues) -> tuple[int, str]:
    if values.distinct > MOST_WORDS:
        return -60, ""
    if ours == "answer":
        return (10, "its values are answers of a scale") if find_scale(values) else (-50, "")
    share = share_of_known(ours, kind, values)
    return round(20 * share), f"{share:.0%} of its values are known words or codes"


def _rate_codes(ours: str, kind: str, values: ColumnValues) -> tuple[int, str]:
    if ours in _CODES_BY_VALUE.get(kind, ()) and _are_codes(values):
        return 1, "nearly each of its values is there once"
    return 0, f"{values.distinct:,} different values in {count_of(values.filled, 'row')}"


def _rate_others(ours: str, kind: str, values: ColumnValues) -> tuple[int, str]:
    if ours in MAPPABLE[kind]:
        is_list = values.distinct <= _MOST_UNITS
        return (0, f"{values.distinct:,} different values") if is_list else (-30, "")
    numbers = values.share(pl.col(VALUE).str.contains(r"^-?[0-9][0-9., ]*$"))
    return (0, "its values are numbers") if numbers > _MOST else (-100, "")


def _are_codes(values: ColumnValues) -> bool:
    """Whether values are codes of records: all different, with digits, and no mere row numbers."""
    if values.distinct < _FEWEST_CODES or values.distinct < _NEARLY_ALL * values.filled:
        return False
    if values.share(pl.col(VALUE).str.contains(r"^\S*[0-9]\S*$")) < _NEARLY_ALL:
        return False
    numbers = values.counts[VALUE].cast(pl.Int64, strict=False).drop_nulls()
    return numbers.len() < values.distinct or numbers.max() != values.distinct


def share_of_agency_words(values: ColumnValues) -> float:
    """The share of the rows whose value has a word for an agency in it, like Sở or Department."""
    if values.distinct > _MOST_UNITS:
        return 0.0
    parts = [split_words(word) for word in list_words("agencies")]
    rows = sum(
        n
        for value, n in values.counts.iter_rows()
        if any(holds_words(split_words(value), part) for part in parts)
    )
    return rows / values.filled if values.filled else 0.0
