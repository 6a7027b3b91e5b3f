"""Code lists: which value sent means which of our words.

Here belong status, channel, applicant and the other columns that hold words, and the codes that
mean "not known". Not here: units (units), the questions of a survey (questions).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.drafting.column_values import VALUE, ColumnValues
from pipeline.drafting.names import (
    fold_name,
    holds_words,
    list_folded,
    list_words,
    read_dictionary,
    split_words,
)
from pipeline.profiles.our_columns import moment_columns, words_of_columns
from pipeline.tables import SCALES

MOST_WORDS = 60
"""A column with more different values is no list of codes."""
_OTHER_IF_UNKNOWN = ("channel", "applicant", "mode", "subject")
_ENTRIES = {
    ("petitions", "status"): "petition_status",
    ("petitions", "satisfied"): "yes_no",
    ("petitions", "is_upheld"): "yes_no",
}


@dataclass(frozen=True)
class CodeList:
    """What the values of a column mean: `known` has our word and the rows of each value.

    `by_part` are those of which only a part is known. `unknown` are the values that mean nothing we
    know, with their rows. `are_ours` says that the
    values are our words already; `reason` how the words were found. `if_unknown` is what the
    profile does with other values.
    """

    known: dict[str, tuple[str, int]]
    unknown: tuple[tuple[str, int], ...]
    reason: str
    if_unknown: str = "reject"
    are_ours: bool = False
    by_part: frozenset[str] = frozenset()


def find_code_list(ours: str, kind: str, values: ColumnValues, scale: str = "") -> CodeList:
    """What the values of one of our columns mean. `scale` is that of answers."""
    if ours == "answer":
        return find_answers(values, scale)
    words = words_of_columns(kind)[ours]
    sent = values.head(MOST_WORDS)
    if sent and all(value in words for value, _ in sent):
        return CodeList({}, (), "the values are our words", are_ours=True)
    name = _ENTRIES.get((kind, ours), ours)
    codes, source = _choose_codes(name, [value for value, _ in sent])
    entries = read_dictionary()["values"].get(name, {})
    known: dict[str, tuple[str, int]] = {}
    by_part: set[str] = set()
    unknown = []
    for value, rows in sent:
        word, is_whole = (codes[value], True) if value in codes else find_word(value, entries)
        if word in words:
            known[value] = (word, rows)
            by_part |= set() if is_whole else {value}
        else:
            unknown.append((value, rows))
    if codes and not unknown:
        # Another month may have codes of the list that this file lacks.
        known |= {code: (word, 0) for code, word in codes.items() if code not in known}
    reason = source if codes else "by the dictionary of words"
    if_unknown = "other" if ours in _OTHER_IF_UNKNOWN else "reject"
    return CodeList(known, tuple(unknown), reason, if_unknown, by_part=frozenset(by_part))


def _choose_codes(name: str, values: list[str]) -> tuple[Mapping[str, str], str]:
    """The list of codes that numbers are of, and its name; none where most are no such codes."""
    lists = read_dictionary()["codes"]
    numbers = [value for value in values if value.isdigit()]
    if not numbers or 2 * len(numbers) < len(values) or name not in lists:
        return {}, ""
    if name == "applicant" and "0" in numbers:
        return lists[
            "applicant_from_0"
        ], "a 0 among them: the list 0 citizen, 1 enterprise, 2 household"
    source = "the codes of the national sync layout: see that the sender means the same"
    listed = lists[name]
    padded = {value: listed[value.lstrip("0")] for value in numbers if value.lstrip("0") in listed}
    return {**listed, **padded}, source


def find_word(value: str, entries: Mapping[str, list[str]]) -> tuple[str, bool]:
    """Our word for a value, and whether the whole value is in the dictionary, not a part of it.

    A part has two words or more, and the longest one counts. A value with a negation that the part
    lacks has no word.
    """
    folded, words = fold_name(value), split_words(value)
    for word, names in entries.items():
        if folded == fold_name(word) or folded in map(fold_name, names):
            return word, True
    negations = list_folded("negations")
    best = (0, "")
    for word, names in entries.items():
        for name in names:
            parts = split_words(name)
            is_within = len(parts) > 1 and holds_words(words, parts)
            if is_within and not (set(words) - set(parts)) & negations:
                best = max(best, (len("".join(parts)), word))
    return best[1], False


def share_of_known(ours: str, kind: str, values: ColumnValues) -> float:
    """The share of the rows of a column whose value would be one of our words."""
    if values.distinct > MOST_WORDS or not values.filled or ours not in words_of_columns(kind):
        return 0.0
    found = find_code_list(ours, kind, values)
    if found.are_ours:
        return 1.0
    return sum(rows for _, rows in found.known.values()) / values.filled


def find_scale(values: ColumnValues) -> str:
    """The scale of answers, `five`, `three` or `yes_no`; empty where the values are no answers."""
    if not values.filled or values.distinct > MOST_WORDS:
        return ""
    ignored = {*list_words("missing_answers"), *list_words("missing")}
    answers = [
        (value, n) for value, n in values.head(MOST_WORDS) if value not in ignored or value == "0"
    ]
    numbers = {value: n for value, n in answers if value.isdigit()}
    if numbers and set(numbers) <= {"0", "1"}:
        return "yes_no" if len(numbers) > 1 else ""
    numbers.pop("0", None)
    in_five = sum(n for value, n in numbers.items() if value in "12345")
    if in_five and in_five >= 0.9 * sum(numbers.values()) and 2 * in_five > values.filled:
        return "five" if {"4", "5"} & set(numbers) else ("three" if len(numbers) > 1 else "")
    rated = {scale: _share_of_answers(values, scale) for scale in SCALES}
    best = max(rated, key=lambda scale: rated[scale])
    return best if rated[best] > 0.6 else ""  # noqa: PLR2004


def _share_of_answers(values: ColumnValues, scale: str) -> float:
    entries = read_dictionary()["answers"][scale]
    whole = {fold_name(name) for names in entries.values() for name in names}
    rows = sum(n for value, n in values.head(MOST_WORDS) if _fold_answer(value) in whole)
    return rows / values.filled if values.filled else 0.0


def _fold_answer(value: str) -> str:
    """An answer as it is compared: `5. Rất hài lòng` and `Rất hài lòng (5)` are `Rất hài lòng`."""
    folded = fold_name(value)
    return folded.strip("0123456789") or folded


def find_answers(values: ColumnValues, scale: str) -> CodeList:
    """What the values of a column of answers mean on a scale, where they are words."""
    low, high = SCALES[scale]
    entries = read_dictionary()["answers"][scale]
    by_name = {fold_name(name): point for point, names in entries.items() for name in names}
    points = set(map(str, range(low, high + 1)))
    ignored = {*list_words("missing_answers"), *list_words("missing")}
    known, unknown = {}, []
    for value, rows in values.head(MOST_WORDS):
        if value in points:
            known[value] = (value, rows)
        elif (folded := _fold_answer(value)) in by_name:
            known[value] = (by_name[folded], rows)
        elif value not in ignored:
            unknown.append((value, rows))
    are_points = all(value == point for value, (point, _) in known.items())
    return CodeList(known, tuple(unknown), f"the scale {scale}", are_ours=are_points)


def find_missing(ours: str, kind: str, values: ColumnValues, scale: str = "") -> dict[str, int]:
    """The values of a column that seem to mean "not known", with the rows of each."""
    codes = set(list_words("missing"))
    if ours in moment_columns(kind):
        codes |= set(list_words("missing_times"))
    if ours == "answer":
        codes |= _find_missing_answers(values, scale or "five")
    is_code = pl.col(VALUE).is_in(list(codes))
    if ours in moment_columns(kind):
        is_code |= _write_day(pl.col(VALUE)).is_in(list_words("missing_days"))
    return dict(values.counts.filter(is_code).iter_rows())


def _find_missing_answers(values: ColumnValues, scale: str) -> set[str]:
    """The codes beside the points of a scale: none where other numbers show a longer scale.

    A 0 is none where nobody gave the highest point: answers may go from 0 to 4.
    """
    low, high = SCALES[scale]
    points = set(map(str, range(low, high + 1)))
    codes = set(list_words("missing_answers")) - points
    numbers = {value for value, _ in values.head(MOST_WORDS) if value.isdigit()}
    if numbers - points - codes:
        return set()
    return codes - {"0"} if numbers & points and str(high) not in numbers else codes


def _write_day(text: pl.Expr) -> pl.Expr:
    """The digits of the day of a time, which stands before a blank or T, or in the first eight."""
    digits = text.str.extract(r"^([^ T]+)").str.replace_all("[^0-9]", "")
    return pl.when(text.str.contains("^[0-9]{14}$")).then(text.str.slice(0, 8)).otherwise(digits)
