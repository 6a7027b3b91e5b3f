"""Reading a method file, and saying plainly what is wrong with it.

Here belong finding the file and wording its faults. Not here: what a key means (settings).
"""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.methods.settings import (
    COMPUTED,
    Indicator,
    Method,
    PerformanceWeights,
    ProcessingTimeWeights,
    Weights,
)
from pipeline.suggestions import did_you_mean

_BUILT_IN = Path(__file__).parent

_TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    (): Method,
    ("weights",): Weights,
    ("weights", "processing_time_index"): ProcessingTimeWeights,
    ("weights", "reform_performance_index"): PerformanceWeights,
    ("indicators",): Indicator,
}
"""The model of each table of a method file, by the names that lead to it."""


class MethodError(Exception):
    """A method cannot be used; the message names the file, the key and the cure."""


def load(name: str = "reform-index", own_folder: Path | None = None) -> Method:
    """The method of a name: `<own_folder>/<name>.toml` where it exists, else the built-in one.

    Raises MethodError where there is no such file or the file is at fault.
    """
    path = _found(name, own_folder)
    content = path.read_bytes()
    try:
        keys = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise MethodError(f"{path} cannot be read as TOML: {fault}") from fault
    if "digest" in keys:
        raise MethodError(f"{path}: the key digest is computed from the file: take it out")
    _check_names(path, name, keys)
    try:
        return Method.model_validate({**keys, "digest": hashlib.sha256(content).hexdigest()})
    except ValidationError as fault:
        raise MethodError(f"{path}: {_plainly(fault)}") from fault


def _found(name: str, own_folder: Path | None) -> Path:
    folders = [_BUILT_IN] if own_folder is None else [own_folder, _BUILT_IN]
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise MethodError(
        f"there is no method {name!r}{did_you_mean(name, known)}: "
        f"choose one of {', '.join(known)}, or add {folders[0] / (name + '.toml')}"
    )


def _check_names(path: Path, name: str, keys: dict[str, Any]) -> None:
    """The method is named like its file, and its indicators are ones that can be computed."""
    if keys.get("name", name) != name:
        raise MethodError(f"{path}: the key name is {keys['name']!r}: write {name!r}, as the file")
    listed = keys.get("indicators", [])
    for indicator in listed if isinstance(listed, list) else []:
        found = indicator.get("name") if isinstance(indicator, dict) else None
        if not isinstance(found, str):
            continue
        if found not in COMPUTED:
            raise MethodError(
                f"{path}: the indicator {found!r} cannot be computed"
                f"{did_you_mean(found, COMPUTED)}: choose from {', '.join(COMPUTED)}"
            )
        if indicator.get("unit", COMPUTED[found]) != COMPUTED[found]:
            raise MethodError(
                f"{path}: the unit of {found} is {indicator['unit']!r}: write {COMPUTED[found]!r}"
            )


def _plainly(fault: ValidationError) -> str:
    """The first fault in words; a misspelt key before the missing one that it leaves."""
    errors = sorted(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    error = errors[0]
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        table = tuple(part for part in error["loc"][:-1] if isinstance(part, str))
        model = _TABLES.get(table)
        known = (
            [] if model is None else [field for field in model.model_fields if field != "digest"]
        )
        wrong = str(error["loc"][-1])
        cure = did_you_mean(wrong, known) or f": take it out (known keys: {', '.join(known)})"
        return f"the key {key} is not known{cure}"
    if error["type"] == "missing":
        return f"the key {key} is missing: add it"
    said = error["msg"].removeprefix("Value error, ")
    return f"{said} (key {key})" if key else said
