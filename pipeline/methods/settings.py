"""What a method file may say: its keys, their types, and what they mean.

Here belong the models and the checks that need one file only. Not here: finding and reading files,
and turning faults into plain messages (loading).
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.deadlines import DeadlineRule, Grain, SupplementRule

COMPUTED: dict[str, str] = {
    "on_time_of_finished": "share",
    "on_time_766": "share",
    "due_on_time": "share",
    "time_saved": "share",
    "median_time_days": "days",
    "median_time_days_finished": "days",
    "p90_time_days": "days",
    "open_not_overdue": "share",
    "processing_time_index": "points",
    "satisfied_share": "share",
    "satisfaction_index": "points",
    "mean_rating": "points",
    "response_rate": "share",
    "reform_performance_index": "points",
}
"""Every indicator that can be computed, and its unit; in the order of publication."""

Smallest = Literal["under_due_unranked", "under_due_empty", "under_respondents_empty"]
SMALLEST: dict[str, Smallest] = {
    "on_time_of_finished": "under_due_unranked",
    "on_time_766": "under_due_unranked",
    "due_on_time": "under_due_unranked",
    "time_saved": "under_due_unranked",
    "median_time_days": "under_due_unranked",
    "median_time_days_finished": "under_due_unranked",
    "p90_time_days": "under_due_unranked",
    "open_not_overdue": "under_due_unranked",
    "processing_time_index": "under_due_empty",
    "satisfied_share": "under_respondents_empty",
    "satisfaction_index": "under_respondents_empty",
    "mean_rating": "under_respondents_empty",
    "response_rate": "under_due_unranked",
}
"""What becomes of an indicator whose denominator is under `minimum_due` or `minimum_respondents`:
its value is published and not ranked, or it is empty. A composite has no denominator of its own: it
is empty where a part is."""

_ADJUSTED = frozenset({"satisfied_share", "satisfaction_index", "reform_performance_index"})
_ONLY_FOR: dict[str, frozenset[str]] = {
    "satisfaction": _ADJUSTED,
    "minimum_answers_of_level": _ADJUSTED,
    "maximum_weight": _ADJUSTED,
    "processing_time_index": frozenset({"processing_time_index", "reform_performance_index"}),
    "reform_performance_index": frozenset({"reform_performance_index"}),
}
"""The settings and weights that only some indicators rest on; all indicators rest on the others."""

NAMING = frozenset(
    {
        *("name", "version", "title_vi", "title_en", "source", "valid_from", "valid_to"),
        *("indicators", "digest", "file"),
    }
)
"""What a method file has beside its settings."""

_ROUNDING_ERROR = 1e-9

Share = Annotated[float, Field(ge=0, le=1)]
Words = Annotated[str, Field(min_length=1)]
Confidence = Literal["law", "portal", "ours", "open"]
"""Where a formula is from: a law that was read (law), scores of the national portal that it
reproduces (portal), our own choice (ours), or uncertain (open)."""


class _Keys(BaseModel):
    """A table of a method file: it has known keys only, and never changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Weights(_Keys):
    """Weights of the parts of a composite, which must add up to 1."""

    @model_validator(mode="after")
    def _add_up(self) -> "_Weights":
        parts = self.model_dump()
        total = sum(parts.values())
        if abs(total - 1) > _ROUNDING_ERROR:
            listed = " + ".join(f"{name} {weight:g}" for name, weight in parts.items())
            raise ValueError(f"the weights {listed} add up to {total:g}: make them add up to 1")
        return self


class ProcessingTimeWeights(_Weights):
    """What a dossier earns for being on time, and for each share of its allowed time saved."""

    on_time: Share
    time_saved: Share


class PerformanceWeights(_Weights):
    """Parts of the reform performance index."""

    processing_time: Share
    satisfaction: Share


class Weights(_Keys):
    """Weights by the composite that they make."""

    processing_time_index: ProcessingTimeWeights
    reform_performance_index: PerformanceWeights


