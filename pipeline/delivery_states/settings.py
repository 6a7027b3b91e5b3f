"""Settings of deliveries: what an installation may write into its file `deliveries.toml`.

Here belongs reading that file. Not here: what a due day means (due_day), an installation's own
agencies (pipeline.agencies).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline import months
from pipeline.delivery_states.due_day import DueDay
from pipeline.errors import WrongUseError
from pipeline.own_files import OwnFileError, parse_toml, read_text
from pipeline.sender_thresholds import SenderThresholds, Thresholds
from pipeline.suggestions import did_you_mean


class DeliverySettingsError(WrongUseError):
    """The file cannot be used; the message says what is wrong with it and what to do."""


class _File(BaseModel):
    """`first_month` has no default: files of earlier months, which were all received when the
    installation was new, would all be late.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    due_day: Annotated[int, Field(ge=1, le=31)] | None = None
    first_month: str | None = None
    senders: list[Annotated[str, Field(min_length=1)]] = []
    set_rules: SenderThresholds = SenderThresholds()

    @field_validator("first_month")
    @classmethod
    def _check_month(cls, month: str | None) -> str | None:
        return None if month is None else months.checked(month)

    @model_validator(mode="after")
    def _check_both(self) -> "_File":
        if (self.due_day is None) != (self.first_month is None):
            lacking = "first_month" if self.first_month is None else "due_day"
            examples = {"due_day": "due_day = 10", "first_month": 'first_month = "2026-07"'}
            raise ValueError(f"the key {lacking} is missing: add it, like {examples[lacking]}")
        return self


@dataclass(frozen=True)
class DeliverySettings:
    """Until when files are due, and the codes of the only agencies that send; none where every
    agency of the register may. `set_rules` are the thresholds of rules about a sender's month.
    """

    due_day: DueDay = field(default_factory=DueDay)
    senders: tuple[str, ...] = ()
    set_rules: SenderThresholds = field(default_factory=SenderThresholds)


def load_settings(path: Path) -> DeliverySettings:
    """What a file sets; nothing where there is no file. DeliverySettingsError for a broken one."""
    if not path.exists():
        return DeliverySettings()
    try:
        file = _File.model_validate(parse_toml(read_text(path)))
    except OwnFileError as fault:
        raise DeliverySettingsError(f"{path} cannot be read as TOML: {fault}") from None
    except ValidationError as fault:
        raise DeliverySettingsError(f"{path}: {_explain(fault)}") from None
    due_day = DueDay(file.due_day, file.first_month or "")
    return DeliverySettings(due_day, tuple(sorted(set(file.senders))), file.set_rules)


def _explain(fault: ValidationError) -> str:
    """The first fault in words; a misspelt key before the key that is missing because of it."""
    error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    key = ".".join(map(str, error["loc"]))
    # Keys of [set_rules], and of [set_rules.senders.CODE].
    models: dict[int, type[BaseModel]] = {1: _File, 2: SenderThresholds}
    model = models.get(len(error["loc"]), Thresholds)
    known = list(model.model_fields)
    if error["type"] == "extra_forbidden":
        cure = did_you_mean(str(error["loc"][-1]), known) or f": take it out ({', '.join(known)})"
        return f"the key {key} is not known{cure}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{message} (key {key})" if key else message
