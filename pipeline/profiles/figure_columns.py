"""Figure columns: what a profile says of figures that have their numbers in columns of a row.

Here belong the columns of one figure, the sums that a row must keep to, and the official forms that
have both ready-made (forms/*.toml). Not here: the rows that are made of a record (records.parts),
the rule about sums (expectations).
"""

import hashlib
from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipeline.letters import clean_name
from pipeline.own_files import parse_toml
from pipeline.suggestions import did_you_mean
from pipeline.tables import FIGURE_INDICATORS

IN_FIGURES = ("indicator", "numerator", "denominator", "failures")
"""Our columns that [[figures]] fill, so that [columns] does not name them."""


def _in_list(name: object) -> object:
    """One name as a list of names."""
    return [name] if isinstance(name, str) else name


Name = Annotated[str, AfterValidator(clean_name), Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_in_list)]


class FigureColumns(BaseModel):
    """The columns of a file that hold one figure of the unit of their row.

    Several columns are added up. Either `numerator` or `failures` is named, as in [columns]. The
    columns of an `optional` figure may be absent from a file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: str
    denominator: Annotated[Names, Field(min_length=1)]
    numerator: Names = ()
    failures: Names = ()
    optional: bool = False

    @model_validator(mode="after")
    def _check(self) -> "FigureColumns":
        if self.indicator not in FIGURE_INDICATORS:
            near = did_you_mean(self.indicator, FIGURE_INDICATORS)
            raise ValueError(f"{self.indicator!r} is no indicator of figures{near}")
        if bool(self.numerator) == bool(self.failures):
            raise ValueError(
                f"the figure {self.indicator} needs either a numerator or failures: name one"
            )
        return self

    @property
    def added(self) -> dict[str, tuple[str, ...]]:
        """By column of ours, the columns of the file that add up to it."""
        sent = {name: getattr(self, name) for name in ("numerator", "denominator", "failures")}
        return {ours: theirs for ours, theirs in sent.items() if theirs}

    @property
    def source(self) -> str:
        """What the figure is made of, for messages."""
        counted = " + ".join(self.numerator or self.failures)
        return f"{self.indicator}: {counted} / {' + '.join(self.denominator)}"


class SumOfColumns(BaseModel):
    """Columns of a file that add up to another one in each row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    total: Name
    parts: Annotated[Names, Field(min_length=1)]


def check_figures(
    figures: tuple[FigureColumns, ...],
    sums: Collection[SumOfColumns],
    kind: str,
    named: Collection[str],
) -> None:
    """Raises ValueError where a profile of this kind cannot have these figures and sums.

    `named` are our columns that the profile names elsewhere.
    """
    if (figures or sums) and kind != "figures":
        raise ValueError(f"[[figures]] and [[sums]] are of figures, and the kind is {kind}")
    for column in IN_FIGURES:
        if figures and column in named:
            raise ValueError(
                f"{column!r} follows from [[figures]]: leave it out of all other places"
            )
    indicators = [figure.indicator for figure in figures]
    for indicator in indicators:
        if indicators.count(indicator) > 1:
            raise ValueError(f"figures name {indicator} more than once: name it once")


@cache
def _read_forms() -> dict[str, str]:
    """The text of each form, by its name."""
    folder = resources.files("pipeline.profiles") / "forms"
    return {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def with_form(content: Any) -> Any:  # noqa: ANN401 - what a profile may hold
    """What a profile says, with what its form says besides; its digest covers the form too.

    Raises ValueError for a form that is not known.
    """
    form = content.get("form") if isinstance(content, dict) else None
    if not form:
        return content
    forms = _read_forms()
    if form not in forms:
        near = did_you_mean(str(form), forms)
        raise ValueError(f"form: {form!r} is none that is known{near}: use {', '.join(forms)}")
    digests = f"{content.get('digest')} {forms[form]}"
    digest = hashlib.sha256(digests.encode()).hexdigest()
    said = parse_toml(forms[form])
    named = {*_keys(content, "columns"), *_keys(content, "constants")}
    # No form says its month in a row; a sender's own copy may.
    said["from_month"] = [column for column in said["from_month"] if column not in named]
    return said | content | {"digest": digest}


def _keys(content: dict[str, Any], table: str) -> Collection[str]:
    found = content.get(table)
    return found if isinstance(found, dict) else ()
