"""Questions: the columns of a survey that has a question a column.

Here belong which columns are questions, what each asks about, its scale, and whether it may be
reversed. Not here: the answers of a file with one answer a row (code_lists).
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from pipeline.drafting.code_lists import CodeList, find_answers, find_missing, find_scale
from pipeline.drafting.columns import Values
from pipeline.drafting.names import holds_words, read_dictionary, split_words
from pipeline.exports import name_in_frame

FEWEST_QUESTIONS = 3
"""So many columns of answers make a survey with a question a column."""
_REVERSED_BELOW = -0.3
"""A question whose answers go against the others' by so much may have a reversed scale."""


@dataclass(frozen=True)
class FoundQuestion:
    """A column of answers: what it asks about (empty where its name does not say) and the word of
    its name that says so, its scale, what its values mean, its missing codes with their rows, how
    many answers it has, and whether it may be reversed.
    """

    column: str
    question: str
    said_by: str
    scale: str
    answers: CodeList
    missing: dict[str, int]
    rows: int
    may_be_reversed: bool


def find_questions(
    frame: pl.DataFrame, values: Values, taken: Collection[str]
) -> tuple[FoundQuestion, ...]:
    """The columns of answers of a file; none where there are too few for a survey of this form."""
    scales = {
        name: scale
        for name, each in values.items()
        if name not in taken and (scale := find_scale(each))
    }
    if len(scales) < FEWEST_QUESTIONS:
        return ()
    # Of a scale of five a question may have the answers 1 to 3 alone.
    if "five" in scales.values():
        has_codes = {name for name, scale in scales.items() if scale == "three"}
        scales |= {
            name: "five" for name in has_codes if find_answers(values[name], "three").are_ours
        }
    reversed_columns = _find_reversed(frame, [n for n, scale in scales.items() if scale == "five"])
    missing = {
        name: find_missing("answer", "ratings", values[name], scale)
        for name, scale in scales.items()
    }
    return tuple(
        FoundQuestion(
            column=name,
            question=find_topic(name)[0],
            said_by=find_topic(name)[1],
            scale=scale,
            answers=find_answers(values[name], scale),
            missing=missing[name],
            rows=values[name].filled - sum(missing[name].values()),
            may_be_reversed=name in reversed_columns,
        )
        for name, scale in scales.items()
    )


def find_topic(name: str) -> tuple[str, str]:
    """What a question asks about, and the word in its name that says so; empty where none or
    several do.
    """
    words = split_words(name)
    found = {
        topic: said
        for topic, entries in read_dictionary()["questions"].items()
        if (said := [each for each in entries if holds_words(words, split_words(each))])
    }
    if len(found) != 1:
        return "", ""
    ((topic, said),) = found.items()
    return topic, max(said, key=len)


def _find_reversed(frame: pl.DataFrame, columns: list[str]) -> set[str]:
    """The columns whose answers go against the mean of the others."""
    points = frame.select(
        pl.when(pl.col(name_in_frame(name)).is_in(list("12345")))
        .then(pl.col(name_in_frame(name)))
        .cast(pl.Float64)
        .alias(name)
        for name in columns
    )
    against = set()
    for name in columns:
        others = [each for each in columns if each != name]
        if others:
            found = points.select(pl.corr(name, pl.mean_horizontal(others))).item()
            if found is not None and found < _REVERSED_BELOW:
                against.add(name)
    return against