class Band(_Keys):
    """A band begins at `from_points` and ends below the next better one."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    from_points: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
    title_vi: Words
    title_en: Words


class Indicator(_Keys):
    """An indicator as it is published.

    `unit` is share (0-1), points (0-100) or days; `decimals` are those of the published value and
    of its limits; `source` is the law or paper, or "ours", and `confidence` how sure that is.
    `bands` go from the best down; only official methods have bands.
    """

    name: str
    title_vi: Words
    title_en: Words
    unit: Literal["share", "points", "days"]
    better: Literal["higher", "lower"]
    is_ranked: bool
    decimals: Annotated[int, Field(ge=0, le=6)]
    formula_vi: Words
    formula_en: Words
    source: Words
    confidence: Confidence = "ours"
    bands: tuple[Band, ...] = ()

    def band(self, value: float) -> Band | None:
        """The band of a published value; None where the indicator has none."""
        return next((band for band in self.bands if value >= float(band.from_points)), None)


class Method(_Keys):
    """A version of our own index: its settings, weights and indicators in the order of publication.

    It is in force from `valid_from` to `valid_to` (both included), and no longer than until the
    next version begins.
    `deadline_grain` and `clock_rule` say which deadlines are read (DeadlineRule). `minimum_due`
    and `minimum_respondents` are the smallest numbers that are ranked.
    `minimum_published_respondents` is the smallest number of respondents that anything published
    may tell of. `required_history_months`
    are the months before the published month without which the dossiers due are provisional.
    `history_months` are the months before it in which dossiers that ended early are looked for,
    and in which limits look for a unit's series. `minimum_months_of_series` are the months, the
    published month among them, from which limits know how much a unit varies between months.
    `maximum_rejected_share` is of a sender's rows of one kind, `maximum_item_non_response` of the
    questions that a unit's respondents were asked. `satisfaction` says whether the satisfied share
    of the index is that of those who answered, or adjusted to all who were served, where it can be.
    `minimum_answers_of_level` are the answers that
    a level of a margin needs when shares are adjusted for who answers, or it is joined with
    another; `maximum_weight` is the largest weight of an answer then, as a multiple of the mean.
    `confidence_level` (in the file: level) is that
    of every printed interval. `digest` is the SHA-256 of the file, `file` its path.
    """

    name: Words
    version: Words
    title_vi: Words
    title_en: Words
    source: Words
    valid_from: date | None = None
    valid_to: date | None = None
    deadline_grain: Grain
    clock_rule: SupplementRule = "as_sent"
    minimum_due: Annotated[int, Field(ge=1)] = 30
    minimum_respondents: Annotated[int, Field(ge=1)] = 30
    minimum_published_respondents: Annotated[int, Field(ge=3)] = 5
    required_history_months: Annotated[int, Field(ge=0)] = 3
    history_months: Annotated[int, Field(ge=0)] = 36
    minimum_months_of_series: Annotated[int, Field(ge=2)] = 12
    maximum_rejected_share: Share = 0.05
    maximum_item_non_response: Share = 0.3
    satisfaction: Literal["as_answered", "adjusted"] = "as_answered"
    minimum_answers_of_level: Annotated[int, Field(ge=2)] = 5
    maximum_weight: Annotated[float, Field(gt=1)] = 10.0
    confidence_level: Annotated[float, Field(gt=0.5, lt=1, alias="level")] = 0.95
    weights: Weights
    indicators: tuple[Indicator, ...]
    digest: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _agree(self) -> "Method":
        doubled = [name for name, times in Counter(self.names).items() if times > 1]
        if doubled:
            raise ValueError(f"the indicator {doubled[0]} stands twice: keep one of the two")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        if self.minimum_respondents < self.minimum_published_respondents:
            raise ValueError(
                f"minimum_respondents {self.minimum_respondents} is less than "
                f"minimum_published_respondents {self.minimum_published_respondents}: raise the "
                "first or lower the second"
            )
        if self.history_months < self.required_history_months:
            raise ValueError(
                f"history_months {self.history_months} is less than required_history_months "
                f"{self.required_history_months}: raise the first or lower the second"
            )
        return self

    @property
    def deadline_rule(self) -> DeadlineRule:
        """The deadlines that the method reads."""
        return DeadlineRule(self.clock_rule, self.deadline_grain)

    def definition_of(self, indicator: str) -> str:
        """The settings that an indicator rests on, as text.

        Where two versions have the same, their values can be compared.
        """
        settings = self.model_dump(exclude=set(NAMING))
        own = {
            name: value
            for name, value in (settings | settings.pop("weights")).items()
            if indicator in _ONLY_FOR.get(name, {indicator})
        }
        return repr(own)

    @property
    def names(self) -> list[str]:
        """Names of the indicators in order."""
        return [indicator.name for indicator in self.indicators]

    def indicator(self, name: str) -> Indicator:
        """The indicator of a name; KeyError when the method has none."""
        for indicator in self.indicators:
            if indicator.name == name:
                return indicator
        raise KeyError(name)
