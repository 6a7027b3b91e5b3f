"""Versions of a profile: layouts that one sender's exports had one after the other.

Here belongs what `[[versions]]` may say and what a version has from the profile's own keys. Not
here: which version a file has (exports.layouts).
"""

from typing import Annotated, Any

from pydantic import AfterValidator

from pipeline import months

_OF_ALL_VERSIONS = (
    *("senders", "kind", "file_pattern", "clock", "calendar", "time_zone", "identity", "limits"),
    "versions",
)
"""Keys that say which files are meant, or how their records are counted: one for all versions."""

_SOURCES = ("columns", "constants", "from_month")
"""Keys that say where the values of a column of ours come from: one of them for each column."""


def _check_month(month: str) -> str:
    if not months.is_name(month):
        raise ValueError(f'{month!r} is no month: write the year and the month, like "2026-10"')
    return month


Month = Annotated[str, AfterValidator(_check_month)]


def list_layouts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of each layout in a profile's file: its own keys, and those with each version.

    A key of a version overrides that of the profile, a table entry by entry. A column of ours that
    a version takes from somewhere else (_SOURCES) is no longer taken from where the profile says.
    The dates of a version are its own. Raises ValueError where `versions` is no list of tables, or
    a version names a key that is one for all versions.
    """
    own = {key: value for key, value in content.items() if key != "versions"}
    versions = content.get("versions", [])
    if not isinstance(versions, list) or not all(isinstance(each, dict) for each in versions):
        raise ValueError("versions: write a table [[versions]] for each, below all other keys")
    if not versions and not {"valid_from", "valid_to"}.isdisjoint(own):
        raise ValueError("valid_from and valid_to are for profiles with [[versions]]: add one")
    return [own, *(_override(own, each, n) for n, each in enumerate(versions, 2))]


def _override(own: dict[str, Any], version: dict[str, Any], number: int) -> dict[str, Any]:
    for key in version:
        if key in _OF_ALL_VERSIONS:
            raise ValueError(
                f"version {number}: {key!r} holds for all versions: write it above [[versions]]"
            )
    keys = {key: value for key, value in own.items() if key not in ("valid_from", "valid_to")}
    for source in _SOURCES:
        moved = {
            name
            for other in _SOURCES
            if other != source
            for name in _list_columns(version.get(other))
        }
        if isinstance(keys.get(source), dict):
            keys[source] = {ours: it for ours, it in keys[source].items() if ours not in moved}
        elif isinstance(keys.get(source), list):
            keys[source] = [ours for ours in keys[source] if ours not in moved]
    for key, value in version.items():
        before = keys.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            keys[key] = {**before, **value}
        else:
            keys[key] = value
    return keys


def name_layouts(count: int) -> list[str]:
    """How messages begin that are about each layout: nothing for the only one, or the first."""
    return ["", *(f"version {number}: " for number in range(2, count + 1))]


def _list_columns(value: object) -> list[str]:
    """The columns of ours in a table or a list; none in what is neither, which is a mistake."""
    return (
        [each for each in value if isinstance(each, str)] if isinstance(value, dict | list) else []
    )


def check_dates(valid_from: str | None, valid_to: str | None) -> None:
    """Raises ValueError where a version ends before it begins."""
    if valid_from and valid_to and valid_to < valid_from:
        raise ValueError(f"valid_to {valid_to} is before valid_from {valid_from}: correct one")


def name_version(number: int, valid_from: str | None, valid_to: str | None) -> str:
    """A version in a message: `version 2 (from 2026-04)`, the profile's own keys being 1."""
    since = f"from {valid_from}" if valid_from else ""
    until = f"until {valid_to}" if valid_to else ""
    dates = " ".join(filter(None, (since, until)))
    return f"version {number} ({dates})" if dates else f"version {number}"


def name_version_vi(number: int, valid_from: str | None, valid_to: str | None) -> str:
    """As `name_version`, in Vietnamese."""
    since = f"từ {valid_from}" if valid_from else ""
    until = f"đến {valid_to}" if valid_to else ""
    dates = " ".join(filter(None, (since, until)))
    return f"phiên bản {number} ({dates})" if dates else f"phiên bản {number}"
