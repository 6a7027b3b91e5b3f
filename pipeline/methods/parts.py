"""The tables in the file of a scorecard: indicators, groups, switches.

Here belong the model of each table, and the checks that need one table only. Not here: the whole
method (scorecards).
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.methods.settings import Confidence, Words
from pipeline.tables import FACTORS, FIGURE_INDICATORS

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Points = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]

COUNTS = (
    "figures",
    "dossiers_on_time",
    "dossiers_not_overdue",
    "dossiers_received_online",
    "dossiers_by_time_taken",
    "dossiers_by_conduct",
    "petitions_on_time",
    "petitions_satisfied",
    "answers_satisfied",
)
"""What an indicator can count: numerator and denominator. Figures can replace any of them."""

FORMULAS = ("share", "score", "steps")
"""How counts become points."""


class Keys(BaseModel):
    """A table of a method file: it has known keys only, and never changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Switch(Keys):
    """A place where law and portal differ: the choices, and the chosen one."""

    name: Name
    chosen: str
    choices: Annotated[tuple[str, ...], Field(min_length=2)]
    title_vi: Words
    title_en: Words

    @model_validator(mode="after")
    def _is_a_choice(self) -> "Switch":
        if self.chosen not in self.choices:
            raise ValueError(
                f"the switch {self.name} is {self.chosen!r}: choose {' or '.join(self.choices)}"
            )
        return self


class Boundary(Keys):
    """A day from which the law behind the formulas is another, though the file is the same."""

    day: date
    confidence: Literal["law", "portal", "open"]
    title_vi: Words
    title_en: Words


class Step(Keys):
    """The points from a share on."""

    from_share: Annotated[Decimal, Field(ge=0, le=1)]
    points: Points


class Part(Keys):
    """An indicator that earns points.

    `counts` says what numerator and denominator count, `formula` how they become points:
    `share`: points x numerator / denominator / `full_at`, at most `points`;
    `score`: numerator / denominator, where the numerator is a sum of scores up to `points`;
    `steps`: the points of the highest of `steps` whose share is reached.
    `zero` is what a denominator of 0 gives: no points (zero), all points (full), no value
    (missing), or its points shared among the indicators of its group that have cases (shared).
    `same_cases_as` names an indicator whose counted cases are among the counted cases of this
    indicator, or the other way round. `late` (dossiers_by_conduct) is how a late dossier without
    complaint counts: left out, or as zero. `factor` (answers_satisfied) is the question asked.
    """

    name: Name
    number: str = ""
    group: str = ""
    title_vi: Words
    title_en: Words
    points: Points
    counts: Literal[COUNTS]  # type: ignore[valid-type]
    formula: Literal[FORMULAS] = "share"  # type: ignore[valid-type]
    full_at: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] = Decimal(1)
    steps: tuple[Step, ...] = ()
    zero: Literal["zero", "full", "missing", "shared"] = "zero"
    same_cases_as: str = ""
    late: Literal["left_out", "zero"] = "left_out"
    factor: Literal[("", *FACTORS)] = ""  # type: ignore[valid-type]
    formula_vi: Words
    formula_en: Words
    source: Words
    confidence: Confidence

    @model_validator(mode="after")
    def _agree(self) -> "Part":
        if (self.formula == "steps") != bool(self.steps):
            raise ValueError(f"{self.name}: steps go with the formula 'steps', and only with it")
        if any(step.points > self.points for step in self.steps):
            raise ValueError(f"{self.name}: a step has more points than the indicator: lower it")
        if (self.counts == "answers_satisfied") != bool(self.factor):
            raise ValueError(
                f"{self.name}: factor goes with the counts 'answers_satisfied', and only with them"
            )
        if self.counts == "figures" and self.name not in FIGURE_INDICATORS:
            raise ValueError(
                f"{self.name} cannot be sent as figures, since no figure has that name: "
                f"take a name such as {FIGURE_INDICATORS[-1]}, or other counts"
            )
        return self


class Group(Keys):
    """A group of indicators, and its points; the sum of its rounded indicators."""

    name: Name
    title_vi: Words
    title_en: Words
    points: Points
    is_ranked: bool = False


class Total(Keys):
    """The total: the sum of the groups (of the indicators, without groups), or their mean."""

    name: Name
    title_vi: Words
    title_en: Words
    points: Points
    combined: Literal["sum", "mean"] = "sum"
    is_ranked: bool = True
    formula_vi: Words
    formula_en: Words
    source: Words
    confidence: Confidence
