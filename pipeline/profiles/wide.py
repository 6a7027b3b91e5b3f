"""Wide files: the keys of a profile of files whose records hold several answers or figures.

Here belong these keys together, and what follows from them for the rest of a profile. Not here: one
column of answers (questions), the columns of a figure, sums and forms (figure_columns).
"""

from collections.abc import Collection, Iterator
from itertools import count
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.profiles.figure_columns import (
    IN_FIGURES,
    FigureColumns,
    SumOfColumns,
    check_figures,
    with_form,
)
from pipeline.profiles.questions import (
    IN_QUESTIONS,
    Question,
    Scale,
    check_questions,
    with_usual_identity,
)

if TYPE_CHECKING:
    from pipeline.profiles.profile import Profile

WIDE_KEYS = tuple(
    f"{key}.{name}"
    for key, model in (("questions", Question), ("figures", FigureColumns), ("sums", SumOfColumns))
    for name in model.model_fields
)
"""The keys within these, for messages."""


class WideKeys(BaseModel):
    """What a profile says of a record that becomes several rows.

    `questions` are the columns of a file of ratings that has a question a column, `figures` those
    of a file that has the numbers of a figure in columns, `sums` what columns add up to in each
    row. `form` names an official form, which has figures and sums.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: tuple[Question, ...] = ()
    figures: tuple[FigureColumns, ...] = ()
    sums: tuple[SumOfColumns, ...] = ()
    form: str = ""

    _with_usual_identity = model_validator(mode="before")(with_usual_identity)
    _with_form = model_validator(mode="before")(with_form)

    @property
    def has_parts(self) -> bool:
        """Whether a record of a file becomes several rows."""
        return bool(self.questions or self.figures)

    def check_parts(self, kind: str, scale: Scale, named: Collection[str]) -> tuple[str, ...]:
        """Our columns that follow from these keys, so that a profile need not name them.

        `named` are those that it names. Raises ValueError where the two do not go together.
        """
        check_questions(self.questions, kind, scale, named)
        check_figures(self.figures, self.sums, kind, named)
        return (*(IN_QUESTIONS if self.questions else ()), *(IN_FIGURES if self.figures else ()))


def with_columns_of_parts(profile: "Profile") -> "Profile":
    """The profile with all columns that it names in [columns]: for finding them in a header.

    Those of questions, figures and sums stand under what they hold, like `access` or `access (2)`.
    """
    columns, optional = dict(profile.columns), list(profile.optional_columns)
    for what, name, is_optional in _list_columns(profile):
        if name not in columns.values():
            ours = next(each for each in _number(what) if each not in columns)
            columns[ours] = name
            optional += [ours] if is_optional else []
    named = {"columns": columns, "optional_columns": tuple(optional)}
    return profile.model_copy(update=named) if profile.has_parts or profile.sums else profile


def _list_columns(profile: "Profile") -> Iterator[tuple[str, str, bool]]:
    """What a column holds, its name, and whether a file may lack it."""
    for question in profile.questions:
        yield question.question, question.column, question.optional
    for one in profile.sums:
        yield from (("sums", name, False) for name in (one.total, *one.parts))
    for figure in profile.figures:
        for added in figure.added.values():
            yield from ((figure.indicator, name, figure.optional) for name in added)


def _number(what: str) -> Iterator[str]:
    yield what
    yield from (f"{what} ({number})" for number in count(2))
