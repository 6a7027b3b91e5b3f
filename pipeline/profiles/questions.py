"""Questions: what a profile says of ratings that have a question a column.

Here belongs one column of answers, and what a profile with such columns may not say besides. Not
here: the rows that are made of a record (records.parts), how answers are typed (records).
"""

import difflib
from collections.abc import Collection
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipeline.letters import clean_name, clean_text
from pipeline.profiles.identity import CODE_OF, ROW_NUMBER_IDENTITY
from pipeline.tables import QUESTIONS, SCALES

Scale = Literal["five", "three", "yes_no"]
assert set(get_args(Scale)) == set(SCALES)  # noqa: S101 - keeps the type and the list one
IN_QUESTIONS = ("answer", "question")
"""Our columns that [[questions]] fill, so that [columns] does not name them."""

UNKNOWN_QUESTION = "?"
"""What a drafted profile has where a person is to write the word."""


def _write_point(point: object) -> object:
    """A point of the scale as text: a profile may write 5 or "5"."""
    is_whole = isinstance(point, int) and not isinstance(point, bool)
    return str(point) if is_whole else point


Cleaned = Annotated[str, AfterValidator(clean_text)]
Point = Annotated[Cleaned, BeforeValidator(_write_point)]
Code = Annotated[str, BeforeValidator(_write_point)]


class Question(BaseModel):
    """A column of a file that has the answers to one question.

    `question` is one of our words. `scale`, `values` and `missing_codes` are those of the profile
    where they are left out. `values` maps what is sent to points of the scale. `reversed` says that
    the lowest point is the most satisfied. An `optional` column may be absent from a file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: Annotated[str, AfterValidator(clean_name), Field(min_length=1)]
    question: str
    scale: Scale | None = None
    reversed: bool = False
    values: dict[Cleaned, Point] = {}
    missing_codes: tuple[Code, ...] | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _check(self) -> "Question":
        if not self.column:
            raise ValueError("column has a name that nobody sees: write the column's name")
        if self.question not in (*QUESTIONS, UNKNOWN_QUESTION):
            near = difflib.get_close_matches(self.question, QUESTIONS, n=1)
            may_be = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(QUESTIONS)}"
            raise ValueError(f"question {self.question!r} is none of ours: {may_be}")
        return self

    def check_values(self, scale: Scale) -> None:
        """Raises ValueError where a value is mapped to no point of the question's scale."""
        lowest, highest = SCALES[self.scale or scale]
        points = [str(point) for point in range(lowest, highest + 1)]
        for theirs, point in self.values.items():
            if point not in points:
                raise ValueError(
                    f"questions: {self.column!r} maps {theirs!r} to {point!r}, which is no point "
                    f"of the scale {self.scale or scale}: use one of {', '.join(points)}"
                )


def check_words_are_there(questions: tuple[Question, ...]) -> None:
    """Raises ValueError where a column of answers has UNKNOWN_QUESTION in place of a word."""
    without = [each.column for each in questions if each.question == UNKNOWN_QUESTION]
    if without:
        columns = "column is" if len(without) == 1 else "columns are"
        raise ValueError(
            f"{len(without)} answer {columns} still without a word in questions: write one of "
            f"{', '.join(QUESTIONS)} in each, in place of {UNKNOWN_QUESTION}; several columns may "
            "have the same word; take out the line of a column that is no question of satisfaction"
        )


def check_questions(
    questions: tuple[Question, ...], kind: str, scale: Scale, named: Collection[str]
) -> None:
    """Raises ValueError where a profile of this kind and scale cannot have these questions.

    `named` are our columns that the profile names elsewhere.
    """
    if questions and kind != "ratings":
        raise ValueError(f"questions are of ratings, and the kind is {kind}: leave them out")
    for column in IN_QUESTIONS:
        if questions and column in named:
            raise ValueError(
                f"{column!r} follows from [[questions]]: leave it out of all other places"
            )
    check_words_are_there(questions)
    columns = [question.column for question in questions]
    for column in columns:
        if columns.count(column) > 1:
            raise ValueError(f"questions name the column {column!r} more than once: name it once")
    for question in questions:
        question.check_values(scale)


def with_usual_identity(content: Any) -> Any:  # noqa: ANN401 - what a profile may hold
    """What a profile says, with each row as a record where questions are of nobody by name.

    A file with a question a column has a row for each respondent.
    """
    if not isinstance(content, dict) or not content.get("questions") or "identity" in content:
        return content
    sent = {*_keys(content, "columns"), *_keys(content, "constants")}
    has_code = CODE_OF["ratings"] in sent or "dossier_id" in sent
    return content if has_code else content | {"identity": ROW_NUMBER_IDENTITY}


def _keys(content: dict[str, Any], table: str) -> Collection[str]:
    found = content.get(table)
    return found if isinstance(found, dict) else ()
