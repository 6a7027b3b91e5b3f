"""Reading method files, and plain messages about what is wrong with them.

Here belong finding the files and describing their faults. Not here: what a key means (settings,
scorecards), which version is in force (versions).
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline import letters
from pipeline.methods import parts
from pipeline.methods.scorecards import ScoringMethod
from pipeline.methods.settings import (
    COMPUTED,
    Band,
    Indicator,
    Method,
    PerformanceWeights,
    ProcessingTimeWeights,
    Weights,
)
from pipeline.methods.versions import MethodError, Methods
from pipeline.own_files import OwnFileError, decode_text, parse_toml, read_bytes
from pipeline.suggestions import did_you_mean

_BUILT_IN = Path(__file__).parent
INDEX = "reform-index"
_COMPUTED_KEYS = ("digest", "file")

_Model = TypeVar("_Model", bound=BaseModel)

_INDEX_TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    (): Method,
    ("weights",): Weights,
    ("weights", "processing_time_index"): ProcessingTimeWeights,
    ("weights", "reform_performance_index"): PerformanceWeights,
    ("indicators",): Indicator,
}
"""The model of each table of the file of our own index, by the names that lead to it."""

_SCORECARD_TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    (): ScoringMethod,
    ("switches",): parts.Switch,
    ("boundaries",): parts.Boundary,
    ("total",): parts.Total,
    ("groups",): parts.Group,
    ("bands",): Band,
    ("indicators",): parts.Part,
    ("indicators", "steps"): parts.Step,
}
"""The model of each table of the file of a scorecard."""


def load(name: str = INDEX, own_folder: Path | None = None) -> Method:
    """A version of our own index: `<own_folder>/<name>.toml` where it exists, else the built-in
    file of that name, which is the first version.

    Raises MethodError where there is no such file or the file has a fault.
    """
    folders = _folders(own_folder)
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return _load_index(folder / f"{name}.toml")
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise MethodError(
        f"there is no method {name!r}{did_you_mean(name, known)}: "
        f"choose one of {', '.join(known)}, or add {folders[0] / (name + '.toml')}"
    )


def load_all(own_folder: Path | None = None) -> Methods:
    """Every method, built in and own.

    A file is `<name>.toml` or, one version among several, `<name>.<anything>.toml`. Own files of
    a name replace all built-in versions of it; own files of a new name are further methods. Raises
    MethodError where a file has a fault, or where two files do not agree.
    """
    files: dict[str, list[Path]] = {}
    for folder in reversed(_folders(own_folder)):
        found: dict[str, list[Path]] = {}
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.name.split(".")[0], []).append(path)
        files |= found
    listed = [_load_scorecard(path) for name in files if name != INDEX for path in files[name]]
    return Methods.of([_load_index(path) for path in files[INDEX]], listed)


def _folders(own_folder: Path | None) -> list[Path]:
    return [_BUILT_IN] if own_folder is None else [own_folder, _BUILT_IN]


def _load_index(path: Path) -> Method:
    keys = _read(path)
    _check_index(path, keys)
    return _validate(path, keys, Method, _INDEX_TABLES)


def _load_scorecard(path: Path) -> ScoringMethod:
    keys = _read(path)
    if keys.get("kind") != "points":
        raise MethodError(
            f'{path}: the key kind is {keys.get("kind", "missing")!r}: write kind = "points", or '
            f"call the file {INDEX}.toml if it shall replace our own index"
        )
    return _validate(path, keys, ScoringMethod, _SCORECARD_TABLES)


def _read(path: Path) -> dict[str, Any]:
    """The keys of a file, with its digest and path, and the file's name as that of the method."""
    try:
        content = read_bytes(path)
        keys = parse_toml(decode_text(content))
    except OwnFileError as fault:
        raise MethodError(f"{path} cannot be read as TOML: {fault}") from None
    _check_texts(path, keys)
    for key in _COMPUTED_KEYS:
        if key in keys:
            raise MethodError(f"{path}: the key {key} is computed from the file: take it out")
    name = path.name.split(".")[0]
    if keys.get("name", name) != name:
        raise MethodError(f"{path}: the key name is {keys['name']!r}: write {name!r}, as the file")
    return {**keys, "digest": hashlib.sha256(content).hexdigest(), "file": str(path)}


def _check_texts(path: Path, found: object, key: str = "") -> None:
    """No text of a file has a control character: such a text would break a page or a terminal."""
    if isinstance(found, dict):
        for name, value in found.items():
            _check_texts(path, value, f"{key}.{name}".removeprefix("."))
    elif isinstance(found, list):
        for value in found:
            _check_texts(path, value, key)
    elif isinstance(found, str) and (control := _find_control(found)):
        raise MethodError(
            f"{path}: the key {key} has the control character {control}: write the text without it"
        )


def _find_control(text: str) -> str:
    return letters.find_control(text.replace("\n", " ").replace("\t", " "))


def _check_index(path: Path, keys: dict[str, Any]) -> None:
    """The indicators are ones that can be computed."""
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


def _validate(
    path: Path,
    keys: dict[str, Any],
    model: type[_Model],
    tables: dict[tuple[str, ...], type[BaseModel]],
) -> _Model:
    try:
        return model.model_validate(keys)
    except ValidationError as fault:
        raise MethodError(f"{path}: {_describe_fault(fault, tables)}") from fault


def _describe_fault(fault: ValidationError, tables: dict[tuple[str, ...], type[BaseModel]]) -> str:
    """The first fault in words; a misspelt key comes before the key that is then missing."""
    errors = sorted(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    error = errors[0]
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        table = tuple(part for part in error["loc"][:-1] if isinstance(part, str))
        known = [] if table not in tables else _list_keys(tables[table])
        wrong = str(error["loc"][-1])
        cure = did_you_mean(wrong, known) or f": take it out (known keys: {', '.join(known)})"
        return f"the key {key} is not known{cure}"
    if error["type"] == "missing":
        return f"the key {key} is missing: add it"
    if error["type"] == "literal_error":
        found, allowed = error["input"], error["ctx"]["expected"]
        near = did_you_mean(str(found), _split_words(allowed))
        return f"the key {key} is {found!r}{near}: write one of {allowed}"
    said = error["msg"].removeprefix("Value error, ")
    return f"{said} (key {key})" if key else said


def _list_keys(model: type[BaseModel]) -> list[str]:
    """The keys that a table may have, as they are written in the file."""
    fields = model.model_fields
    return [field.alias or name for name, field in fields.items() if name not in _COMPUTED_KEYS]


def _split_words(expected: str) -> Iterable[str]:
    """The words of a list like `'zero', 'full' or 'missing'`."""
    return expected.replace(" or ", ", ").replace("'", "").split(", ")
